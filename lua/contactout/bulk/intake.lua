-- The way of inputs into batches: an input whose key is known gets its row at once,
-- one whose key is on its way waits there, and each new key goes into a batch. No more
-- inputs are held, from when they are read until their rows are handed out, than a
-- little over what can be in flight.

local batches = require "contactout.batches"
local queue = require "contactout.queue"

---@class contactout.Batch: contactout.Entry[]
---@field uuid? string of the job that it has become
---@field number? integer in the journal
---@field account? contactout.Budget what its requests cost
---@field doubt? contactout.Credits what it may have cost, where an earlier run submitted it
---@field is_waiting? boolean its job is waited for
---@field task? contactout.Task

---@class contactout.Intake
---@field sizes contactout.BatchSizes
---@field is_reading boolean one of the caller's functions may be waiting
local Intake = {}
Intake.__index = Intake
Intake.__name = "contactout.Intake"

-- Finds for an input its place: a row at once, or among those who wait for a key.
local function place(self, item, sent, canonical)
  self._held = self._held + 1
  if not sent then
    return self._ready:push(item, nil, canonical, false)
  end
  local entry = self._answers:on_its_way(canonical)
  if entry then
    entry.sent = entry.sent or sent
    table.insert(entry.items, item)
    return
  end
  local is_known, value, err, is_new = self._answers:recall(canonical)
  if is_known then
    self._ready:push(item, value, err, not is_new)
  else
    table.insert(self._gathered, self._answers:enter(sent, canonical, item))
  end
end

--- A row was handed out.
function Intake:release()
  self._held = self._held - 1
end

local function has_room(self)
  return #self._gathered < self.sizes.size and self._held < self._most_held
    and not self._source.has_ended
end

-- Inputs that are read before others have a turn.
local READ_AT_ONCE = 100

-- Reads until a batch is full, nothing is left to read, or enough is held or read. False
-- and the error if the caller's functions raise one.
local function gather(self)
  local ok, problem, left = true, nil, READ_AT_ONCE
  self.is_reading = true
  while ok and left > 0 and has_room(self) do
    left = left - 1
    local item, sent, canonical
    ok, item, sent, canonical = pcall(self._source.next, self._source)
    if not ok then
      problem = item
    elseif item ~= nil then
      place(self, item, sent, canonical)
    end
  end
  self.is_reading = false
  return ok, problem
end

-- Whether to send what was gathered: a full batch, the last one, or one that can't grow
-- since all that is held waits for it.
local function is_due(self, is_idle)
  return #self._gathered >= self.sizes.size or self._source.has_ended
    or self._held >= self._most_held and is_idle and self._ready:is_empty()
end

--- The next batch to send, if there is one: what has to be sent again first. Reads, and
--- so calls the caller's functions.
---@param is_idle boolean nothing is in flight
---@return contactout.Batch|nil batch
---@return table|nil failure {error that the caller's functions raised}
function Intake:next_batch(is_idle)
  local again = self._again:pop()
  if again then
    return again
  end
  local ok, problem = gather(self)
  if not ok then
    return nil, { problem }
  elseif #self._gathered == 0 or not is_due(self, is_idle) then
    return nil
  end
  local batch = self._gathered
  self._gathered = {}
  self:send_again(batches.split(batch, self.sizes.size))
  return self._again:pop()
end

--- Batches are to be sent before all that is new.
---@param list contactout.Batch[]
function Intake:send_again(list)
  for _, batch in ipairs(list) do
    self._again:push(batch)
  end
end

--- A batch is to be sent before all others.
---@param batch contactout.Batch
function Intake:send_first(batch)
  self._again:push_first(batch)
end

--- Forgets what hasn't been sent, and reads no more.
function Intake:drop()
  self._most_held = 0
  self._gathered, self._again = {}, queue.new()
end

--- Whether it could read on at once.
---@return boolean
function Intake:can_read()
  return not self.is_reading and not self._again:first() and has_room(self)
end

--- Whether nothing is left to send.
---@return boolean
function Intake:has_ended()
  return not self.is_reading and self._source.has_ended and #self._gathered == 0
    and not self._again:first()
end

local M = {}

---@param source contactout.Source
---@param answers contactout.Answers
---@param ready contactout.Ready
---@param opts table `sizes`; `most_held`: inputs
---@return contactout.Intake
function M.new(source, answers, ready, opts)
  return setmetatable({
    is_reading = false, sizes = opts.sizes,
    _source = source, _answers = answers, _ready = ready, _most_held = opts.most_held, _held = 0,
    _gathered = {}, _again = queue.new(), -- keys for the next batch; batches that come first
  }, Intake)
end

return M
