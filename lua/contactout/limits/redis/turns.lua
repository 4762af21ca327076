-- The turns of one client within limits that Redis keeps. Stands in for limiter.lua's
-- set. A request reserves the next time that is free, waits for it, and asks once more
-- whether there is a pause by then. Where Redis is lost after it had answered, a set
-- of the process's own takes over until it is back.

local commands = require "contactout.limits.redis.commands"
local core = require "contactout.core"
local errors = require "contactout.errors"
local slots = require "contactout.limits.slots"

-- Of the window, by how much a request may go later than the time it reserved: less than
-- the margin of 2 %, since the next ones' times count from that.
local LATE = 0.012
-- Seconds after which a Redis that was lost is asked again.
local ASK_AGAIN = 2

---@class contactout.RedisTurns
local Turns = {}
Turns.__index = Turns
Turns.__name = "contactout.RedisTurns"

-- What is asked for an endpoint: {limits, reserve, held}. The limits are its class's and,
-- where that is in doubt, one that may become its own.
local function asked_for(self, row, name)
  local kept_as = row.rate_doubt and name or row.rate_class -- undocumented paths are many
  if self._asked[kept_as] then
    return self._asked[kept_as]
  end
  local limits = { self._classes[row.rate_class] }
  local other = self._classes[row.rate_doubt]
  if other and other.rate then
    limits[2] = slots.limit(self._key .. "own:" .. name, other.rate, other.window)
  end
  local asked = {
    limits = limits, reserve = commands.reserve(limits), held = commands.held(limits),
  }
  self._asked[kept_as] = asked
  return asked
end

-- One turn ------------------------------------------------------------------------

-- `turn` is who waits for one, {row, name, park, loop}; results are as Line:ask's: nil
-- and a message where Redis can't be asked, false where the wait was cancelled.

-- Asks Redis, "reserve" or "held" -> its answer
local function ask(self, turn, question)
  local state, asked_at = self._state, core.now()
  local command = asked_for(self, turn.row, turn.name)[question]
  local line, problem = self._line:ask(command, turn.park, turn.loop)
  if not line then
    return line, problem
  end
  local answer = commands.read(line)
  if not answer then
    return nil, line
  end
  state.has_answered, state.is_lost = true, false
  state.clock:learn(asked_at, answer.time, core.now())
  if answer.pause > 0 then
    self._own:hold(turn.row, turn.name, answer.pause)
  end
  return answer
end

-- Waits until a time that was reserved -> "free"; "missed": there is a pause by then
local function wait_until(self, turn, at)
  local waiter = turn.loop.waiter()
  local left = at - core.now()
  while left > 0 do
    if turn.park(waiter, left) == "cancelled" then
      return false
    end
    left = at - core.now()
  end
  local answer, problem = ask(self, turn, "held")
  if not answer then
    return answer, problem
  end
  return answer.pause > 0 and "missed" or "free"
end

-- Whether it is too late for a time that was reserved, which came between two times of
-- our own. Twice what isn't known of the clock of Redis is let pass, or, far from there,
-- nobody would ever be in time.
local function is_late(limit, earliest, latest)
  local most = math.max(limit.window * LATE, 2 * (latest - earliest))
  return limit.rate and core.now() > earliest + most
end

-- One reservation, and the wait for it -> "free", or "missed"
local function take(self, turn)
  local answer, problem = ask(self, turn, "reserve")
  if not answer then
    return answer, problem
  end
  local earliest, latest = self._state.clock:here(answer.time + answer.wait)
  local outcome = "free"
  if answer.wait > 0 then
    outcome, problem = wait_until(self, turn, latest)
  end
  local limit = asked_for(self, turn.row, turn.name).limits[1]
  if outcome == "free" and is_late(limit, earliest, latest) then
    return "missed"
  end
  return outcome, problem
end

-- Taking turns ----------------------------------------------------------------------

-- Redis can't be asked. Whether that is news.
local function lose(state)
  local is_news = not state.is_lost
  state.is_lost, state.ask_again_at = true, core.now() + ASK_AGAIN
  return is_news
end

-- What Redis says of a command that it doesn't know shows its arguments: left out.
local function loss(self, problem)
  problem = problem:gsub("^%-", ""):gsub(", with args.*", "")
  return errors.new("connection", ("Redis at %s, which keeps rate_limits, can't be asked (%s): "
    .. "start it, correct the options of contactout.limits.redis, or leave rate_limits out")
    :format(self._place, problem), { retryable = false })
end

--- Waits for the turn of a request to an endpoint, and counts it. Yields where `park`
--- does. One that is cancelled loses its slot.
---@param row table has `rate_class`, and `rate_doubt` where the class is in doubt
---@param name string the endpoint's
---@param park fun(waiter, seconds): string "woken", "timeout" or "cancelled"
---@param loop table
---@return true|nil turn nil: cancelled, or `err`
---@return contactout.Error|nil err Redis has never answered; with a turn: it is lost,
---  and the process goes on by itself
function Turns:acquire(row, name, park, loop)
  local state = self._state
  if state.is_lost and core.now() < state.ask_again_at then
    return self._own:acquire(row, name, park, loop)
  end
  local turn = { row = row, name = name, park = park, loop = loop }
  local outcome, problem
  repeat
    outcome, problem = take(self, turn)
  until outcome ~= "missed"
  if outcome ~= nil then
    return outcome == "free" or nil
  elseif not state.has_answered then
    return nil, loss(self, problem)
  end
  local news = lose(state) and loss(self, problem) or nil
  local is_given = self._own:acquire(row, name, park, loop)
  return is_given, is_given and news
end

--- The server asked for a pause: the endpoint's whole class keeps it, everywhere.
---@param seconds number
function Turns:hold(row, name, seconds)
  self._own:hold(row, name, seconds)
  self._line:tell(commands.hold(asked_for(self, row, name).limits, seconds))
end

--- Seconds of a pause that the server asked for, as far as is known here.
---@return number seconds 0: there is none
function Turns:held(row, name)
  return self._own:held(row, name)
end

--- The server refused a request as too many. Where the class of the endpoint is in
--- doubt, that settles it: it is paced by itself, at the other rate, from then on.
---@param retry_after? number seconds
function Turns:refused(row, name, retry_after)
  self._own:refused(row, name, retry_after)
  self._line:tell(commands.refused(asked_for(self, row, name).limits, retry_after or 0))
end

--- About how many seconds so many requests take, none before them.
function Turns:seconds(row, count)
  return self._own:seconds(row, count)
end

local M = {}

---@param line table see connection.lua
---@param settings table place: what Redis is called; key: before its keys; classes:
---  limits by class; own: the set that takes over; state: shared by all clients
---@return contactout.RedisTurns
function M.new(line, settings)
  return setmetatable({
    _line = line, _place = settings.place, _key = settings.key, _classes = settings.classes,
    _own = settings.own, _state = settings.state, _asked = {},
  }, Turns)
end

return M
