-- The option `budget`: what a client may spend, judged by what reached the server.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE

before_each(support.begin)
after_each(support.finish)

--- Raises unless these are the results of a call that was refused.
local function assert_refused(value, err)
  assert.is_nil(value)
  assert.equal("budget", err.kind, tostring(err))
end

describe("the option budget", function()
  it("refuses what it can't be, and names the kinds", function()
    for _, value in ipairs { 5, true, "10", { emails = 1 }, { email = -1 }, { email = 0.5 },
      { 5 }, { search = "5" } } do
      local client, err = contactout.new { token = "x", budget = value }
      assert.is_nil(client)
      assert.equal("invalid_argument", err.kind)
      assert.equal("budget", err.param)
      assert.matches("email, phone, search, verifier", err.message, 1, true)
    end
  end)

  it("is copied", function()
    local limits = { email = 0 }
    local client = support.client { budget = limits }
    limits.email = 100
    assert_refused(client:people_person({ email = "a@b.example" }))
  end)
end)

describe("a budget", function()
  it("refuses what could pass it before anything is sent", function()
    local client = support.client { budget = { email = 1, phone = 1, search = 0 } }
    local value, err = client:linkedin_enrich({ profile = PROFILE })
    assert_refused(value, err)
    assert.equal("linkedin_enrich", err.endpoint)
    assert.is_false(err.retryable)
    assert.is_nil(err.maybe_charged)
    assert.equal(0, err.attempts)
    assert.matches("1 search credit, and the budget has 0 left", err.message, 1, true)
    assert.same({}, sandbox:ledger())
  end)

  it("forbids a kind by 0, and limits no kind that is left out", function()
    local client = support.client { budget = { phone = 0 } }
    assert(client:people_linkedin({ profile = PROFILE }))
    assert_refused(client:people_linkedin({ profile = PROFILE, include_phone = true }))
    assert(client:people_search({}))
    assert.equal(2, #sandbox:ledger())
  end)

  it("lets free calls pass, and undocumented paths", function()
    local client = support.client { budget = { email = 0, phone = 0, search = 0, verifier = 0 } }
    assert(client:stats())
    assert(client:people_count({ name = "x" }))
    assert(client:request("GET", "/v1/linkedin/enrich", { query = { profile = PROFILE } }))
  end)

  it("gets back what a call could have cost and didn't", function()
    local client = support.client { budget = { email = 1 } }
    for _ = 1, 3 do
      assert.equal("not_found", select(2, client:people_person({ email = "a@b.example" })).kind)
    end
    assert(client:people_person({ email = support.PERSON.personal_emails[1] }))
    assert_refused(client:people_person({ email = support.PERSON.personal_emails[1] }))
    assert.same({ email = 1 }, support.charges())
  end)

  it("counts what may have been charged as spent", function()
    local client = support.client { budget = { email = 1 } }
    local _, err = client:people_linkedin({ profile = PROFILE }, support.with_fault("reset-after"))
    assert.is_true(err.maybe_charged)
    assert_refused(client:people_linkedin({ profile = PROFILE }))
    assert.same({ email = 1 }, support.charges())
  end)

  it("counts each attempt, and stops repeating when it is used up", function()
    local client = support.client { budget = { email = 2 } }
    sandbox:fault("reset-after", -1)
    local value, err = client:people_linkedin({ profile = PROFILE }, { retry_charged = true })
    assert_refused(value, err)
    assert.equal(2, err.attempts)
    assert.is_true(err.maybe_charged)
    assert.equal(2, #sandbox:ledger())
    assert.same({ email = 2 }, support.charges())
  end)

  it("is not used up by refusals of the server", function()
    local client = support.client { budget = { email = 1 } }
    sandbox:fault("status:429", 3)
    assert(client:people_linkedin({ profile = PROFILE }))
  end)

  it("holds a job against it by the most, until its result tells", function()
    local client = support.client { budget = { verifier = 3 } }
    local free = { "x@" .. data.UNKNOWN_DOMAIN, "y@" .. data.UNKNOWN_DOMAIN }
    local id = assert(client:email_verify_batch({ emails = free })).job_id
    assert_refused(client:email_verify_batch({ emails = free }))
    repeat
      local job = assert(client:email_verify_batch_result({ job_uuid = id })).data
    until job.status == "DONE"
    assert(client:email_verify_batch({ emails = free }))
  end)

  it("lets a page pass only where it can pay for all of it", function()
    local client = support.client { budget = { search = 49 } }
    assert.equal(25, assert(client:people_search({})).metadata.page_size)
    assert_refused(client:people_search({}))
    assert.equal(25, client:spent().search)
  end)
end)

describe("a budget shared by many coroutines #yields", function()
  it("is never passed", function()
    local client = support.client { budget = { email = 7 } }
    local sent, refused = 0, 0
    contactout.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, function()
      local reply, err = client:people_linkedin({ profile = PROFILE })
      sent = sent + (reply and 1 or 0)
      refused = refused + (err and err.kind == "budget" and 1 or 0)
    end, { concurrency = 12 })
    assert.same({ 7, 5 }, { sent, refused })
    assert.same({ email = 7 }, support.charges())
  end)

  it("holds back what is in flight, until its reply shows that it was free", function()
    local client = support.client { budget = { email = 1 } }
    sandbox:fault("hold", 1)
    contactout.run(function()
      local task = contactout.spawn(client.people_person, client, { email = "a@b.example" })
      contactout.sleep(0)
      sandbox:wait { held = 1 }
      assert_refused(client:people_linkedin({ profile = PROFILE }))
      sandbox:release()
      assert.equal("not_found", select(2, task:wait()).kind)
      assert(client:people_linkedin({ profile = PROFILE }))
    end)
  end)

  it("refuses at once, not after a turn in the rate limit", function()
    local waits = 0
    local client = support.client {
      budget = { search = 25 }, rate_limits = { search = 1, window = 0.3 },
      observe = function(event)
        waits = waits + (event.type == "wait" and 1 or 0)
      end,
    }
    assert(client:people_search({}))
    assert_refused(client:people_search({}))
    assert.equal(0, waits)
  end)
end)

describe("observe", function()
  it("is told what a reply shows to have been charged", function()
    local seen = {}
    local client = support.client {
      observe = function(event)
        seen[#seen + 1] = event.type == "response" and (event.credits or "unknown") or nil
      end,
    }
    assert(client:linkedin_enrich({ profile = PROFILE }))
    assert(client:stats())
    client:linkedin_enrich({ profile = PROFILE }, support.with_fault("reset-after"))
    assert.same({ { email = 1, phone = 1 }, "unknown", "unknown" }, seen)
  end)
end)
