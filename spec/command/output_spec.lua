-- What the command's output holds in memory, however long its input is. What it writes is
-- specified with the verbs.

local examples = require "spec.support.examples"
local input = require "contactout.command.input"
local output = require "contactout.command.output"

local KEYS = { families = { { "email" } }, patterns = {}, what = "an address" }

local function count(rows)
  local n = 0
  for _ in pairs(rows) do
    n = n + 1
  end
  return n
end

describe("the command's output", function()
  after_each(examples.remove_files)

  it("keeps a row until it and those before it have an answer", function()
    local rows = input.open({ examples.file("Email\na\nb\nc\n") }, KEYS, {})
    local path = examples.file()
    local out = output.open({ out = path }, nil, rows)
    local first, second, third = rows:read(), rows:read(), rows:read()
    for _, row in ipairs { first, second, third } do
      out:expect(row)
    end
    out:answer(second, "valid")
    assert.equal(3, count(out.waiting))
    out:answer(first, "invalid")
    assert.equal(1, count(out.waiting))
    out:answer(third, "unknown")
    assert.equal(0, count(out.waiting))
    out:finish()
    assert.equal("Email,status,error\na,invalid,\nb,valid,\nc,unknown,\n", examples.contents(path))
  end)
end)
