-- Runs within budgets against the sandbox.

local bulk = require "spec.support.bulk"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local sandbox, quick = support.sandbox, bulk.quick

before_each(support.begin)
after_each(support.finish)

local function spent_states()
  local states = {}
  return states, function(state) states[#states + 1] = state end
end

describe("a run's budget", function()
  it("shrinks batches to fit, and is raised after all that was paid for is given", function()
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 100),
      quick { budget = { email = 25 } }))
    assert.equal("budget", failure.kind)
    assert.equal(25, bulk.kinds(rows).value)
    assert.equal(25, support.charges().email)
  end)

  it("isn't in the way of what it allows", function()
    local states, on_progress = spent_states()
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 20),
      quick { budget = { email = 20, phone = 0 }, on_progress = on_progress }))
    assert.is_nil(failure)
    assert.equal(20, #rows)
    assert.equal(18, states[#states].credits.email)
    assert.equal(0, states[#states].credits.uncertain.email)
  end)

  it("sends nothing where a kind is forbidden", function()
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 5),
      quick { budget = { phone = 0 }, include_phone = true }))
    assert.equal("budget", failure.kind)
    assert.same({}, rows)
    assert.equal(0, sandbox:state().requests)
  end)

  it("counts what may have been charged as spent", function()
    sandbox:fault("reset-after", 1, "people_linkedin_batch_v2")
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 100),
      quick { budget = { email = 25 }, batch_size = 10, concurrency = 1 }))
    assert.equal("budget", failure.kind)
    assert.equal(10, bulk.kinds(rows).connection)
    assert.equal(15, bulk.kinds(rows).value)
  end)

  it("lies within its client's", function()
    local client = support.client { budget = { email = 12 } }
    local rows, failure = bulk.collect(client:contacts(bulk.urls(1, 100),
      quick { budget = { email = 25 }, batch_size = 5 }))
    assert.equal("budget", failure.kind)
    assert.equal(12, bulk.kinds(rows).value)
    assert.equal(12, client:spent().email)
  end)

  it("holds for verdicts, and for requests that are answered at once", function()
    local _, failure = bulk.collect(support.client():verify(bulk.emails(50),
      quick { budget = { verifier = 7 } }))
    assert.equal("budget", failure.kind)
    assert.equal(7, support.charges().verifier)
    _, failure = bulk.collect(support.client():contacts(bulk.urls(1, 100),
      quick { budget = { email = 7 }, version = 1 }))
    assert.equal("budget", failure.kind)
    assert.equal(7, support.charges().email)
  end)

  it("counts what its journal recorded", function()
    local file = os.tmpname()
    finally(function()
      bulk.remove_journal(file)
    end)
    local function go(client)
      return bulk.collect(client:contacts(bulk.urls(1, 100),
        quick { budget = { email = 25 }, journal = file, limit = 20 + sandbox:state().jobs * 80 }))
    end
    local rows, failure = go(support.client())
    assert.is_nil(failure)
    assert.equal(18, bulk.kinds(rows).value)
    rows, failure = go(support.client())
    assert.equal("budget", failure.kind)
    assert.equal(25, bulk.kinds(rows).value)
    assert.equal(25, support.charges().email)
  end)

  it("has again what a job that was taken up turns out not to have cost", function()
    local file = os.tmpname()
    finally(function()
      bulk.remove_journal(file)
    end)
    local function go(last, opts)
      opts.journal, opts.budget, opts.batch_size = file, { email = 30 }, 10
      return bulk.collect(support.client():contacts(bulk.urls(1, last), quick(opts)))
    end
    sandbox:config { job_polls = 100000 }
    assert.same({ job_timeout = 20 }, bulk.kinds(go(20, { job_timeout = 0.02 })))
    sandbox:config { job_polls = 1 }
    local rows, failure = go(60, {})
    assert.equal("budget", failure.kind)
    assert.equal(30, bulk.kinds(rows).value)
    assert.equal(30, support.charges().email)
  end)

  it("counts what its journal can't be sure of: a search credit for each company", function()
    local file = os.tmpname()
    finally(function()
      bulk.remove_journal(file)
    end)
    local domains = {}
    for i = 1, 30 do
      domains[i] = data.company(i).domain
    end
    local function go(limit)
      return bulk.collect(support.client():domains(domains, {
        budget = { search = 25 }, journal = file, limit = limit, batch_size = 5,
        headers = { ["x-sandbox-fault"] = "domain-charge" },
      }))
    end
    assert.equal(20, #go(20))
    local _, failure = go(30)
    assert.equal("budget", failure.kind)
    assert.equal(25, support.charges().search)
  end)

  it("must be a table of credits", function()
    local _, failure = bulk.collect(support.client():contacts({ bulk.url_of(1) },
      { budget = { emails = 1 } }))
    assert.equal("invalid_argument", failure.kind)
    assert.equal("budget", failure.param)
  end)
end)
