-- The tally with limits, by itself.

local budget = require "contactout.budget"

--- The totals of a budget without the kinds that are 0.
local function spent(one)
  local totals = one:totals()
  local sums = { uncertain = {} }
  for kind, amount in pairs(totals.uncertain) do
    sums.uncertain[kind] = amount > 0 and amount or nil
    sums[kind] = totals[kind] > 0 and totals[kind] or nil
  end
  return sums
end

describe("budget.new", function()
  it("begins with nothing spent, of any kind", function()
    assert.same({
      email = 0, phone = 0, search = 0, verifier = 0,
      uncertain = { email = 0, phone = 0, search = 0, verifier = 0 },
    }, budget.new():totals())
  end)

  it("keeps its limits when the caller changes the table", function()
    local limits = { email = 1 }
    local one = budget.new(limits)
    limits.email = 100
    assert.equal(1, one:left("email"))
  end)

  it("has no limit for a kind that is left out", function()
    assert.equal(math.huge, budget.new({ email = 1 }):left("phone"))
    assert.is_true(budget.new({ email = 1 }):fits({ phone = 1e9 }))
  end)
end)

describe("budget.check", function()
  it("accepts any of the kinds, and none", function()
    assert.is_true(budget.check({}))
    assert.is_true(budget.check({ email = 0, phone = 5, search = 1e6, verifier = math.huge }))
  end)

  it("names a kind that there isn't, and one that is no count", function()
    local ok, rule = budget.check({ emial = 5 })
    assert.is_false(ok)
    assert.matches("email, phone, search, verifier%): there is no kind emial", rule)
    for _, limit in ipairs { -1, 1.5, "5", -math.huge, 0 / 0, true } do
      ok, rule = budget.check({ phone = limit })
      assert.is_false(ok)
      assert.matches("phone must be an integer", rule, 1, true)
    end
    assert.is_false(budget.check(5))
    assert.is_false(budget.check({ 5 }))
  end)
end)

describe("Budget:reserve", function()
  it("counts the most as uncertain, and against the limit", function()
    local one = budget.new({ email = 3 })
    assert(one:reserve({ email = 2, phone = 7 }))
    assert.same({ uncertain = { email = 2, phone = 7 } }, spent(one))
    assert.equal(1, one:left("email"))
  end)

  it("refuses what could pass a limit, and says which, and counts nothing", function()
    local one = budget.new({ email = 3, search = 1 })
    assert(one:reserve({ email = 2 }))
    local reservation, err = one:reserve({ search = 1, email = 2 })
    assert.is_nil(reservation)
    assert.equal("budget", err.kind)
    assert.is_false(err.retryable)
    assert.matches("2 email credits, and the budget has 1 left", err.message, 1, true)
    assert.same({ uncertain = { email = 2 } }, spent(one))
    assert(one:reserve({ search = 1, email = 1 }))
  end)

  it("forbids a kind whose limit is 0, and only that", function()
    local one = budget.new({ phone = 0 })
    assert.is_nil((one:reserve({ phone = 1 })))
    assert(one:reserve({ email = 1 }))
    assert(one:reserve({ phone = 0 }))
  end)
end)

describe("Budget:settle", function()
  it("puts what is known in place of what was reserved", function()
    local one = budget.new({ email = 3 })
    local reservation = one:reserve({ email = 3 })
    one:settle(reservation, { email = 1 }, { phone = 1 })
    assert.same({ email = 1, uncertain = { phone = 1 } }, spent(one))
    assert.equal(2, one:left("email"))
  end)

  it("may come again, when more is known", function()
    local one = budget.new()
    local reservation = one:reserve({ email = 3 })
    one:settle(reservation, { email = 1 }, { email = 2 })
    one:settle(reservation, { email = 2 })
    assert.same({ email = 2, uncertain = {} }, spent(one))
  end)

  it("tells who watches what would be in doubt, and is refused by him", function()
    local one, told = budget.new(), {}
    one:watch(function(uncertain)
      told[#told + 1] = uncertain.email
      return nil, "no"
    end)
    local first = one:reserve { email = 2 }
    assert.same({ nil, "no" }, { one:reserve { email = 3 } })
    assert.same({ 5 }, told)
    one:settle(first, { email = 2 })
    assert(one:reserve { email = 3 })
    assert.same({ 5 }, told)
  end)

  it("leaves nothing when more was charged than foreseen", function()
    local one = budget.new({ email = 2 })
    one:settle(one:reserve({ email = 1 }), { email = 5 })
    assert.equal(0, one:left("email"))
  end)
end)

describe("a budget within another", function()
  local outer, inner

  before_each(function()
    outer = budget.new({ email = 5 })
    inner = budget.new({ email = 3, phone = 1 }, outer)
  end)

  it("counts in both", function()
    local reservation = inner:reserve({ email = 2, phone = 1 })
    assert.same({ uncertain = { email = 2, phone = 1 } }, spent(outer))
    inner:settle(reservation, { email = 1 }, { phone = 1 })
    for _, one in ipairs { outer, inner } do
      assert.same({ email = 1, uncertain = { phone = 1 } }, spent(one))
    end
  end)

  it("is limited by both", function()
    assert.equal(3, inner:left("email"))
    assert.is_false((inner:fits({ email = 4 })))
    assert(outer:reserve({ email = 3 }))
    assert.equal(2, inner:left("email"))
    assert.is_false((inner:fits({ email = 3 })))
    assert(inner:reserve({ email = 2 }))
    assert.equal(0, outer:left("email"))
  end)

  it("counts nothing anywhere when one of them refuses", function()
    assert(outer:reserve({ email = 4 }))
    assert.is_nil((inner:reserve({ email = 2, phone = 1 })))
    assert.same({ uncertain = {} }, spent(inner))
    assert.same({ uncertain = { email = 4 } }, spent(outer))
  end)
end)

describe("a closed budget", function()
  it("lets nothing more be spent, and settles what was set aside", function()
    local around = budget.new()
    local one = budget.new(nil, around)
    local inner = budget.new(nil, one)
    local reservation = inner:reserve({ search = 25 })
    one:close()
    assert.equal("budget", select(2, inner:reserve({ search = 1 })).kind)
    inner:settle(reservation, { search = 10 })
    assert.same({ search = 10, uncertain = {} }, spent(one))
    assert.is_true(around:fits({ search = 1 }))
  end)
end)
