-- Waiting for jobs against the sandbox, with short pauses.

local contactout = require "contactout"
local blocking = require "contactout.loops.blocking"
local data = require "contactout.sandbox.data"
local plain = require "contactout.loops.plain"
local support = require "spec.support.client"
local wait = require "contactout.jobs.wait"

local sandbox = support.sandbox

local QUICK = { interval = 0.005, max_interval = 0.01 }

local function quick(opts)
  local all = { interval = QUICK.interval, max_interval = QUICK.max_interval }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  return all
end

local function submit(client, fault, n)
  local urls = {}
  for i = 1, n or 2 do
    urls[i] = data.person(i).linkedin_url
  end
  return assert(client:submit_contacts(urls, fault and support.with_fault(fault)))
end

local function polls()
  local count = 0
  for _, entry in ipairs(sandbox:ledger()) do
    count = count + (entry.endpoint == "people_linkedin_batch_v2_result" and 1 or 0)
  end
  return count
end

-- Lets the others go on until `done()`.
local function wait_until(done)
  while not done() do
    contactout.sleep(0.001)
  end
end

before_each(support.begin)
after_each(support.finish)

describe("the pauses between polls", function()
  local function pauses(random)
    local list, pause = {}, 2
    for i = 1, 9 do
      list[i], pause = wait.pause(pause, 30, random)
    end
    return list
  end

  it("grow by half each, to the longest", function()
    assert.same({ 2, 3, 4.5, 6.75, 10.125, 15.1875, 22.78125, 30, 30 }, pauses(0.5))
  end)

  it("are spread by chance", function()
    assert.equal(1.6, pauses(0)[1])
    assert.equal(36, pauses(1)[9])
  end)
end)

describe("wait", function()
  it("gives the job when it is done", function()
    sandbox:config { job_polls = 3 }
    local job = submit(support.client())
    assert.equal(job, job:wait(QUICK))
    assert.equal("done", job.status)
    assert.equal(4, polls())
  end)

  it("asks nobody about a job that has ended", function()
    local job = submit(support.client())
    assert(job:wait(QUICK))
    local before = polls()
    assert.equal(job, job:wait())
    assert.equal(before, polls())
  end)

  it("says job_failed for a job that fails", function()
    local job = submit(support.client(), "job-fail")
    local waited, err = job:wait(QUICK)
    assert.is_nil(waited)
    assert.equal("job_failed", err.kind)
    assert.equal(job.uuid, err.job_uuid)
    assert.is_true(err.maybe_charged)
    assert.matches("FAILED", err.message)
  end)

  it("says job_timeout at its time-out, and may be begun again", function()
    sandbox:config { job_polls = 1000 }
    local job = submit(support.client())
    assert(job:poll())
    local waited, err = job:wait({ timeout = 0.0299998, interval = 1000, max_interval = 1000 })
    assert.is_nil(waited)
    assert.equal("job_timeout", err.kind)
    assert.equal(job.uuid, err.job_uuid)
    assert.is_true(err.maybe_charged)
    assert.is_true(err.retryable)
    assert.matches("within 0.03 s (the server says QUEUED)", err.message, 1, true)
    assert.equal("pending", job.status)
    sandbox:config { job_polls = 1 }
    assert(job:wait(QUICK))
  end)

  it("doesn't outlast its time-out by a slow poll", function()
    local job = submit(support.client())
    sandbox:fault("hang", -1)
    local _, err = job:wait(quick { timeout = 0.1 })
    assert.equal("job_timeout", err.kind)
    assert.matches("last poll failed", err.message)
  end)

  it("doesn't outlast its time-out in the queue of the rate limit", function()
    local client = support.client { rate_limits = { other = 1, window = 30 } }
    local job = submit(client)
    local _, err = job:wait(quick { timeout = 0.05 })
    assert.equal("job_timeout", err.kind)
    assert.equal(0, polls())
  end)

  it("gets over a poll that fails", function()
    local job = submit(support.client { max_retries = 0 })
    local faults = { "status:500", "reset-before", "html", "status:429,retry-after:0.01" }
    for _, fault in ipairs(faults) do
      sandbox:fault(fault, 1, "people_linkedin_batch_v2_result")
    end
    assert(job:wait(QUICK))
    assert.is_true(polls() >= 5)
  end)

  it("ends by a poll whose failure no other would mend", function()
    local job = submit(support.client())
    sandbox:fault("status:401,message:bad token", 1)
    local waited, err = job:wait(QUICK)
    assert.is_nil(waited)
    assert.equal("credentials", err.kind)
    assert.equal(job.uuid, err.job_uuid)
  end)

  it("waits for a job that can't be found yet", function()
    assert(submit(support.client(), "job-404:3"):wait(QUICK))
  end)

  it("says not_found of a job that nobody knows", function()
    local _, err = support.client():job("contacts", "7d0c"):wait(QUICK)
    assert.equal("not_found", err.kind)
    assert.equal("7d0c", err.job_uuid)
  end)

  it("says cancelled on a closed client", function()
    local client = support.client()
    local job = submit(client)
    client:close()
    local waited, err = job:wait()
    assert.is_nil(waited)
    assert.equal("cancelled", err.kind)
    assert.equal(job.uuid, err.job_uuid)
  end)

  it("refuses options that it doesn't have", function()
    local job = submit(support.client())
    local waited, err = job:wait({ timeouts = 1 })
    assert.is_nil(waited)
    assert.equal("invalid_argument", err.kind)
    assert.matches("did you mean timeout", err.message)
    assert.has_error(function() job:wait(900) end)
  end)

  it("may be begun again after an error that ended it, such as the user's ^C", function()
    local job, park = submit(support.client()), blocking.park
    finally(function() blocking.park = park end)
    function blocking.park()
      error("interrupted!", 0)
    end
    assert.has_error(function() job:wait({ interval = 0.05 }) end, "interrupted!")
    blocking.park = park
    assert(job:wait({ interval = 0.1 }))
  end)

  it("raises an observer's error, and may be begun again", function()
    local is_broken = false
    local job = submit(support.client { observe = function()
      if is_broken then
        error("broken", 0)
      end
    end })
    is_broken = true
    sandbox:config { job_polls = 5 }
    assert.has_error(function() job:wait(QUICK) end, "broken")
    is_broken = false
    assert(job:wait(QUICK))
  end)
end)

describe("waits side by side #yields", function()
  it("share one poll for one job", function()
    sandbox:config { job_polls = 4 }
    local job = submit(support.client())
    local waits = {}
    contactout.run(function()
      for i = 1, 20 do
        waits[i] = contactout.spawn(job.wait, job, QUICK)
      end
    end)
    for i = 1, 20 do
      assert.equal(job, waits[i]:wait())
    end
    assert.equal(5, polls())
  end)

  it("don't hold each other up: a slow poll is its own job's alone", function()
    contactout.run(function()
      local client = support.client()
      local slow = submit(client)
      sandbox:fault("hold", 1)
      local waiting = contactout.spawn(slow.wait, slow, QUICK)
      wait_until(function() return client._core:pending() == 1 end)
      for _ = 1, 3 do
        assert(submit(client):wait(QUICK))
      end
      assert.equal("pending", slow.status)
      sandbox:release()
      assert.equal(slow, waiting:wait())
    end)
  end)

  it("end by a cancel, and may be begun again", function()
    sandbox:config { job_polls = 2 }
    contactout.run(function()
      local client = support.client()
      local job, other = submit(client), submit(client)
      local waiting = contactout.spawn(job.wait, job)
      local beside = contactout.spawn(other.wait, other, QUICK)
      contactout.sleep(0.001)
      waiting:cancel()
      local waited, err = waiting:wait()
      assert.is_nil(waited)
      assert.equal("cancelled", err.kind)
      assert.equal(job.uuid, err.job_uuid)
      assert.equal(other, beside:wait())
      assert.equal(job, job:wait(QUICK))
    end)
  end)

  it("go on when the one who polls is cancelled", function()
    contactout.run(function()
      local client = support.client()
      local job = submit(client)
      sandbox:fault("hang", 1)
      local first = contactout.spawn(job.wait, job, QUICK)
      wait_until(function() return client._core:pending() == 1 end)
      local second = contactout.spawn(job.wait, job, QUICK)
      contactout.sleep(0.001)
      first:cancel()
      assert.equal("cancelled", select(2, first:wait()).kind)
      assert.equal(job, second:wait())
    end)
  end)

  it("end when the client is closed", function()
    contactout.run(function()
      local client = support.client()
      local waits = {}
      for i = 1, 5 do
        local job = submit(client)
        waits[i] = contactout.spawn(job.wait, job)
      end
      contactout.sleep(0.001)
      client:close()
      for i = 1, 5 do
        assert.equal("cancelled", select(2, waits[i]:wait()).kind)
      end
    end)
  end)

  it("need one timer for many jobs", function()
    local timers, is_counting = 0, false
    local loop = setmetatable({ name = "counting" }, { __index = plain })
    function loop.park(waiter, seconds)
      local counts = seconds and is_counting
      timers = timers + (counts and 1 or 0)
      local woken = plain.park(waiter, seconds)
      timers = timers - (counts and 1 or 0)
      return woken
    end
    local client = support.client { loop = loop }
    contactout.run(function()
      local waits = {}
      for i = 1, 200 do
        waits[i] = submit(client, nil, 1)
      end
      is_counting = true
      for i = 1, 200 do
        waits[i] = contactout.spawn(waits[i].wait, waits[i], { interval = 300 })
      end
      contactout.sleep(0) -- all have begun
      contactout.sleep(0) -- and who lost the first place has let go
      assert.equal(1, timers)
      client:close()
      for i = 1, 200 do
        assert.equal("cancelled", select(2, waits[i]:wait()).kind)
      end
    end)
  end)
end)
