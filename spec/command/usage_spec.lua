-- `contactout usage`.

local cjson = require "cjson"
local command = require "spec.support.command"

describe("contactout usage", function()
  before_each(command.begin)

  it("prints a line for each kind of credits", function()
    local ended = command.run("usage")
    assert.equal(0, ended.code, ended.err)
    assert.matches("^plan,first,last,kind,used,quota,left,over\npostpaid,%S+,email,0,%d+,%d+,0\n"
      .. "postpaid,%S+,phone,%S+\npostpaid,%S+,search,%S+\n$", ended.out)
  end)

  it("gives the same as JSON, of any month", function()
    local usage = cjson.decode(command.run("usage --period 2024-02 --output ndjson").out)
    assert.equal("2024-02-01", usage.period.first)
    assert.equal(0, usage.email.used)
    assert.is_nil(usage.raw)
  end)
end)
