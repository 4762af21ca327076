-- Waiting for jobs, thousands of them at once. Each waiter polls its own job when
-- that is due, in its own coroutine, so that no slow reply holds up another job;
-- between polls all are parked behind one timer (alarm.lua). Who waits for a job
-- that somebody else is polling gets that poll's news. No coroutine is started,
-- and a plain script polls itself.

local alarm = require "contactout.jobs.alarm"
local call = require "contactout.call"
local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"
local loops = require "contactout.loops"
local poll = require "contactout.jobs.poll"
local sending = require "contactout.sending"

local M = {}

-- Each pause between two polls is so much longer than the one before, and by
-- chance a fifth longer or shorter, so that jobs made together don't stay so.
local FACTOR = 1.5
local JITTER = 0.2

--- Seconds until a poll is due, and those after the next one.
---@param pause number
---@param longest number
---@param random number from 0 up to 1
---@return number seconds
---@return number next_pause
function M.pause(pause, longest, random)
  return pause * (1 + JITTER * (2 * random - 1)), math.min(pause * FACTOR, longest)
end

-- A poll that failed so leaves hope for the next one.
local function may_pass(err)
  return err.retryable or err.kind == "malformed_response"
end

-- The client's alarm on a loop.
local function alarm_of(client, loop)
  client._alarms = client._alarms or {}
  client._alarms[loop] = client._alarms[loop] or alarm.new(loop, core.now)
  return client._alarms[loop]
end

-- One wait: `seen` is the time of the last poll it knows of, `due` that of the next
-- one it would make, `pause` how long it will leave between the one after and that.
local function new_wait(state, loop, opts)
  local client = state.client
  return {
    state = state, opts = opts, deadline = core.now() + opts.timeout,
    seen = nil, due = 0, pause = opts.interval,
    sleeper = {
      loop = loop, waiter = loop.waiter(), has_news = false,
      stops_thread = loop.blocks or not compat.running(),
    },
    alarm = alarm_of(client, loop),
    park = function(waiter, seconds)
      return sending.park(client, loop, waiter, seconds)
    end,
  }
end

-- When this waiter has to look again: after each poll, whoever made it, anew; at
-- once at a job of which nothing is known yet.
local function next_look(wait)
  local state = wait.state
  local last = state.polled_at or state.course.submitted_at
  if last and wait.seen ~= last then
    local seconds
    seconds, wait.pause = M.pause(wait.pause, wait.opts.max_interval, call.random())
    wait.seen, wait.due = last, math.max(last + seconds, state.held_until or 0)
  end
  return math.max(wait.due, state.polled_until or 0)
end

local function cancelled(state)
  return errors.new("cancelled", "the wait was cancelled; the job goes on, and can be waited "
    .. "for again", { endpoint = state.kind.poll, job_uuid = state.uuid })
end

local function too_late(wait, problem)
  local state = wait.state
  -- of what is left of a run's time there is a long fraction
  local seconds = tonumber(("%.2f"):format(wait.opts.timeout))
  local err = poll.error(state, "job_timeout", ("the job did not end within %g s (%s); wait for "
    .. "it again, or take it up later with client:job(%q, %q)"):format(seconds,
    problem and "the last poll failed: " .. problem.message
      or "the server says " .. (state.course.server_status or "nothing"),
    state.kind.name, state.uuid))
  err.retryable = true
  return err
end

local function failed(state)
  return poll.error(state, "job_failed", "the job failed: the server says "
    .. (state.course.server_status or "nothing"))
end

-- Polls and waits until the job has ended, or the wait has.
local function run(wait)
  local state, problem = wait.state, nil
  while state.course.status == "pending" do
    local now = core.now()
    if state.client._closed or wait.opts.is_wanted and not wait.opts.is_wanted() then
      return cancelled(state)
    elseif now >= wait.deadline then
      return too_late(wait, problem)
    end
    local at = next_look(wait)
    if at <= now then
      problem = poll.once(state, wait.deadline, wait.sleeper)
      if wait.opts.on_poll then
        wait.opts.on_poll(problem)
      end
      if problem and not may_pass(problem) then
        return problem
      end
    elseif wait.alarm:wait(wait.sleeper, math.min(at, wait.deadline), wait.park) == "cancelled" then
      return cancelled(state)
    end
  end
  return state.course.status == "failed" and failed(state) or nil
end

--- Waits for the end of a job. Yields in a host.
---@param state contactout.JobState
---@param opts table `timeout`, `interval`, `max_interval`; and `is_wanted`, asked at
---  each poll, by which a wait that nobody wants any more is cancelled; `on_poll`, told
---  of each poll by its error, nil where there is none
---@return contactout.Error|nil err nil: it is done
function M.run(state, opts)
  local loop, message = loops.current(state.client._loop)
  if not loop then
    return errors.new("unsupported", message,
      { endpoint = state.kind.poll, job_uuid = state.uuid })
  end
  local wait = new_wait(state, loop, opts)
  state.sleepers[wait.sleeper] = true
  local err = run(wait)
  state.sleepers[wait.sleeper] = nil
  return err
end

return M
