-- Where iterators wait, and where what they send may run: in a task that outlives whoever
-- asked, so that what is paid for is written down. Knows loops by their contract.

local compat = require "contactout.compat"
local errors = require "contactout.errors"
local loops = require "contactout.loops"
local plain = require "contactout.loops.plain"
local sending = require "contactout.sending"
local task = require "contactout.task"

local M = {}

--- The loop on which the running code waits. Raises kind `unsupported` where nothing can.
---@param client contactout.Client
---@return table loop
function M.current(client)
  return task.need_loop(function()
    return loops.current(client._loop)
  end)
end

--- The loop on which work may have a task of its own. In no host that is plain Lua's,
--- unless the client is to wait with another one only; where coroutines may end before
--- their time, one whose don't.
---@param client contactout.Client
---@return table|nil loop nil: none
---@return contactout.Error|nil err there is no such place by now
function M.for_task(client)
  local loop, own = M.current(client), client._loop
  if not compat.CAN_YIELD or loop.blocks and own and own ~= plain then
    return nil
  elseif loop.detached then
    local place, err = loop.detached()
    return place or loop, err
  end
  return loop.blocks and plain or loop
end

--- Parks the running coroutine until those are woken who wait for the same.
---@param client contactout.Client
---@param loop table on which it waits
---@param waiters table<table, table> waiter -> its loop: those who wait
---@param seconds? number
---@return string outcome "woken", also by the client's end; "timeout", or "cancelled": its
---  task was
function M.park(client, loop, waiters, seconds)
  local waiter = loop.waiter()
  waiters[waiter] = loop
  local outcome = sending.park(client, loop, waiter, seconds)
  waiters[waiter] = nil
  return client._closed and "woken" or outcome
end

--- What is raised where nginx begins with no task.
---@param fields table of the error
---@return contactout.Error
function M.never_began(fields)
  fields.retryable = true
  return errors.new("connection", "not sent: nginx has run no timer for it; raise "
    .. "lua_max_running_timers, and call the iterator again", fields)
end

return M
