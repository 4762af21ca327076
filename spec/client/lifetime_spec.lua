-- A client's end: close, what happens to those who wait, collection, and a
-- program's end with requests in flight.

local contactout = require "contactout"
local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE

before_each(support.begin)
after_each(support.finish)

describe("client:close", function()
  it("may be called twice", function()
    local client = support.client()
    client:close()
    client:close()
    assert.matches("closed", tostring(client), 1, true)
  end)

  it("makes every later call cancelled, and sends nothing", function()
    local client = support.client()
    assert(client:stats())
    client:close()
    for _, call in ipairs {
      function() return client:stats() end,
      function() return client:request("GET", "/v1/stats") end,
      function() return client:fd() end,
    } do
      local value, err = call()
      assert.is_nil(value)
      assert.equal("cancelled", err.kind)
    end
    assert.equal(1, #sandbox:ledger())
  end)

  it("ends the connections", function()
    support.wait_until_closed()
    local client = support.client()
    assert(client:stats())
    assert.equal(1, sandbox:state().connections_open)
    client:close()
    support.wait_until_closed()
  end)

  local _, with_close = pcall(load, "local client <close> = ...; return client")
  if type(with_close) == "function" then
    it("is what a to-be-closed variable calls", function()
      assert.matches("closed", tostring(with_close(support.client())), 1, true)
    end)
  end
end)

describe("client:close with calls in flight #yields", function()
  --- Closes a client once `n` calls were held by the server -> their errors
  local function close_during(n, call)
    local client = support.client()
    local errors = {}
    sandbox:fault("hold", -1)
    contactout.run(function()
      for i = 1, n do
        contactout.spawn(function()
          local _, err = call(client)
          errors[i] = err
        end)
      end
      contactout.sleep(0)
      sandbox:wait { held = n }
      client:close()
    end)
    sandbox:release()
    return errors
  end

  it("gives each of them cancelled, perhaps charged", function()
    local errors = close_during(5, function(client)
      return client:linkedin_enrich({ profile = PROFILE })
    end)
    assert.equal(5, #errors)
    for _, err in ipairs(errors) do
      assert.equal("cancelled", err.kind)
      assert.equal("linkedin_enrich", err.endpoint)
      assert.is_true(err.maybe_charged)
      assert.equal(1, err.attempts)
    end
  end)

  it("says of free ones that they were not charged", function()
    local errors = close_during(1, function(client)
      return client:stats()
    end)
    assert.equal("cancelled", errors[1].kind)
    assert.is_nil(errors[1].maybe_charged)
  end)

  it("gives cancelled to those who wait for the rate limit or a retry", function()
    local client = support.client {
      rate_limits = { search = 1, window = 100 }, max_retry_wait = 200,
    }
    local kinds = {}
    sandbox:fault("status:429,retry-after:100", 1, "stats")
    contactout.run(function()
      contactout.spawn(function()
        kinds.retry = select(2, client:stats()).kind
      end)
      assert(client:people_search())
      contactout.spawn(function()
        kinds.limit = select(2, client:people_search()).kind
      end)
      contactout.sleep(0)
      sandbox:wait { responses = 2 }
      contactout.sleep(0.05)
      client:close()
    end)
    assert.same({ retry = "cancelled", limit = "cancelled" }, kinds)
  end)

  it("leaves other clients alone", function()
    local first, second = support.client(), support.client()
    local task
    contactout.run(function()
      task = contactout.spawn(second.stats, second)
      contactout.sleep(0)
      first:close()
      assert.equal(200, task:wait().status_code)
    end)
  end)
end)

describe("a client that nobody holds", function()
  it("is closed when it is collected", function()
    local client = support.client()
    support.forget()
    assert(client:stats())
    client = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    support.wait_until_closed()
  end)
end)

-- The ends of programs: each is run several times, since what goes wrong here
-- goes wrong sometimes.
describe("a program #yields", function()
  local BEGIN = [[
    local contactout = require "contactout"
    local client = contactout.new { rate_limits = false }
    local function in_flight(n)
      for _ = 1, n do
        contactout.spawn(client.stats, client)
      end
      contactout.sleep(0.02)
    end
  ]]

  local function ends_with(code, program)
    local env = { CONTACTOUT_TOKEN = "test-1", CONTACTOUT_BASE_URL = sandbox.url }
    sandbox:fault("hold", -1)
    for _ = 1, 5 do
      local output, status = support.run_lua(BEGIN .. program, env)
      assert.equal(code, status, output)
    end
    sandbox:release()
  end

  it("ends in the ordinary way outside of any run", function()
    ends_with(0, "in_flight(5)")
  end)

  it("ends by os.exit in a task", function()
    ends_with(7, "contactout.run(function() in_flight(5) os.exit(7) end)")
  end)

  it("ends by os.exit that closes the state", function()
    ends_with(7, "contactout.run(function() in_flight(5) os.exit(7, true) end)")
  end)

  it("ends by an error outside of any run", function()
    ends_with(1, "in_flight(5) error('the end')")
  end)

  it("ends after the client was closed", function()
    ends_with(0, "in_flight(5) client:close() contactout.step()")
  end)

  it("ends after clients were forgotten", function()
    ends_with(0, "in_flight(5) client = nil collectgarbage() collectgarbage()")
  end)

  it("ends by a signal", function()
    ends_with(128 + 15, [[
      in_flight(5)
      local pid = io.open("/proc/self/stat"):read("*n")
      os.execute("kill -TERM " .. string.format("%d", pid))
      contactout.run(contactout.sleep, 10)
    ]])
  end)
end)
