-- Whose fault it is that a server refuses batches: a key's, which is found, or an
-- option's, which is known before each key was asked for alone.

local bulk = require "spec.support.bulk"
local clients = require "contactout.client"
local support = require "spec.support.client"
local suspects = require "contactout.bulk.suspects"

local sandbox, quick = support.sandbox, bulk.quick
local SUBMIT = "people_linkedin_batch_v2"

describe("suspects", function()
  local BAD = { message = "bad" }

  -- Asks for keys alone until there is no more to ask, all refused -> how many
  local function probe_all(made)
    local count, decided = 0, {}
    local probe = made:next_probe()
    while probe do
      assert.equal(1, #probe)
      assert.is_true(made:is_waiting())
      for _, refusal in ipairs(made:refused(probe, BAD)) do
        decided[#decided + 1] = refusal
      end
      count, probe = count + 1, made:next_probe()
    end
    assert.is_true(made:is_empty())
    return count, decided
  end

  it("are cleared when different keys alone are refused in the same words", function()
    local made = suspects.new()
    assert.same({}, made:refused(bulk.batch_of(1000), BAD))
    local count, decided = probe_all(made)
    assert.equal(11, count)
    assert.equal(12, #decided)
    for _, refusal in ipairs(decided) do
      assert.is_false(refusal.has_bad_key)
    end
  end)

  it("are cleared by one more key for each further batch", function()
    local made = suspects.new()
    made:refused(bulk.batch_of(1000), BAD)
    probe_all(made)
    made:refused(bulk.batch_of(1000), BAD)
    assert.equal(1, (probe_all(made)))
  end)

  it("have a bad key among them once something was accepted", function()
    local made = suspects.new()
    made:refused(bulk.batch_of(10), BAD)
    made:refused(bulk.batch_of(20), BAD)
    local probe = made:next_probe()
    local decided = made:accepted()
    made:ended(probe)
    assert.equal(2, #decided)
    assert.is_true(decided[1].has_bad_key and decided[2].has_bad_key)
    assert.equal(9, #decided[1].batch)
    assert.is_false(decided[1].may_be_good)
    assert.is_true(made:is_empty())
    assert.is_true(made:refused(bulk.batch_of(5), BAD)[1].has_bad_key)
  end)

  it("may be good once a key of them was refused alone", function()
    local made = suspects.new()
    made:refused(bulk.batch_of(10), BAD)
    made:refused(made:next_probe(), BAD)
    made:next_probe()
    assert.is_true(made:accepted()[1].may_be_good)
  end)

  it("have a bad key among them where the words differ", function()
    local made = suspects.new()
    made:refused(bulk.batch_of(10), BAD)
    assert.equal(2, #made:refused(bulk.batch_of(10), { message = "bad: you" }))
  end)

  it("stay suspects when a probe came to nothing or has to be sent again", function()
    local made = suspects.new()
    made:refused(bulk.batch_of(2), BAD)
    local probe = made:next_probe()
    assert.is_true(made:take_back(probe))
    made:ended(probe)
    assert.is_false(made:is_waiting())
    assert.equal(probe, made:next_probe())
    made:ended(probe)
    assert.is_not_nil(made:next_probe())
    assert.is_false(made:take_back({}))
  end)

  it("have a probe that stays the next one when another batch is taken back, too", function()
    local made = suspects.new()
    made:refused(bulk.batch_of(10), BAD)
    local probe = made:next_probe()
    made:take_back(probe)
    made:ended(probe)
    assert.is_false(made:take_back(bulk.batch_of(5)))
    assert.is_false(made:is_waiting())
    assert.equal(probe, made:next_probe())
  end)

  it("of one key aren't asked again", function()
    local made = suspects.new()
    assert.is_false(made:refused(bulk.batch_of(1), BAD)[1].has_bad_key)
    assert.is_true(made:is_empty())
  end)
end)

describe("a run whose batches are refused", function()
  before_each(support.begin)
  after_each(support.finish)

  it("for an option asks for a few keys alone, and says what it may be", function()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 1000),
      bulk.with_fault("status:400,message:callback_url must be public", { batch_size = 1000 })))
    assert.same({ invalid_request = 1000 }, bulk.kinds(rows))
    assert.matches("callback_url must be public", rows[500].err.message, 1, true)
    local messages = {}
    for _, row in ipairs(rows) do
      messages[row.err.message:find("option", 1, true) ~= nil] = true
    end
    assert.is_true(messages[true])
    assert.is_true(bulk.requests(SUBMIT) <= 2 * math.log(1000) / math.log(2),
      bulk.requests(SUBMIT) .. " requests")
  end)

  it("for an option sends two requests for each further batch", function()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 1000),
      bulk.with_fault("status:400,message:no", { batch_size = 50, concurrency = 4 })))
    assert.same({ invalid_request = 1000 }, bulk.kinds(rows))
    assert.is_true(bulk.requests(SUBMIT) <= 20 * 2 + 7, bulk.requests(SUBMIT) .. " requests")
  end)

  it("for an option does the same with a journal, and asks again later", function()
    local file = os.tmpname()
    finally(function() bulk.remove_journal(file) end)
    local refusing = bulk.with_fault("status:400,message:no", { batch_size = 10, journal = file })
    bulk.collect(support.client():contacts(bulk.urls(1, 30), refusing))
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 30),
      quick { batch_size = 10, journal = file }))
    assert.equal(30, #rows)
    assert.is_nil(bulk.kinds(rows).invalid_request)
  end)

  -- Lets the sandbox refuse what has one of these URLs, as it would none that we send.
  local function refuse(bad)
    local send = clients.send
    finally(function() clients.send = send end)
    clients.send = function(client, row, params, opts, budget)
      for _, url in ipairs(params.profiles) do
        opts = bad[url] and support.with_fault("status:400,message:Invalid profile") or opts
      end
      return send(client, row, params, opts, budget)
    end
  end

  for _, concurrency in ipairs { 1, 4 } do
    it("for several keys finds them all, with " .. concurrency .. " in flight", function()
      local bad = {}
      for _, i in ipairs { 1, 2, 17, 33, 34, 50, 64 } do
        bad[bulk.url_of(i)] = true
      end
      refuse(bad)
      local rows = bulk.by_item(support.client():contacts(bulk.urls(1, 64),
        quick { batch_size = 16, concurrency = concurrency }))
      local count = 0
      for url, row in pairs(rows) do
        count = count + 1
        assert.equal(bad[url] or false, row.err ~= nil and row.err.kind == "invalid_request")
      end
      assert.equal(64, count)
      bulk.check_charges()
    end)
  end

  it("goes on when the keys it asks for alone are held back, or cut off", function()
    sandbox:fault("status:400,message:no", 1, SUBMIT)
    sandbox:fault("status:429,retry-after:0.05", 1, SUBMIT)
    sandbox:fault("reset-after", 1, SUBMIT)
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 8), quick { batch_size = 8 }))
    assert.same({ connection = 1, value = 7 }, bulk.kinds(rows))
  end)

  it("goes on when others are held back together with such a key", function()
    sandbox:fault("status:400,message:no", 1, SUBMIT)
    sandbox:fault("status:429,retry-after:0.3,delay:0.2", 1, SUBMIT)
    sandbox:fault("status:429,retry-after:0.3", 1, SUBMIT)
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 16),
      quick { batch_size = 8, concurrency = 2 }))
    assert.is_nil(failure)
    assert.equal(16, #rows)
    assert.is_nil(bulk.kinds(rows).rate_limited)
  end)

  it("ends within its budget when they are", function()
    sandbox:fault("status:400,message:no", 1, SUBMIT)
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 8),
      quick { batch_size = 8, budget = { email = 8 } }))
    assert.is_nil(failure)
    assert.equal(8, #rows)
  end)
end)
