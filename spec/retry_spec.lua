local retry = require "contactout.retry"

local POLICY = { max_retries = 4, max_retry_wait = 120 }

local function most()
  return 1
end

local function least()
  return 0
end

local function delay(outcome, attempts, policy, random)
  return retry.delay(outcome, attempts or 1, policy or POLICY, random or most)
end

describe("delay", function()
  -- what failed, on an endpoint that costs (c) or is free (f): repeated or not
  local CASES = {
    { "429", { kind = "rate_limited", status = 429 }, c = true, f = true },
    { "503 with retry-after", { kind = "server", status = 503, retry_after = 2 },
      c = true, f = true },
    { "503 without", { kind = "server", status = 503 }, c = false, f = true },
    { "500", { kind = "server", status = 500 }, c = false, f = true },
    { "502 with retry-after", { kind = "server", status = 502, retry_after = 2 },
      c = false, f = true },
    { "504", { kind = "server", status = 504 }, c = false, f = true },
    { "a redirect", { kind = "server", status = 302 }, c = false, f = false },
    { "status 999", { kind = "server", status = 999 }, c = false, f = false },
    { "an unsent connection failure", { kind = "connection", sent = false }, c = true, f = true },
    { "an unsent timeout", { kind = "timeout", sent = false }, c = true, f = true },
    { "a timeout after sending", { kind = "timeout", sent = true }, c = false, f = true },
    { "a reset after sending", { kind = "connection", sent = true }, c = false, f = true },
    { "a reset, sent or not", { kind = "connection" }, c = false, f = true },
    { "a TLS handshake that broke", { kind = "tls", sent = false }, c = true, f = true },
    { "a refused certificate", { kind = "tls", sent = false, permanent = true },
      c = false, f = false },
    { "a permanent failure", { kind = "connection", sent = false, permanent = true },
      c = false, f = false },
    { "400", { kind = "invalid_request", status = 400 }, c = false, f = false },
    { "401", { kind = "credentials", status = 401 }, c = false, f = false },
    { "403", { kind = "out_of_credits", status = 403 }, c = false, f = false },
    { "404", { kind = "not_found", status = 404 }, c = false, f = false },
    { "an unreadable reply", { kind = "malformed_response", status = 200 }, c = false, f = false },
    { "a reply that is too large", { kind = "too_large", status = 200 }, c = false, f = false },
    { "a cancel", { kind = "cancelled", sent = false }, c = false, f = false },
  }

  for _, case in ipairs(CASES) do
    for letter, costs in pairs({ c = true, f = false }) do
      local verb = case[letter] and "repeats " or "gives up after "
      it(verb .. case[1] .. (costs and " where it costs" or " where it is free"), function()
        local outcome = { costs = costs }
        for name, value in pairs(case[2]) do
          outcome[name] = value
        end
        assert.are.equal(case[letter], delay(outcome) ~= nil)
        assert.are.equal(case[letter], retry.is_retryable(outcome, POLICY))
      end)
    end
  end

  it("repeats what may have been charged if the caller asks for it", function()
    local policy = { max_retries = 4, max_retry_wait = 120, retry_charged = true }
    assert.is_number(delay({ kind = "timeout", sent = true, costs = true }, 1, policy))
    assert.is_number(delay({ kind = "server", status = 500, costs = true }, 1, policy))
    assert.is_nil((delay({ kind = "malformed_response", status = 200, costs = true }, 1, policy)))
  end)

  it("says why, or why not", function()
    local function reason(...)
      return (select(2, delay(...)))
    end
    assert.are.equal("rate_limited", reason({ kind = "rate_limited" }))
    assert.are.equal("unavailable", reason({ kind = "server", status = 503, retry_after = 1 }))
    assert.are.equal("unsent", reason({ kind = "connection", sent = false }))
    assert.are.equal("repeatable", reason({ kind = "timeout" }))
    assert.are.equal("permanent", reason({ kind = "not_found" }))
    assert.are.equal("charged", reason({ kind = "timeout", costs = true }))
    assert.are.equal("exhausted", reason({ kind = "rate_limited" }, 5))
    assert.are.equal("too_long", reason({ kind = "rate_limited", retry_after = 121 }))
  end)

  it("makes as many further attempts as the policy allows", function()
    local outcome = { kind = "rate_limited" }
    assert.is_number(delay(outcome, 4))
    assert.is_nil((delay(outcome, 5)))
    assert.is_nil((delay(outcome, 1, { max_retries = 0, max_retry_wait = 120 })))
  end)

  it("doubles the longest wait from half a second up to 30 seconds", function()
    local policy = { max_retries = 2000, max_retry_wait = 120 }
    local waits = {}
    for attempts = 1, 8 do
      waits[attempts] = delay({ kind = "rate_limited" }, attempts, policy)
    end
    assert.are.same({ 0.5, 1, 2, 4, 8, 16, 30, 30 }, waits)
    assert.are.equal(30, (delay({ kind = "rate_limited" }, 1500, policy)))
  end)

  it("draws the wait from all of it", function()
    assert.are.equal(0, (delay({ kind = "rate_limited" }, 3, POLICY, least)))
  end)

  it("never waits longer than max_retry_wait of its own accord", function()
    local policy = { max_retries = 9, max_retry_wait = 1 }
    assert.are.equal(1, (delay({ kind = "rate_limited" }, 9, policy)))
  end)

  it("waits for retry-after and at most a tenth more", function()
    local outcome = { kind = "rate_limited", retry_after = 60 }
    assert.are.equal(60, (delay(outcome, 1, POLICY, least)))
    assert.are.equal(66, (delay(outcome, 1, POLICY, most)))
  end)

  it("keeps its own wait where retry-after is shorter", function()
    assert.are.equal(4, (delay({ kind = "rate_limited", retry_after = 0 }, 4)))
  end)

  it("accepts a retry-after of exactly max_retry_wait", function()
    assert.is_number(delay({ kind = "rate_limited", retry_after = 120 }))
  end)

  it("is never earlier than retry-after, whatever the draw", function()
    math.randomseed(7)
    for _ = 1, 2000 do
      local asked = math.random() * 120
      local seconds = delay({ kind = "rate_limited", retry_after = asked }, math.random(1, 4),
        POLICY, math.random)
      assert.is_true(seconds >= asked and seconds <= math.max(asked * 1.1, 4))
    end
  end)
end)
