-- Batches that the server refused as invalid, before it has accepted any of the run. A
-- key of each may be to blame, or an option, which would be refused with any key. So some
-- keys, far from each other, are asked for alone, one after another: if one is accepted,
-- or the words differ, it is the keys, and halving finds them; if all are refused in the
-- same words, an option may be the cause, and each key's row says so. That takes as many
-- requests as halving takes to find one key, and one for each batch that follows. Pure.

local M = {}

---@class contactout.Refusal a batch of which it is known what to do
---@field batch contactout.Batch
---@field err contactout.Error
---@field has_bad_key boolean it is to be sent again, in parts
---@field may_be_good? boolean all the same: what was taken out of it was refused

---@class contactout.Suspects
local Suspects = {}
Suspects.__index = Suspects
Suspects.__name = "contactout.Suspects"

--- Whether nothing may be sent until it is known what becomes of a probe.
---@return boolean
function Suspects:is_waiting()
  return self._probe ~= nil and not self._is_back
end

--- Whether nobody is suspected.
---@return boolean
function Suspects:is_empty()
  return not self._probe and #self._aside == 0
end

-- How many keys of a batch are asked for alone.
local function probes_for(self, count)
  return self._may_be_option and 1 or math.ceil(math.log(count) / math.log(2)) + 1
end

--- A key to ask for alone, taken out of its batch.
---@return contactout.Batch|nil
function Suspects:next_probe()
  if self._is_back then
    self._is_back = false
    return self._probe
  end
  local first = self._aside[1]
  if not first or self._probe then
    return nil
  end
  first.most = first.most or probes_for(self, #first.batch)
  first.left = first.left or first.most
  local place = math.ceil(#first.batch * first.left / first.most)
  self._probe = { table.remove(first.batch, place) }
  return self._probe
end

--- Keeps a probe that has to be sent again.
---@param batch contactout.Batch
---@return boolean is_probe
function Suspects:take_back(batch)
  local is_probe = batch == self._probe
  self._is_back = self._is_back or is_probe
  return is_probe
end

--- Nothing more comes of a batch, unless it was taken back.
---@param batch contactout.Batch
function Suspects:ended(batch)
  if batch == self._probe and not self._is_back then
    self._probe = nil
    local first = self._aside[1]
    if first and #first.batch == 0 then
      table.remove(self._aside, 1)
    end
  end
end

-- Takes the first so many batches from aside.
local function decide(self, count, has_bad_key)
  local decided = {}
  for _ = 1, count do
    local refusal = table.remove(self._aside, 1)
    if #refusal.batch > 0 then
      decided[#decided + 1] = {
        batch = refusal.batch, err = refusal.err, has_bad_key = has_bad_key,
        may_be_good = refusal.left ~= refusal.most,
      }
    end
  end
  return decided
end

-- A probe was refused: with the last one, an option may be the cause.
local function count_probe(self)
  local first = self._aside[1]
  self._probe = nil
  first.left = first.left - 1
  if first.left > 0 and #first.batch > 0 then
    return {}
  end
  self._may_be_option = true
  return decide(self, 1, false)
end

--- A batch was refused.
---@param batch contactout.Batch
---@param err contactout.Error
---@return contactout.Refusal[] decided of which it is known by now what to do
function Suspects:refused(batch, err)
  local decided, is_alone = {}, #batch == 1
  if not is_alone then
    table.insert(self._aside, { batch = batch, err = err })
  end
  if self._are_keys or self._words and self._words ~= err.message then
    decided = self:accepted()
  elseif batch == self._probe then
    decided = count_probe(self)
  end
  self._words = self._words or err.message
  if is_alone then
    table.insert(decided, { batch = batch, err = err, has_bad_key = false })
  end
  return decided
end

--- The server has accepted a batch: it refuses others for their keys.
---@return contactout.Refusal[] decided
function Suspects:accepted()
  self._are_keys = true
  return decide(self, #self._aside, true)
end

---@return contactout.Suspects
function M.new()
  return setmetatable({
    _aside = {}, -- refusals, of which the first is probed: `most` keys, of which `left`
    _probe = nil, _is_back = false, -- what is in flight, or to be sent again
    _are_keys = false, _may_be_option = false, _words = nil,
  }, Suspects)
end

return M
