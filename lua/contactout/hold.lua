-- The pauses of work that fails at no cost, for longer than a call is tried again: those
-- of a server that refuses requests as too many, and outages, in which nothing can be
-- sent. As long as the server asks for; where nobody says, longer each time. All pauses
-- of either kind have a bound together, until something goes well. Before the server has
-- answered at all there is no outage: then it may be the base URL that is wrong.
-- Pure: the clock and the random numbers are arguments, and nobody waits here.

-- Each pause of our own is so much longer than the one before, up to so many seconds. An
-- outage may be over at any time.
local FACTOR, LONGEST = 2, { server = 300, network = 60 }
-- The first one, in seconds; shorter where calls hardly wait.
local FIRST, SHORTEST = 10, 0.01
-- How far past the end those are spread that failed together.
local SPREAD = 0.1

-- The pauses of one kind, from the first failure until something goes well.
local Spell = {}
Spell.__index = Spell

-- A pause of our own; none for who failed together with the one that began it.
local function own_pause(self, now, left)
  if now < self.over_at then
    return 0
  end
  self.count = self.count + 1
  return math.min(self.first * FACTOR ^ (self.count - 1), self.longest, left)
end

-- One more failure -> as Hold:refused.
function Spell:extend(now, asked, spread)
  self.since = self.since or now
  local left = self.since + self.bound - now
  if left <= 0 or asked > left then
    return nil
  end
  local seconds = math.max(own_pause(self, now, left), asked)
  local over_at = now + seconds * (1 + spread)
  local is_longer = over_at > self.over_at
  self.over_at = math.max(self.over_at, over_at)
  return self.over_at - now, is_longer
end

-- The next failure is a first one. A pause that was begun is kept.
function Spell:finish()
  self.since, self.count = nil, 0
end

local function new_spell(opts, longest)
  return setmetatable({
    bound = opts.bound, first = math.max(math.min(FIRST, opts.first), SHORTEST),
    longest = longest, over_at = 0, since = nil, count = 0,
  }, Spell)
end

---@class contactout.Hold
---@field bound number seconds
---@field is_reached boolean the server has answered at all
local Hold = {}
Hold.__index = Hold
Hold.__name = "contactout.Hold"

--- Seconds for which nothing is to be sent.
---@return number seconds 0: there is no pause
---@return "server"|"network"|nil by what; in an outage also while it is tried anew
function Hold:left()
  local now, server, network = self._now(), self._server, self._network
  local seconds = math.max(server.over_at, network.over_at) - now
  if network.since then
    return math.max(seconds, 0), "network"
  end
  return math.max(seconds, 0), seconds > 0 and "server" or nil
end

--- The server has refused a request.
---@param asked? number seconds of pause that it wants
---@return number|nil seconds of the pause from now; nil: past the bound
---@return boolean|nil is_longer than the pause that there was
function Hold:refused(asked)
  return self._server:extend(self._now(), asked or 0, SPREAD * self._random())
end

--- A request could not be sent, of one whom the server has answered before.
---@return number|nil seconds as `refused`
---@return boolean|nil is_longer
function Hold:cut_off()
  return self._network:extend(self._now(), 0, SPREAD * self._random())
end

--- The server has answered, whatever it said: an outage is over, and its pause.
---@return boolean is_news there was one
function Hold:answered()
  local was_out = self._network.since ~= nil
  self.is_reached = true
  self._network:finish()
  self._network.over_at = 0
  return was_out
end

--- A request was accepted: the next refusal is a first one.
function Hold:accepted()
  self._server:finish()
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
    bound = opts.bound, is_reached = false, _now = now, _random = random,
    _server = new_spell(opts, LONGEST.server), _network = new_spell(opts, LONGEST.network),
  }, Hold)
end

return M
