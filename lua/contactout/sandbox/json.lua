-- Writes JSON in the order the shapes name, which lua-cjson cannot: a
-- search's ranking is the order of its members. Strings are escaped, and
-- requests read, by lua-cjson. An empty table is written as [], as the real
-- service (PHP) writes its empty objects too.

local cjson = require "cjson"

local M = { null = cjson.null }

local KEYED, RAW = {}, {}
local concat, format, floor = table.concat, string.format, math.floor
local escape = cjson.encode
local write

--- Makes a constructor of objects whose members are written in that order.
-- A member that is nil is left out, and so is one the list doesn't name.
function M.object(fields)
  local meta = { fields = fields }
  return function(members)
    return setmetatable(members, meta)
  end
end

--- An object filled by `add(key, value)` and written in that order. A key
-- added twice keeps its place and takes the new value.
function M.keyed()
  return setmetatable({ keys = {}, values = {} }, KEYED)
end

KEYED.__index = {
  add = function(self, key, value)
    if self.values[key] == nil then
      self.keys[#self.keys + 1] = key
    end
    self.values[key] = value
  end,
}

--- Text that is put into the document as it is.
function M.raw(text)
  return setmetatable({ text = text }, RAW)
end

local function write_members(out, keys, values)
  local mark = "{"
  for i = 1, #keys do
    local value = values[keys[i]]
    if value ~= nil then
      out[#out + 1] = mark
      out[#out + 1] = escape(keys[i])
      out[#out + 1] = ":"
      write(out, value)
      mark = ","
    end
  end
  out[#out + 1] = mark == "{" and "[]" or "}"
end

local function write_list(out, list)
  local mark = "["
  for i = 1, #list do
    out[#out + 1] = mark
    write(out, list[i])
    mark = ","
  end
  out[#out + 1] = mark == "[" and "[]" or "]"
end

local function write_plain(out, value)
  if next(value) == nil or value[1] ~= nil then
    return write_list(out, value)
  end
  local keys = {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  write_members(out, keys, value)
end

local function write_table(out, value)
  local meta = getmetatable(value)
  if meta == RAW then
    out[#out + 1] = value.text
  elseif meta == KEYED then
    write_members(out, value.keys, value.values)
  elseif meta then
    write_members(out, meta.fields, value)
  else
    write_plain(out, value)
  end
end

local function write_number(out, value)
  if value == floor(value) and value > -2 ^ 53 and value < 2 ^ 53 then
    out[#out + 1] = format("%d", value)
  else
    out[#out + 1] = format("%.14g", value)
  end
end

local WRITERS = {
  string = function(out, value)
    out[#out + 1] = escape(value)
  end,
  number = write_number,
  boolean = function(out, value)
    out[#out + 1] = tostring(value)
  end,
  table = write_table,
  userdata = function(out)
    out[#out + 1] = "null"
  end,
}

function write(out, value)
  WRITERS[type(value)](out, value)
end

--- Any of the above, lists, plain tables (members sorted) and scalars.
function M.encode(value)
  local out = {}
  write(out, value)
  return concat(out)
end

--- The names of an object's members, in the order they are written.
function M.members(value)
  local meta = getmetatable(value)
  return meta == KEYED and value.keys or meta.fields
end

--- One member of whatever kind of object it is.
function M.member(value, name)
  return getmetatable(value) == KEYED and value.values[name] or value[name]
end

--- -> value | nil, message
function M.decode(text)
  local ok, value = pcall(cjson.decode, text)
  if ok then
    return value
  end
  return nil, value
end

return M
