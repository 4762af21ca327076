-- The pause of a run whose requests are refused as too many, at no cost, for longer than
-- a call is tried again. As long as the server asks for; where it doesn't say, longer
-- each time. All pauses between two requests that were accepted have a bound together.
-- Pure: the clock and the random numbers are arguments, and nobody waits here.

-- Each pause of our own is so much longer than the one before, up to so many seconds.
local FACTOR, LONGEST = 2, 300
-- The first one, in seconds; shorter where calls hardly wait.
local FIRST, SHORTEST = 10, 0.01
-- How far past the end runs are spread that were refused together.
local SPREAD = 0.1

---@class contactout.Hold
---@field bound number seconds
local Hold = {}
Hold.__index = Hold
Hold.__name = "contactout.Hold"

--- Seconds for which nothing is to be sent.
---@return number seconds 0: there is no pause
function Hold:left()
  return math.max(self._until - self._now(), 0)
end

-- A pause of our own; none for who was refused together with the one that began it.
local function own_pause(self, now, left)
  if now < self._until then
    return 0
  end
  self._count = self._count + 1
  return math.min(self._first * FACTOR ^ (self._count - 1), LONGEST, left)
end

--- A request was refused.
---@param asked? number seconds of pause that the server wants
---@return number|nil seconds of the pause from now; nil: past the bound
---@return boolean|nil is_longer than the pause that there was
function Hold:refused(asked)
  local now = self._now()
  self._since = self._since or now
  local left = self._since + self.bound - now
  if left <= 0 or (asked or 0) > left then
    return nil
  end
  local seconds = math.max(own_pause(self, now, left), asked or 0)
  local over_at = now + seconds * (1 + SPREAD * self._random())
  local is_longer = over_at > self._until
  self._until = math.max(self._until, over_at)
  return self._until - now, is_longer
end

--- A request was accepted: the next refusal is a first one.
function Hold:accepted()
  self._since, self._count = nil, 0
end

local M = {}

--- Seconds of pauses that a run bears, unless it is told otherwise.
M.BOUND = 3600

---@param opts table `bound`, seconds; `first`: those of the first pause at most, where
---  the server doesn't say
---@param now fun(): number seconds, never going back
---@param random fun(): number from 0 up to 1
---@return contactout.Hold
function M.new(opts, now, random)
  return setmetatable({
    bound = opts.bound, _first = math.max(math.min(FIRST, opts.first), SHORTEST),
    _now = now, _random = random, _until = 0, _since = nil, _count = 0,
  }, Hold)
end

return M
