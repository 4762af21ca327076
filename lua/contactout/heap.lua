-- A queue of timers: entries come out by time, and those of one time in the
-- order they went in. A binary heap whose entries know their own place, so that
-- one that is no longer wanted leaves without a search. Pure.

---@class contactout.Heap
local Heap = {}
Heap.__index = Heap
Heap.__name = "contactout.Heap"

local function is_before(a, b)
  if a.at ~= b.at then
    return a.at < b.at
  end
  return a.number < b.number
end

local function put(entries, index, entry)
  entries[index] = entry
  entry.index = index
end

local function move_up(entries, index)
  local entry = entries[index]
  while index > 1 do
    local above = (index - index % 2) / 2
    if not is_before(entry, entries[above]) then
      break
    end
    put(entries, index, entries[above])
    index = above
  end
  put(entries, index, entry)
end

local function move_down(entries, index)
  local entry = entries[index]
  while true do
    local below = 2 * index
    if entries[below + 1] and is_before(entries[below + 1], entries[below]) then
      below = below + 1
    end
    if not entries[below] or not is_before(entries[below], entry) then
      break
    end
    put(entries, index, entries[below])
    index = below
  end
  put(entries, index, entry)
end

--- Adds `value`, due at `at`.
---@param at number
---@param value any
---@return table entry for `remove`; has `at` and `value`
function Heap:push(at, value)
  self._pushed = self._pushed + 1
  local entry = { at = at, value = value, number = self._pushed }
  local entries = self._entries
  put(entries, #entries + 1, entry)
  move_up(entries, #entries)
  return entry
end

--- The earliest entry, left in place.
---@return table|nil entry
function Heap:first()
  return self._entries[1]
end

--- Takes an entry out; one that has left already is ignored.
function Heap:remove(entry)
  local entries, index = self._entries, entry.index
  if not index then
    return
  end
  entry.index = nil
  local last = table.remove(entries)
  if last ~= entry then
    put(entries, index, last)
    move_up(entries, index)
    move_down(entries, last.index)
  end
end

local M = {}

---@return contactout.Heap
function M.new()
  return setmetatable({ _entries = {}, _pushed = 0 }, Heap)
end

return M
