-- Batches in flight: each is cut to the budget, recorded, sent, seen to its end, and its
-- rows are handed on, or it is sent again where it wasn't charged: after a pause
-- (hold.lua), or in parts (suspects.lua). Works on a run (run.lua), which it tells of what
-- ends it.

local batches = require "contactout.batches"
local compat = require "contactout.compat"
local endings = require "contactout.bulk.endings"
local errors = require "contactout.errors"
local events = require "contactout.events"
local places = require "contactout.places"
local ready = require "contactout.bulk.ready"
local task = require "contactout.task"
local waiting = require "contactout.bulk.waiting"

local M = {}

--- As much of a batch as the budget allows; all of one that an earlier run has submitted.
--- Nil: nothing by now, or for good if nothing is in flight of which less may be charged
--- than was reckoned with.
---@param run contactout.Run
---@param batch contactout.Batch
---@return contactout.Batch|nil
function M.fit(run, batch)
  local fitting, err = run.purse:fitting(#batch)
  if batch.uuid or fitting >= #batch then
    return batch
  elseif fitting > 0 then
    local part, rest = batches.cut(batch, fitting)
    run.intake:send_first(rest)
    return part
  elseif run.active > 0 then
    run:send_first(batch)
  else
    run:stop(err)
  end
end

-- Hands the rows of a batch on, once they are kept.
local function deliver(run, batch, rows, spent)
  local kept, err = run.answers:finish(batch, rows, spent)
  run:check(not err, err)
  run.ready:push_batch(kept)
end

local MAY_BE_OPTION = "%s (so the server says of each key that was asked for alone, too: if they "
  .. "aren't all wrong, it means one of the options, such as callback_url)"

-- What is told of keys that were refused together, where an option may be to blame.
local function of_all(err)
  local fields = {}
  for name, field in pairs(err) do
    fields[name] = field
  end
  fields.message = MAY_BE_OPTION:format(err.message)
  return errors.new(err.kind, fields.message, fields)
end

-- What to send in place of a refused batch. One of which some were asked for alone may
-- be good by now.
local function parts_of(run, refusal)
  if refusal.has_bad_key then
    local parts = not refusal.may_be_good and run.intake.sizes:after_refusal(refusal.batch)
    return parts or { refusal.batch }
  end
end

-- Sends a refused batch again in parts, or gives its rows.
local function settle_refusal(run, refusal)
  local batch, err, parts = refusal.batch, refusal.err, parts_of(run, refusal)
  if parts and not run.failure then
    run.intake:send_again(parts)
  elseif not parts then
    deliver(run, batch, ready.failed(batch, #batch > 1 and of_all(err) or err))
  end
end

local function settle_refusals(run, refusals)
  for _, refusal in ipairs(refusals) do
    settle_refusal(run, refusal)
  end
end

-- The server refused a batch as invalid. One that may have been too large for it is sent
-- again within the smaller of two documented limits; else a key or an option is to blame.
local function refused(run, batch, err)
  if run.intake.sizes:may_be_too_large(batch) then
    return settle_refusal(run, { batch = batch, err = err, has_bad_key = true })
  end
  settle_refusals(run, run.suspects:refused(batch, err))
end

-- Whether the server, or the limiter for it, wants a pause before the same is sent again.
local function wants_pause(err)
  return not err.maybe_charged
    and (err.kind == "rate_limited" or err.status == 503 and err.retry_after ~= nil)
end

local function paused_too_long(err)
  return errors.new("rate_limited", "the server wants a longer pause than max_retry_wait allows "
    .. "this run; all that was paid for has been given: make the same call again later, with its "
    .. "journal if it has one, or with a larger max_retry_wait (the server said: "
    .. err.message .. ")", {
    endpoint = err.endpoint, status = err.status, request_id = err.request_id,
    retry_after = err.retry_after, attempts = err.attempts, retryable = true,
  })
end

-- A batch waits for the end of a pause, and the run with it: a pause is no key's fault.
local function hold(run, batch, err)
  if run.failure then
    return
  end
  local seconds, is_longer = run.hold:refused(err.retry_after)
  if not seconds then
    return run:stop(paused_too_long(err))
  end
  run.is_held = true
  run:send_first(batch)
  if is_longer then
    events.emit(run.client, "wait", { name = err.endpoint },
      { reason = "pause", seconds = seconds })
  end
end

-- By what a batch came to nothing and cost nothing, so that it may be sent again.
local FREE = {
  invalid_request = refused,
  budget = function(run, batch) -- it is cut to what is left by then
    if not run.failure then
      run:send_first(batch)
    end
  end,
}

-- Nothing came of a batch.
local function settle_failure(run, batch, err)
  if not err.maybe_charged then
    run:check(run.answers:refused(batch))
    local settle = wants_pause(err) and hold or FREE[err.kind]
    if settle then
      return settle(run, batch, err)
    end
  end
  local ends_run = endings.is_of_request(err)
  if ends_run then
    run:stop(err)
  end
  if not ends_run or err.maybe_charged then
    deliver(run, batch, ready.failed(batch, err))
  end
end

--- The server has accepted a request of this run.
---@param run contactout.Run
function M.accepted(run)
  run.hold:accepted()
  settle_refusals(run, run.suspects:accepted())
end

-- Sends a batch, or takes up the job that it is, and waits for what comes of it. An
-- observer's error, which keeps it back, is raised before it is recorded as sent.
local function send(run, batch)
  if batch.uuid then
    return run.work.resume(run, batch)
  end
  events.raise(run.client)
  local ok, err = run.answers:begin(batch, run.purse:most(#batch))
  if not ok then
    run:stop(err)
    return {}
  end
  return run.work.send(run, batch)
end

local function send_and_settle(run, batch)
  local is_new, outcome = not batch.uuid, send(run, batch)
  if outcome.rows and is_new then
    M.accepted(run)
  end
  if outcome.rows then
    deliver(run, batch, outcome.rows, outcome.spent)
  elseif outcome.err then
    settle_failure(run, batch, outcome.err)
  end
end

-- Notes that a batch is no longer in flight.
local function leave(run, batch)
  run.suspects:ended(batch)
  run.in_flight[batch] = nil
  run.active = run.active - 1
  if run.is_closed and run.active == 0 then
    run.answers:close()
  end
  waiting.tell(run)
end

-- Sees a batch to its end, and notes what came of it. Whatever is raised on the way, ^C
-- and want of memory included, ends the run, and nobody waits for the batch any more.
local function process(run, batch)
  if run.in_flight[batch] ~= "due" then
    return -- it was called off, or has begun since then
  end
  run.in_flight[batch], run.due = "begun", run.due - 1
  if not run.is_closed then
    local ok, problem = pcall(send_and_settle, run, batch)
    if not ok then
      run:stop(problem)
    end
  end
  leave(run, batch)
end

--- Sends a batch, in a task of its own if it can have one. Raises why not, where a host
--- has no place for that: then the run can go on later.
---@param run contactout.Run
---@param batch contactout.Batch
function M.start(run, batch)
  local loop, err = places.for_task(run.client)
  if err then
    run:send_first(batch)
    error(err, 0)
  end
  run.in_flight[batch], run.due = "due", run.due + 1
  run.active = run.active + 1
  if not loop then
    return process(run, batch)
  end
  batch.task = task.start(loop, run.group, compat.pack(process, run, batch))
end

--- Takes back what no task has begun with, to be sent later, and raises why.
---@param run contactout.Run
function M.call_off(run)
  local due = {}
  for batch, state in pairs(run.in_flight) do
    due[#due + 1] = state == "due" and batch or nil
  end
  for _, batch in ipairs(due) do
    run.due = run.due - 1
    run:send_first(batch)
    leave(run, batch)
  end
  error(places.never_began({ endpoint = run.work.row.name }), 0)
end

return M
