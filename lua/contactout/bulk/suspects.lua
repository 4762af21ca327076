-- Batches that the server refused as invalid, before it has accepted any of the run. A
-- key of each may be to blame, or an option, which would be refused with any key. So some
-- keys, far from each other, are asked for alone, one after another: if one is accepted,
-- or the words differ, it is the keys, and halving finds them; if all are refused in the
-- same words, an option may be the cause, and each key's row says so. That takes as many
-- requests as halving takes to find one key, and one for each batch that follows. Pure.

---@class contactout.Refusal a batch of which it is known what to do
---@field batch contactout.Batch
---@field err contactout.Error
---@field has_bad_key boolean it is to be sent again, in parts
---@field may_be_good? boolean all the same: what was taken out of it was refused

---@class contactout.Suspects
local Suspects = {}
Suspects.__index = Suspects
Suspects.__name = "contactout.Suspects"

-- Probes ----------------------------------------------------------------------------

-- One key of the first case, asked for alone: in flight, or waiting to be sent again.
local function is_probe(self, batch)
  return self._probe ~= nil and self._probe.batch == batch
end

--- Whether nothing may be sent until it is known what becomes of a probe.
---@return boolean
function Suspects:is_waiting()
  return self._probe ~= nil and self._probe.is_in_flight
end

--- Whether nobody is suspected.
---@return boolean
function Suspects:is_empty()
  return not self._probe and #self._cases == 0
end

-- How many keys of a batch are asked for alone.
local function probes_for(self, count)
  return self._blame == "option" and 1 or math.ceil(math.log(count) / math.log(2)) + 1
end

-- Takes a key out of a case's batch, so far from the others as they are from each other.
local function take_probe(self, case)
  case.most = case.most or probes_for(self, #case.batch)
  case.left = case.left or case.most
  local place = math.ceil(#case.batch * case.left / case.most)
  return { batch = { table.remove(case.batch, place) } }
end

--- A key to ask for alone, taken out of its batch; the one that was taken back, if any.
---@return contactout.Batch|nil
function Suspects:next_probe()
  local case = self._cases[1]
  if self:is_waiting() or not case and not self._probe then
    return nil
  end
  self._probe = self._probe or take_probe(self, case)
  self._probe.is_in_flight = true
  return self._probe.batch
end

--- Keeps a probe that has to be sent again.
---@param batch contactout.Batch
---@return boolean is_probe
function Suspects:take_back(batch)
  if is_probe(self, batch) then
    self._probe.is_in_flight = false
    return true
  end
  return false
end

--- Nothing more comes of a batch, unless it was taken back.
---@param batch contactout.Batch
function Suspects:ended(batch)
  if is_probe(self, batch) and self._probe.is_in_flight then
    self._probe = nil
    local case = self._cases[1]
    if case and #case.batch == 0 then
      table.remove(self._cases, 1)
    end
  end
end

-- Decisions -------------------------------------------------------------------------

-- Closes the first so many cases.
local function decide(self, count, has_bad_key)
  local decided = {}
  for _ = 1, count do
    local case = table.remove(self._cases, 1)
    if #case.batch > 0 then
      decided[#decided + 1] = {
        batch = case.batch, err = case.err, has_bad_key = has_bad_key,
        may_be_good = case.left ~= case.most,
      }
    end
  end
  return decided
end

-- Keys are to blame: which of them, halving finds.
local function blame_keys(self)
  self._blame = "keys"
  return decide(self, #self._cases, true)
end

-- A probe was refused like its batch: with the last one, an option may be the cause.
local function count_probe(self)
  local case = self._cases[1]
  self._probe = nil
  case.left = case.left - 1
  if case.left > 0 and #case.batch > 0 then
    return {}
  end
  self._blame = "option"
  return decide(self, 1, false)
end

-- What one more refusal shows of those that there were.
local function judge(self, batch, err)
  local are_words_new = self._words ~= nil and self._words ~= err.message
  self._words = self._words or err.message
  if self._blame == "keys" or are_words_new then
    return blame_keys(self)
  elseif is_probe(self, batch) then
    return count_probe(self)
  end
  return {}
end

--- A batch was refused.
---@param batch contactout.Batch
---@param err contactout.Error
---@return contactout.Refusal[] decided of which it is known by now what to do
function Suspects:refused(batch, err)
  if #batch > 1 then
    table.insert(self._cases, { batch = batch, err = err })
    return judge(self, batch, err)
  end
  local decided = judge(self, batch, err)
  table.insert(decided, { batch = batch, err = err, has_bad_key = false })
  return decided
end

--- The server has accepted a batch: it refuses others for their keys.
---@return contactout.Refusal[] decided
function Suspects:accepted()
  return blame_keys(self)
end

local M = {}

---@return contactout.Suspects
function M.new()
  return setmetatable({
    _cases = {}, -- refusals, of which the first is probed: `most` keys, of which `left`
    _probe = nil,
    _blame = nil, -- "keys"; "option", if it may be one; nil: not known by now
    _words = nil, -- of the first refusal
  }, Suspects)
end

return M
