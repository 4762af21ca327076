-- The free checkers, asked together, against the sandbox.

local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

before_each(support.begin)
after_each(support.finish)

describe("available", function()
  it("says what there is of a person", function()
    local client = support.client()
    for i = 1, 12 do
      local person = data.person(i)
      assert.same({
        personal_email = #person.personal_emails > 0, work_email = #person.work_emails > 0,
        phone = #person.phones > 0,
      }, client:available(person.linkedin_url))
    end
    assert.same({}, support.charges())
  end)

  it("takes a URL without a scheme", function()
    local url = support.PROFILE:gsub("^https://", "")
    assert.is_true(support.client():available(url).phone)
  end)

  it("says that there is nothing where the checkers say so", function()
    support.sandbox:fault("checker-false", 3)
    assert.same({ personal_email = false, work_email = false, phone = false },
      support.client():available("https://www.linkedin.com/in/nobody-there"))
  end)

  it("says not_found of a person whom no checker knows", function()
    support.sandbox:fault("status:404", 3)
    local available, err = support.client():available("https://www.linkedin.com/in/nobody-there")
    assert.is_nil(available)
    assert.equal("not_found", err.kind)
    assert.equal(3, #support.sandbox:ledger())
  end)

  it("says false of what one checker alone doesn't know", function()
    support.sandbox:fault("status:404", 1, "phone_status")
    assert.is_false(support.client():available(support.PROFILE).phone)
  end)

  it("gives the error of a checker", function()
    local available, err = support.client { token = "trial-7" }:available(support.PROFILE)
    assert.is_nil(available)
    assert.equal("no_access", err.kind)
    available, err = support.client():available("https://acme.example/")
    assert.is_nil(available)
    assert.equal("invalid_argument", err.kind)
    for _, odd in ipairs { 5, true, {} } do
      available, err = support.client():available(odd)
      assert.is_nil(available)
      assert.equal("invalid_argument", err.kind)
    end
    assert.equal("invalid_argument", select(2, support.client():available(nil)).kind)
  end)
end)
