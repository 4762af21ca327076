-- Options of the command that come from tables the client has anyway: its own options,
-- those of bulk work, and the parameters of an endpoint. Each row's name, type and
-- meaning become an option, and what was given is read back into the table that the
-- client takes: so there is no second list of them.

local core = require "contactout.core"
local options = require "contactout.options"

local M = {}

-- Options with a name of the command's own, too; or instead.
local FLAGS = {
  include_phone = "--phone --include-phone", retry_charged = "--again --retry-charged",
  reveal_info = "--reveal --reveal-info", version = "--api-version",
}
local ARGUMENTS = { -- what their argument is called where TEXT says too little
  journal = "FILE", ca_file = "FILE", base_url = "URL", callback_url = "URL",
}
local PREFIX = "param " -- of the parameters' places among the parsed options

--- A number of an option; argparse says the message.
function M.to_number(text)
  local number = tonumber(text)
  if not number then
    return nil, "'" .. text .. "' is not a number"
  end
  return number
end

--- A number of things; `least` of them.
---@param least integer
---@return fun(text: string): integer|nil, string|nil convert
function M.to_count(least)
  return function(text)
    local number = tonumber(text)
    if not number or number < least or number % 1 ~= 0 then
      return nil, ("'%s' is not an integer of %d or more"):format(text, least)
    end
    return number
  end
end

--- What separates cells; a tab is hard to type.
function M.to_separator(text)
  local separator = text == "\\t" and "\t" or text
  if #separator ~= 1 or separator:find("[\"\r\n]") then
    return nil, "'" .. text .. "' is not one character, or a quote"
  end
  return separator
end

--- email=100,phone=10; which kinds there are the client says. No kind would be no budget.
function M.to_budget(text)
  local budget = {}
  for part in text:gmatch("[^,]+") do
    local kind, count = part:match("^%s*(%a+)=(%d+)%s*$")
    if not kind then
      return nil, "'" .. part .. "' is not KIND=NUMBER"
    end
    budget[kind] = tonumber(count)
  end
  if next(budget) == nil then
    return nil, "it names no KIND=NUMBER"
  end
  return budget
end

--- Which contacts to find: all, none, or some kinds.
function M.to_contacts(text)
  if text == "all" or text == "none" then
    return text == "all"
  end
  local kinds = {}
  for kind in text:gmatch("[^,%s]+") do
    kinds[#kinds + 1] = kind
  end
  return kinds
end

--- The option's name, of a parameter's or of an option's of the client.
---@param name string
---@return string flag
function M.flag_of(name)
  return FLAGS[name] or "--" .. name:gsub("_", "-")
end

-- How options of the client's are given, by type; a function or a table can't be.
local OPTIONS = {}

function OPTIONS.string(command, option)
  return command:option(M.flag_of(option.name)):argname(ARGUMENTS[option.name] or "TEXT")
end

function OPTIONS.number(command, option)
  return command:option(M.flag_of(option.name)):argname("N"):convert(M.to_number)
end

function OPTIONS.boolean(command, option)
  return command:flag(M.flag_of(option.name))
end

function OPTIONS.any(command, option)
  if option.name == "budget" then
    return command:option("--budget"):argname("KIND=N,.."):convert(M.to_budget)
  end
end

-- How parameters are given, by type.
local PARAMS = { string = OPTIONS.string }

function PARAMS.integer(command, param)
  return OPTIONS.number(command, param)
end

function PARAMS.boolean(command, param)
  return command:option(M.flag_of(param.name)):args("?"):choices({ "true", "false" })
end

function PARAMS.list(command, param)
  return command:option(M.flag_of(param.name)):argname("TEXT"):count("*")
end

local function find_all(names)
  local found = {}
  for i, name in ipairs(names) do
    found[i] = options.find(options.CLIENT, name)
  end
  return found
end

--- The client's own options that the command has.
M.CLIENT = find_all {
  "base_url", "timeout", "connect_timeout", "max_retries", "max_retry_wait", "ca_file",
}

--- Gives the command an option for each row that can be one and has an effect, but for those
--- in `except`.
---@param command table argparse's
---@param list contactout.Option[]
---@param except? contactout.Option[]
---@return table[] added argparse's, for a group
function M.add(command, list, except)
  local added = {}
  for _, option in ipairs(list) do
    local make = not option.is_ignored and OPTIONS[option.type]
    local made = make and not options.find(except or {}, option.name) and make(command, option)
    added[#added + 1] = made and made:target(option.name):description(option.doc) or nil
  end
  return added
end

--- What was given of those.
---@param opts table the parsed options
---@param list contactout.Option[]
---@return table given
function M.read(opts, list)
  local given = {}
  for _, option in ipairs(list) do
    given[option.name] = opts[option.name]
  end
  return given
end

---@param endpoint string
---@return table[] params
local function params_of(endpoint)
  return options.find(core.endpoints, endpoint).params
end

--- Gives the command an option for each parameter of an endpoint.
---@param command table argparse's
---@param endpoint string
---@return table[] added
function M.add_params(command, endpoint)
  local added = {}
  for _, param in ipairs(params_of(endpoint)) do
    local more = param.type == "list" and "; again for another" or ""
    added[#added + 1] = PARAMS[param.type](command, param):target(PREFIX .. param.name)
      :description(param.doc .. more)
  end
  return added
end

local function value_of(param, given)
  if param.type == "boolean" then
    return given[1] ~= "false" -- without a word it is true
  end
  return given
end

--- Puts what was given of them into a query.
---@param opts table the parsed options
---@param endpoint string
---@param query table
---@return table query
function M.read_params(opts, endpoint, query)
  for _, param in ipairs(params_of(endpoint)) do
    local given = opts[PREFIX .. param.name]
    local is_given = given ~= nil and (param.type ~= "list" or #given > 0)
    if is_given then
      query[param.name] = value_of(param, given)
    end
  end
  return query
end

return M
