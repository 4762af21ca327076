-- Pauses that a server asks for, or seems to want: a run waits them out, and spends no
-- key on them.

local bulk = require "spec.support.bulk"
local contactout = require "contactout"
local hold = require "contactout.bulk.hold"
local support = require "spec.support.client"

local sandbox, quick = support.sandbox, bulk.quick
local SUBMIT, POLL = "people_linkedin_batch_v2", "people_linkedin_batch_v2_result"

-- On a clock of the spec's own, without jitter -> hold, clock
local function held_by_clock(bound, first)
  local clock = { now = 0 }
  return hold.new({ bound = bound, first = first or 10 }, function() return clock.now end,
    function() return 0 end), clock
end

describe("a hold", function()
  it("lasts as long as the server asks", function()
    local made, clock = held_by_clock(3600)
    assert.equal(0, made:left())
    assert.equal(600, made:refused(600))
    clock.now = 599
    assert.equal(1, made:left())
    clock.now = 600
    assert.equal(0, made:left())
  end)

  it("grows where the server doesn't say how long", function()
    local made, clock = held_by_clock(3600)
    for _, seconds in ipairs { 10, 20, 40, 80, 160, 300, 300 } do
      assert.equal(seconds, made:refused())
      clock.now = clock.now + seconds
    end
  end)

  it("grows once for all that were refused together", function()
    local made = held_by_clock(3600)
    assert.equal(10, made:refused())
    assert.is_false(select(2, made:refused(3)))
    assert.equal(10, made:left())
    assert.equal(12, made:refused(12))
  end)

  it("is refused when it would last beyond the bound, from the first refusal on", function()
    local made, clock = held_by_clock(3600)
    assert.is_nil(made:refused(3601))
    assert.equal(3000, made:refused(3000))
    clock.now = 3000
    assert.is_nil(made:refused(700))
    assert.equal(600, made:refused(600))
    clock.now = 3600
    assert.is_nil(made:refused())
  end)

  it("begins anew after something was accepted", function()
    local made, clock = held_by_clock(3600)
    made:refused(3000)
    clock.now = 3000
    made:accepted()
    assert.equal(3000, made:refused(3000))
  end)

  it("of no bound at all isn't begun", function()
    assert.is_nil(held_by_clock(0):refused())
    assert.is_nil(held_by_clock(0):cut_off())
  end)

  it("in an outage grows to a minute, and tries go on until the bound", function()
    local made, clock = held_by_clock(200)
    for _, seconds in ipairs { 10, 20, 40, 60, 60, 10 } do
      assert.equal(seconds, made:cut_off())
      clock.now = clock.now + seconds
      assert.same({ 0, "network" }, { made:left() })
    end
    assert.is_nil(made:cut_off())
  end)

  it("in an outage ends with the first answer, and the next is a first one", function()
    local made, clock = held_by_clock(3600)
    assert.is_false(made:answered())
    made:cut_off()
    assert.same({ 10, "network" }, { made:left() })
    assert.is_true(made:answered())
    assert.same({ 0 }, { made:left() })
    clock.now = 3600
    assert.equal(10, made:cut_off())
  end)

  it("that the server asks for is kept after an outage, and has its own bound", function()
    local made, clock = held_by_clock(3600)
    made:refused(3000)
    clock.now = 2000
    made:cut_off()
    made:answered()
    assert.same({ 1000, "server" }, { made:left() })
    clock.now = 3000
    assert.is_nil(made:refused(700))
    assert.equal(10, made:cut_off())
  end)

  it("knows whether the server has answered at all", function()
    local made = held_by_clock(3600)
    assert.is_false(made.is_reached)
    made:answered()
    assert.is_true(made.is_reached)
  end)
end)

describe("a run that the server asks for a pause", function()
  before_each(support.begin)
  after_each(support.finish)

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
