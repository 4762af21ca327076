-- One poll: asks the server for a job, once, takes in what it says, and tells
-- the observer and whoever else waits for the same job. Works on a job's state
-- (job.lua) and makes its calls by call.lua.

local call = require "contactout.call"
local core = require "contactout.core"
local course = require "contactout.jobs.course"
local errors = require "contactout.errors"
local events = require "contactout.events"
local reply = require "contactout.jobs.reply"

local M = {}

-- The core's own time-out for one attempt, in seconds.
local TIMEOUT = 60
-- Seconds after which a poll that should be over counts as given up: hosts end
-- coroutines without telling us.
local PATIENCE = 1
-- As max_retries: not even after an attempt whose turn never came.
local NEVER = -1

--- An error of a job: it names the job, and whether it may have been charged.
---@param state contactout.JobState
---@param kind string
---@param message string
---@return contactout.Error
function M.error(state, kind, message)
  return errors.new(kind, message, {
    endpoint = state.kind.poll, job_uuid = state.uuid, maybe_charged = true,
  })
end

--- Tells the client's observer how a job stands.
---@param state contactout.JobState
---@param fields? table what else there is to say
function M.tell(state, fields)
  local event = {
    job_uuid = state.uuid, kind = state.kind.name, status = state.course.status,
    server_status = state.course.server_status,
  }
  for name, value in pairs(fields or {}) do
    event[name] = value
  end
  events.emit(state.client, "job", { name = state.kind.poll }, event)
end

-- The server's own id isn't the one that was asked for: its samples do that. The
-- result is the job's all the same, since the path named it.
local function check_uuid(state, view)
  if view.uuid and view.uuid ~= state.uuid and not state.warned then
    state.warned = true
    M.tell(state, { warning = "the server answers for another job", other_uuid = view.uuid })
  end
end

-- The result's answers are told from each other only for who wants to know: a word that
-- says nothing by itself, and an observer.
local function take_in(state, value)
  local view, keys = reply.read(value), state.keys
  check_uuid(state, view)
  course.complete(state.course, view)
  local function answers()
    return reply.answers(view.result, state.kind.form)
  end
  local has_changed = course.take(state.course, view, core.now(), function()
    return keys ~= nil and keys:are_all_in(answers())
  end)
  if has_changed and state.client._observe then
    M.tell(state, { extra = keys and keys:count_extra(answers()) })
  end
end

-- What a poll without an answer means. A job that can't be found may be too new.
local function take_failure(state, err)
  local now = core.now()
  err.job_uuid = state.uuid
  if err.retry_after then
    state.held_until = now + err.retry_after
  end
  if err.kind ~= "not_found" then
    return err
  elseif course.may_appear(state.course, now) then
    return nil
  end
  err.maybe_charged = state.keys ~= nil or nil
  return err
end

-- The call; with a deadline one attempt that ends by then.
local function ask(state, deadline)
  local client, opts = state.client, nil
  local params, policy = { job_uuid = state.uuid }, client._policy
  if deadline then
    local left = math.max(deadline - core.now(), 0.001)
    opts = { timeout = math.min(client._timeout or TIMEOUT, left) }
    policy = { max_retries = NEVER, max_retry_wait = policy.max_retry_wait, deadline = deadline }
  end
  return call.run(client, {
    name = state.kind.poll, row = state.kind.row, attempts = 0, policy = policy, params = params,
    request = assert(core.build(state.kind.poll, params, opts)),
  })
end

local function wake_others(state, sleeper)
  for other in pairs(state.sleepers) do
    if other ~= sleeper then
      other.has_news = true
      other.loop.wake(other.waiter)
    end
  end
end

-- The call, and what it means -> the error if the state isn't as the server says
local function look(state, deadline)
  local value, err = ask(state, deadline)
  if not value then
    return take_failure(state, err)
  end
  take_in(state, value)
end

--- Polls a job, once for all who wait for it. Yields in a host.
---@param state contactout.JobState
---@param deadline? number the time by which it must be over; without one, a call
---  like any other, retries included
---@param sleeper? table the caller's own among `state.sleepers`
---@return contactout.Error|nil err nil: the state is as the server says
function M.once(state, deadline, sleeper)
  state.polled_until = core.now() + (state.client._timeout or TIMEOUT) + PATIENCE
  local ok, err = pcall(look, state, deadline) -- an observer's error passes through
  state.polled_until, state.polled_at = nil, core.now()
  wake_others(state, sleeper)
  if not ok then
    error(err, 0)
  end
  return err
end

return M
