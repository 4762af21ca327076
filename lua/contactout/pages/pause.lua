-- The pauses of a walk: a page that came to nothing and surely cost nothing, because the
-- server wants no request for longer than a call waits, or the network is down, is asked for
-- again later. How long, and for how long in all, is told in hold.lua.

local call = require "contactout.call"
local core = require "contactout.core"
local errors = require "contactout.errors"
local events = require "contactout.events"
local failures = require "contactout.bulk.failures"
local hold = require "contactout.bulk.hold"
local places = require "contactout.places"
local sending = require "contactout.sending"

---@class contactout.Pause
local Pause = {}
Pause.__index = Pause
Pause.__name = "contactout.Pause"

-- Seconds of a pause after which `on_progress` is told again.
local TELL_SECONDS = 1

-- Why a pause may help; nil: it can't. Of who never had an answer the address may be wrong.
---@return "pause"|"outage"|nil
local function reason(self, err)
  if err.maybe_charged and not self._asks_again then
    return nil
  elseif failures.wants_pause(err) then
    return "pause"
  end
  return self._hold.is_reached and failures.is_outage(err) and "outage" or nil
end

local TOO_LONG = "the server wants a longer pause than max_retry_wait allows this walk; all that "
  .. "was paid for has been given: make the same call again later, with its journal, or from this "
  .. "page on if it has none, or with a larger max_retry_wait (the server said: %s)"

local function too_long(err)
  return errors.new("rate_limited", TOO_LONG:format(err.message), {
    endpoint = err.endpoint, status = err.status, request_id = err.request_id,
    retry_after = err.retry_after, attempts = err.attempts, retryable = true,
    maybe_charged = err.maybe_charged,
  })
end

--- A request of the walk came to nothing. Begins a pause, if that may help.
---@param err contactout.Error
---@return contactout.Error|nil err what ends the walk; nil: it is to be made again once the
---  pause is over
function Pause:bear(err)
  local seconds, is_longer
  if err.status then
    self._hold:answered()
  end
  local why = reason(self, err)
  if why == "outage" then
    seconds, is_longer = self._hold:cut_off()
  elseif why == "pause" then
    seconds, is_longer = self._hold:refused(err.retry_after)
  end
  if not seconds then
    return why == "pause" and too_long(err) or err
  elseif is_longer then
    events.emit(self._client, "wait", { name = err.endpoint },
      { reason = why, seconds = seconds, error = why == "outage" and err or nil })
  end
end

--- The server has accepted a request of the walk.
function Pause:accepted()
  self._hold:answered()
  self._hold:accepted()
end

--- Seconds that are left of it. It ends with its client, too: then the next request says why.
---@return number seconds 0: there is none
function Pause:left()
  return self._client._closed and 0 or self._hold:left()
end

--- Tells a tally of it.
---@param tally contactout.Tally
function Pause:tell(tally)
  local seconds, by = self._hold:left()
  tally:hold(by and not self._client._closed and seconds or nil, by)
end

--- Waits until it is over, or until there is news to tell of it. Raises kind `cancelled`.
function Pause:wait()
  local loop = places.current(self._client)
  local waiter = loop.waiter()
  self._waiters[waiter] = loop
  local outcome = sending.park(self._client, loop, waiter, math.min(self:left(), TELL_SECONDS))
  self._waiters[waiter] = nil
  if outcome == "cancelled" and not self._client._closed then
    error(errors.new("cancelled", "the wait for the next page was cancelled; the iterator can be "
      .. "called again"), 0)
  end
end

--- Ends all waits for it.
function Pause:wake()
  for waiter, loop in pairs(self._waiters) do
    loop.wake(waiter)
  end
end

local M = {}

--- A call of the walk's own waits no longer than a client's, so that its page isn't in doubt
--- during a pause.
---@param client contactout.Client
---@param opts table of the walk's calls: its `max_retry_wait` is cut to that
---@return contactout.Pause
function M.new(client, opts)
  local asked, usual = opts.max_retry_wait, client._policy.max_retry_wait
  opts.max_retry_wait = asked and math.min(asked, usual)
  return setmetatable({
    _client = client, _asks_again = opts.retry_charged == true, _waiters = {},
    _hold = hold.new({ bound = asked or hold.BOUND, first = math.min(asked or usual, usual) },
      core.now, call.random),
  }, Pause)
end

return M
