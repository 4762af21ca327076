local kinds = require "contactout.jobs.kinds"
local source = require "contactout.bulk.source"

local function open(input, opts)
  return assert(source.new(kinds.verification, input, opts or {}))
end

local function items_of(inputs)
  local items = {}
  local item = inputs:next()
  while item ~= nil do
    items[#items + 1] = item
    item = inputs:next()
  end
  return items
end

describe("a source", function()
  it("gives each input with its key", function()
    local item, sent, canonical = open({ " Ann@Acme.example" }):next()
    assert.equal(" Ann@Acme.example", item)
    assert.equal("Ann@Acme.example", sent)
    assert.equal("ann@acme.example", canonical)
  end)

  it("gives an input without a valid key with the reason", function()
    local inputs = open({ "a@x.example", " " })
    inputs:next()
    local item, sent, err = inputs:next()
    assert.equal(" ", item)
    assert.is_nil(sent)
    assert.equal("invalid_argument", err.kind)
    assert.equal("emails[2]", err.param)
  end)

  it("takes false for an input", function()
    local item, sent, err = open({ false }):next()
    assert.is_false(item)
    assert.is_nil(sent)
    assert.equal("invalid_argument", err.kind)
  end)

  it("ends after the last input, and says so", function()
    local inputs = open({ "a@x.example" })
    inputs:next()
    assert.is_false(inputs.has_ended)
    assert.is_nil(inputs:next())
    assert.is_true(inputs.has_ended)
    assert.is_nil(inputs:next())
  end)

  it("knows how many there are of a list", function()
    assert.equal(3, open({ "a", "b", "c" }).total)
    assert.equal(2, open({ "a", "b", "c" }, { limit = 2 }).total)
    assert.equal(0, open({}).total)
    assert.is_nil(open(function() end).total)
  end)

  it("reads an iterator no further than it is asked to", function()
    local read = 0
    local inputs = open(function()
      read = read + 1
      return "a@x.example"
    end, { limit = 2 })
    assert.equal(0, read)
    assert.equal(2, #items_of(inputs))
    assert.equal(2, read)
  end)

  it("takes what can be called, and one text for a list of one", function()
    local left = 2
    local callable = setmetatable({}, { __call = function()
      left = left - 1
      return left >= 0 and "a" or nil
    end })
    assert.same({ "a", "a" }, items_of(open(callable)))
    assert.same({ "a@x.example" }, items_of(open("a@x.example")))
  end)

  it("asks opts.key for the key", function()
    local row = { at = "a@x.example" }
    local item, sent = open({ row }, { key = function(one) return one.at end }):next()
    assert.equal(row, item)
    assert.equal("a@x.example", sent)
  end)

  it("refuses what is no list, before anything is read", function()
    for _, list in ipairs { { a = 1 }, { "a", nil, "c" } } do
      local inputs, err = source.new(kinds.verification, list, {})
      assert.is_nil(inputs)
      assert.equal("invalid_argument", err.kind)
    end
  end)

  it("has a problem with anything else", function()
    assert.matches("must be a list or an iterator, not a number", source.problem(7))
    assert.is_nil(source.problem({}))
  end)
end)
