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

  it("says that there is nothing of a person who isn't known", function()
    local nothing = { personal_email = false, work_email = false, phone = false }
    for _, fault in ipairs { "status:404", "checker-false" } do
      support.sandbox:fault(fault, 3)
      assert.same(nothing,
        support.client():available("https://www.linkedin.com/in/nobody-there"))
    end
  end)

  it("gives the error of a checker", function()
    local available, err = support.client { token = "trial-7" }:available(support.PROFILE)
    assert.is_nil(available)
    assert.equal("no_access", err.kind)
    available, err = support.client():available("https://acme.example/")
    assert.is_nil(available)
    assert.equal("invalid_argument", err.kind)
    assert.has_error(function()
      support.client():available({})
    end, "url must be a string, not a table")
  end)
end)
