local bulk = require "spec.support.bulk"
local companies = require "contactout.sandbox.companies"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

before_each(support.begin)
after_each(support.finish)

describe("plan", function()
  it("counts what a run would do and cost, and sends nothing", function()
    local urls = bulk.urls(1, 1200)
    urls[1201], urls[1202], urls[1203] = urls[1] .. "/", "acme", " "
    local plan = assert(support.client():plan("contacts", urls, { include_phone = true }))
    assert.same({
      keys = 1200, duplicates = 1, invalid = 2, known = 0, requests = 4, seconds = 0,
      credits = { email = { min = 0, max = 1200 }, phone = { min = 0, max = 1200 } },
    }, plan)
    assert.equal(0, support.sandbox:state().requests)
  end)

  it("knows each method by its name", function()
    local client = support.client()
    local plan = assert(client:plan("verify", bulk.emails(50)))
    assert.same({ verifier = { min = 0, max = 50 } }, plan.credits)
    plan = assert(client:plan("domains", { companies.company(1).domain }))
    assert.equal(1, plan.requests)
    plan = assert(client:plan("contacts", bulk.urls(1, 61), { version = 1 }))
    assert.equal(3, plan.requests)
    local none, err = client:plan("people", {})
    assert.is_nil(none)
    assert.equal("method", err.param)
  end)

  it("says how long the rate limit makes it", function()
    local client = support.client { rate_limits = { other = 100, window = 60 } }
    local plan = assert(client:plan("contacts", bulk.urls(1, 400),
      { version = 1, batch_size = 4 }))
    assert.equal(100, plan.requests)
    assert.equal(54, plan.seconds)
  end)

  it("leaves out what the journal knows, and makes no journal", function()
    local client, file = support.client(), os.tmpname()
    finally(function()
      bulk.remove_journal(file)
    end)
    os.remove(file)
    local opts = bulk.quick { journal = file }
    local plan = assert(client:plan("contacts", bulk.urls(1, 20), opts))
    assert.equal(0, plan.known)
    assert.same(client:spent(), plan.spent)
    assert.is_nil(io.open(file))
    bulk.collect(client:contacts(bulk.urls(1, 12), opts))
    plan = assert(client:plan("contacts", bulk.urls(1, 20), opts))
    assert.equal(12, plan.known)
    assert.equal(8, plan.credits.email.max)
  end)

  it("says what all runs of a journal have spent", function()
    local client, file = support.client(), os.tmpname()
    finally(function()
      bulk.remove_journal(file)
    end)
    bulk.collect(client:contacts(bulk.urls(1, 12), bulk.quick { journal = file }))
    bulk.collect(client:contacts(bulk.urls(13, 20),
      bulk.with_fault("job-fail", { journal = file })))
    local spent = assert(client:plan("contacts", {}, { journal = file })).spent
    assert.same(client:spent(), spent)
    assert.same({ 11, 8 }, { spent.email, spent.uncertain.email })
    assert.equal(11, support.charges().email)
  end)

  describe("beside a run of the same journal", function()
    local file

    before_each(function()
      file = os.tmpname()
    end)

    after_each(function()
      bulk.remove_journal(file)
    end)

    it("leaves the file locked to other processes", function()
      local client, opts = support.client(), bulk.quick { journal = file }
      local rows = client:contacts(bulk.urls(1, 3), opts)
      assert(rows())
      assert.equal("journal", select(2, client:plan("contacts", bulk.urls(1, 3), opts)).kind)
      local said = support.run_lua(([[
        print(select(2, require("contactout.store").open(%q)))]]):format(file))
      assert.matches("is in use", said)
      rows:close()
    end)

    it("gives the file back where the caller's iterator raises", function()
      local client, opts = support.client(), bulk.quick { journal = file }
      bulk.collect(client:contacts(bulk.urls(1, 3), opts))
      local ok, problem = pcall(client.plan, client, "contacts", function()
        error("mine", 0)
      end, opts)
      assert.is_false(ok)
      assert.equal("mine", problem)
      assert.equal(3, assert(client:plan("contacts", bulk.urls(1, 3), opts)).known)
    end)
  end)

  it("asks the free checkers, where that is wanted, and spends nothing", function()
    local urls, email, phone = bulk.urls(1, 20), 0, 0
    for i = 1, 20 do
      local person = data.person(i)
      email = email + ((#person.personal_emails > 0 or #person.work_emails > 0) and 1 or 0)
      phone = phone + (#person.phones > 0 and 1 or 0)
    end
    assert.is_true(email < 20 and phone < email)
    urls[21], urls[22] = "https://www.linkedin.com/in/nobody-there", urls[1]
    local client = support.client()
    local plan = assert(client:plan("contacts", urls, { check = true, include_phone = true }))
    assert.same({ min = email, max = 21 }, plan.credits.email) -- more may come to light
    assert.same({ min = phone, max = phone }, plan.credits.phone)
    plan = assert(client:plan("contacts", urls, { check = true, version = 1 }))
    assert.same({ email = { min = email, max = email } }, plan.credits)
    assert.equal(2 * 21 * 3, support.sandbox:state().requests)
    assert.same({}, support.charges())
  end)

  it("says why the checkers can't be asked", function()
    local plan, err = support.client { token = "trial-7" }:plan("contacts", bulk.urls(1, 3),
      { check = true })
    assert.is_nil(plan)
    assert.equal("no_access", err.kind)
    for _, wrong in ipairs { { "verify", true }, { "contacts", 1 } } do
      plan, err = support.client():plan(wrong[1], bulk.emails(1), { check = wrong[2] })
      assert.is_nil(plan)
      assert.equal("check", err.param)
    end
  end)

  it("refuses what the method would", function()
    local client = support.client()
    local none, err = client:plan("contacts", bulk.urls(1, 2), { concurency = 1 })
    assert.is_nil(none)
    assert.equal("concurency", err.param)
    none, err = client:plan("contacts", { a = 1 })
    assert.is_nil(none)
    assert.equal("urls", err.param)
    local ok, problem = pcall(client.plan, client, "contacts", 7)
    assert.is_false(ok)
    assert.matches("input must be a list", problem)
  end)
end)
