local limits = require "contactout.sandbox.limits"

describe("sandbox.limits", function()
  local now, limit

  local function take_many(n, token, class)
    for _ = 1, n do
      assert.is_true((limit:take(token, class)))
    end
  end

  before_each(function()
    now = 100
    limit = limits.new {
      minute = 60,
      clock = function()
        return now
      end,
    }
  end)

  it("lets through as many as documented and then says how long to wait", function()
    take_many(60, "a", "search")
    now = 110
    local ok, wait = limit:take("a", "search")
    assert.is_false(ok)
    assert.equal(50, wait)
  end)

  it("rolls: a place is free a minute after it was taken", function()
    take_many(30, "a", "search")
    now = 130
    take_many(30, "a", "search")
    now = 160
    take_many(30, "a", "search")
    assert.is_false((limit:take("a", "search")))
    now = 190
    assert.is_true((limit:take("a", "search")))
  end)

  it("counts no refused request", function()
    take_many(150, "a", "checker")
    for _ = 1, 500 do
      limit:take("a", "checker")
    end
    now = 160
    take_many(150, "a", "checker")
  end)

  it("keeps tokens and classes apart", function()
    take_many(60, "a", "search")
    take_many(60, "b", "search")
    take_many(1000, "a", "other")
    assert.is_false((limit:take("a", "other")))
  end)

  it("can have a shorter minute", function()
    limit.minute = 1
    take_many(60, "a", "search")
    now = 101
    take_many(60, "a", "search")
  end)
end)
