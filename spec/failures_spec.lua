-- What a call that came to nothing shows of the server and the network.

local errors = require "contactout.errors"
local failures = require "contactout.failures"

describe("a request without a reply", function()
  it("is one that was made", function()
    assert.is_true(failures.has_no_reply(errors.new("timeout", "no", { attempts = 1 })))
    assert.is_false(failures.has_no_reply(errors.new("timeout", "no", { attempts = 0 })))
    assert.is_false(failures.has_no_reply(errors.new("server", "no", { attempts = 1 })))
  end)
end)

describe("the reason to pause", function()
  local function reason(kind, fields, facts)
    return failures.reason_to_pause(errors.new(kind, "no", fields), facts or {})
  end

  it("is the server's wish, or the limiter's, before any answer, too", function()
    assert.equal("pause", reason("rate_limited", { status = 429 }))
    assert.equal("pause", reason("rate_limited"))
    assert.equal("pause", reason("server", { status = 503, retry_after = 5 }))
    assert.is_nil(reason("server", { status = 503 }))
  end)

  it("is an outage where the server was there before", function()
    local fields = { unsent = true, attempts = 1 }
    assert.equal("outage", reason("connection", fields, { is_reached = true }))
    assert.is_nil(reason("connection", fields))
    assert.is_nil(reason("connection", { attempts = 1 }, { is_reached = true }))
  end)

  it("is none where what may have been charged isn't to be sent again", function()
    local fields = { status = 429, maybe_charged = true }
    assert.is_nil(reason("rate_limited", fields))
    assert.equal("pause", reason("rate_limited", fields, { retries_charged = true }))
  end)
end)
