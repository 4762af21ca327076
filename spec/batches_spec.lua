local batches = require "contactout.batches"

local function list(n)
  local values = {}
  for i = 1, n do
    values[i] = i
  end
  return values
end

local function lengths(parts)
  local counts = {}
  for i, part in ipairs(parts) do
    counts[i] = #part
  end
  return counts
end

describe("split", function()
  it("parts a list in order", function()
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 }, { 7 } }, batches.split(list(7), 3))
  end)

  it("leaves what fits in one part", function()
    assert.same({ { 1, 2, 3 } }, batches.split(list(3), 3))
    assert.same({}, batches.split({}, 3))
  end)
end)

describe("cut", function()
  it("cuts a list in two", function()
    local first, rest = batches.cut(list(5), 2)
    assert.same({ 1, 2 }, first)
    assert.same({ 3, 4, 5 }, rest)
  end)
end)

describe("after_refusal", function()
  it("goes on within the smaller limit, and all that follows with it", function()
    local sizes = batches.sizes(1000, 100)
    assert.same({ 100, 100, 50 }, lengths(sizes:after_refusal(list(250))))
    assert.equal(100, sizes.size)
  end)

  it("keeps a size that is smaller already", function()
    local sizes = batches.sizes(20, 100)
    sizes:after_refusal(list(250))
    assert.equal(20, sizes.size)
  end)

  it("halves what the smaller limit can't have been the reason for", function()
    local sizes = batches.sizes(1000, 100)
    assert.same({ 50, 50 }, lengths(sizes:after_refusal(list(100))))
    assert.same({ 2, 1 }, lengths(batches.sizes(1000):after_refusal(list(3))))
    assert.equal(1000, sizes.size)
  end)

  it("gives nothing for a key that stands alone", function()
    assert.is_nil(batches.sizes(1000, 100):after_refusal(list(1)))
  end)
end)
