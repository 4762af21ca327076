-- What a failure means for a run.

local errors = require "contactout.errors"
local failures = require "contactout.bulk.failures"

local function meaning(kind, fields, facts)
  return failures.meaning(errors.new(kind, "no", fields), facts or { is_reached = true })
end

describe("the meaning of a failure", function()
  it("is a pause where the server wants one", function()
    assert.equal("pause", meaning("rate_limited", { status = 429 }))
    assert.equal("pause", meaning("rate_limited")) -- the limiter's, which waits for it
    assert.equal("pause", meaning("server", { status = 503, retry_after = 5 }))
    assert.equal("row", meaning("server", { status = 503 }))
  end)

  for _, kind in ipairs { "connection", "timeout", "tls" } do
    it("is an outage where nothing was sent (" .. kind .. ")", function()
      assert.equal("outage", meaning(kind, { unsent = true, attempts = 1 }))
    end)

    it("is none before the server has answered, or once it was sent (" .. kind .. ")", function()
      assert.equal("row", meaning(kind, { unsent = true, attempts = 1 }, {}))
      assert.equal("row", meaning(kind, { attempts = 1, maybe_charged = true }))
    end)
  end

  it("is a row where an earlier attempt is in doubt, unless that may be repeated", function()
    local allowed = { is_reached = true, retries_charged = true }
    for _, case in ipairs { { "rate_limited", "pause" }, { "connection", "outage" } } do
      local fields = { unsent = true, attempts = 2, maybe_charged = true }
      assert.equal("row", meaning(case[1], fields))
      assert.equal(case[2], meaning(case[1], fields, allowed))
    end
  end)

  it("is a row where the last attempt is in doubt, whatever may be repeated", function()
    assert.equal("row", meaning("connection", { attempts = 2, maybe_charged = true },
      { is_reached = true, retries_charged = true }))
  end)

  it("is the end where all that follows would end so, too", function()
    for _, kind in ipairs { "credentials", "out_of_credits", "no_access", "cancelled" } do
      assert.equal("end", meaning(kind, { attempts = 1 }))
    end
    assert.equal("end", meaning("connection", { attempts = 0 })) -- no Redis
  end)

  it("is another try with less where a key, or the budget, is to blame", function()
    assert.equal("refusal", meaning("invalid_request"))
    assert.equal("budget", meaning("budget"))
    assert.equal("row", meaning("invalid_request", { maybe_charged = true }))
  end)
end)
