-- How long work, in bulk or through the pages of a search, keeps the pauses of its hold
-- (hold.lua): begins them, tells of them, and says what ends the work where one would last
-- too long. Works on a run or a walk, by its `client`, `hold` and `tally`; who waits for
-- the end of a pause, and how, is theirs.

local call = require "contactout.call"
local core = require "contactout.core"
local errors = require "contactout.errors"
local events = require "contactout.events"
local hold = require "contactout.hold"

local M = {}

-- Seconds of a pause after which `on_progress` is told again.
local TELL_SECONDS = 1

--- Makes the hold of some work. A call of its own waits no longer than a client's, so that
--- what is being sent isn't in doubt during a pause.
---@param client contactout.Client
---@param opts table of the work's calls: its `max_retry_wait` is cut to that
---@return contactout.Hold
function M.new_hold(client, opts)
  local asked, usual = opts.max_retry_wait, client._policy.max_retry_wait
  opts.max_retry_wait = asked and math.min(asked, usual)
  return hold.new({ bound = asked or hold.BOUND, first = math.min(asked or usual, usual) },
    core.now, call.random)
end

local TOO_LONG = "%s than max_retry_wait allows; all that was paid for has been given: make the "
  .. "same call again later, with its journal, or for what is left if it has none; or with a "
  .. "larger max_retry_wait (%s)"

-- What ends the work, from the error that was one too many.
local function too_long(err, kind, why, said)
  return errors.new(kind, TOO_LONG:format(why, said .. err.message), {
    endpoint = err.endpoint, status = err.status, request_id = err.request_id,
    retry_after = err.retry_after, attempts = err.attempts, retryable = true,
  })
end

-- By why it pauses.
local EXTEND, END = {}, {}

function EXTEND.pause(held, err)
  return held:refused(err.retry_after)
end

function EXTEND.outage(held)
  return held:cut_off()
end

function END.pause(err)
  return too_long(err, "rate_limited", "the server wants a longer pause", "the server said: ")
end

function END.outage(err)
  return too_long(err, err.kind, "the server can't be reached for longer", "")
end

--- Begins a pause, or goes on with one; observers are told.
---@param work contactout.Run|contactout.Pause
---@param why "pause"|"outage"
---@param err contactout.Error the failure that shows it
---@return boolean|nil is_longer than the pause that there was; nil: it would last too long
---@return contactout.Error|nil err what ends the work then
function M.begin(work, why, err)
  local seconds, is_longer = EXTEND[why](work.hold, err)
  if not seconds then
    return nil, END[why](err)
  elseif is_longer then
    events.emit(work.client, "wait", { name = err.endpoint },
      { reason = why, seconds = seconds, error = why == "outage" and err or nil })
  end
  return is_longer
end

--- Seconds for which nothing is to be sent. A pause ends with its client, too: then the
--- next request says why.
---@param work contactout.Run|contactout.Pause
---@return number seconds 0: there is no pause
---@return "server"|"network"|nil by as hold:left() tells it
function M.left(work)
  if work.client._closed then
    return 0
  end
  return work.hold:left()
end

--- Tells `on_progress` how far the work is, and of its pause.
---@param work contactout.Run|contactout.Pause
---@return number seconds until it is to be told again
function M.tell(work)
  local seconds, by = M.left(work)
  work.tally:hold(by and seconds, by)
  work.tally:report()
  return math.min(seconds, TELL_SECONDS)
end

return M
