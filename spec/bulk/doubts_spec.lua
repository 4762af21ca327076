-- Keys that may have been charged, and are to be sent again.

local batches = require "contactout.batches"
local bulk = require "spec.support.bulk"
local doubts = require "contactout.bulk.doubts"
local errors = require "contactout.errors"

local ERR = errors.new("rate_limited", "later", { maybe_charged = true })

describe("doubts", function()
  it("are of each part of a batch", function()
    local made, batch = doubts.new(), bulk.batch_of(4)
    made:add(batch, ERR)
    local first, rest = batches.cut(batch, 1)
    assert.is_true(made:has(first) and made:has(rest))
    assert.is_false(made:has(bulk.batch_of(1)))
  end)

  it("have rows, each once, until they have others", function()
    local made, batch = doubts.new(), bulk.batch_of(3)
    made:add(batch, ERR)
    made:remove({ batch[1] })
    local rows, count = made:take_rows(), 0
    local entry, value, err = rows:next()
    while entry do
      count = count + 1
      assert.is_true(entry ~= batch[1])
      assert.is_nil(value)
      assert.equal(ERR, err)
      entry, value, err = rows:next()
    end
    assert.equal(2, count)
    assert.is_nil(made:take_rows())
  end)
end)
