-- What an account has used, and how many people a search would find, against the
-- sandbox.

local support = require "spec.support.client"

local sandbox = support.sandbox

before_each(support.begin)
after_each(support.finish)

describe("usage", function()
  it("tells of a postpaid plan what is allowed, used and left", function()
    local client = support.client()
    local before = assert(client:usage())
    assert(client:linkedin_enrich({ profile = support.PROFILE }))
    local after = assert(client:usage())
    assert.equal("postpaid", after.plan)
    assert.equal(client:spent().email, after.email.used - before.email.used)
    assert.equal(client:spent().phone, after.phone.used - before.phone.used)
    for _, kind in ipairs { "email", "phone", "search" } do
      local one = after[kind]
      assert.equal(one.quota - one.used, one.left)
      assert.equal(0, one.over)
    end
    assert.equal(after.raw.period["end"], after.period.last)
  end)

  it("tells of a prepaid plan what is left, which isn't its use from its quota", function()
    local client = support.client { token = "prepaid-1" }
    assert(client:linkedin_enrich({ profile = support.PROFILE }))
    local usage = assert(client:usage())
    assert.equal("prepaid", usage.plan)
    assert.equal(1, usage.email.used)
    assert.equal(usage.raw.usage.quota, usage.email.left)
    assert.is_nil(usage.email.quota)
    assert.is_nil(usage.email.over)
  end)

  it("asks for a month", function()
    local usage = assert(support.client():usage("2026-02"))
    assert.matches("^2026%-02", usage.period.first)
    local none, err = support.client():usage("2026-13")
    assert.is_nil(none)
    assert.equal("period", err.param)
  end)

  it("says so where the reply has none", function()
    local usage, err = support.client():usage(nil, support.with_fault("null-members"))
    assert.is_nil(usage)
    assert.equal("malformed_response", err.kind)
  end)
end)

describe("count", function()
  it("says how many a search would find, and takes the search's own parameters", function()
    local client = support.client()
    local query = { job_title = { "Founder" } }
    local count = assert(client:count(query))
    assert.is_true(count > 0)
    query.page, query.reveal_info, query.data_types = 2, true, { "phone" }
    query.detailed_experience, query.detailed_education = true, true
    assert.equal(count, client:count(query))
    assert.equal(2, query.page)
    assert.same({}, support.charges())
    assert.equal(client:people_search({ job_title = { "Founder" } }).metadata.total_results, count)
  end)

  it("refuses what no search has", function()
    local count, err = support.client():count({ job_titel = { "Founder" } })
    assert.is_nil(count)
    assert.equal("job_titel", err.param)
    assert.equal(0, sandbox:state().requests)
    assert.has_error(function()
      support.client():count("Founder")
    end, "query must be a table, not a string")
  end)

  it("gives the error of the endpoint", function()
    local count, err = support.client { token = "trial-7" }:count({ name = "grace" })
    assert.is_nil(count)
    assert.equal("no_access", err.kind)
  end)
end)
