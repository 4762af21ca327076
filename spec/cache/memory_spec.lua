local memory = require "contactout.cache.memory"

local now

local function new_store(...)
  return memory.new(function() return now end, ...)
end

before_each(function()
  now = 100
end)

describe("a store in memory", function()
  it("gives what it was given, and nothing else", function()
    local store = new_store()
    store:set("a", "1", 10)
    assert.equal("1", store:get("a"))
    assert.is_nil(store:get("b"))
  end)

  it("forgets when the time has come", function()
    local store = new_store()
    store:set("a", "1", 10)
    now = 109.9
    assert.equal("1", store:get("a"))
    now = 110
    assert.is_nil(store:get("a"))
    now = 100
    assert.is_nil(store:get("a"), "it is gone for good")
  end)

  it("puts what is new in place of what was there", function()
    local store = new_store()
    store:set("a", "1", 10)
    store:set("a", "2", 20)
    now = 115
    assert.equal("2", store:get("a"))
  end)

  it("forgets what was asked for least recently when there are too many", function()
    local store = new_store(3)
    for _, key in ipairs { "a", "b", "c" } do
      store:set(key, key, 10)
    end
    assert.equal("a", store:get("a"))
    store:set("d", "d", 10)
    assert.is_nil(store:get("b"))
    for _, key in ipairs { "a", "c", "d" } do
      assert.equal(key, store:get(key))
    end
  end)

  it("forgets as many as it takes when they are too large", function()
    local store = new_store(100, 30)
    store:set("a", ("x"):rep(9), 10)
    store:set("b", ("x"):rep(9), 10)
    store:set("c", ("x"):rep(9), 10)
    assert.is_string(store:get("a"))
    store:set("d", ("x"):rep(19), 10)
    assert.is_nil(store:get("b"))
    assert.is_nil(store:get("c"))
    assert.is_string(store:get("a"))
    assert.is_string(store:get("d"))
  end)

  it("keeps nothing that is larger than all it may keep", function()
    local store = new_store(100, 30)
    store:set("a", ("x"):rep(30), 10)
    assert.is_nil(store:get("a"))
    store:set("b", ("x"):rep(29), 10)
    assert.is_string(store:get("b"))
  end)

  it("counts no bytes of what is gone", function()
    local store = new_store(100, 30)
    for i = 1, 1000 do
      store:set("a", ("x"):rep(i % 25), 10)
      now = now + (i % 3 == 0 and 11 or 0)
      store:get("a")
    end
    store:set("b", ("x"):rep(4), 10)
    store:set("c", ("x"):rep(4), 10)
    assert.is_string(store:get("b"))
    assert.is_string(store:get("c"))
  end)
end)
