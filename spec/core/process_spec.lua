-- What a process does to a client: forks, ends in every way, looks up names
-- slowly, gets signals. Each in a program of its own.

local support = require "spec.support.core"

local sandbox = support.sandbox
local secure = require("spec.support.tls").sandbox()

before_each(function()
  support.begin()
  secure:reset()
end)
after_each(support.finish)

local run = support.run

-- "#fork": not for sanitizers, whose allocator may be locked for good in a child.
describe("fork #fork", function()
  it("leaves a child that can't use the client, and harms nothing", function()
    local output, code = run([[
      local c = client()
      local held, kept = {}, {}
      for i = 1, 20 do
        held[i] = assert(c:submit(costly("delay:0.3")))
      end
      local pid = process.fork()
      if pid == 0 then
        local _, err = c:stats()
        say(err.kind)
        say(select(2, c:submit(free())).kind, select(2, c:fd()).kind, c:next(), c:pending())
        local value, of_ticket, sent = held[1]:take()
        say(value, of_ticket.kind, sent, held[1]:ended())
        c:wait(held[2])
        held[3] = nil
        collectgarbage()
        collectgarbage()
        local own = client()
        say("own", own:stats() ~= nil)
        local ticket = own:submit(free())
        own:wait(ticket)
        say("own", ticket:take() ~= nil)
        c:close()
        os.exit(0, true)
      end
      say("child", process.wait(pid))
      for i = 1, 20 do
        c:wait(held[i])
        assert(held[i]:take())
      end
      assert(c:stats())
      c:close()
      say("parent done")
    ]])
    assert.equal(table.concat({
      "unsupported", "unsupported\tunsupported\tnil\t0", "nil\tunsupported\tfalse\ttrue",
      "own\ttrue", "own\ttrue", "child\t0", "parent done",
    }, "\n"), output)
    assert.equal(0, code)
    assert.equal(23, sandbox:state().requests)
  end)

  it("while the client is between calls leaves its connections to the parent", function()
    local output, code = run([[
      local c = client { base_url = ]] .. ("%q"):format(secure.url) .. [[,
        ca_file = ]] .. ("%q"):format(secure.ca_file) .. [[ }
      assert(c:stats())
      for _ = 1, 3 do
        local pid = process.fork()
        if pid == 0 then
          c = nil
          collectgarbage()
          os.exit(3, true)
        end
        say(process.wait(pid), c:stats() ~= nil)
      end
    ]])
    assert.equal("3\ttrue\n3\ttrue\n3\ttrue", output)
    assert.equal(0, code)
    assert.equal(1, secure:state().connections_opened)
  end)
end)

-- Ends -------------------------------------------------------------------------------

local ENDS = {
  ["os.exit(0)"] = { "os.exit(0)", 0 },
  ["os.exit(0, true)"] = { "os.exit(0, true)", 0 },
  ["an error"] = { "error('on purpose')", 1 },
  ["its last line"] = { "", 0 },
}

describe("a process", function()
  for name, ending in pairs(ENDS) do
    it("with transfers in flight ends cleanly by " .. name, function()
      for i = 1, support.times(5) do
        local output, code = run([[
          local c = client { base_url = ]] .. ("%q"):format(secure.url) .. [[,
            ca_file = ]] .. ("%q"):format(secure.ca_file) .. [[ }
          local plain, tickets = client(), {}
          for i = 1, 10 do
            tickets[i] = assert(c:submit(costly("delay:0.2")))
            tickets[i + 10] = assert(plain:submit(free("delay:0.2")))
          end
          if ]] .. (i % 2) .. [[ == 1 then
            c:wait(c:submit(free()))
          end
          ]] .. ending[1])
        assert.equal(ending[2], code, output)
      end
    end)
  end

  it("ends cleanly though the client was closed just before", function()
    for _ = 1, support.times(5) do
      local output, code = run([[
        for _ = 1, 5 do
          local c = client { base_url = ]] .. ("%q"):format(secure.url) .. [[,
            ca_file = ]] .. ("%q"):format(secure.ca_file) .. [[ }
          c:submit(costly("delay:0.2"))
          c:wait(c:submit(free()))
          c:close()
        end
      ]])
      assert.equal(0, code, output)
    end
  end)
end)

-- A slow name server -------------------------------------------------------------------

describe("a slow name server", function()
  local env = { LD_PRELOAD = support.preload "slow_dns" }

  --- Runs it -> its output, and the seconds it took.
  local function run_slowly(program)
    local seconds, output, code = support.timed(run, program, env)
    assert.equal(0, code, output)
    return output, seconds
  end

  it("doesn't delay a time-out", function()
    for _, threaded in ipairs { "false", "true" } do
      local output, seconds = run_slowly([[
        local c = client { base_url = "https://slow.test", timeout = 0.2 }
        local started = core.now()
        local err, sent
        if ]] .. threaded .. [[ then
          local ticket = c:submit(costly())
          c:wait(ticket)
          _, err, sent = ticket:take()
        else
          _, err, sent = c:perform(costly())
        end
        say(err.kind, sent, err.maybe_charged, core.now() - started < 0.4)
      ]])
      assert.equal("timeout\tfalse\tnil\ttrue", output)
      assert.is_true(seconds < 2)
    end
  end)

  it("doesn't delay connect_timeout", function()
    local output = run_slowly [[
      local c = client { base_url = "https://slow.test", connect_timeout = 0.2 }
      local started = core.now()
      local _, err = c:perform(costly())
      say(err.kind, core.now() - started < 0.4)
    ]]
    assert.equal("timeout\ttrue", output)
  end)

  it("delays neither cancelling, closing nor the exit", function()
    local output, seconds = run_slowly [[
      local c = client { base_url = "https://slow.test" }
      local ticket, other = c:submit(costly()), c:submit(costly())
      local started = core.now()
      local _, err, sent = ticket:take()
      say(err.kind, sent)
      c:close()
      say(select(2, other:take()).kind)
      say(core.now() - started < 0.1)
    ]]
    assert.equal("cancelled\tfalse\ncancelled\ntrue", output)
    assert.is_true(seconds < 1.5)
  end)

  it("doesn't delay the exit by os.exit, with lookups under way", function()
    for _ = 1, support.times(2) do
      local _, seconds = run_slowly [[
        local c = client { base_url = "https://slow.test" }
        local tickets = {}
        for i = 1, 5 do
          tickets[i] = c:submit(costly())
        end
        core.sleep(0.02)
        os.exit(0)
      ]]
      assert.is_true(seconds < 1.5)
    end
  end)

  it("outlives the state without a crash", function()
    local output = run_slowly [[
      local c = client { base_url = "https://slow.test" }
      c:submit(costly())
      c:close()
      c = nil
      package.loaded["contactout.core"] = nil
      collectgarbage()
      collectgarbage()
      core.sleep(3.2)
      say("alive")
    ]]
    assert.equal("alive", output)
  end)
end)
