-- What is asked again and what is not, judged by what reached the server and
-- what it charged.

local contactout = require "contactout"
local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE
local LOOKUP_COSTS = { email = 1, phone = 1 }

--- One lookup, which costs credits.
local function lookup(opts, client)
  return (client or support.client()):linkedin_enrich({ profile = PROFILE }, opts)
end

local function stats(opts)
  return support.client():stats({}, opts)
end

--- Seconds between the arrivals of two requests.
local function gap(first, second)
  local ledger = sandbox:ledger()
  return ledger[second].time - ledger[first].time
end

before_each(support.begin)
after_each(support.finish)

describe("a call that costs credits", function()
  it("is repeated after 429, which charges nothing", function()
    sandbox:fault("status:429", 2)
    assert(lookup())
    assert.same({ 429, 429, 200 }, support.statuses())
    assert.same(LOOKUP_COSTS, support.charges())
  end)

  it("is repeated after 503 with retry-after", function()
    sandbox:fault("status:503,retry-after:0.01", 2)
    assert(lookup())
    assert.same({ 503, 503, 200 }, support.statuses())
  end)

  for _, fault in ipairs { "status:503", "status:500", "status:502", "html-error" } do
    it("ends with maybe_charged after " .. fault, function()
      sandbox:fault(fault, 1)
      local _, err = lookup()
      assert.equal("server", err.kind)
      assert.is_true(err.maybe_charged)
      assert.is_false(err.retryable)
      assert.equal(1, #sandbox:ledger())
    end)
  end

  for _, fault in ipairs { "reset-before", "close-before" } do
    it("is not repeated after " .. fault .. ", though it was not charged", function()
      sandbox:fault(fault, 1)
      local _, err = lookup()
      assert.equal("connection", err.kind)
      assert.is_true(err.maybe_charged)
      assert.equal(1, #sandbox:ledger())
      assert.same({}, support.charges())
    end)
  end

  for _, fault in ipairs { "reset-after", "close-after", "truncate", "garbage" } do
    it("is charged once and not repeated after " .. fault, function()
      sandbox:fault(fault, 1)
      local _, err = lookup()
      assert.equal("connection", err.kind)
      assert.is_true(err.maybe_charged)
      assert.equal(1, #sandbox:ledger())
      assert.same(LOOKUP_COSTS, support.charges())
    end)
  end

  it("is not repeated after a time-out", function()
    sandbox:fault("hang", 1)
    local _, err = lookup({ timeout = 0.05 })
    assert.equal("timeout", err.kind)
    assert.is_true(err.maybe_charged)
    assert.equal(1, #sandbox:ledger())
  end)

  it("is charged once where a kept connection dies as it is used again #tells", function()
    local client = support.client()
    assert(client:stats({}, support.with_fault("die-on-reuse")))
    local _, err = lookup(nil, client)
    assert.equal("connection", err.kind)
    assert.is_true(err.maybe_charged)
    assert.equal(2, #sandbox:ledger())
    assert.same(LOOKUP_COSTS, support.charges())
  end)

  it("goes out anew where a kept connection was found dead before", function()
    local client = support.client()
    assert(client:stats({}, support.with_fault("close-kept")))
    sandbox:state()
    assert(lookup(nil, client))
    assert.same(LOOKUP_COSTS, support.charges())
  end)

  it("includes domain_enrich and the submissions of jobs", function()
    local client = support.client()
    sandbox:fault("status:500", 3)
    local calls = {
      domain_enrich = { domains = "amberfield-optics.example" },
      people_linkedin_batch_v2 = { profiles = PROFILE },
      email_verify_batch = { emails = "a@b.example" },
    }
    for name, params in pairs(calls) do
      local _, err = client[name](client, params)
      assert.is_true(err.maybe_charged, name)
    end
    assert.equal(3, #sandbox:ledger())
  end)
end)

describe("the error of a call", function()
  it("says whether anything of the last attempt was sent", function()
    local unreachable = support.client { base_url = "http://127.0.0.1:1", max_retries = 1 }
    local _, err = lookup(nil, unreachable)
    assert.is_true(err.unsent)
    assert.equal(2, err.attempts)
    _, err = lookup(support.with_fault("reset-after"))
    assert.is_nil(err.unsent)
    _, err = lookup(support.with_fault("status:404"))
    assert.is_nil(err.unsent)
  end)
end)

describe("a call that is free", function()
  for _, fault in ipairs {
    "status:429", "status:503", "status:500", "html-error", "reset-before", "close-before",
    "reset-after", "close-after", "truncate", "garbage",
  } do
    it("is repeated after " .. fault, function()
      sandbox:fault(fault, 2)
      assert(stats())
      assert.equal(3, #sandbox:ledger())
    end)
  end

  it("is repeated after a time-out", function()
    sandbox:fault("hang", 1)
    assert(stats({ timeout = 0.1 }))
    assert.equal(2, #sandbox:ledger())
  end)

  it("survives a kept connection that dies as it is used again", function()
    local client = support.client()
    assert(client:stats({}, support.with_fault("die-on-reuse")))
    assert(client:stats())
    assert.equal(3, #sandbox:ledger())
  end)

  it("includes count, checkers and the results of jobs", function()
    local client = support.client()
    local job = assert(client:email_verify_batch({ emails = "a@b.example" }))
    sandbox:fault("status:500", 1, "people_count")
    sandbox:fault("status:500", 1, "phone_status")
    sandbox:fault("status:500", 1, "email_verify_batch_result")
    assert(client:people_count({ name = "x" }))
    assert(client:phone_status({ profile = PROFILE }))
    assert(client:email_verify_batch_result({ job_uuid = job.job_id }))
    assert.equal(7, #sandbox:ledger())
  end)

  for _, fault in ipairs { "status:404", "status:400", "status:422", "html", "redirect:/x" } do
    it("is not repeated after " .. fault, function()
      sandbox:fault(fault, 1)
      assert.is_nil((stats()))
      assert.equal(1, #sandbox:ledger())
    end)
  end
end)

describe("an undocumented path", function()
  it("counts as one that costs", function()
    sandbox:fault("status:500", 1)
    local _, err = support.client():request("GET", "/v1/stats")
    assert.is_true(err.maybe_charged)
    assert.equal(1, #sandbox:ledger())
  end)
end)

describe("max_retries", function()
  it("is how many attempts follow the first", function()
    for _, retries in ipairs { 0, 1, 3 } do
      sandbox:reset()
      local _, err = stats(support.with_fault("status:429", { max_retries = retries }))
      assert.equal("rate_limited", err.kind)
      assert.equal(retries + 1, err.attempts)
      assert.is_true(err.retryable)
      assert.equal(retries + 1, #sandbox:ledger())
    end
  end)

  it("is 4 unless given, and the client's own unless the call has one", function()
    local _, err = stats(support.with_fault("status:500"))
    assert.equal(5, err.attempts)
    _, err = support.client({ max_retries = 1 }):stats({}, support.with_fault("status:500"))
    assert.equal(2, err.attempts)
  end)
end)

describe("retry_charged", function()
  it("repeats what may have been charged, for that call alone", function()
    sandbox:fault("reset-after", 1)
    local client = support.client()
    assert(lookup({ retry_charged = true }, client))
    assert.same({ email = 2, phone = 2 }, support.charges())
    sandbox:fault("reset-after", 1)
    local _, err = lookup(nil, client)
    assert.is_true(err.maybe_charged)
  end)

  it("leaves maybe_charged true over later attempts", function()
    sandbox:fault("reset-after", 1)
    sandbox:fault("status:429", 1)
    sandbox:fault("status:404", 1)
    local _, err = lookup({ retry_charged = true })
    assert.equal("not_found", err.kind)
    assert.equal(3, err.attempts)
    assert.is_true(err.maybe_charged)
  end)
end)

describe("retry-after", function()
  it("is waited for", function()
    sandbox:fault("status:429,retry-after:0.2", 1)
    assert(stats({ max_retry_wait = 1 }))
    assert.is_true(gap(1, 2) >= 0.2)
  end)

  it("ends the call at once where it is longer than max_retry_wait", function()
    local _, err = stats(support.with_fault("status:429,retry-after:300"))
    assert.equal("rate_limited", err.kind)
    assert.equal(300, err.retry_after)
    assert.equal(1, err.attempts)
  end)

  it("ends the next calls of the class too, unsent, while it is too long", function()
    local client = support.client()
    for _, fault in ipairs { "status:429,retry-after:300", "status:503,retry-after:300" } do
      sandbox:reset()
      client = support.client()
      client:stats({}, support.with_fault(fault))
      local _, err = client:email_verify({ email = "a@b.example" })
      assert.equal("rate_limited", err.kind)
      assert.equal("email_verify", err.endpoint)
      assert.is_true(err.retry_after > 290 and err.retry_after <= 300)
      assert.equal(0, err.attempts)
      assert.is_true(err.retryable)
      assert.is_nil(err.maybe_charged)
      assert.equal(1, #sandbox:ledger())
    end
    assert(client:phone_status({ profile = PROFILE }))
  end)
end)

describe("retry-after #yields", function()
  it("holds back the whole class, and no other", function()
    local client
    client = support.client {
      max_retry_wait = 1,
      observe = function(event)
        if event.type == "retry" then
          contactout.spawn(client.people_person, client, { email = "a@b.example" })
          contactout.spawn(client.phone_status, client, { profile = PROFILE })
        end
      end,
    }
    sandbox:fault("status:429,retry-after:0.3", 1, "stats")
    contactout.run(client.stats, client)
    local at = {}
    for _, entry in ipairs(sandbox:ledger()) do
      at[entry.endpoint] = entry.time
    end
    local refused = sandbox:ledger()[1].time
    assert.is_true(at.people_person - refused >= 0.3)
    assert.is_true(at.phone_status - refused < 0.3)
  end)

  it("ends those who wait for their turn behind it, where it is too long", function()
    local client = support.client { rate_limits = { other = 50, window = 0.5 } }
    sandbox:fault("status:429,retry-after:300", 1)
    local kinds = {}
    contactout.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, function()
      local _, err = client:stats()
      kinds[#kinds + 1] = err and err.kind or "fine"
    end)
    table.sort(kinds)
    assert.equal("rate_limited", kinds[#kinds])
    assert.equal("rate_limited", kinds[#kinds - 1])
    assert.is_true(#sandbox:ledger() < 12)
  end)
end)
