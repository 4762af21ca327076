local equations = require "contactout.sandbox.equations"

local function holds(equation, text)
  return equations.compile(equation)(text:lower())
end

describe("sandbox.equations", function()
  it("takes words without an operator for a phrase", function()
    assert.is_true(holds("Vice President", "Vice President of Sales"))
    assert.is_false(holds("Vice President", "President, vice"))
  end)

  it("knows AND, OR and NOT in capitals alone", function()
    assert.is_true(holds("lua AND c", "C, Lua"))
    assert.is_false(holds("lua AND go", "C, Lua"))
    assert.is_true(holds("lua OR go", "C, Lua"))
    assert.is_false(holds("lua NOT c", "C, Lua"))
    assert.is_true(holds("research and development", "Research and Development"))
  end)

  it("goes from left to right", function()
    assert.is_false(holds("lua OR go AND rust", "lua"))
    assert.is_true(holds("rust AND go OR lua", "lua"))
  end)

  it("looks into brackets first, however deep", function()
    assert.is_true(holds("lua OR (go AND rust)", "lua"))
    assert.is_false(holds("lua NOT (go OR (rust AND zig))", "lua rust zig"))
    assert.is_true(holds("lua NOT (go OR (rust AND zig))", "lua rust"))
    assert.is_true(holds("(Chief Technology Officer) OR CEO", "chief technology officer"))
  end)

  it("lets everything pass that has no term", function()
    assert.is_true(holds("", "lua"))
    assert.is_true(holds("()", "lua"))
    assert.is_true(holds("AND", "lua"))
  end)

  it("passes over a bracket too many", function()
    assert.is_true(holds("lua) AND (c", "lua c"))
    assert.is_false(holds("lua) AND (go", "lua c"))
  end)
end)
