-- What an error means for somebody at the editor, and what to do next. Pure.

local M = {}

local TOKEN = "set CONTACTOUT_TOKEN before Neovim starts, or give setup{} a client.token; "
  .. ":checkhealth contactout says what is there"

-- By kind of error: a title, and advice. Others say what their message says.
local KINDS = {
  not_installed = { "the module contactout isn't there",
    "run `make install LUA=luajit` in its folder; :checkhealth contactout says more" },
  not_found = { "nobody found", "try another e-mail address or LinkedIn URL of theirs" },
  out_of_credits = { "out of credits", "buy credits, or wait for the next month" },
  no_access = { "no access", "ask ContactOut to open this for your account" },
  credentials = { "the token was refused", TOKEN },
  invalid_argument = { "this can't be looked up", "nothing was sent, and it cost nothing" },
  invalid_request = { "this can't be looked up", "correct it and try again" },
  rate_limited = { "too many requests", "wait a little" },
  timeout = { "no answer in time", "see whether the network is there" },
  connection = { "no connection", "see whether the network is there" },
  tls = { "no secure connection", "check the certificates: setup{ client = { ca_file = … } }" },
  server = { "the server has a problem", "try again later" },
}

---@param err table
---@return string
function M.title(err)
  local known = KINDS[err.kind]
  return known and known[1] or "that didn't work"
end

---@param err table
---@return string[] what to do, most urgent first
function M.steps(err)
  local known, list = KINDS[err.kind], {}
  if err.maybe_charged then
    table.insert(list, "it may have cost credits: asking again may cost them again")
  end
  if err.param == "token" then
    table.insert(list, TOKEN)
  elseif err.retry_after then
    table.insert(list, ("try again in %d s"):format(math.ceil(err.retry_after)))
  else
    table.insert(list, known and known[2] or "try again")
  end
  return list
end

return M
