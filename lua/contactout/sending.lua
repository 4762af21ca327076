-- One request on its way: handed to the core, and waited for as the host waits. What a
-- call has under way stands on the call, so that one whose coroutine its host has ended
-- can be taken up by another. Works on a client's fields (client.lua); knows no host, and
-- nothing of limits, budgets and retries, which are call.lua's.

local errors = require "contactout.errors"
local tasks = require "contactout.tasks"

local M = {}

--- Parks the running coroutine on the client's behalf, so that `close` finds and
--- wakes it. Gives what tasks.park does; a closed client is a cancellation.
---@param self contactout.Client
---@param loop table
---@param waiter table
---@param seconds? number
---@return string outcome "woken", "timeout" or "cancelled"
function M.park(self, loop, waiter, seconds)
  self._parked[waiter] = loop
  local outcome = tasks.park(loop, waiter, seconds)
  self._parked[waiter] = nil
  if self._closed then
    return "cancelled"
  end
  return outcome
end

--- Wakes who waits for what was submitted.
---@param waiters table<integer, table> ids of tickets -> waiters
---@param parked table<table, table> waiters -> their loops
---@param id integer
function M.wake(waiters, parked, id)
  local waiter = waiters[id]
  local loop = waiter and parked[waiter]
  if loop then
    loop.wake(waiter)
  end
end

--- Wakes all who wait for the same.
---@param waiters table<table, table> waiters -> their loops
function M.wake_all(waiters)
  for waiter, loop in pairs(waiters) do
    loop.wake(waiter)
  end
end

-- Submits a call's request, unless that was done by one whose coroutine is no more.
---@return userdata|nil ticket
---@return contactout.Error|nil err
local function submit(self, call)
  if call.ticket then
    return call.ticket
  elseif self._closed or tasks.take_cancel() then
    return errors.fail("cancelled", "cancelled before it was sent")
  end
  local err
  call.ticket, err = self._core:submit(call.request)
  return call.ticket, err
end

-- Parks until a ticket has ended, or nobody waits any more.
local function park_for(self, loop, waiter, ticket)
  local id = ticket:id()
  if loop.expect then
    loop.expect(waiter, ticket)
  else
    self._waiters[id] = waiter
  end
  M.park(self, loop, waiter)
  self._waiters[id] = nil
end

-- Takes what has come of a call's request. A ticket is taken once: this coroutine, which
-- wasn't run for long, ends here if another goes on with its call (flights.lua).
local function take(call)
  local ticket = call.ticket
  if not ticket then
    error(errors.new("cancelled", "another coroutine goes on with it"), 0)
  end
  call.ticket = nil
  return ticket:take()
end

local function send_blocking(self, call)
  if not call.ticket then
    return self._core:perform(call.request)
  end
  self._core:wait(call.ticket)
  return take(call)
end

--- Sends a call's request and waits for it in the host's way, which is made ready before:
--- what was sent must find somebody who waits.
---@param self contactout.Client
---@param loop table
---@param call contactout.Call
---@param _ any held by this coroutine for as long as it waits
---@return table|nil value
---@return contactout.Error|nil err
---@return boolean|nil sent whether something of it may have left this machine
---@return integer|nil status
function M.send(self, loop, call, _)
  if loop.blocks then
    return send_blocking(self, call)
  end
  local descriptor, err = self._core:fd() -- a forked child's client has none to wait on
  if not descriptor then
    return nil, err, false
  end
  local waiter = loop.waiter()
  err = loop.attach(self._source, waiter)
  if err then
    return nil, err, false
  end
  local was_out, ticket = call.ticket ~= nil
  ticket, err = submit(self, call)
  -- one that was out may have been named as ended, to a coroutine that is no more
  if ticket and not (was_out and ticket:ended()) then
    park_for(self, loop, waiter, ticket)
  end
  loop.detach(self._source, waiter)
  if not ticket then
    return nil, err, false
  end
  return take(call)
end

return M
