local core = require "contactout.core"
local lists = require "contactout.records.lists"
local values = require "contactout.records.values"

describe("elements", function()
  it("are those of a list, itself", function()
    local list = { "a", core.null, "b" }
    assert.equal(list, lists.elements(list))
    assert.same({}, lists.elements({}))
  end)

  it("are what stands in place of a list", function()
    assert.same({ "a" }, lists.elements("a"))
    assert.same({ 7 }, lists.elements(7))
    assert.same({}, lists.elements(nil))
  end)

  it("are those of a list with gaps, whose places are keys, in their order", function()
    assert.same({ "a", "b", "c" }, lists.elements({ ["10"] = "c", ["0"] = "a", ["2"] = "b" }))
    assert.same({ "a", "b" }, lists.elements({ [2] = "a", [5] = "b" }))
    assert.same({ "a", "b" }, lists.elements({ ["1"] = "b", "a", x = "c" }))
  end)

  it("are none of an object, which is said", function()
    local elements, is_object = lists.elements({ inf = "a", ["0x1"] = "b", [true] = "c" })
    assert.same({}, elements)
    assert.is_true(is_object)
    assert.is_falsy(select(2, lists.elements({ ["1"] = "a" })))
  end)
end)

describe("union", function()
  it("has each value once, in the order in which they came", function()
    local union = lists.union(values.string)
    union:add({ "b", "a " })
    union:add(nil)
    union:add("c")
    union:add({ "a", core.null, "", 7, "d" })
    assert.same({ "b", "a", "c", "d" }, union:list())
  end)

  it("is marked as an array if it is empty", function()
    assert.equal("[]", core.encode(lists.union(values.string):list()))
  end)
end)
