local copy = require "contactout.copy"

describe("deep", function()
  it("copies tables within tables", function()
    local one = { a = { b = { 1, 2 } }, c = "text", d = false }
    local other = copy.deep(one)
    assert.same(one, other)
    other.a.b[1] = 3
    assert.equal(1, one.a.b[1])
  end)

  it("keeps metatables", function()
    local mark = {}
    local other = copy.deep({ list = setmetatable({}, mark) })
    assert.equal(mark, getmetatable(other.list))
  end)

  it("gives anything but a table as it is", function()
    assert.is_nil(copy.deep(nil))
    assert.equal(print, copy.deep(print))
  end)
end)
