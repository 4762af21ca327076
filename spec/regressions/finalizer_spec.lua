-- A finalizer may close a client, and the collector runs it wherever something is
-- allocated: also amid a call of that very client. What the call went on to use was
-- freed then. In a program of its own, whose heap is so small that the collector
-- always goes round.

local support = require "spec.support.core"

before_each(support.begin)
after_each(support.finish)

-- Each client is closed by a finalizer, a little later each time.
local function closed_amid(call)
  return support.run([[
    local native = require "spec.support.native"
    local ended, closed = 0, 0
    collectgarbage("setpause", 100)
    collectgarbage("setstepmul", 1000)
    for i = 1, 600 do
      local c = client()
      native.at_collection(function() c:close() end)
      local litter = {}
      for n = 1, i % 97 do
        litter[n] = { ("%d"):rep(n) }
      end
      litter = nil
      local value, err = (]] .. call .. [[)(c)
      if value then
        ended = ended + 1
      elseif err.kind == "cancelled" then
        closed = closed + 1
      end
      c:close()
    end
    say(ended + closed, closed > 0)
  ]])
end

describe("a finalizer that closes a client amid its own call", function()
  it("does no harm where the call blocks", function()
    assert.equal("600\ttrue", closed_amid("function(c) return c:stats({ period = '2025-01' }) end"))
  end)

  it("does no harm where the call is submitted", function()
    assert.equal("600\ttrue", closed_amid([[function(c)
      local ticket, err = c:submit(assert(core.build("stats", { period = "2025-01" })))
      if not ticket then
        return nil, err
      end
      c:wait(ticket)
      return ticket:take()
    end]]))
  end)
end)
