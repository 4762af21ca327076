local credits = require "contactout.sandbox.credits"

describe("sandbox.credits", function()
  local ledger

  before_each(function()
    ledger = credits.new()
  end)

  it("tells the account by the token's beginning", function()
    assert.is_true(ledger:account("test-x").paid)
    assert.is_false(ledger:account("trial-x").paid)
    assert.is_true(ledger:account("prepaid-x").prepaid)
    assert.equal(0, credits.left(ledger:account("poor-x"), "email"))
  end)

  it("has no account for another token", function()
    for _, token in ipairs { "", "test", "test-", "nonsense-1", "Test-1" } do
      assert.is_nil(ledger:account(token))
    end
  end)

  it("charges all or nothing", function()
    local account = ledger:account("test-x")
    ledger:set_left("test-x", { email = 1, phone = 5 })
    local charges = { { kind = "phone" }, { kind = "email" }, { kind = "email" } }
    assert.is_false(credits.charge(account, charges))
    assert.equal(5, credits.left(account, "phone"))
    table.remove(charges)
    assert.is_true(credits.charge(account, charges))
    assert.same({ 4, 0 }, { credits.left(account, "phone"), credits.left(account, "email") })
  end)

  it("is broke when all the pools of a call are empty, never for a free one", function()
    local account = ledger:account("test-x")
    ledger:set_left("test-x", { email = 0 })
    assert.is_true(credits.broke(account, { "email" }))
    assert.is_false(credits.broke(account, { "email", "phone" }))
    assert.is_false(credits.broke(ledger:account("poor-x"), {}))
  end)
end)
