-- One call: its attempts. Each waits for its turn in the rate limit, goes out
-- (sending.lua), and what comes back is held against the retry policy. Works on a
-- client's fields (client.lua); knows no host and no endpoint by name.

local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"
local events = require "contactout.events"
local loops = require "contactout.loops"
local retry = require "contactout.retry"
local sending = require "contactout.sending"
local tasks = require "contactout.tasks"

local M = {}

---@class contactout.Call
---@field name string the endpoint's, or an undocumented path
---@field row table its row in `contactout.endpoints`
---@field request userdata built by the core
---@field question? userdata what a lookup asks its cache: that request in its normal form
---@field raw boolean the whole reply is wanted
---@field attempts integer made so far
---@field is_out? boolean an attempt is under way
---@field ticket? userdata the core's, of that attempt; whose coroutine a host has ended, that
---  call can be made on by another
---@field reservation? contactout.Reservation|boolean for that attempt
---@field started? number when it went out
---@field maybe_charged? boolean an earlier one may have been charged
---@field policy contactout.RetryPolicy and `deadline`: when its turn must have come
---@field params? table where what it costs depends on them
---@field most? contactout.Credits what one attempt can cost; nil: outside of any budget
---@field budget? contactout.Budget that of a run, within the client's
---@field mark? contactout.Mark that stands in the cache's file while it may be charged

-- One call ------------------------------------------------------------------

local function cancelled(call)
  return errors.new("cancelled", "cancelled before it was sent", { endpoint = call.name })
end

-- The error of a call that would have to wait for longer than it may, because
-- the server asked its whole class to; nil otherwise.
local function held_too_long(self, call)
  local seconds = self._limits:held(call.row, call.name)
  if seconds <= call.policy.max_retry_wait then
    return nil
  end
  return errors.new("rate_limited", string.format("not sent: the server asked for a pause, of "
    .. "which %d s are left, more than max_retry_wait", math.ceil(seconds)),
    { endpoint = call.name, retry_after = seconds, retryable = true })
end

-- The same for one whose turn has not come by the policy's deadline.
local function too_late(call, now)
  local deadline = call.policy.deadline
  return deadline and now >= deadline and errors.new("timeout",
    "not sent: no turn came in time within the rate limit", { endpoint = call.name }) or nil
end

-- Waits for a place within the rate limit. True, or nil and an error.
local function wait_for_turn(self, loop, call)
  if self._closed then
    return nil, errors.new("cancelled", "the client is closed", { endpoint = call.name })
  end
  if tasks.take_cancel() then
    return nil, cancelled(call)
  end
  local since, problem
  local turn, lost = self._limits:acquire(call.row, call.name, function(waiter, seconds)
    local now = core.now()
    since = since or now
    problem = held_too_long(self, call) or too_late(call, now)
    local left = (call.policy.deadline or math.huge) - now
    return problem and "cancelled" or sending.park(self, loop, waiter, math.min(seconds, left))
  end, loop)
  if since then
    events.emit(self, "wait", call, { reason = "rate_limit", seconds = core.now() - since })
  end
  if turn and lost then
    events.emit(self, "wait", call, { reason = "limits_lost", seconds = 0, error = lost })
  elseif not turn then
    return nil, lost or problem or cancelled(call)
  end
  return true
end

-- Waits before a further attempt. True, or nil and an error.
local function wait_to_retry(self, loop, call, delay, err)
  if call.mark and not call.maybe_charged then
    call.mark:lift() -- who is killed meanwhile has nothing in doubt
  end
  events.emit(self, "retry", call, {
    attempt = call.attempts, status = err.status, kind = err.kind, seconds = delay,
  })
  if sending.park(self, loop, loop.waiter(), delay) == "timeout" then
    return true
  end
  return nil, cancelled(call)
end

-- Lets an attempt go out: in its turn, with its mark set, and within the budget, which is
-- asked before, too, so that nobody waits for a turn only to be refused.
---@return boolean|nil admitted nil: it may not be sent
---@return contactout.Error|nil err
local function admit(self, loop, call)
  local admitted, err = self._spending:fits(call)
  if admitted then
    admitted, err = wait_for_turn(self, loop, call)
  end
  if admitted and call.mark then
    admitted, err = call.mark:set()
  end
  if admitted and call.reservation == nil then
    call.reservation, err = self._spending:reserve(call)
    admitted = call.reservation ~= nil
  end
  return admitted or nil, err
end

-- As the error of what was dropped unsent.
local UNSENT = {}

-- Something to be held by a coroutine that its host may end without a word: once that is
-- collected while it waits, what the attempt was to cost is given back, if nothing of it
-- was sent. Another coroutine can make the call all the same.
local function watch(self, loop, call)
  if loop.keeps or not call.reservation then
    return nil
  end
  local spending = self._spending
  return compat.sentinel(function()
    local ticket, reservation = call.ticket, call.reservation
    if ticket and reservation and not ticket:sent() then
      ticket:cancel()
      call.ticket, call.reservation = nil, nil
      spending:settle(call, reservation, nil, UNSENT)
    end
  end)
end

-- Sends the request once, and counts what it cost. A reply that comes after its
-- waiter has left is dropped: that one stays in doubt.
local function send_and_settle(self, loop, call)
  call.is_out = true
  local value, err, sent, status = sending.send(self, loop, call, watch(self, loop, call))
  call.is_out = false
  local reply = value
  if value and call.raw then
    reply = value.data
  end
  local reservation = call.reservation
  call.reservation = nil
  local charged = self._spending:settle(call, reservation, reply, err)
  if err then
    err.unsent = sent == false or nil
  end
  return value, err, sent, status, charged
end

-- Makes an attempt ready to go out, unless it is out already.
---@return boolean|nil ready
---@return contactout.Error|nil err
local function begin(self, loop, call)
  if call.ticket then
    return true
  end
  local admitted, err = admit(self, loop, call)
  if not admitted then
    return nil, err
  end
  call.attempts, call.started = call.attempts + 1, core.now()
  events.emit(self, "request", call, {
    attempt = call.attempts, request = self._observe_data and call.request or nil,
  })
  return true
end

-- One attempt: its turn, the request, and what is told of it.
local function attempt(self, loop, call)
  local ready, err = begin(self, loop, call)
  if not ready then
    return nil, err, false
  end
  local value, problem, sent, status, charged = send_and_settle(self, loop, call)
  if not self._observe then
    return value, problem, sent
  end
  events.emit(self, "response", call, {
    attempt = call.attempts, seconds = core.now() - call.started,
    status = problem and problem.status or status ~= 0 and status or nil,
    kind = problem and problem.kind or nil, credits = charged,
    data = self._observe_data and value or nil,
  })
  return value, problem, sent
end

--- From 0 up to 1, for jitter alone. Not math.random: unseeded, as in LuaJIT, it
--- gives every process the same numbers, and the seed is the host's to set.
function M.random()
  return core.now() * 1e5 % 1
end

-- Whether, and after how long, to try again: seconds, or nil.
local function delay_after(self, call, err, sent)
  if err.status == 429 then
    self._limits:refused(call.row, call.name, err.retry_after)
  elseif err.status == 503 and err.retry_after then
    self._limits:hold(call.row, call.name, err.retry_after)
  end
  local outcome = {
    kind = err.kind, status = err.status, retry_after = err.retry_after,
    sent = sent, costs = call.row.costs, permanent = err.retryable == false,
  }
  err.retryable = retry.is_retryable(outcome, call.policy)
  return retry.delay(outcome, call.attempts, call.policy, M.random)
end

local function finish(call, value, err)
  if value ~= nil then
    if call.raw then
      value.attempts = call.attempts
    end
    return value
  end
  err.attempts = call.attempts
  err.endpoint = err.endpoint or call.name
  err.maybe_charged = call.maybe_charged
  return nil, err
end

--- Makes a call to its end, from where another coroutine has left it, if one has.
--- Yields where a host waits.
---@param self contactout.Client
---@param loop table
---@param call contactout.Call
---@return table|nil value
---@return contactout.Error|nil err
function M.make(self, loop, call)
  while true do
    local value, err, sent = attempt(self, loop, call)
    if not err then
      return finish(call, value)
    end
    call.maybe_charged = call.maybe_charged or err.maybe_charged or nil
    local delay = delay_after(self, call, err, sent)
    if not delay then
      return finish(call, value, err)
    end
    local waited, problem = wait_to_retry(self, loop, call, delay, err)
    if not waited then
      return finish(call, nil, problem)
    end
  end
end

--- The same with whichever loop is there, and by what was found before, if the
--- client keeps that.
---@param self contactout.Client
---@param call contactout.Call
---@return table|nil value
---@return contactout.Error|nil err
function M.run(self, call)
  events.raise(self)
  local loop, message = loops.current(self._loop)
  if not loop then
    return errors.fail("unsupported", message, { endpoint = call.name })
  elseif self._lookups and call.row.lookup then
    return self._lookups:make(self, loop, call)
  end
  return M.make(self, loop, call)
end

return M
