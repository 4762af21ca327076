-- A run's wait for one of its jobs, which is paid for: so its time counts only while the
-- server can be asked, and isn't over before it was asked once more. A server's pause, an
-- outage or a laptop's sleep takes nothing of it. Polls are free, and show what a run with
-- all its batches in flight wouldn't notice else: that an outage begins, and that it ends.

local core = require "contactout.core"
local errors = require "contactout.errors"
local failures = require "contactout.failures"
local jobs = require "contactout.jobs"
local pauses = require "contactout.bulk.pauses"

local M = {}

-- How often a wait is begun again that was left by an error, or whose time was no fair one.
local WAITS = 20

---@class contactout.JobWait
---@field run contactout.Run
---@field job contactout.Job
---@field deadline number when its time is over
---@field waits_left integer
---@field unanswered integer polls in a row that brought no reply, though they had the time
---@field is_given_up boolean the outage has lasted longer than the run bears

local function set_deadline(self, pause)
  self.deadline = core.now() + pause + self.run.opts.job_timeout
end

-- Takes in what a poll shows of the network. As many polls as a call has attempts show an
-- outage: each is a single one. One that the deadline cut short shows nothing.
local function heed(self, problem)
  local run = self.run
  if not problem or problem.status then
    self.unanswered = 0
    pauses.answered(run)
  elseif failures.has_no_reply(problem) and run.hold.is_reached then
    self.unanswered = self.unanswered + 1
    local is_outage = self.unanswered > run.client._policy.max_retries
    self.is_given_up = is_outage and not pauses.begin(run, "outage", problem)
  end
end

-- Waits until the job has ended, or its time is over -> the error that it ends with
local function wait_once(self)
  local run = self.run
  return jobs.wait(self.job, {
    timeout = math.max(self.deadline - core.now(), 0),
    interval = run.opts.interval, max_interval = run.opts.max_interval,
    is_wanted = function()
      return not run.is_closed and not self.is_given_up
    end,
    on_poll = function(problem)
      if not problem or core.now() < self.deadline then
        heed(self, problem)
      end
    end,
  })
end

-- Seconds of a pause of the server's, within the run's bound, for which the job can't be
-- asked after.
local function held(run)
  local seconds = run.client._limits:held(run.work.kind.row, run.work.kind.poll)
  return seconds <= run.hold.bound and seconds or 0
end

-- Whether a poll has shown no more than that the server is out of reach, if only for now: a
-- further one would mend that. So it is with a certificate, too, which is another's.
local function is_out_of_reach(self, err)
  return failures.has_no_reply(err) and self.run.hold.is_reached and not self.is_given_up
end

-- Asks once more after a job whose time is over -> whether to wait on
local function ask_once_more(self)
  local was_unanswered = self.unanswered > 0
  local polled, err = self.job:poll()
  if polled then
    heed(self)
    return was_unanswered or self.job.status ~= "pending"
  end
  self.unanswered = math.huge -- with all the attempts of a call
  heed(self, err)
  return is_out_of_reach(self, err)
end

-- Whether the time that is over was no fair one; then there is a new deadline. So often as
-- an outage is found to go on there is one, since that has a bound of its own.
local function gets_more_time(self)
  local pause = held(self.run)
  if pause == 0 and not ask_once_more(self) then
    return false
  elseif pause > 0 or self.unanswered == 0 then
    self.waits_left = self.waits_left - 1
  end
  set_deadline(self, math.max(pause, (self.run.hold:left())))
  return self.waits_left > 0
end

-- Whether to wait on after a wait that ended with an error.
local function goes_on(self, err)
  if err.kind == "job_timeout" then
    return gets_more_time(self)
  end
  return is_out_of_reach(self, err)
end

local function wait_fairly(self)
  local err
  repeat
    err = wait_once(self)
  until not err or not goes_on(self, err)
  return err
end

-- What the interpreters raise at ^C.
local function is_interrupt(problem)
  return type(problem) == "string" and problem:find("interrupted!$") ~= nil
end

local function given_up(self, why)
  return errors.new("job_timeout", "the wait for the job was given up: " .. tostring(why),
    { endpoint = self.run.work.kind.poll, job_uuid = self.job.uuid, maybe_charged = true })
end

--- Waits for a job. What is raised meanwhile is an observer's error: the run ends by it,
--- once the job has ended; or ^C, which ends the run as it is.
---@param run contactout.Run
---@param job contactout.Job
---@return contactout.Error|nil err nil: it is done
function M.wait(run, job)
  local self, problem = {
    run = run, job = job, waits_left = WAITS, unanswered = 0, is_given_up = false,
  }, nil
  set_deadline(self, 0)
  while self.waits_left > 0 do
    local ok, err = pcall(wait_fairly, self)
    if self.is_given_up then
      return given_up(self, "the server has not answered for longer than max_retry_wait")
    elseif ok then
      return err
    end
    problem, self.waits_left = err, self.waits_left - 1
    run:stop(problem)
    if is_interrupt(problem) then
      error(problem, 0)
    end
  end
  return given_up(self, problem)
end

return M
