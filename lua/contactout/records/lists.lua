-- Lists, whatever the server makes of them: a list, a single thing in place of one,
-- null elements, or an object whose keys are the places, which is what PHP makes of
-- a list with gaps. Pure.

local core = require "contactout.core"

local M = {}

-- The place that a key says, or nil.
local function place_of(key)
  if type(key) == "number" then
    return key
  end
  return type(key) == "string" and key:find("^%d+$") and tonumber(key) or nil
end

-- By place; a number goes before a text that says the same.
local function comes_first(one, other)
  if one.place ~= other.place then
    return one.place < other.place
  end
  return type(one.key) == "number" and type(other.key) == "string"
    or type(one.key) == type(other.key) and one.key < other.key
end

local function with_gaps(list)
  local found, elements = {}, {}
  for key in pairs(list) do
    local place = place_of(key)
    if place then
      found[#found + 1] = { place = place, key = key }
    end
  end
  table.sort(found, comes_first)
  for i, entry in ipairs(found) do
    elements[i] = list[entry.key]
  end
  return elements
end

local function is_list(value)
  local count = 0
  for _ in next, value do
    count = count + 1
  end
  return count == #value
end

--- The elements of what should be a list. Anything that isn't a table is one
--- element; an object without places has none, and the second result is then true.
---@param value any
---@return any[] elements not to be changed
---@return boolean? is_object
function M.elements(value)
  if type(value) ~= "table" then
    return { value }
  elseif is_list(value) then
    return value
  end
  local elements = with_gaps(value)
  return elements, #elements == 0
end

--- The list, which carries the mark of empty arrays if it is one, for encoding.
function M.marked(list)
  return #list > 0 and list or setmetatable(list, core.empty_array_mt)
end

--- An empty list, marked so.
function M.none()
  return setmetatable({}, core.empty_array_mt)
end

---@class contactout.Union different values, in the order in which they came
---@field private _value_of fun(raw: any): any|nil
---@field private _list any[]
---@field private _seen table<any, boolean>
local Union = {}
Union.__index = Union
Union.__name = "contactout.Union"

--- Adds what the elements of a list say, as far as it is new.
---@param list any
function Union:add(list)
  if list == nil then
    return
  end
  local elements = M.elements(list)
  local value_of, seen, united = self._value_of, self._seen, self._list
  for i = 1, #elements do
    local value = value_of(elements[i])
    if value ~= nil and not seen[value] then
      seen[value] = true
      united[#united + 1] = value
    end
  end
end

---@return any[]
function Union:list()
  return M.marked(self._list)
end

---@param value_of fun(raw: any): any|nil what an element says
---@return contactout.Union
function M.union(value_of)
  return setmetatable({ _value_of = value_of, _list = {}, _seen = {} }, Union)
end

return M
