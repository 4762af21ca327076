-- The waits of those who ask a run for rows (run.lua): for a batch to end, for a pause to
-- be over, and a turn for others now and then. Each consumer waits in his own coroutine.

local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"
local pausing = require "contactout.pausing"
local places = require "contactout.places"
local plain = require "contactout.loops.plain"
local sending = require "contactout.sending"
local task = require "contactout.task"

local M = {}

-- Seconds after which the consumer of rows that are ready lets others have a turn.
local TURN_SECONDS = 0.005
-- Seconds within which a host's own place for batches must begin with one.
local PATIENCE = 5

local function cancelled()
  return errors.new("cancelled", "the wait for the next row was cancelled; what is in flight goes "
    .. "on, and the iterator can be called again")
end

--- Tells those who wait for rows that there is news: a batch has ended, or a pause has
--- begun or is over.
---@param run contactout.Run
function M.tell(run)
  run.news = run.news + 1
  sending.wake_all(run.consumers)
end

--- Parks until a batch has ended, or the client is closed.
---@param run contactout.Run
---@param loop table
---@param seconds? number
---@return string outcome "woken", "timeout", or "cancelled": the consumer's task was
function M.park(run, loop, seconds)
  return places.park(run.client, loop, run.consumers, seconds)
end

--- Waits until there may be a row, or something to send. Raises kind `cancelled`.
---@param run contactout.Run
---@param was_held boolean there was a pause when it was tried to send something; it may be
---  over by now, of which nobody tells
---@return boolean is_late a host's own place for batches hasn't begun with one
function M.for_news(run, was_held)
  local loop = run:need_loop()
  local is_held = was_held or run:is_held()
  local may_be_late = loop.detached ~= nil and run.due > 0 and not is_held
  local seconds = is_held and pausing.tell(run) or may_be_late and PATIENCE or nil
  local outcome = M.park(run, loop, seconds)
  if outcome == "cancelled" then
    error(cancelled(), 0)
  end
  return outcome == "timeout" and may_be_late
end

--- Lets others have a turn from time to time: the host, and our own tasks. Raises kind
--- `cancelled`.
---@param run contactout.Run
function M.give_turn(run)
  local now = core.now()
  if now - run.turn_given < TURN_SECONDS or not compat.CAN_YIELD then
    return
  end
  local loop = run:need_loop()
  if loop.blocks then
    plain.step()
  elseif task.park(loop, loop.waiter(), 0) == "cancelled" then
    error(cancelled(), 0)
  end
  run.turn_given = core.now()
end

return M
