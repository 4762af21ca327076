-- What a run without a journal has found.

local everybody = require "contactout.command.everybody"
local memory = require "contactout.cache.memory"

describe("a store of everybody", function()
  local store

  before_each(function()
    store = everybody.new()
  end)
  after_each(function()
    store:close()
  end)

  it("gives the latest that it was given", function()
    store:set("a", "1")
    store:set("b", "")
    store:set("a", "2")
    assert.equal("2", store:get("a"))
    assert.equal("", store:get("b"))
    assert.is_nil(store:get("c"))
  end)

  it("forgets nobody but who is removed", function()
    for i = 1, memory.MOST_ENTRIES + 1 do
      store:set("key " .. i, "text " .. i)
    end
    assert.equal("text 1", store:get("key 1"))
    store:remove("key 1")
    assert.is_nil(store:get("key 1"))
    assert.equal("text 2", store:get("key 2"))
  end)

  it("says when it can't be read", function()
    store:set("a", "1")
    store:close()
    assert.equal("journal", select(2, store:get("a")).kind)
  end)
end)
