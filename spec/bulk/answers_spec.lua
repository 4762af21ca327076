local answers = require "contactout.bulk.answers"
local errors = require "contactout.errors"
local kinds = require "contactout.jobs.kinds"

local function new(kind)
  return answers.new(kinds[kind or "contacts"])
end

describe("answers", function()
  it("know a key that is on its way by those who wait for it", function()
    local known = new()
    assert.is_nil(known:on_its_way("a"))
    local entry = known:enter("A", "a", 7)
    assert.equal(entry, known:on_its_way("a"))
    assert.same({ 7 }, entry.items)
    assert.is_false(known:recall("a"))
  end)

  it("give back a record as it was", function()
    local known, raw = new(), { emails = { "a@x.example" }, phones = {} }
    local value = kinds.contacts.value(raw, "https://linkedin.com/in/a")
    known:keep("a", { raw = raw, key = "https://linkedin.com/in/a" })
    local is_known, again, err = known:recall("a")
    assert.is_true(is_known)
    assert.is_nil(err)
    assert.same(value, again)
    assert.is_nil(known:on_its_way("a"))
  end)

  it("give back a verdict", function()
    local known = new("verification")
    known:keep("a", "valid")
    assert.equal("valid", select(2, known:recall("a")))
  end)

  it("give back an error as it was", function()
    local known = new()
    known:keep("a", nil, errors.new("job_failed", "so it\nfailed",
      { job_uuid = "u", maybe_charged = true }))
    local is_known, value, err = known:recall("a")
    assert.is_true(is_known)
    assert.is_nil(value)
    assert.is_true(errors.is(err))
    assert.same({ "job_failed", "so it\nfailed", "u", true },
      { err.kind, err.message, err.job_uuid, err.maybe_charged })
  end)

  it("say so where an answer can't be read again", function()
    local known = new()
    known:keep("a", nil, errors.new("not_found", "nobody"))
    known._spill:close()
    local is_known, value, err = known:recall("a")
    assert.is_true(is_known)
    assert.is_nil(value)
    assert.equal("journal", err.kind)
  end)
end)
