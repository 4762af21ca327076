-- Asynchronous jobs: QUEUED when made, done after a number of polls or at a
-- time, with the result known from the start. Faults change a job's course
-- (see faults.lua). Pure: the clock is an argument.

local json = require "contactout.sandbox.json"

local Jobs = {}
Jobs.__index = Jobs

--- The word for "done" differs between the two kinds.
local DONE = { contacts = "SENT", verification = "DONE" }

--- What stands for a result that isn't there yet: undocumented, so any.
local PENDING = {
  function() return nil end,
  function() return json.null end,
  function() return {} end,
}

--- opts: clock, polls (how many polls say QUEUED before the last one).
function Jobs.new(opts)
  return setmetatable({ clock = opts.clock, polls = opts.polls, count = 0, by_id = {} }, Jobs)
end

--- A uuid's form, the same for the same number.
function Jobs.uuid(n)
  local mixed = n * 40503 % 65536
  return string.format("%08x-%04x-4%03x-8%03x-%012x", 0x5a4d0000 + mixed, mixed, n % 4096,
    n * 7 % 4096, n)
end

--- job: kind, token, result (a keyed object), course (the job's faults),
-- done_at (a time of the clock; then polls don't count). Returns it with `id`.
function Jobs:add(job)
  self.count = self.count + 1
  job.number = self.count
  job.id = Jobs.uuid(self.count)
  job.polled = 0
  self.by_id[job.id] = job
  return job
end

--- The result without its last n keys.
local function without(result, n)
  local kept = json.keyed()
  for i = 1, #result.keys - n do
    kept:add(result.keys[i], result.values[result.keys[i]])
  end
  return kept
end

local function is_done(self, job)
  local course = job.course
  if course["job-never"] then
    return false
  elseif job.done_at then
    return self.clock() >= job.done_at
  end
  return job.polled > self.polls + (tonumber(course["job-404"]) or 0)
end

local function pending_view(job)
  local partial = tonumber(job.course["job-partial"])
  if partial then
    return { status = DONE[job.kind], result = without(job.result, partial) }
  end
  return { status = "QUEUED", result = PENDING[job.number % #PENDING + 1]() }
end

--- The job as it shows now, without counting as a poll: {status, result}.
function Jobs:view(job)
  if not is_done(self, job) then
    return pending_view(job)
  elseif job.course["job-fail"] then
    return { status = "FAILED" }
  end
  local word = job.course["job-word"]
  return {
    status = type(word) == "string" and word or DONE[job.kind],
    result = without(job.result, tonumber(job.course["job-lose-keys"]) or 0),
  }
end

--- One poll -> {uuid, status, result} | nil if there is no such job for that
-- token, or not yet.
function Jobs:poll(id, token, kind)
  local job = self.by_id[id]
  if not job or job.token ~= token or job.kind ~= kind then
    return nil
  end
  job.polled = job.polled + 1
  if job.polled <= (tonumber(job.course["job-404"]) or 0) then
    return nil
  end
  local view = self:view(job)
  view.uuid = job.course["job-other-uuid"] and Jobs.uuid(job.number + 1000000) or job.id
  return view
end

return Jobs
