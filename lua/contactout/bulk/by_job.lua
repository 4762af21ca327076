-- A batch as an asynchronous job: submits it, waits for its end, and gives the rows of
-- its keys. What was submitted isn't submitted again: whatever becomes of the job, each of
-- its keys gets what is known of it, or an error that names the job. Only a later run with
-- `retry_charged` asks anew for what a job has ended without.

local batches = require "contactout.batches"
local charges = require "contactout.charges"
local errors = require "contactout.errors"
local failures = require "contactout.bulk.failures"
local job_wait = require "contactout.bulk.job_wait"
local jobs = require "contactout.jobs"
local keys = require "contactout.keys"
local ready = require "contactout.bulk.ready"
local reply = require "contactout.jobs.reply"
local unread = require "contactout.bulk.unread"

local M = {}

-- The kinds of a wait's end for which the job's own rows have the right errors.
local HAS_ROWS = { job_failed = true, job_timeout = true }

-- That the server doesn't know the job, or its id any more, isn't that it knows nothing of
-- the key, nor that the key is wrong.
local UNKNOWN_JOB = { not_found = true, invalid_request = true }

-- A wait that ended for another reason.
local function error_of_key(job, problem)
  local kind = UNKNOWN_JOB[problem.kind] and "job_failed" or problem.kind
  return errors.new(kind, problem.message, {
    endpoint = problem.endpoint, status = problem.status, request_id = problem.request_id,
    job_uuid = job.uuid, maybe_charged = true,
  })
end

local ADVICE = "; the next run with this journal asks the job again, free; with retry_charged = "
  .. "true it asks anew for what the job ended without, which may cost again"

-- The error, with what can be done.
local function advise(run, err)
  if run.opts.journal and err.kind == "job_failed" then
    err.message = err.message .. ADVICE
  end
  return err
end

-- The rows of a job's keys, unread.
local JobRows = {}
JobRows.__index = JobRows

function JobRows:next()
  local entry, answer, err = self._rows()
  if err and err.kind ~= "not_found" then
    err = self._err_of_all or advise(self._run, err)
  end
  return entry, answer, err
end

local function rows_of(run, job, problem)
  local err = problem and (HAS_ROWS[problem.kind] and problem or error_of_key(job, problem))
  return setmetatable({
    _run = run, _rows = jobs.rows(job, unread.take), _err_of_all = err and advise(run, err),
  }, JobRows)
end

-- Waits for a batch's job.
local function follow(run, batch, job)
  batch.is_waiting = true
  local problem = not run.is_closed and job_wait.wait(run, job) or nil
  batch.is_waiting = false
  if run.is_closed then
    return {}
  elseif problem and failures.is_end_of_waits(problem) then
    run:stop(problem)
  end
  return { rows = rows_of(run, job, problem) }
end

local function keys_of(batch)
  local wanted = keys.new()
  for _, entry in ipairs(batch) do
    wanted:add(entry, entry.sent or entry.canonical, entry.canonical)
  end
  return wanted
end

--- Submits a batch and waits for its end.
---@param run contactout.Run
---@param batch contactout.Batch
---@return contactout.Outcome
function M.send(run, batch)
  local wanted = keys_of(batch)
  local job, err = jobs.submit(run.client, run.work.kind, wanted, run:params(), {
    call = run.opts.call, budget = run.purse:open_account(batch, run.answers),
    on_uuid = function(uuid)
      run:note_job(batch, uuid)
    end,
  })
  if not job then
    return { err = err }
  end
  return follow(run, batch, job)
end

-- Sees to it that those keys for which a job has ended without an answer are asked for
-- anew -> the other rows
local function ask_again(run, rows)
  local others, again = {}, {}
  local entry, answer, err = rows:next()
  while entry do
    if not (err and err.kind == "job_failed") then
      others[#others + 1] = { entry = entry, answer = answer, err = err }
    elseif run.answers:lost(entry) then
      again[#again + 1] = entry
    end
    entry, answer, err = rows:next()
  end
  if #again > 0 then
    run.intake:send_again(batches.split(again, run.intake.sizes.size))
  end
  return ready.rows(others)
end

-- What the answers of a job that was taken up have cost, without those that an earlier run
-- has had; and in `uncertain` what it may have besides: what was in doubt, but for what its
-- keys have made clear. Others may be a later job's by now.
local function spent_on(run, batch, wanted, job)
  local kind, result, most = run.work.kind, {}, run.purse:most(#wanted.sent)
  local answers = reply.answers(job.result, kind.form)
  for place in ipairs(wanted.sent) do
    local answer = wanted:answer(answers, place)
    result[place] = answer and answer.value
  end
  local charged, maybe = charges.job_charged(kind.row, most,
    { result = result, status = job.status == "done" and "DONE" or nil })
  charged.uncertain = {}
  for credit, count in pairs(batch.doubt) do
    charged.uncertain[credit] = math.max(0, count - (most[credit] or 0) + (maybe[credit] or 0))
  end
  return charged
end

--- Waits for the end of a batch that an earlier run has submitted.
---@param run contactout.Run
---@param batch contactout.Batch with its `uuid`
---@return contactout.Outcome
function M.resume(run, batch)
  local wanted = keys_of(batch)
  local job = jobs.resume(run.client, run.work.kind, batch.uuid, wanted)
  local outcome = follow(run, batch, job)
  if not outcome.rows then
    return outcome
  end
  outcome.spent = spent_on(run, batch, wanted, job)
  run.purse:settle_earlier(batch.doubt, outcome.spent)
  if run.opts.call.retry_charged and not run.failure then
    outcome.rows = ask_again(run, outcome.rows)
  end
  return outcome
end

return M
