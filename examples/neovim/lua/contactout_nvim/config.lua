-- What `setup` takes, its defaults, and the highlight groups. Nothing is required:
-- without `setup` the token comes from CONTACTOUT_TOKEN.

local M = {}

M.DEFAULTS = {
  client = {}, -- options of contactout.new: token, base_url, proxy, ...
  border = "rounded", -- of the window; see :help nvim_open_win()
  width = 62, -- columns of text at most
  keys = {
    close = { "q", "<Esc>" },
    contacts = { "c" }, -- asks for the contacts too, which costs
    again = { "r" }, -- asks again, after an error
  },
  highlights = {}, -- group -> a group to link to, or what nvim_set_hl() takes
}

--- The groups and what they look like unless `highlights` or a colour scheme says.
M.HIGHLIGHTS = {
  ContactOutNormal = "Normal",
  ContactOutBorder = "FloatBorder",
  ContactOutName = "Title",
  ContactOutTitle = "Identifier",
  ContactOutHeading = "Statement",
  ContactOutLabel = "Comment",
  ContactOutText = "ContactOutNormal",
  ContactOutContact = "String",
  ContactOutMuted = "Comment",
  ContactOutKey = "Special",
  ContactOutError = "DiagnosticError",
}

--- The options in force.
M.options = vim.deepcopy(M.DEFAULTS)

-- Refuses a name that isn't in `known`: a misspelt option would be ignored.
local function check_names(given, known, what)
  for name in pairs(given) do
    if known[name] == nil then
      local names = vim.tbl_keys(known)
      table.sort(names)
      error(("contactout_nvim: there is no %s %s; there are: %s")
        :format(what, tostring(name), table.concat(names, ", ")), 0)
    end
  end
end

--- Defines the groups; again after `:colorscheme`, which clears them.
function M.define_highlights()
  for group, default in pairs(M.HIGHLIGHTS) do
    local value = M.options.highlights[group]
    local definition = value or default
    definition = type(definition) == "string" and { link = definition } or vim.deepcopy(definition)
    definition.default = value == nil or nil
    vim.api.nvim_set_hl(0, group, definition)
  end
end

--- Checks and takes options; those that aren't given have their defaults.
---@param given? table see DEFAULTS
function M.set(given)
  given = given or {}
  check_names(given, M.DEFAULTS, "option")
  check_names(given.keys or {}, M.DEFAULTS.keys, "option keys.")
  check_names(given.highlights or {}, M.HIGHLIGHTS, "highlight group")
  M.options = vim.tbl_deep_extend("force", M.DEFAULTS, given)
  M.define_highlights()
end

return M
