-- A cache in a file: what outlives the process, and what may not be found in it.

-- Without SQLite there are none: see the Makefile.
if not pcall(require, "contactout.store") then
  return
end

local file = require "contactout.cache.file"
local journal = require "contactout.journal"
local mark = require "contactout.cache.mark"
local support = require "spec.support.journal"

local now

local function open()
  return support.keep(file.new(support.path(), function() return now end))
end

before_each(function()
  support.begin()
  now = 1000
end)
after_each(support.finish)

describe("a store in a file", function()
  it("gives what it was given, also when it is opened again", function()
    local store = open()
    assert(store:set("a", "+{\"n\":1}", 10))
    assert.equal("+{\"n\":1}", store:get("a"))
    store:close()
    store = open()
    assert.equal("+{\"n\":1}", store:get("a"))
    assert.is_nil(store:get("b"))
  end)

  it("puts what is new in place of what was there", function()
    local store = open()
    assert(store:set("a", "1", 10))
    assert(store:set("a", "2", 20))
    now = 1015
    assert.equal("2", store:get("a"))
  end)

  it("forgets when the time has come", function()
    local store = open()
    assert(store:set("a", "1", 9.5))
    now = 1009
    assert.equal("1", store:get("a"))
    now = 1010
    assert.is_nil(store:get("a"))
  end)

  it("keeps no longer what is removed", function()
    local store = open()
    assert(store:set("a", "ninety", 10))
    assert(store:remove("a"))
    assert(store:remove("b"))
    assert.is_nil(store:get("a"))
    store:close()
    assert.is_false(support.hold("ninety"))
  end)

  it("deletes what is over when it is opened", function()
    local store = open()
    assert(store:set("a", "ninety", 10))
    store:close()
    now = 1010
    open():close()
    assert.is_false(support.hold("ninety"))
  end)

  it("is its owner's alone, and one process's at a time", function()
    open()
    assert.equal("600", support.files()["run.db"])
    local other, err = file.new(support.path(), os.time)
    assert.is_nil(other)
    assert.equal("journal", err.kind)
  end)

  it("refuses the journal of a run, and is refused by one", function()
    support.keep(journal.open(support.path(), { operation = "contacts" })):close()
    local store, err = file.new(support.path(), os.time)
    assert.is_nil(store)
    assert.matches("operation is contacts, not cache", err.message, 1, true)
  end)

  it("says when it can't be read or written", function()
    local store = open()
    store:close()
    assert.equal("journal", select(2, store:get("a")).kind)
    assert.equal("journal", select(2, store:set("a", "1", 10)).kind)
    assert.equal("journal", select(2, store:remove("a")).kind)
  end)

  it("is purged of one key, also of its mark", function()
    local store = open()
    assert(mark.new(store, "ninety", 10, false):set())
    assert(store:set("eighty", "+{}", 10))
    store:close()
    assert(journal.purge(support.path(), "ninety"))
    assert.is_false(support.hold("ninety"))
    assert.equal("+{}", open():get("eighty"))
  end)

  it("is purged of what was asked about somebody, in any spelling", function()
    local store = open()
    local kept = "0a " .. "POST /v1/people/enrich\n"
      .. [[{"email":"bo@acme.example","company_domain":["acme.example"]}]]
    for _, key in ipairs {
      "0a GET /v1/linkedin/enrich?profile=https%3A%2F%2Flinkedin.com%2Fin%2Fann",
      "0a GET /v1/people/linkedin?profile=https%3A%2F%2Fwww.LinkedIn.com%2Fin%2FAnn%2F",
      "0b GET /v1/linkedin/enrich?profile=https%3A%2F%2Flinkedin.com%2Fin%2Fann&profile_only=true",
    } do
      assert(store:set(key .. "\n", "ninety", 10))
    end
    for i = 1, 2500 do -- more than are read at once
      assert(store._db:run("INSERT INTO results VALUES (?, 'answered', '0 ')", "0a GET " .. i))
    end
    assert(store:set(kept, "+{}", 10))
    store:close()
    assert(journal.purge(support.path(), "https://uk.linkedin.com/in/ANN?x=1"))
    assert.is_false(support.hold("ninety"))
    assert.equal("+{}", open():get(kept))
  end)

  it("is purged with everything in it", function()
    local store = open()
    assert(store:set("a", "ninety", 10))
    store:close()
    assert(journal.purge(support.path()))
    assert.same({}, support.files())
  end)
end)
