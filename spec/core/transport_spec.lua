-- How requests of one client move: connections, the queue, time-outs, cancelling.
-- See transfer_spec for what becomes of a reply, worker_spec for who moves them.

local core = require "contactout.core"
local support = require "spec.support.core"

local sandbox = support.sandbox

before_each(support.begin)
after_each(support.finish)

local function describe_both(what, specs)
  for name, new_client in pairs(support.drivers) do
    describe(what .. " " .. name, function()
      specs(new_client)
    end)
  end
end

--- A client's connection that can't be made: a listener whose queue is full.
local function full_listener()
  local socket = require "socket"
  local listener = assert(socket.bind("127.0.0.1", 0, 0))
  local _, port = listener:getsockname()
  local fillers, connected = {}, true
  while connected do
    local filler = socket.tcp()
    filler:settimeout(0.05)
    connected = filler:connect("127.0.0.1", port)
    fillers[#fillers + 1] = filler
  end
  return "http://127.0.0.1:" .. port, function()
    for _, filler in ipairs(fillers) do
      filler:close()
    end
    listener:close()
  end
end

describe("connections", function()
  it("are one for 1,000 calls in a row, though the driver changes half-way", function()
    local client = support.client()
    for _ = 1, 500 do
      assert(client:stats())
    end
    support.start_thread(client)
    for _ = 1, 499 do
      assert(client:stats())
    end
    local state = sandbox:state()
    assert.equal(1000, state.requests)
    assert.equal(1, state.connections_opened)
  end)

  it("are never more than max_connections", function()
    local client = support.client { max_connections = 7 }
    local tickets = {}
    for i = 1, 500 do
      tickets[i] = assert(client:submit(support.free(i % 10 == 0 and "delay:0.01" or nil)))
    end
    assert.equal(500, #support.named(client, 500))
    for _, ticket in ipairs(tickets) do
      assert(ticket:take())
    end
    assert.equal(500, sandbox:state().requests)
    assert.equal(7, sandbox:state().connections_opened)
  end)

  it("are never more than max_connections where charged requests are among them", function()
    local function open()
      return sandbox:state().connections_open
    end
    support.settles(open, 0)
    local client = support.client { max_connections = 2 }
    local tickets = {}
    for i = 1, 30 do
      tickets[i] = assert(client:submit(i % 2 == 0 and support.costly() or support.free()))
      assert.is_true(open() <= 2)
    end
    support.named(client, 30)
    assert.is_true(open() <= 2)
  end)
end)

describe("requests at once", function()
  it("don't wait for each other's replies", function()
    local client = support.client()
    local tickets = {}
    for i = 1, 20 do
      tickets[i] = assert(client:submit(support.costly("hold")))
    end
    sandbox:wait { held = 20 }
    sandbox:release()
    support.named(client, 20)
    for _, ticket in ipairs(tickets) do
      assert(ticket:take())
    end
  end)
end)

describe("the queue", function()
  it("isn't counted into the time-out", function()
    local client = support.client { max_connections = 1, timeout = 0.4 }
    local tickets = {}
    for i = 1, 4 do
      tickets[i] = assert(client:submit(support.free("delay:0.2")))
    end
    support.named(client, 4)
    for _, ticket in ipairs(tickets) do
      assert(ticket:take())
    end
  end)

  it("keeps the order of submission", function()
    local client = support.client { max_connections = 1 }
    local ids = {}
    for i = 1, 5 do
      ids[i] = assert(client:submit(support.free())):id()
    end
    assert.same(ids, support.named(client, 5))
  end)
end)

describe_both("a time-out", function(new_client)
  it("ends an attempt whose reply doesn't begin", function()
    local client = new_client { timeout = 0.1 }
    local seconds, value, err, sent = support.timed(client.perform, client, support.free("hang"))
    assert.is_nil(value)
    assert.equal("timeout", err.kind)
    assert.is_nil(err.maybe_charged)
    assert.is_true(sent)
    assert.is_true(seconds >= 0.1 and seconds < 0.6)
  end)

  it("ends an attempt whose reply drips", function()
    local client = new_client { timeout = 0.2 }
    local seconds, _, err = support.timed(client.perform, client, support.costly("slow-body:4"))
    assert.equal("timeout", err.kind)
    assert.is_true(err.maybe_charged)
    assert.is_true(seconds >= 0.2 and seconds < 0.8)
  end)

  it("is the request's own before the client's", function()
    local client = new_client { timeout = 30 }
    local seconds, _, err = support.timed(client.perform, client,
      support.free("hang", { timeout = 0.1 }))
    assert.equal("timeout", err.kind)
    assert.is_true(seconds < 1)
  end)

  it("closes the connection", function()
    new_client { timeout = 0.05 }:perform(support.free("hang"))
    sandbox:wait { responses = 1 }
    assert.equal("hang", sandbox:ledger(sandbox:state().requests - 1)[1].status)
  end)

  it("of connecting is connect_timeout, and nothing was sent", function()
    local url, stop = full_listener()
    local client = new_client { base_url = url, connect_timeout = 0.1, timeout = 30 }
    local seconds, _, err, sent = support.timed(client.perform, client, support.costly())
    stop()
    assert.equal("timeout", err.kind)
    assert.is_nil(err.maybe_charged)
    assert.is_false(sent)
    assert.is_true(seconds >= 0.1 and seconds < 1)
    assert.is_nil(err.message:find("30 s", 1, true))
  end)
end)

describe("a time-out", function()
  it("isn't made of the time in which the script computed", function()
    local client = support.client { timeout = 0.1 }
    local ticket = assert(client:submit(support.free()))
    sandbox:wait { responses = 1 }
    local started = core.now()
    while core.now() - started < 0.15 do
      started = started + 0 -- the script is busy for longer than the time-out
    end
    client:wait(ticket)
    assert(ticket:take())
  end)
end)

-- Cancelling ----------------------------------------------------------------------

describe("cancelling", function()
  it("keeps a queued request from being sent", function()
    local client = support.client { max_connections = 1 }
    local first = assert(client:submit(support.costly("hold")))
    local second = assert(client:submit(support.costly()))
    sandbox:wait { held = 1 }
    local value, err, sent = second:take()
    assert.is_nil(value)
    assert.equal("cancelled", err.kind)
    assert.is_nil(err.maybe_charged)
    assert.is_false(sent)
    sandbox:release()
    client:wait(first)
    assert(first:take())
    assert(client:stats())
    assert.equal(2, sandbox:state().requests)
  end)

  it("keeps a request from being sent whose connection isn't there yet", function()
    local url, stop = full_listener()
    local client = support.client { base_url = url }
    local ticket = assert(client:submit(support.costly()))
    local _, err, sent = ticket:take()
    assert.is_true(support.settles(function() return client:pending() end, 0))
    stop()
    assert.equal("cancelled", err.kind)
    assert.is_nil(err.maybe_charged)
    assert.is_false(sent)
  end)

  it("leaves a charged request that was sent to its end", function()
    local client = support.client()
    local ticket = assert(client:submit(support.costly("hold")))
    sandbox:wait { held = 1 }
    local _, err, sent = ticket:take()
    assert.equal("cancelled", err.kind)
    assert.is_true(err.maybe_charged)
    assert.is_true(sent)
    sandbox:release()
    local state = sandbox:wait { responses = 1 }
    assert.is_true(support.settles(function() return client:pending() end, 0))
    assert.equal(1, state.requests)
    assert.equal(200, sandbox:ledger()[1].status)
    assert.is_true(support.charged() > 0)
    assert(client:stats())
    assert.equal(1, sandbox:state().connections_opened)
  end)

  it("drops a free request that was sent, and its connection", function()
    local client = support.client()
    local ticket = assert(client:submit(support.free("hang")))
    sandbox:wait { requests = 1 }
    local _, err = ticket:take()
    assert.equal("cancelled", err.kind)
    assert.is_nil(err.maybe_charged)
    sandbox:wait { responses = 1 }
    assert.is_true(support.settles(function() return client:pending() end, 0))
  end)

  it("is what the collection of a ticket does", function()
    local client = support.client()
    assert(client:submit(support.free("hang")))
    sandbox:wait { requests = 1 }
    collectgarbage()
    collectgarbage()
    sandbox:wait { responses = 1 }
  end)

  it("is what the collection of a client does, with 50 in flight", function()
    local client = assert(core.new { base_url = sandbox.url, token = support.TOKEN })
    local tickets = {}
    for i = 1, 50 do
      tickets[i] = assert(client:submit(support.free("hang")))
    end
    sandbox:wait { requests = 50 }
    client = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    sandbox:wait { responses = 50 }
    for _, ticket in ipairs(tickets) do
      local _, err = ticket:take()
      assert.equal("cancelled", err.kind)
    end
  end)
end)

describe("close", function()
  it("waits for nothing, and gives each ticket cancelled", function()
    local client = support.client()
    local free = assert(client:submit(support.free("hang")))
    local costly = assert(client:submit(support.costly("hold")))
    sandbox:wait { requests = 2 }
    local seconds = support.timed(client.close, client)
    assert.is_true(seconds < 0.05)
    local _, err = free:take()
    assert.equal("cancelled", err.kind)
    assert.is_nil(err.maybe_charged)
    _, err = costly:take()
    assert.equal("cancelled", err.kind)
    assert.is_true(err.maybe_charged)
    sandbox:release()
  end)

  it("may come twice, and before anything was sent", function()
    local client = support.client()
    client:close()
    client:close()
    assert.equal("contactout.core client (closed)", tostring(client))
  end)

  it("leaves nothing that can be used", function()
    local client = support.client()
    support.start_thread(client)
    client:close()
    for _, call in ipairs {
      function() return client:stats() end,
      function() return client:perform(support.free()) end,
      function() return client:submit(support.free()) end,
      function() return client:fd() end,
    } do
      local value, err = call()
      assert.is_nil(value)
      assert.equal("cancelled", err.kind)
    end
    assert.is_nil((client:next()))
    assert.equal(0, client:pending())
  end)
end)
