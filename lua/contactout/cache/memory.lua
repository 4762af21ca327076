-- A cache's store in this Lua state's memory. Bounded: when it is full, what was
-- asked for least recently goes. Pure: the clock is an argument.

local M = {}

-- Entries, and bytes of keys and texts; either bound counts.
M.MOST_ENTRIES, M.MOST_BYTES = 10000, 32 * 1024 * 1024

---@class contactout.MemoryStore
local Memory = {}
Memory.__index = Memory

-- Entries are a ring, in the order of their last use: `_ring.next` is the latest,
-- `_ring.previous` the one that goes first.
local function link(ring, entry)
  entry.next, entry.previous = ring.next, ring
  ring.next.previous, ring.next = entry, entry
end

local function unlink(entry)
  entry.previous.next, entry.next.previous = entry.next, entry.previous
end

local function remove(self, entry)
  unlink(entry)
  self._entries[entry.key] = nil
  self._count = self._count - 1
  self._bytes = self._bytes - #entry.key - #entry.text
end

--- The text that is kept under a key.
---@param key string
---@return string|nil
function Memory:get(key)
  local entry = self._entries[key]
  if not entry then
    return nil
  elseif entry.until_time <= self._now() then
    remove(self, entry)
    return nil
  end
  unlink(entry)
  link(self._ring, entry)
  return entry.text
end

--- Keeps a text, in place of what was there. One that is larger than all that may
--- be kept isn't.
---@param key string
---@param text string
---@param seconds number
---@return true
function Memory:set(key, text, seconds)
  if self._entries[key] then
    remove(self, self._entries[key])
  end
  local entry = { key = key, text = text, until_time = self._now() + seconds }
  link(self._ring, entry)
  self._entries[key] = entry
  self._count = self._count + 1
  self._bytes = self._bytes + #key + #text
  while self._count > self._most_entries or self._bytes > self._most_bytes do
    remove(self, self._ring.previous)
  end
  return true
end

--- Forgets everything.
function Memory:close()
  self._entries, self._count, self._bytes = {}, 0, 0
  self._ring.next, self._ring.previous = self._ring, self._ring
end

---@param now fun(): number seconds
---@param most_entries? integer
---@param most_bytes? integer
---@return contactout.MemoryStore
function M.new(now, most_entries, most_bytes)
  local self = setmetatable({
    _now = now, _ring = {},
    _most_entries = most_entries or M.MOST_ENTRIES, _most_bytes = most_bytes or M.MOST_BYTES,
  }, Memory)
  self:close()
  return self
end

return M
