-- The job that users hold: one asynchronous piece of work of the server's. It can
-- be asked after, waited for and read; its fields are the state's, and read-only.
-- Depends on the parts beside it.

local course = require "contactout.jobs.course"
local options = require "contactout.options"
local poll = require "contactout.jobs.poll"
local rows = require "contactout.jobs.rows"
local wait = require "contactout.jobs.wait"

---@class contactout.Job an asynchronous piece of work of the server's
---@field uuid string by which `client:job` takes it up again
---@field kind "contacts"|"verification" what it looks for
---@field status "pending"|"done"|"failed" how it stands
---@field server_status? string the same in the vendor's word
---@field result table what is known so far, as the server says it
local Job = {}

-- What there is to read of a job's state.
local FIELDS = {
  uuid = function(state) return state.uuid end,
  kind = function(state) return state.kind.name end,
  status = function(state) return state.course.status end,
  server_status = function(state) return state.course.server_status end,
  result = function(state) return state.course.result end,
}

local metatable = { __name = "contactout.Job" }

function metatable.__index(self, name)
  local field = FIELDS[name]
  if field then
    return field(self._state)
  end
  return Job[name]
end

function metatable.__newindex(_, name)
  error("a job is read-only; it has no field " .. tostring(name) .. " to set", 2)
end

function metatable.__tostring(self)
  return ("contactout.Job (%s %s, %s)"):format(self.kind, self.uuid, self.status)
end

--- Asks the server once how the job stands. Free; yields in a host. A job that was
--- submitted less than 30 s ago may not be found yet: it is pending.
---@return contactout.Job|nil job itself
---@return contactout.Error|nil err with `job_uuid`
function Job:poll()
  local err = poll.once(self._state)
  if err then
    return nil, err
  end
  return self
end

--- Waits for the job's end, by polls ever further apart; all waits of a client
--- share one timer. Free; yields in a host. A wait that was cancelled or took too
--- long may be begun again.
---@param opts? contactout.JobWaitOptions `timeout`: seconds; 900
---@return contactout.Job|nil job itself, done
---@return contactout.Error|nil err with `job_uuid`; kind `job_failed`, `job_timeout`,
---  `not_found`, `cancelled`, or that of a poll which no further one would mend
function Job:wait(opts)
  options.check_table(opts, "opts", 2)
  local for_core, rest = options.read(options.JOB_WAIT, opts, self._state.kind.poll)
  if not for_core then
    return nil, rest
  end
  local err = wait.run(self._state, rest)
  if err then
    return nil, err
  end
  return self
end

--- Iterates over what the job has found so far: `item, value, err`, one row for
--- each input, duplicates included. The value is a contactout.Contact or a verdict;
--- an input without one has its error: `not_found`, or with `maybe_charged`
--- `job_failed` where the job lost it, and `job_timeout` where it goes on.
--- Sends nothing and never yields.
---@return contactout.JobRows rows `item, value, err`
function Job:results()
  return rows.each(self._state)
end

---@class contactout.JobState
---@field client contactout.Client
---@field kind contactout.JobKind
---@field uuid string
---@field keys? contactout.Keys nil: taken up by its id, so what it was asked isn't known
---@field course contactout.JobCourse
---@field sleepers table who waits for it
---@field polled_at? number when the last poll ended
---@field polled_until? number while somebody polls: when that should be over
---@field held_until? number when the server wants to be asked again

local M = {}

---@param client contactout.Client
---@param kind contactout.JobKind
---@param uuid string
---@param opts? table `keys`, `word` and `submitted_at` of a job submitted here
---@return contactout.Job
function M.new(client, kind, uuid, opts)
  opts = opts or {}
  return setmetatable({ _state = {
    client = client, kind = kind, uuid = uuid, keys = opts.keys,
    course = course.new(opts.word, opts.submitted_at),
    -- weak: hosts end coroutines without telling us
    sleepers = setmetatable({}, { __mode = "k" }),
  } }, metatable)
end

--- Waits as `job:wait` does, with options that were read.
---@param job contactout.Job
---@param opts table as contactout.jobs.wait takes them
---@return contactout.Error|nil err nil: it is done
function M.wait(job, opts)
  return wait.run(job._state, opts)
end

--- The rows of a job, as `job:results` gives them, with something else for a value.
---@param job contactout.Job
---@param take fun(kind: contactout.JobKind, raw: any, key: string): any|nil, boolean?
---@return contactout.JobRows
function M.rows(job, take)
  return rows.each(job._state, take)
end

--- Tells the client's observer of a job.
---@param job contactout.Job
---@param fields? table what else there is to say
function M.tell(job, fields)
  poll.tell(job._state, fields)
end

return M
