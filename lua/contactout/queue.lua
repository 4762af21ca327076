-- First in, first out, in constant time; one may also be put first. Pure.

---@class contactout.Queue
local Queue = {}
Queue.__index = Queue
Queue.__name = "contactout.Queue"

function Queue:push(value)
  self._last = self._last + 1
  self[self._last] = value
end

--- Puts `value` before all others.
function Queue:push_first(value)
  self._first = self._first - 1
  self[self._first] = value
end

--- Takes the first value out.
---@return any|nil value nil if there is none
function Queue:pop()
  local first = self._first
  if first > self._last then
    return nil
  end
  local value = self[first]
  self[first] = nil
  self._first = first + 1
  return value
end

--- The first value, left in place.
function Queue:first()
  return self[self._first]
end

---@return integer
function Queue:count()
  return self._last - self._first + 1
end

local M = {}

---@return contactout.Queue
function M.new()
  return setmetatable({ _first = 1, _last = 0 }, Queue)
end

return M
