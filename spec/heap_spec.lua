local heap = require "contactout.heap"

describe("heap", function()
  local function drain(h)
    local values, entry = {}, h:first()
    while entry do
      h:remove(entry)
      values[#values + 1] = entry.value
      entry = h:first()
    end
    return values
  end

  it("gives entries in the order of their times", function()
    local h = heap.new()
    for _, at in ipairs({ 5, 1, 4, 2, 3 }) do
      h:push(at, at)
    end
    assert.are.same({ 1, 2, 3, 4, 5 }, drain(h))
  end)

  it("gives entries of one time in the order they went in", function()
    local h = heap.new()
    for i = 1, 50 do
      h:push(i % 2, i)
    end
    local expected = {}
    for i = 2, 50, 2 do
      expected[#expected + 1] = i
    end
    for i = 1, 49, 2 do
      expected[#expected + 1] = i
    end
    assert.are.same(expected, drain(h))
  end)

  it("has no first entry when it is empty", function()
    assert.is_nil(heap.new():first())
  end)

  it("ignores the second removal of an entry", function()
    local h = heap.new()
    local entry = h:push(1, "a")
    h:push(2, "b")
    h:remove(entry)
    h:remove(entry)
    assert.are.same({ "b" }, drain(h))
  end)

  it("agrees with sorting, whatever is pushed and removed", function()
    math.randomseed(20240611)
    for _ = 1, 200 do
      local h, kept = heap.new(), {}
      for number = 1, math.random(1, 60) do
        local entry = h:push(math.random(1, 20), number)
        if math.random() < 0.3 then
          h:remove(entry)
        else
          kept[#kept + 1] = entry
        end
        if #kept > 0 and math.random() < 0.3 then
          h:remove(table.remove(kept, math.random(#kept)))
        end
      end
      table.sort(kept, function(a, b)
        return a.at < b.at or a.at == b.at and a.value < b.value
      end)
      local expected = {}
      for i, entry in ipairs(kept) do
        expected[i] = entry.value
      end
      assert.are.same(expected, drain(h))
    end
  end)
end)
