local kinds = require "contactout.jobs.kinds"
local unread = require "contactout.bulk.unread"
local works = require "contactout.bulk.works"

local URL = "https://www.linkedin.com/in/someone"
local SOMEBODY = { emails = { "a@x.example" }, phones = {} }

describe("take", function()
  it("takes what has details with its key, and reads nothing", function()
    local kind = { tells = kinds.contacts.tells, value = error }
    assert.same({ raw = SOMEBODY, key = URL }, unread.take(kind, SOMEBODY, URL))
  end)

  it("takes what only reading shows to have some", function()
    local raw = { contact_info = { emails = { "a@x.example" } } }
    assert.same({ raw = raw, key = URL }, unread.take(kinds.contacts, raw, URL))
  end)

  it("takes a verdict as it is read", function()
    assert.equal("valid", unread.take(kinds.verification, "VALID", "a@x.example"))
  end)

  it("tells an answer that says nothing from none", function()
    local answer, is_answer = unread.take(kinds.contacts, { emails = {} }, URL)
    assert.is_nil(answer)
    assert.is_true(is_answer)
    assert.is_false(select(2, unread.take(kinds.contacts, "later", URL)))
  end)
end)

describe("read", function()
  it("gives the value that the answer would have been at once", function()
    local company = works.domains.pick().kind
    for kind, raw in pairs { [kinds.contacts] = SOMEBODY, [company] = { name = "Acme" } } do
      assert.same((kind.value(raw, URL)), unread.read(kind, unread.take(kind, raw, URL)))
    end
    assert.equal("valid", unread.read(kinds.verification, "valid"))
  end)

  it("gives nothing for no answer", function()
    assert.is_nil(unread.read(kinds.contacts, nil))
  end)
end)
