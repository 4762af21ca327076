-- What the list of the bulk examples holds in memory, however long its file is. What it
-- writes is specified with the examples.

package.path = "examples/?.lua;" .. package.path

local examples = require "spec.support.examples"
local list = require "bulk.list"

local function count(rows)
  local n = 0
  for _ in pairs(rows) do
    n = n + 1
  end
  return n
end

describe("a list of the bulk examples", function()
  local rows

  before_each(function()
    local lines = { "Email" }
    for i = 1, 50 do
      lines[#lines + 1] = "someone" .. i .. "@acme.example"
    end
    local input = examples.file(table.concat(lines, "\n"))
    rows = list.open({ input, examples.file() }, { "email" }, {})
  end)

  after_each(examples.remove_files)

  it("keeps no row that is read for a plan", function()
    for row in rows:rows() do
      assert.is_table(row)
    end
    assert.equal(0, count(rows.waiting))
  end)

  it("keeps a row until it and those before it have an answer", function()
    rows.total = 50
    rows:begin()
    local read = rows:rows()
    local first, second, third = read(), read(), read()
    rows:answer(second, "valid")
    assert.equal(3, count(rows.waiting))
    rows:answer(first, "valid")
    assert.equal(1, count(rows.waiting))
    rows:answer(third, "valid")
    assert.equal(0, count(rows.waiting))
    rows.file:close()
  end)
end)
