local errors = require "contactout.errors"
local packed = require "contactout.bulk.packed"

describe("packed rows", function()
  it("come out as they were put in, in their order", function()
    local rows, err = packed.new(), errors.new("not_found", "nobody")
    local first, second, third = { canonical = "a" }, { canonical = "b" }, { canonical = "c" }
    assert.equal('"valid"', rows:push(first, "valid"))
    assert.is_nil(rows:push(second, nil, err))
    rows:push(third, { raw = { emails = { "a@x.example" } }, key = "c" })
    assert.same({ first, "valid" }, { rows:next() })
    local entry, answer, problem = rows:next()
    assert.is_true(entry == second and answer == nil and problem == err)
    assert.same({ third, { raw = { emails = { "a@x.example" } }, key = "c" } }, { rows:next() })
    assert.is_nil(rows:next())
    assert.is_nil(rows:next())
  end)

  it("don't hold what was taken out", function()
    local rows, held = packed.new(), setmetatable({}, { __mode = "k" })
    for _ = 1, 3 do
      local entry = {}
      held[entry] = true
      rows:push(entry, "valid")
    end
    rows:next()
    rows:next()
    collectgarbage()
    local count = 0
    for _ in pairs(held) do
      count = count + 1
    end
    assert.equal(1, count)
  end)
end)
