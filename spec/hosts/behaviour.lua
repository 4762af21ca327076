-- What holds in every host, as plain functions: they run inside the real one, in
-- a process of its own (program.lua), where there is no busted. Each fact is
-- called in a coroutine of the host with {ticks = function() -> number}, and
-- raises unless it holds. Here are calls, tasks and jobs; *_facts.lua
-- have the rest. hosts.lua in spec/support starts the process.

local contactout = require "contactout"
local core = require "contactout.core"
local data = require "contactout.sandbox.data"
local facts = require "spec.hosts.facts"

local own, fact = facts.list()
local client, with, kind_under = facts.client, facts.with, facts.kind_under
local equal, wait_until = facts.equal, facts.wait_until

-- Calls -----------------------------------------------------------------------

fact("a call gives its reply", function()
  equal(200, assert(client():stats()).status_code)
end)

fact("a call that finds nobody says not_found", function()
  local _, err = client():people_person({ email = "nobody@nowhere.example" })
  equal("not_found", err.kind)
end)

fact("a call without a reply in time says timeout", function()
  equal("timeout", kind_under("hang", { timeout = 0.05 }))
end)

fact("a call that is cut off says connection", function()
  equal("connection", kind_under("reset-before"))
end)

fact("a call with a broken reply says malformed_response", function()
  equal("malformed_response", kind_under("not-json"))
end)

fact("a call that is wrong says invalid_argument", function()
  local _, err = client():linkedin_enrich({ profile = "grace" })
  equal("invalid_argument", err.kind)
end)

fact("a retry waits for its time", function()
  local begun = core.now()
  local _, err = client({ max_retries = 1 }):stats(nil, with("status:503,retry-after:1"))
  equal("server", err.kind)
  equal(2, err.attempts)
  equal(true, core.now() - begun >= 1)
end)

fact("calls wait for the rate limit", function()
  local one = client({ rate_limits = { other = 10, window = 0.2 } })
  local begun = core.now()
  contactout.map({ 1, 2, 3, 4, 5 }, function()
    return assert(one:stats())
  end)
  equal(true, core.now() - begun >= 0.08)
end)

-- Side by side ------------------------------------------------------------------

fact("50 slow calls go on at once, and the host with them", function(host)
  local one, active, most = client(), 0, 0
  local items = {}
  for i = 1, 50 do
    items[i] = i
  end
  local before = host.ticks()
  local results = contactout.map(items, function(i)
    active = active + 1
    most = math.max(most, active)
    local reply = assert(one:stats(nil, with("delay:0.3")))
    active = active - 1
    return reply.status_code + i
  end, { concurrency = 50 })
  local ticks = host.ticks() - before
  equal(50, most, "calls at once")
  equal(50, results.n, "results")
  for i = 1, 50 do
    equal(200 + i, results[i], "in the order of the items")
  end
  equal(true, ticks >= 20, ticks .. " ticks of the host meanwhile are many")
end)

fact("each of many coroutines on one client gets its own reply", function()
  local one, tasks = client(), {}
  for i = 1, 20 do
    tasks[i] = contactout.spawn(function()
      return assert(one:linkedin_enrich({ profile = data.person(i).linkedin_url }))
    end)
  end
  for i = 1, 20 do
    equal(data.person(i).full_name, tasks[i]:wait().profile.full_name)
  end
end)

fact("sleep waits at least as long as it should", function()
  local begun = core.now()
  equal(true, contactout.sleep(0.02))
  equal(true, core.now() - begun >= 0.02)
end)

fact("sleepers that never stop leave time for the host", function(host)
  local is_over = false
  local busy = contactout.spawn(function()
    while not is_over do
      contactout.sleep(0)
    end
  end)
  local before = host.ticks()
  wait_until(function()
    return host.ticks() > before + 3
  end)
  is_over = true
  busy:wait()
end)

-- Tasks -------------------------------------------------------------------------

fact("a task's wait gives its values", function()
  local task = contactout.spawn(function(...)
    contactout.sleep(0.001)
    return nil, select("#", ...), ...
  end, 7, nil)
  local a, b, c, d = task:wait()
  equal(nil, a)
  equal(2, b)
  equal(7, c)
  equal(nil, d)
end)

fact("a wait may end before the task, which goes on", function()
  local is_over = false
  local task = contactout.spawn(function()
    wait_until(function() return is_over end)
    return "done"
  end)
  local ok, err = pcall(task.wait, task, 0.01)
  equal(false, ok)
  equal("timeout", err.kind)
  is_over = true
  equal("done", task:wait())
end)

fact("run inside the host runs on it, to the end of all", function()
  local ended = 0
  equal("value", contactout.run(function()
    contactout.spawn(function()
      contactout.sleep(0.005)
      ended = ended + 1
    end)
    return "value"
  end))
  equal(1, ended)
end)

fact("an error in a task is raised by its wait, as it is", function()
  local problem = {}
  local task = contactout.spawn(function()
    contactout.sleep(0.001)
    error(problem, 0)
  end)
  local ok, err = pcall(task.wait, task)
  equal(false, ok)
  equal(problem, err)
end)

fact("an error in a task is raised by the run around it", function()
  local ok, err = pcall(contactout.run, function()
    contactout.spawn(error, "the task's", 0)
  end)
  equal(false, ok)
  equal("the task's", err)
end)

-- Jobs --------------------------------------------------------------------------

-- Polls that hardly wait.
local SOON = { interval = 0.01, max_interval = 0.02 }

local function submit(one, i, opts)
  return assert(one:submit_contacts({ data.person(i).linkedin_url }, opts))
end

fact("a job is submitted, waited for and read", function()
  local job = submit(client(), 1)
  equal(job, assert(job:wait(SOON)))
  for item, contact in job:results() do
    equal(data.person(1).linkedin_url, item)
    equal(data.person(1).linkedin_url, contact.linkedin_url)
  end
end)

fact("many jobs are waited for at once", function()
  local one, tasks = client(), {}
  for i = 1, 100 do
    tasks[i] = contactout.spawn(function()
      return assert(submit(one, i):wait(SOON)).status
    end)
  end
  for i = 1, 100 do
    equal("done", tasks[i]:wait())
  end
end)

fact("one job is waited for by many", function()
  local job, tasks = submit(client(), 1), {}
  for i = 1, 5 do
    tasks[i] = contactout.spawn(job.wait, job, SOON)
  end
  for i = 1, 5 do
    equal(job, tasks[i]:wait())
  end
end)

fact("a cancelled wait says so, and the job can be waited for again", function()
  local job, begun = submit(client(), 1), false
  local task = contactout.spawn(function()
    begun = true
    return select(2, job:wait())
  end)
  wait_until(function() return begun end)
  task:cancel()
  local err = task:wait()
  equal("cancelled", err.kind)
  equal(job.uuid, err.job_uuid)
  equal("done", assert(job:wait(SOON)).status)
end)

-- Running -----------------------------------------------------------------------

local M = { facts = {} }

-- What is slow to end comes first, and what must have ended last.
for _, list in ipairs({
  require "spec.hosts.lookup_facts", own, require "spec.hosts.bulk_facts",
  require "spec.hosts.page_facts", require "spec.hosts.error_facts",
  require "spec.hosts.cache_facts",
  require "spec.hosts.end_facts",
}) do
  for _, one in ipairs(list) do
    table.insert(M.facts, one)
  end
end

--- Checks the facts, and the host's own, one after another; one line for each.
---@param host table `ticks`; gets `before`, what the process held before the facts
---@param hosts_own table list of facts of this host alone
---@param write fun(line: string)
function M.run(host, hosts_own, write)
  host.before = facts.warm_up()
  for _, list in ipairs({ M.facts, hosts_own }) do
    for _, one in ipairs(list) do
      local ok, problem = pcall(one.check, host)
      write((ok and "ok: " or "failed: ") .. one.name .. (ok and "" or ": " .. tostring(problem)))
    end
  end
end

return M
