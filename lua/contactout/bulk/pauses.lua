-- How a run keeps the pauses of its hold (hold.lua): begins and ends them, tells those who
-- wait for rows, and ends the run where one would last too long. What is paused for is no
-- key's fault, so none has an error for it. Works on a run (run.lua).

local errors = require "contactout.errors"
local events = require "contactout.events"
local waiting = require "contactout.bulk.waiting"

local M = {}

local TOO_LONG = "%s than max_retry_wait allows this run; all that was paid for has been given: "
  .. "make the same call again later, with its journal if it has one, or with a larger "
  .. "max_retry_wait (%s)"

-- What ends a run, from the error that was one too many.
local function too_long(err, kind, why, said)
  return errors.new(kind, TOO_LONG:format(why, said .. err.message), {
    endpoint = err.endpoint, status = err.status, request_id = err.request_id,
    retry_after = err.retry_after, attempts = err.attempts, retryable = true,
  })
end

-- By why a run pauses.
local EXTEND, END = {}, {}

function EXTEND.pause(hold, err)
  return hold:refused(err.retry_after)
end

function EXTEND.outage(hold)
  return hold:cut_off()
end

function END.pause(err)
  return too_long(err, "rate_limited", "the server wants a longer pause", "the server said: ")
end

function END.outage(err)
  return too_long(err, err.kind, "the server can't be reached for longer", "")
end

--- Has the run pause, or go on with a pause; ends it where that would be too long.
---@param run contactout.Run
---@param why "pause"|"outage"
---@param err contactout.Error the failure that shows it
---@return boolean is_held
function M.begin(run, why, err)
  local seconds, is_longer = EXTEND[why](run.hold, err)
  if not seconds then
    run:stop(END[why](err))
    return false
  end
  if is_longer then
    events.emit(run.client, "wait", { name = err.endpoint },
      { reason = why, seconds = seconds, error = why == "outage" and err or nil })
    waiting.tell(run)
  end
  return true
end

--- The server has answered, so it can be reached: nobody waits for that any more.
---@param run contactout.Run
function M.answered(run)
  if run.hold:answered() then
    waiting.tell(run)
  end
end

return M
