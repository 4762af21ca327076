-- What the clock of Redis says in terms of this process's own. Each answer tells when it
-- was given, between the asking and the hearing of it; what all of them allow is soon
-- known far better than one slow answer could tell. Pure: the times are arguments.

local M = {}

-- By how much of the time that passes two clocks may drift apart.
local DRIFT = 0.001

---@class contactout.RedisClock
local Clock = {}
Clock.__index = Clock
Clock.__name = "contactout.RedisClock"

--- Takes an answer into account.
---@param asked_at number seconds, by the own clock
---@param said number seconds, by that of Redis
---@param heard_at number seconds, by the own clock
function Clock:learn(asked_at, said, heard_at)
  local drift = (heard_at - self._learnt_at) * DRIFT
  local least = math.max(self._least - drift, asked_at - said)
  local most = math.min(self._most + drift, heard_at - said)
  if least > most then -- one of them was set anew
    least, most = asked_at - said, heard_at - said
  end
  self._least, self._most, self._learnt_at = least, most, heard_at
end

--- When it is that time by the clock of Redis.
---@param time number seconds
---@return number earliest seconds, by the own clock
---@return number latest
function Clock:here(time)
  return time + self._least, time + self._most
end

---@return contactout.RedisClock
function M.new()
  return setmetatable({ _least = -math.huge, _most = math.huge, _learnt_at = 0 }, Clock)
end

return M
