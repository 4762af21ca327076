-- The mark of a lookup that is on its way, in a store.

local errors = require "contactout.errors"
local mark = require "contactout.cache.mark"

-- A store that can fail: `store.err`.
local function new_store()
  local store = { texts = {}, calls = 0 }
  local function change(key, text)
    store.calls = store.calls + 1
    if store.err then
      return nil, store.err
    end
    store.texts[key] = text
    return true
  end
  function store.set(_, key, text, seconds)
    store.seconds = seconds
    return change(key, text)
  end
  function store.remove(_, key)
    return change(key, nil)
  end
  return store
end

describe("a mark", function()
  local store, one

  before_each(function()
    store = new_store()
    one = mark.new(store, "a", 30, false)
  end)

  it("stands in the reply's place once it is set, as long as a reply would", function()
    assert(one:set())
    assert.is_true(mark.is(store.texts.a))
    assert.equal(30, store.seconds)
    one:lift()
    assert.is_nil(store.texts.a)
  end)

  it("is written once, however often it is set, and taken away only if it is there", function()
    one:lift()
    assert.equal(0, store.calls)
    assert(one:set())
    assert(one:set())
    assert.equal(1, store.calls)
    one:lift()
    one:lift()
    assert.equal(2, store.calls)
  end)

  it("says when it can't be set, and is tried again", function()
    store.err = errors.new("journal", "the disk is full")
    assert.equal("journal", select(2, one:set()).kind)
    store.err = nil
    assert(one:set())
    assert.is_true(mark.is(store.texts.a))
  end)

  it("stays where it can't be taken away", function()
    assert(one:set())
    store.err = errors.new("journal", "the disk is full")
    one:lift()
    assert.is_true(one.is_set)
  end)

  it("stays where one was found", function()
    one = mark.new(store, "a", 30, true)
    assert(one:set())
    one:lift()
    assert.is_true(mark.is(store.texts.a))
  end)

  it("is no reply, and no reply is one", function()
    assert.is_false(mark.is(nil))
    assert.is_false(mark.is("+?"))
  end)
end)
