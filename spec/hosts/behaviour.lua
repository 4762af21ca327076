-- What holds in every host, as plain functions: they run inside the real one, in
-- a process of its own (program.lua), where there is no busted. Each fact is
-- called in a coroutine of the host with {ticks = function() -> number}, and
-- raises unless it holds. hosts.lua in spec/support starts the process.

local contactout = require "contactout"
local core = require "contactout.core"
local data = require "contactout.sandbox.data"

local M = { facts = {} }

-- A fact, in plain present tense.
local function fact(name, check)
  table.insert(M.facts, { name = name, check = check })
end

local function equal(expected, actual, what)
  if expected ~= actual then
    error((what or "value") .. ": expected " .. tostring(expected) .. ", got "
      .. tostring(actual), 2)
  end
end

local function client(opts)
  local all = { rate_limits = false, max_retries = 0 }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  return assert(contactout.new(all))
end

-- The options of a call whose request meets a fault of the sandbox.
local function with(fault, opts)
  opts = opts or {}
  opts.headers = { ["x-sandbox-fault"] = fault }
  return opts
end

-- The kind of the error with which a free call under a fault ends.
local function kind_under(fault, opts)
  local value, err = client():stats(nil, with(fault, opts))
  equal(nil, value)
  return err.kind
end

-- Lets the host go on until `done()`.
local function wait_until(done)
  while not done() do
    assert(contactout.sleep(0.001))
  end
end

-- Starts `n` calls that the server never answers -> tasks, each giving its error.
local function in_flight(one, n)
  local tasks, begun = {}, 0
  for i = 1, n do
    tasks[i] = contactout.spawn(function()
      begun = begun + 1
      return select(2, one:stats(nil, with("hang")))
    end)
  end
  wait_until(function()
    return begun == n and one._core:pending() == n
  end)
  return tasks
end

M.in_flight = in_flight

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

-- Ends --------------------------------------------------------------------------

fact("a cancelled task's call says cancelled, and the task goes on", function()
  local one = client()
  local task = in_flight(one, 1)[1]
  task:cancel()
  equal("cancelled", task:wait().kind)
  equal(200, assert(one:stats()).status_code)
end)

fact("a cancelled task's sleep says cancelled", function()
  local begun = false
  local task = contactout.spawn(function()
    begun = true
    return select(2, contactout.sleep(1000))
  end)
  wait_until(function() return begun end)
  task:cancel()
  equal("cancelled", task:wait().kind)
end)

fact("a client closed with calls in flight says cancelled to each", function()
  local one = client()
  local tasks = in_flight(one, 5)
  one:close()
  for i = 1, 5 do
    equal("cancelled", tasks[i]:wait().kind)
  end
end)

fact("clients that come and go at once don't mix up their calls", function()
  for _ = 1, 20 do
    local one = client()
    local tasks = in_flight(one, 2)
    one:close()
    equal(200, assert(client():stats()).status_code)
    equal("cancelled", tasks[1]:wait().kind)
    equal("cancelled", tasks[2]:wait().kind)
  end
end)

fact("a client that nobody holds ends its calls", function()
  local one = client()
  local task = contactout.spawn(function(mine)
    return assert(mine:stats(nil, with("delay:0.1"))).status_code
  end, one)
  wait_until(function() return one._core:pending() == 1 end)
  one = nil -- luacheck: ignore
  collectgarbage()
  collectgarbage()
  equal(200, task:wait())
end)

fact("a call that can't yield is refused before it is sent", function()
  local kind
  ("x"):gsub("x", function()
    local value, err = client():stats()
    kind = value and "a reply" or err.kind
  end)
  equal("unsupported", kind)
end)

-- Running -----------------------------------------------------------------------

--- Checks the facts, and the host's own, one after another; one line for each.
---@param host table `ticks`
---@param own table list of facts of this host alone
---@param write fun(line: string)
function M.run(host, own, write)
  for _, list in ipairs({ M.facts, own }) do
    for _, one in ipairs(list) do
      local ok, problem = pcall(one.check, host)
      write((ok and "ok: " or "failed: ") .. one.name .. (ok and "" or ": " .. tostring(problem)))
    end
  end
end

return M
