-- The recipe for verdicts on a list of any size.

local examples = require "spec.support.examples"
local support = require "spec.support.sandbox"

describe("examples/verify_list.lua #programs", function()
  after_each(examples.remove_files)

  it("writes a verdict for each line", function()
    local sandbox = support.start({ ledger = 20000 })
    local input = examples.file("jo@acme.example\nbo@acme.example\n")
    local ended = examples.run(sandbox, "test-verify", "examples/verify_list.lua <" .. input)
    assert.equal(0, ended.code, ended.errors)
    assert.matches("jo@acme.example,%a+,\r\n", ended.printed)
    assert.matches("bo@acme.example,%a+,\r\n", ended.printed)
  end)
end)
