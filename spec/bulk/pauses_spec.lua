-- Pauses that a server asks for, or seems to want, and outages: a run waits them out, and
-- spends no key on them; and what they leave in doubt.

local bulk = require "spec.support.bulk"
local contactout = require "contactout"
local hold = require "contactout.hold"
local raw = require "spec.support.raw_server"
local relays = require "spec.support.relay"
local support = require "spec.support.client"
local tls = require "spec.support.tls"

local sandbox, quick = support.sandbox, bulk.quick
local AT_ONCE = "people_linkedin_batch"
local SUBMIT, POLL = "people_linkedin_batch_v2", "people_linkedin_batch_v2_result"

local relay

before_each(function()
  support.begin()
  relay = relays.start(sandbox.url:match("%d+$"))
end)

after_each(function()
  support.finish()
  raw.stop_all()
end)

-- A client behind the relay, which is cut when a number of replies have come, and mended
-- after so many waits of the run (nil: never) -> client, events by type
local function client_cut(after, mended_after)
  local events = { response = {}, wait = {} }
  local client = support.client { base_url = relay.url, max_retries = 1, observe = function(event)
    local list = events[event.type]
    if list then
      list[#list + 1] = event
    end
    if event.type == "response" and event.status and #list == after then
      relay:cut()
    elseif event.type == "wait" and #list == mended_after then
      relay:mend()
    end
  end }
  return client, events
end

local function has_no_failure(rows, count)
  local kinds = bulk.kinds(rows)
  assert.equal(count, (kinds.value or 0) + (kinds.not_found or 0))
  bulk.check_charges()
end

describe("a run in an outage", function()
  it("waits, and asks for the same keys after it", function()
    local client, events = client_cut(1, 3)
    local rows, failure = bulk.collect(client:contacts(bulk.urls(1, 60),
      { version = 1, batch_size = 10, concurrency = 1 }))
    assert.is_nil(failure)
    assert.equal(60, #rows)
    has_no_failure(rows, 60)
    assert.equal("outage", events.wait[1].reason)
    assert.equal("connection", events.wait[1].error.kind)
    assert.is_true(events.wait[1].seconds > 0)
    assert.equal(6, bulk.requests(AT_ONCE))
  end)

  it("gives an error for nothing but what was being sent when it began", function()
    local rows, failure = bulk.collect(client_cut(1, 3):contacts(bulk.urls(1, 90),
      { version = 1, batch_size = 10, concurrency = 3 }))
    assert.is_nil(failure)
    assert.equal(90, #rows)
    assert.is_true((bulk.kinds(rows).connection or 0) <= 20)
    for _, row in ipairs(rows) do
      assert.is_true(not row.err or row.err.kind == "not_found" or row.err.maybe_charged)
    end
    bulk.check_charges()
  end)

  it("does the same with jobs, whether it finds that at a submission or at a poll", function()
    for after = 1, 4 do
      sandbox:reset()
      local rows, failure = bulk.collect(client_cut(after, 2):contacts(bulk.urls(1, 40),
        quick { batch_size = 10, concurrency = 1 }))
      assert.is_nil(failure)
      has_no_failure(rows, 40)
      assert.equal(4, bulk.requests(SUBMIT))
    end
  end)

  it("tells on_progress until it is over", function()
    local last, seen
    bulk.collect(client_cut(1, 3):contacts(bulk.urls(1, 20), {
      version = 1, batch_size = 10, concurrency = 1,
      on_progress = function(state)
        last, seen = state, state.held_by and state or seen
      end,
    }))
    assert.equal("network", seen.held_by)
    assert.is_true(seen.held >= 0)
    assert.is_nil(last.held)
    assert.is_nil(last.held_by)
  end)

  it("longer than max_retry_wait ends, after all that was paid for is given", function()
    local rows, failure = bulk.collect(client_cut(1):contacts(bulk.urls(1, 30),
      { version = 1, batch_size = 10, concurrency = 1, max_retry_wait = 0.1 }))
    assert.equal("connection", failure.kind)
    assert.matches("max_retry_wait", failure.message)
    assert.matches("again", failure.message)
    assert.is_true(failure.retryable)
    assert.is_nil(failure.maybe_charged)
    assert.equal(10, #rows)
    has_no_failure(rows, 10)
  end)

  it("can be taken up by its journal, and has nothing in doubt", function()
    local file = os.tmpname()
    finally(function() bulk.remove_journal(file) end)
    local opts = { version = 1, batch_size = 10, concurrency = 1, max_retry_wait = 0.1,
      journal = file }
    local _, failure = bulk.collect(client_cut(2):contacts(bulk.urls(1, 60), opts))
    assert.equal("connection", failure.kind)
    relay:mend()
    local rows = bulk.collect(support.client { base_url = relay.url }
      :contacts(bulk.urls(1, 60), opts))
    assert.equal(60, #rows)
    has_no_failure(rows, 60)
  end)

  it("waits also where another answers in the server's place, as a hotel's network does", function()
    local secure, stranger = tls.sandbox(), raw.start(tls.STRANGER)
    local way, kinds = relays.start(secure.url:match("%d+$")), {}
    local client = support.client {
      base_url = way.url:gsub("http://127.0.0.1", "https://localhost"), ca_file = secure.ca_file,
      observe = function(event)
        kinds[event.kind or event.reason or event.status or 0] = true
        if event.type == "response" and event.status and not kinds.tls then
          way:lead_to(stranger.port)
        elseif event.type == "wait" then
          way:lead_to(secure.url:match("%d+$"))
        end
      end,
    }
    local rows, failure = bulk.collect(client:contacts(bulk.urls(1, 20),
      { version = 1, batch_size = 10, concurrency = 1 }))
    assert.is_nil(failure)
    has_no_failure(rows, 20)
    assert.is_true(kinds.tls and kinds.outage)
  end)

  it("that was there before the first answer gives each key its row", function()
    relay:cut()
    local rows, failure = bulk.collect(support.client { base_url = relay.url, max_retries = 0 }
      :contacts(bulk.urls(1, 30), quick { batch_size = 10 }))
    assert.is_nil(failure)
    assert.same({ connection = 30 }, bulk.kinds(rows))
    assert.is_nil(rows[1].err.maybe_charged)
  end)
end)

describe("what is sent again though it may have been charged", function()
  -- The first submission is cut off; the next one is asked to wait for longer than a call.
  local function cut_and_pause()
    sandbox:fault("reset-after", 1, SUBMIT)
    sandbox:fault("status:429,retry-after:0.3", 1, SUBMIT)
  end

  it("waits for the end of a pause, too", function()
    cut_and_pause()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      quick { retry_charged = true }))
    assert.same({ value = 6 }, bulk.kinds(rows))
    assert.equal(3, bulk.requests(SUBMIT))
  end)

  it("isn't sent again unless that is allowed", function()
    cut_and_pause()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6), quick()))
    assert.same({ connection = 6 }, bulk.kinds(rows))
    assert.is_true(rows[1].err.maybe_charged)
    assert.equal(1, bulk.requests(SUBMIT))
  end)

  it("counts as spent", function()
    cut_and_pause()
    local client = support.client()
    bulk.collect(client:contacts(bulk.urls(1, 6), quick { retry_charged = true }))
    assert.equal(6, client:spent().email)
    assert.equal(6, client:spent().uncertain.email)
  end)

  it("has its row where the pause is too long", function()
    sandbox:fault("reset-after", 1, SUBMIT)
    sandbox:fault("status:429,retry-after:300", -1, SUBMIT)
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      quick { retry_charged = true, max_retry_wait = 0.1 }))
    assert.equal("rate_limited", failure.kind)
    assert.same({ rate_limited = 6 }, bulk.kinds(rows))
    assert.is_true(rows[1].err.maybe_charged)
  end)

  it("has its row where the run ends otherwise meanwhile", function()
    cut_and_pause()
    local client = support.client { observe = function(event)
      if event.type == "wait" then
        error("broken", 0)
      end
    end }
    local rows, failure = bulk.collect(client:contacts(bulk.urls(1, 6),
      quick { retry_charged = true }))
    assert.equal("broken", failure)
    assert.same({ rate_limited = 6 }, bulk.kinds(rows))
    assert.is_true(rows[1].err.maybe_charged)
  end)

  it("isn't sent a third time if it is left in doubt again", function()
    cut_and_pause()
    cut_and_pause()
    local client = support.client()
    local rows = bulk.collect(client:contacts(bulk.urls(1, 6), quick { retry_charged = true }))
    assert.same({ rate_limited = 6 }, bulk.kinds(rows))
    assert.equal(4, bulk.requests(SUBMIT))
    assert.equal(12, client:spent().uncertain.email)
  end)

  it("stays in doubt if it is refused then", function()
    cut_and_pause()
    sandbox:fault("status:400,message:no", -1, SUBMIT)
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      quick { retry_charged = true }))
    assert.same({ invalid_request = 6 }, bulk.kinds(rows))
    assert.is_true(rows[1].err.maybe_charged)
  end)

  it("is uncertain in a journal, once and as much as it may have cost", function()
    local file = os.tmpname()
    finally(function() bulk.remove_journal(file) end)
    sandbox:fault("reset-after", 1, SUBMIT)
    sandbox:fault("status:429,retry-after:300", -1, SUBMIT)
    bulk.collect(support.client():contacts(bulk.urls(1, 6),
      quick { retry_charged = true, max_retry_wait = 0.1, journal = file }))
    sandbox:reset()
    local plan = assert(support.client():plan("contacts", bulk.urls(1, 6), { journal = file }))
    assert.equal(6, plan.spent.uncertain.email)
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      quick { journal = file }))
    assert.same({ uncertain = 6 }, bulk.kinds(rows))
    assert.equal(0, bulk.requests(SUBMIT))
  end)
end)

describe("a run that the server asks for a pause", function()
  -- Rows of 30 people in batches of 10, where submissions meet the fault so many times.
  local function rows_after(fault, times, opts, client_opts)
    sandbox:fault(fault, times, SUBMIT)
    opts = opts or {}
    opts.batch_size = 10
    return bulk.collect(support.client(client_opts):contacts(bulk.urls(1, 30), quick(opts)))
  end

  for _, status in ipairs { 429, 503 } do
    it("longer than a call waits (" .. status .. ") goes on after it", function()
      local rows = rows_after(("status:%d,retry-after:0.3"):format(status), 1, { concurrency = 1 })
      local kinds = bulk.kinds(rows)
      assert.equal(30, kinds.value + kinds.not_found)
      assert.equal(4, bulk.requests(SUBMIT))
    end)
  end

  it("sends nothing of that class until it is over", function()
    rows_after("status:429,retry-after:0.3", 1, { concurrency = 1 })
    local first, second = sandbox:ledger()[1], sandbox:ledger()[2]
    assert.equal(429, first.status)
    assert.equal(200, second.status)
    assert.is_true(second.time - first.time >= 0.3)
  end)

  it("outlasts more refusals than a call is tried again", function()
    local rows = rows_after("status:429", 12, { concurrency = 2 })
    assert.equal(30, #rows)
    assert.is_nil(bulk.kinds(rows).rate_limited)
  end)

  it("has a row for each, none of kind rate_limited, at 30 requests and concurrency 3", function()
    sandbox:fault("status:429,retry-after:0.05", 4, "domain_enrich")
    local domains = {}
    for i = 1, 90 do
      domains[i] = "unheard-of-" .. i .. ".example"
    end
    local rows = bulk.collect(support.client():domains(domains,
      { batch_size = 3, concurrency = 3 }))
    assert.same({ not_found = 90 }, bulk.kinds(rows))
  end)

  it("tells its observer and on_progress", function()
    local waits, states = {}, {}
    rows_after("status:429,retry-after:0.3", 1, {
      concurrency = 1,
      on_progress = function(state) states[#states + 1] = state.held end,
    }, {
      observe = function(event)
        if event.type == "wait" then
          waits[#waits + 1] = event
        end
      end,
    })
    assert.equal(1, #waits)
    assert.equal("pause", waits[1].reason)
    assert.equal(SUBMIT, waits[1].endpoint)
    assert.is_true(waits[1].seconds > 0.2 and waits[1].seconds < 0.4)
    assert.is_true(#states >= 1)
    assert.is_true(states[1] > 0 and states[1] < 0.4)
  end)

  it("longer than max_retry_wait ends, after all that was paid for is given", function()
    sandbox:fault("delay:0.01", 1, SUBMIT)
    sandbox:fault("status:429,retry-after:300", -1, SUBMIT)
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 30),
      quick { batch_size = 10, concurrency = 1, max_retry_wait = 0.2 }))
    assert.equal("rate_limited", failure.kind)
    assert.is_true(failure.retry_after > 290)
    assert.matches("max_retry_wait", failure.message)
    assert.matches("again", failure.message)
    assert.is_nil(failure.maybe_charged)
    assert.equal(10, #rows)
    assert.equal(support.charges().email, bulk.kinds(rows).value)
  end)

  it("again and again ends when that has lasted for max_retry_wait", function()
    local rows, failure = rows_after("status:429", -1, { max_retry_wait = 0.1 })
    assert.equal("rate_limited", failure.kind)
    assert.same({}, rows)
  end)

  it("isn't told by a job's end that a request was accepted: that was before", function()
    local iterator, count = support.client():contacts(bulk.urls(1, 30),
      quick { batch_size = 10 }), 0
    local made = iterator._run.hold
    function made.accepted()
      count = count + 1
    end
    bulk.collect(iterator)
    assert.equal(3, count)
  end)

  it("can be taken up by its journal, and has nothing in doubt", function()
    local file = os.tmpname()
    finally(function() bulk.remove_journal(file) end)
    local opts = { batch_size = 10, concurrency = 2, max_retry_wait = 0.1, journal = file }
    sandbox:fault("status:429,retry-after:300", -1, SUBMIT)
    local _, failure = bulk.collect(support.client():contacts(bulk.urls(1, 30), quick(opts)))
    assert.equal("rate_limited", failure.kind)
    sandbox:reset()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 30), quick(opts)))
    assert.equal(30, #rows)
    assert.is_nil(bulk.kinds(rows).uncertain)
  end)

  it("gives up no job meanwhile", function()
    sandbox:fault("status:429,retry-after:0.3", 1, POLL)
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      quick { job_timeout = 0.1 }))
    assert.is_nil(bulk.kinds(rows).job_timeout)
  end)

  it("ends at once with its client #yields", function()
    contactout.run(function()
      local client
      client = support.client { observe = function(event)
        if event.type == "wait" then
          client:close()
        end
      end }
      sandbox:fault("status:429,retry-after:300", -1, SUBMIT)
      local _, failure = bulk.collect(client:contacts(bulk.urls(1, 30), quick()))
      assert.equal("cancelled", failure.kind)
    end)
  end)

  -- A hold whose pause is over right after that look of those that the run takes.
  local function end_after_look(iterator, last)
    local made, looks, left = iterator._run.hold, 0, hold.new({ bound = 0, first = 0 }).left
    function made.left(self)
      local seconds, by = left(self)
      if seconds > 0 then
        looks = looks + 1
        self._server.over_at = looks >= last and 0 or math.huge
      end
      return seconds, by
    end
  end

  it("goes on whenever the pause turns out to be over #yields", function()
    for last = 1, 5 do
      contactout.run(function()
        sandbox:fault("status:429,retry-after:0.3", 1, SUBMIT)
        local iterator = support.client():contacts(bulk.urls(1, 3), quick())
        end_after_look(iterator, last)
        assert.equal(3, #bulk.collect(iterator))
      end)
    end
  end)

  it("goes on also where the pause came and went while an input was read #yields", function()
    contactout.run(function()
      local has_paused, count = false, 0
      local client = support.client { observe = function(event)
        has_paused = has_paused or event.type == "wait"
      end }
      sandbox:fault("status:429,retry-after:0.03", 1, SUBMIT)
      local iterator = client:contacts(function()
        count = count + 1
        while count == 3 and not has_paused do
          contactout.sleep(0.001)
        end
        if count == 3 then
          contactout.sleep(0.1) -- longer than the pause
        end
        return count < 3 and bulk.url_of(count) or nil
      end, quick { batch_size = 2 })
      assert.equal(2, #bulk.collect(iterator))
    end)
  end)

  it("lets its consumer be cancelled, and others close it #yields", function()
    contactout.run(function()
      local held = false
      local client = support.client { observe = function(event)
        held = held or event.type == "wait"
      end }
      sandbox:fault("status:429,retry-after:300", -1, SUBMIT)
      local iterator = client:contacts(bulk.urls(1, 30), quick())
      local one = contactout.spawn(function() return select(2, pcall(iterator)) end)
      local other = contactout.spawn(function() return iterator() end)
      while not held do
        contactout.sleep(0.001)
      end
      contactout.sleep(0.01)
      one:cancel()
      assert.equal("cancelled", one:wait().kind)
      iterator:close()
      assert.is_nil(other:wait())
    end)
  end)
end)
