-- :ContactOut: finds what is asked for, looks it up, and shows it in a floating
-- window from "looking up…" to the person or the error. What it does when, in one
-- place; the parts are in the files beside this one.

local config = require "contactout_nvim.config"
local layout = require "contactout_nvim.layout"
local queries = require "contactout_nvim.query"
local windows = require "contactout_nvim.window"

local M = {}

local NOTHING_HERE = "ContactOut: no e-mail address or LinkedIn URL %s. Put the cursor on one, "
  .. "select one, or write it out: :ContactOut ada@company.example"

-- The client, made by the first lookup, and the view that is open.
local client, open_view

-- The lookups need the module contactout, which is loaded by the first of them.
local function lookups()
  return require "contactout_nvim.lookup"
end

--- Takes options; calling it is optional. Raises for one that doesn't exist.
---@param opts? table see config.lua
function M.setup(opts)
  config.set(opts)
  client = nil
end

-- The client, or nil and why there is none.
local function get_client()
  if client then
    return client
  end
  local ok, contactout = pcall(require, "contactout")
  if not ok then
    return nil, { kind = "not_installed", message = tostring(contactout):match("[^\n]*") }
  end
  local opts, own = vim.deepcopy(config.options.client), config.options.client.observe
  function opts.observe(event)
    lookups().observe(event)
    if own then
      own(event)
    end
  end
  local made, err = contactout.new(opts)
  client = made
  return made, err
end

-- Views -------------------------------------------------------------------------

---@class contactout_nvim.View
---@field query contactout_nvim.Query
---@field window contactout_nvim.Window
---@field what "profile"|"contacts" what was asked for last
---@field lookup? contactout_nvim.Lookup which runs or has found someone
local View = {}
View.__index = View

local function keys_text(name)
  return table.concat(config.options.keys[name], " or ")
end

-- What the layout needs: the window's space, and the keys that do something now.
local function page_opts(...)
  local opts = windows.space()
  opts.keys = { ... }
  table.insert(opts.keys, { keys_text("close"), "close" })
  return opts
end

function View:show(lines)
  if not self.window then
    self.window = windows.open(lines, function() self:closed() end)
  elseif self.window:is_open() then
    self.window:show(lines)
  end
end

function View:closed()
  if self.lookup then
    self.lookup:leave()
  end
  if open_view == self then
    open_view = nil
  end
end

function View:show_person(lookup, was_known)
  local opts = page_opts()
  if lookup.what == "profile" then
    local price = lookups().price(self.query, "contacts")
    table.insert(opts.keys, 1, { keys_text("contacts"), "contacts: " .. price })
  end
  opts.note = was_known and ("looked up at %s: nothing was spent again"):format(lookup.time)
    or "this cost " .. lookup:cost()
  self:show(layout.person(lookup.person, lookup.what, opts))
end

function View:show_error(err)
  local is_final = err.kind == "invalid_argument" or err.kind == "not_found"
  local opts = is_final and page_opts() or page_opts({ keys_text("again"), "try again" })
  self:show(layout.failure(self.query, err, opts))
end

-- Looks up, and shows each state of it.
function View:look_up(what)
  self.what = what
  local one, err = get_client()
  if not one then
    self:show_error(err)
    return
  end
  self.lookup = lookups().start(one, self.query, what, function(person, problem)
    if person then
      self:show_person(self.lookup, false)
    else
      self.lookup = nil
      self:show_error(problem)
    end
  end)
  if self.lookup.person then
    self:show_person(self.lookup, true)
  else
    local price = lookups().price(self.query, self.lookup.what)
    self:show(layout.waiting(self.query, price, page_opts()))
  end
end

function View:add_keys()
  local keys, window = config.options.keys, self.window
  window:map(keys.close, function() window:close() end)
  window:map(keys.contacts, function()
    if self.lookup and self.lookup.person and self.lookup.what == "profile" then
      self:look_up("contacts")
    end
  end)
  window:map(keys.again, function()
    if not self.lookup then
      self:look_up(self.what)
    end
  end)
end

--- Opens the window for a person, in place of the one that is open.
---@param query contactout_nvim.Query
---@param what "profile"|"contacts"
function M.look_up(query, what)
  if open_view then
    open_view.window:close()
  end
  config.define_highlights()
  local view = setmetatable({ query = query }, View)
  open_view = view
  view:look_up(what)
  view:add_keys()
end

-- The command -------------------------------------------------------------------

-- The text of the last visual selection: of whole lines, or a part of them.
local function selection()
  local first, last = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  local lines = vim.api.nvim_buf_get_lines(0, first[2] - 1, last[2], false)
  if #lines > 0 and vim.fn.visualmode() ~= "V" then
    lines[#lines] = lines[#lines]:sub(1, last[3])
    lines[1] = lines[1]:sub(first[3])
  end
  return table.concat(lines, "\n")
end

-- What the command is about, or nil and where it was looked for.
local function query_of(command)
  if command.args ~= "" then
    return queries.first(command.args), ("in %q"):format(command.args)
  elseif command.range > 0 then
    local is_selection = command.line1 == vim.fn.line("'<") and command.line2 == vim.fn.line("'>")
    local text = is_selection and selection() or table.concat(
      vim.api.nvim_buf_get_lines(0, command.line1 - 1, command.line2, false), "\n")
    return queries.first(text), is_selection and "in the selection" or "in these lines"
  end
  local column = vim.api.nvim_win_get_cursor(0)[2] + 1
  return queries.at(vim.api.nvim_get_current_line(), column), "under the cursor"
end

--- What :ContactOut does.
---@param command table as nvim_create_user_command() gives it
function M.run(command)
  local query, where = query_of(command)
  if not query then
    vim.notify(NOTHING_HERE:format(where), vim.log.levels.ERROR)
    return
  end
  M.look_up(query, command.bang and "contacts" or "profile")
end

vim.api.nvim_create_autocmd("ColorScheme", { callback = config.define_highlights })

return M
