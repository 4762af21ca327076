-- What a lookup asks, apart from its spelling: the request that would be sent if all of
-- its parameters stood in their normal form. By it a cache knows the lookup again, and a
-- plan somebody whom it has counted; what is sent stays as the caller wrote it. Which
-- parameter names a person, an address or a domain the endpoint's row says, which
-- spellings name the same keys.lua. Pure.

local core = require "contactout.core"
local keys = require "contactout.keys"

local M = {}

local function escape(character)
  return ("%%%02x"):format(character:byte())
end

-- Escaped stays what would mean something else in a URL, or be cut from its end.
local function url(text)
  local _, canonical = keys.profile(text)
  return "https://" .. canonical:gsub("[%s?#]", escape)
end

-- The normal form of what names something, such that the core takes it.
local FORMS = {
  profile = url, company = url,
  email = function(text) return select(2, keys.email(text)) end,
  domain = function(text) return select(2, keys.domain(text)) end,
}

local function normal_text(param, text)
  local form = FORMS[param.form]
  return form and form(text) or text
end

-- Nothing that is looked up by a list depends on its order, or has to be named twice.
local function normal_list(param, list)
  local sorted, is_there = {}, {}
  for _, text in next, list do
    text = normal_text(param, text)
    if not is_there[text] then
      is_there[text], sorted[#sorted + 1] = true, text
    end
  end
  table.sort(sorted)
  return #sorted > 0 and sorted or nil
end

-- By the documentation what is false, or an empty list, asks what its absence does.
local function normal_value(param, value)
  if type(value) == "string" then
    return normal_text(param, value)
  elseif param.type == "list" and value then
    return normal_list(param, value)
  end
  return value or nil
end

--- The request in its normal form.
---@param row table the endpoint's, that of a lookup
---@param params table which the core has taken
---@param opts? table of the call, for the core
---@return userdata|nil request nil: it can't be spelled so
function M.of(row, params, opts)
  local normal = {}
  for _, param in ipairs(row.params) do
    normal[param.name] = normal_value(param, rawget(params, param.name))
  end
  return (core.build(row.name, normal, opts))
end

--- All that a request asks.
---@param request userdata
---@return string
function M.text(request)
  return request.method .. " " .. request.target .. "\n" .. (request.body or "")
end

-- Reading one -----------------------------------------------------------------------

local function row_of(method, path)
  for _, row in ipairs(core.endpoints) do
    if row.method == method and row.path == path then
      return row
    end
  end
end

local function read_query(query)
  local values = {}
  for name, value in query:gmatch("[?&]([^=&]*)=([^&]*)") do
    values[name] = keys.unescape(value)
  end
  return values
end

-- Whether a value is that name: of what has spellings in any, of all else but words of
-- the API's own as it stands.
local function is_named(param, value, name)
  if type(value) == "table" then
    for _, element in ipairs(value) do
      if is_named(param, element, name) then
        return true
      end
    end
    return false
  end
  return type(value) == "string" and param.type ~= "boolean" and not param.values
    and normal_text(param, value) == normal_text(param, name)
end

--- Whether a text asks for somebody or something of that name.
---@param text string of `M.text`, in normal form or not
---@param name string in any spelling
---@return boolean
function M.is_about(text, name)
  local method, path, query, body = text:match("^(%u+) ([^?\n]*)([^\n]*)\n(.*)$")
  local row = method and row_of(method, path)
  if not row then
    return false
  end
  local values = body ~= "" and core.decode(body) or read_query(query)
  for _, param in ipairs(row.params) do
    if is_named(param, values[param.name], name) then
      return true
    end
  end
  return false
end

return M
