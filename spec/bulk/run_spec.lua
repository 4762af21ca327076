-- The course of a run against the sandbox: what goes wrong on the way, who waits, how
-- it ends, and what it holds meanwhile.

local bulk = require "spec.support.bulk"
local clients = require "contactout.client"
local compat = require "contactout.compat"
local contactout = require "contactout"
local core = require "contactout.core"
local reply = require "contactout.jobs.reply"
local support = require "spec.support.client"

local sandbox, quick = support.sandbox, bulk.quick

-- A place where a run never waits in vain: a deadline as a safety net.
local function wait_until(done)
  while not done() do
    contactout.sleep(0.001)
  end
end

before_each(support.begin)
after_each(support.finish)

describe("a key whose job", function()
  local function rows_under(fault, opts)
    return bulk.collect(support.client():contacts(bulk.urls(1, 6), bulk.with_fault(fault, opts)))
  end

  it("failed gets job_failed, and names the job", function()
    local rows = rows_under("job-fail")
    assert.same({ job_failed = 6 }, bulk.kinds(rows))
    assert.matches("^%x+%-", rows[1].err.job_uuid)
    assert.is_true(rows[1].err.maybe_charged)
  end)

  it("never ended gets job_timeout after opts.job_timeout", function()
    local rows = rows_under("job-never", { job_timeout = 0.05 })
    assert.same({ job_timeout = 6 }, bulk.kinds(rows))
    assert.matches("^%x+%-", rows[1].err.job_uuid)
    assert.is_true(rows[1].err.maybe_charged)
  end)

  it("lost it gets job_failed, and the others their values", function()
    local rows = rows_under("job-lose-keys:2,job-word:DONE")
    assert.same({ job_failed = 2, value = 4 }, bulk.kinds(rows))
  end)

  it("can't be found for a while gets its value", function()
    assert.same({ value = 6 }, bulk.kinds(rows_under("job-404:3")))
  end)

  it("answers under another id, or in parts, gets its value", function()
    assert.same({ value = 6 }, bulk.kinds(rows_under("job-other-uuid")))
    assert.same({ value = 6 }, bulk.kinds(rows_under("job-partial:2")))
  end)

  it("was cut off in its submission may have been charged", function()
    local rows = rows_under("reset-after")
    assert.same({ connection = 6 }, bulk.kinds(rows))
    assert.is_true(rows[1].err.maybe_charged)
  end)

  it("was cut off is asked for again with retry_charged", function()
    sandbox:fault("reset-after", 1, "people_linkedin_batch_v2")
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      quick { retry_charged = true }))
    assert.same({ value = 6 }, bulk.kinds(rows))
  end)
end)

describe("an answer that lacks all of a request's people", function()
  it("may have been charged", function()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      support.with_fault("null-members", { version = 1 })))
    assert.same({ not_found = 6 }, bulk.kinds(rows))
    assert.is_true(rows[1].err.maybe_charged)
  end)

  it("surely was not charged where it has a place for them", function()
    local rows = bulk.collect(support.client():contacts({ "linkedin.com/in/nobody" },
      { version = 1 }))
    assert.same({ not_found = 1 }, bulk.kinds(rows))
    assert.is_nil(rows[1].err.maybe_charged)
  end)
end)

describe("a run", function()
  it("goes on after a batch that failed", function()
    sandbox:fault("job-fail", 1, "people_linkedin_batch_v2")
    sandbox:fault("reset-before", 1, "people_linkedin_batch_v2")
    local rows = bulk.collect(support.client({ max_retries = 0 }):contacts(bulk.urls(1, 9),
      quick { batch_size = 3, concurrency = 1 }))
    assert.same({ job_failed = 3, connection = 3, value = 3 }, bulk.kinds(rows))
  end)

  it("finds the one key that the server refuses, and gives the others their values", function()
    -- the sandbox refuses no key that we would send
    local send, refused = clients.send, bulk.url_of(7)
    finally(function() clients.send = send end)
    clients.send = function(client, row, params, opts, budget)
      for _, url in ipairs(params.profiles) do
        opts = url == refused and support.with_fault("status:400,message:Invalid profile") or opts
      end
      return send(client, row, params, opts, budget)
    end
    local rows = bulk.by_item(support.client():contacts(bulk.urls(1, 9), quick()))
    assert.same({ value = 8, invalid_request = 1 }, bulk.kinds(rows))
    assert.equal("invalid_request", rows[refused].err.kind)
    assert.equal(8, support.charges().email)
  end)

  it("ends without credits, after all that was paid for is given", function()
    sandbox:config { credits = { [support.TOKEN] = { email = 25 } } }
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 60),
      quick { batch_size = 10, concurrency = 2 }))
    assert.equal("out_of_credits", failure.kind)
    assert.equal(18, bulk.kinds(rows).value)
    assert.equal(18, support.charges().email)
  end)

  it("ends by an error that is raised where answers are read", function()
    local client, read = support.client(), reply.answers
    finally(function() reply.answers = read end)
    reply.answers = function()
      error("not enough memory", 0)
    end
    local _, failure = bulk.collect(client:contacts(bulk.urls(1, 6), quick { interval = 0.001 }))
    assert.equal("not enough memory", failure)
  end)

  it("ends where the token is refused, and raises that each time", function()
    local iterator = support.client({ token = "bad" }):contacts(bulk.urls(1, 30),
      quick { batch_size = 10 })
    local rows, failure = bulk.collect(iterator)
    assert.same({}, rows)
    assert.equal("credentials", failure.kind)
    local ok, again = pcall(iterator)
    assert.is_false(ok)
    assert.equal(failure, again)
  end)

  it("ends by an error of the caller's iterator, after all rows of what was read", function()
    local urls, problem = bulk.urls(1, 20), {}
    local rows, failure = bulk.collect(support.client():contacts(function()
      return table.remove(urls) or error(problem, 0)
    end, quick { batch_size = 10 }))
    assert.equal(problem, failure)
    assert.equal(20, #rows)
  end)

  it("gives a row no less for an error of on_progress", function()
    local is_broken = true
    local iterator = support.client():contacts(bulk.urls(1, 5), quick {
      on_progress = function()
        if is_broken then
          is_broken = false
          error("broken", 0)
        end
      end,
    })
    local rows, failure = bulk.collect(iterator)
    assert.equal("broken", failure)
    assert.equal(5, #rows + #bulk.collect(iterator))
  end)

  it("raises an observer's error, after all rows of what was sent", function()
    local client = support.client { observe = function(event)
      if event.type == "job" and event.status == "done" then
        error("broken", 0)
      end
    end }
    local rows, failure = bulk.collect(client:contacts(bulk.urls(1, 20),
      quick { batch_size = 10, concurrency = 1 }))
    assert.equal("broken", failure)
    assert.equal(10, #rows)
  end)

  it("holds no more inputs than a little over what is in flight", function()
    local read, given, most = 0, 0, 0
    local client = support.client()
    for _ in client:contacts(function()
      read = read + 1
      most = math.max(most, read - given)
      return read <= 300 and bulk.url_of(read) or nil
    end, quick { batch_size = 10, concurrency = 2 }) do
      given = given + 1
    end
    assert.equal(300, given)
    assert.is_true(most <= 31)
  end)

  it("holds no more of one input that comes again and again", function()
    local read, given, most = 0, 0, 0
    for _ in support.client():contacts(function()
      read = read + 1
      most = math.max(most, read - given)
      return read <= 300 and bulk.url_of(1) or nil
    end, quick { batch_size = 10, concurrency = 2 }) do
      given = given + 1
    end
    assert.equal(300, given)
    assert.is_true(most <= 31)
    assert.equal(1, support.charges().email)
  end)

  it("does without tasks where the client waits with another loop only", function()
    local loop = {}
    for name, method in pairs(require "contactout.loops.plain") do
      loop[name] = method
    end
    loop.inside = function() return false end
    local rows = bulk.collect(support.client({ loop = loop }):contacts(bulk.urls(1, 50),
      quick { batch_size = 10 }))
    assert.equal(50, #rows)
  end)

  it("fills its batches, however slowly its rows are asked for", function()
    bulk.collect(support.client():contacts(bulk.urls(1, 100),
      quick { batch_size = 10, concurrency = 1 }))
    assert.equal(10, sandbox:state().jobs)
  end)
end)

describe("close", function()
  it("ends the rows, and nothing more is sent", function()
    local iterator = support.client():contacts(bulk.urls(1, 100), quick { batch_size = 10 })
    assert.is_string((iterator()))
    iterator:close()
    local requests = sandbox:state().requests
    assert.is_nil(iterator())
    iterator:close()
    assert.equal(requests, sandbox:state().requests)
    assert.is_true(sandbox:state().jobs <= 8)
  end)

  it("is safe before the first row, and on one that only raises", function()
    support.client():contacts(bulk.urls(1, 3)):close()
    support.client():contacts(bulk.urls(1, 3), { foo = 1 }):close()
    assert.equal(0, sandbox:state().requests)
  end)
end)

describe("where nothing can wait", function()
  it("raises unsupported, and goes on where something can", function()
    if compat.CAN_YIELD then
      return contactout.run(function()
        local iterator, kind = support.client():contacts(bulk.urls(1, 3), quick()), nil
        table.sort({ 1, 2 }, function()
          kind = select(2, pcall(iterator)).kind
        end)
        assert.equal("unsupported", kind)
        assert.equal(0, sandbox:state().requests)
        assert.equal(3, #bulk.collect(iterator))
      end)
    end
    local _, failure = coroutine.wrap(function()
      return bulk.collect(support.client():contacts(bulk.urls(1, 3)))
    end)()
    assert.equal("unsupported", failure.kind)
    assert.equal(0, sandbox:state().requests)
  end)
end)

describe("a run beside others #yields", function()
  it("keeps several jobs in flight", function()
    sandbox:config { job_polls = 1000 }
    contactout.run(function()
      local iterator = support.client():contacts(bulk.urls(1, 100),
        quick { batch_size = 10, concurrency = 3 })
      local consumer = contactout.spawn(bulk.collect, iterator)
      wait_until(function() return sandbox:state().jobs == 3 end)
      sandbox:config { job_polls = 1 }
      assert.equal(100, #consumer:wait())
    end)
  end)

  it("lets others go on while rows are ready", function()
    contactout.run(function()
      local turns, is_over = 0, false
      contactout.spawn(function()
        while not is_over do
          turns = turns + 1
          contactout.sleep(0)
        end
      end)
      local iterator, before = support.client():contacts(bulk.urls(1, 500), quick()), nil
      for _ in iterator do
        before = before or turns
        local busy = contactout.spawn(function() end) -- a while of the consumer's own
        for _ = 1, 2000 do
          busy:has_ended()
        end
      end
      is_over = true
      assert.is_true(turns > before)
    end)
  end)

  it("raises cancelled to a consumer who is cancelled, and goes on for the next", function()
    sandbox:config { job_polls = 1000 }
    contactout.run(function()
      local iterator = support.client():contacts(bulk.urls(1, 10), quick())
      local consumer = contactout.spawn(function()
        return select(2, pcall(iterator))
      end)
      wait_until(function() return sandbox:state().jobs == 1 end)
      consumer:cancel()
      assert.equal("cancelled", consumer:wait().kind)
      sandbox:config { job_polls = 1 }
      assert.equal(10, #bulk.collect(iterator))
      assert.equal(1, sandbox:state().jobs)
    end)
  end)

  it("gives each row once to several consumers", function()
    contactout.run(function()
      local iterator = support.client():contacts(bulk.urls(1, 100), quick { batch_size = 10 })
      local consumers, items, count = {}, {}, 0
      for i = 1, 5 do
        consumers[i] = contactout.spawn(bulk.collect, iterator)
      end
      for i = 1, 5 do
        for _, row in ipairs(consumers[i]:wait()) do
          assert.is_nil(items[row.item])
          items[row.item], count = true, count + 1
        end
      end
      assert.equal(100, count)
    end)
  end)

  it("leaves no consumer waiting when another one wants no more", function()
    contactout.run(function()
      local iterator = support.client():contacts(bulk.urls(1, 40), quick { batch_size = 10 })
      local patient = contactout.spawn(bulk.collect, iterator)
      local brief = contactout.spawn(function() return iterator() end)
      assert.equal(40, #patient:wait() + (brief:wait() and 1 or 0))
    end)
  end)

  it("lets others go on while it reads", function()
    contactout.run(function()
      local turns, read, is_over = 0, 0, false
      contactout.spawn(function()
        while not is_over do
          turns = turns + (read > 0 and 1 or 0)
          contactout.sleep(0)
        end
      end)
      local iterator = support.client():verify(function()
        read = read + 1
        local later = core.now() + 0.0002
        while core.now() < later do end -- luacheck: ignore
        return read < 1000 and "a" .. read .. "@acme.example" or error("read", 0)
      end, quick { batch_size = 1000 })
      local rows = bulk.collect(iterator)
      is_over = true
      assert.same({}, rows)
      assert.is_true(turns >= 5)
    end)
  end)

  it("lets the caller's iterator wait", function()
    contactout.run(function()
      local urls = bulk.urls(1, 25)
      local rows = bulk.collect(support.client():contacts(function()
        contactout.sleep(0.0001)
        return table.remove(urls)
      end, quick { batch_size = 10 }))
      assert.equal(25, #rows)
    end)
  end)

  it("ends with its client: what was sent may be charged, and the rest is raised", function()
    sandbox:config { job_polls = 1000 }
    contactout.run(function()
      local client = support.client()
      local iterator = client:contacts(bulk.urls(1, 100),
        quick { batch_size = 10, concurrency = 2 })
      local consumer = contactout.spawn(bulk.collect, iterator)
      wait_until(function() return sandbox:state().jobs == 2 end)
      contactout.sleep(0.02)
      client:close()
      local rows, failure = consumer:wait()
      assert.same({ cancelled = 20 }, bulk.kinds(rows))
      assert.matches("^%x+%-", rows[1].err.job_uuid)
      assert.is_true(rows[1].err.maybe_charged)
      assert.equal("cancelled", failure.kind)
    end)
  end)

  it("leaves nothing running once it is closed", function()
    sandbox:config { job_polls = 1000 }
    contactout.run(function()
      local iterator = support.client():contacts(bulk.urls(1, 40), { batch_size = 10 })
      local consumer = contactout.spawn(bulk.collect, iterator)
      wait_until(function() return sandbox:state().jobs == 4 end)
      iterator:close()
      assert.same({}, consumer:wait())
      assert.equal(0, iterator._run.active)
    end)
  end)

  it("waits at its close for the reply that names a job", function()
    local events = {}
    contactout.run(function()
      local client = support.client { observe = function(event)
        events[#events + 1] = event.type == "job" and event.job_uuid or nil
      end }
      local iterator = client:contacts(bulk.urls(1, 10), bulk.with_fault("hold"))
      contactout.spawn(bulk.collect, iterator)
      wait_until(function() return sandbox:state().held == 1 end)
      local closing = contactout.spawn(iterator.close, iterator)
      contactout.sleep(0.005)
      assert.is_false(closing:has_ended())
      sandbox:release()
      closing:wait()
    end)
    assert.equal(1, #events)
  end)

  it("doesn't try again, once it is closed, what was refused before", function()
    for _, opts in ipairs { quick(), { version = 1 } } do
      sandbox:reset()
      contactout.run(function()
        local is_refused = false
        local client = support.client { max_retry_wait = 1, observe = function(event)
          is_refused = is_refused or event.type == "retry"
        end }
        opts.headers = { ["x-sandbox-fault"] = "status:429,retry-after:0.05" }
        local iterator = client:contacts(bulk.urls(1, 10), opts)
        local consumer = contactout.spawn(bulk.collect, iterator)
        wait_until(function() return is_refused end)
        iterator:close()
        assert.same({}, consumer:wait())
        assert.equal(1, sandbox:state().requests)
      end)
    end
  end)

  it("ends by itself when its iterator is collected", function()
    sandbox:config { job_polls = 100000 }
    contactout.run(function()
      local iterator = support.client():contacts(bulk.urls(1, 100), quick { batch_size = 10 })
      local run = iterator._run
      local consumer = contactout.spawn(function() return pcall(iterator) end)
      wait_until(function() return sandbox:state().jobs == 4 end)
      consumer:cancel()
      consumer:wait()
      iterator, consumer = nil, nil -- luacheck: ignore
      wait_until(function()
        collectgarbage()
        return run.active == 0
      end)
      assert.is_true(run.is_closed)
      assert.equal(4, sandbox:state().jobs)
    end)
  end)
end)

describe("many keys", function()
  local SUBMIT, POLL = "people_linkedin_batch_v2", "people_linkedin_batch_v2_result"

  local FAULTS = {
    { "job-fail", 2, SUBMIT }, { "job-lose-keys:3,job-word:DONE", 3, SUBMIT },
    { "job-404:2", 3, SUBMIT }, { "job-never", 1, SUBMIT }, { "job-partial:4", 3, SUBMIT },
    { "job-other-uuid", 2, SUBMIT }, { "status:429,retry-after:0.01", 3, SUBMIT },
    { "status:503,retry-after:0.01", 3, SUBMIT }, { "status:503", 1, SUBMIT },
    { "reset-before", 1, SUBMIT }, { "reset-after", 2, SUBMIT }, { "not-json", 1, SUBMIT },
    { "status:400,message:Invalid", 3, SUBMIT }, { "close-before", 1, SUBMIT },
    { "status:429,retry-after:0.01", 30, POLL }, { "reset-before", 5, POLL },
    { "status:503", 5, POLL }, { "html", 2, POLL }, { "truncate", 2, POLL },
  }

  it("end each with one row, whatever goes wrong", function()
    for _, fault in ipairs(FAULTS) do
      sandbox:fault(fault[1], fault[2], fault[3])
    end
    local urls = bulk.urls(1, 10000)
    for i = 1, 500 do
      urls[#urls + 1] = urls[i * 20] .. "/?"
    end
    local rows = bulk.by_item(support.client():contacts(urls,
      quick { batch_size = 250, job_timeout = 2 }))
    local count, values = 0, 0
    for _, row in pairs(rows) do
      count = count + 1
      values = values + (row.value and 1 or 0)
      assert.is_true((row.value == nil) == (row.err ~= nil))
    end
    assert.equal(10500, count)
    assert.is_true(values > 6000)
    bulk.check_charges()
    for url, row in pairs(rows) do
      local again = rows[url .. "/?"]
      assert.is_true(again == nil or (again.value == nil) == (row.value == nil))
    end
  end)

  it("leave no job's result behind, as LuaJIT's traces would", function()
    local answers_of, alive = reply.answers, setmetatable({}, { __mode = "k" })
    finally(function() reply.answers = answers_of end)
    function reply.answers(result, form)
      alive[result] = true
      return answers_of(result, form)
    end
    local read = 0
    for _ in support.client():contacts(function()
      read = read + 1
      return read <= 8000 and ("https://linkedin.com/in/ann-" .. read) or nil
    end, quick { batch_size = 1000 }) do end -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    local count = 0
    for _ in pairs(alive) do
      count = count + 1
    end
    assert.is_true(count <= 2) -- the stack may still have the last one
  end)

  it("need in memory what each key itself takes, and little more", function()
    local function memory_of(n)
      local read, bytes = 0, nil
      for _ in support.client():contacts(function()
        read = read + 1
        return read <= n and ("https://linkedin.com/in/ann-" .. n .. "-" .. read) or nil
      end, quick { batch_size = 200, concurrency = 1 }) do
        if read > n and not bytes then
          collectgarbage()
          collectgarbage()
          bytes = collectgarbage("count") * 1024
        end
      end
      return bytes
    end
    memory_of(1000)
    local few, many = memory_of(2000), memory_of(12000)
    local each = (many - few) / 10000
    assert(each < 250, "bytes for each key: " .. each)
  end)
end)
