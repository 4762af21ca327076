-- One client and many coroutines: side by side, cancelled, failing, or with a
-- loop of the program's own.

local compat = require "contactout.compat"
local contactout = require "contactout"
local core = require "contactout.core"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE

before_each(support.begin)
after_each(support.finish)

describe("one client in fifty coroutines #yields", function()
  it("gives each the reply to its own question", function()
    local client = support.client()
    local numbers = {}
    for i = 1, 50 do
      numbers[i] = i
    end
    local urls = contactout.map(numbers, function(i)
      local fault = i % 3 == 0 and "delay:0.02" or i % 7 == 0 and "status:429" or nil
      sandbox:fault(fault or "delay:0", 1, "email_enrich")
      return assert(client:linkedin_enrich({ profile = data.person(i).linkedin_url },
        { max_retries = 9 })).profile.url
    end, { concurrency = 50 })
    for i = 1, 50 do
      assert.equal(data.person(i).linkedin_url, urls[i])
    end
  end)

  it("lets others have turns, however soon its replies come", function()
    local client, turns, is_over = support.client(), 0, false
    local handle = client._core
    client._core = setmetatable({
      submit = function(_, request)
        local ticket = assert(handle:submit(request))
        while not ticket:ended() do
          core.sleep(0.001)
        end
        return ticket
      end,
    }, { __index = function(_, name)
      return function(_, ...) return handle[name](handle, ...) end
    end })
    contactout.run(function()
      contactout.spawn(function()
        while not is_over do
          turns = turns + 1
          contactout.sleep(0)
        end
      end)
      for _ = 1, 5 do
        assert(client:stats())
      end
      is_over = true
    end)
    assert.is_true(turns > 0)
  end)

  it("has them all in flight at once", function()
    local client = support.client()
    sandbox:fault("hold", -1)
    contactout.run(function()
      for _ = 1, 50 do
        contactout.spawn(client.stats, client)
      end
      contactout.sleep(0)
      sandbox:wait { held = 50 }
      sandbox:release()
    end)
    assert.equal(50, sandbox:state().statuses["200"])
  end)

  it("holds to max_connections, whose queue is not in the time-out", function()
    local client = support.client { max_connections = 2, timeout = 0.5, max_retries = 0 }
    contactout.map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function()
      assert(client:stats({}, support.with_fault("delay:0.2")))
    end)
    local state = sandbox:state()
    assert.equal(8, state.requests)
    assert.equal(2, state.connections_opened)
  end)

  it("lets blocking calls and tasks take turns", function()
    local client = support.client()
    assert(client:stats())
    local task = contactout.spawn(client.stats, client)
    assert(client:stats())
    assert.equal(200, task:wait().status_code)
    assert(client:stats())
    assert.equal(4, #sandbox:ledger())
  end)
end)

describe("a program that computes while replies wait #yields", function()
  it("still gets them, however long it took", function()
    local client = support.client { timeout = 0.3, max_retries = 0 }
    local replies = contactout.run(function()
      local tasks = {}
      for i = 1, 10 do
        tasks[i] = contactout.spawn(client.stats, client)
      end
      contactout.sleep(0)
      sandbox:wait { responses = 10 }
      local busy_until = core.now() + 0.5
      repeat until core.now() > busy_until
      local count = 0
      for _, task in ipairs(tasks) do
        count = count + (task:wait() and 1 or 0)
      end
      return count
    end)
    assert.equal(10, replies)
  end)
end)

describe("a task that is cancelled #yields", function()
  --- Cancels a call that the server holds -> its error
  local function cancel_during(call)
    local err
    sandbox:fault("hold", 1)
    contactout.run(function()
      local task = contactout.spawn(function()
        err = select(2, call())
      end)
      contactout.sleep(0)
      sandbox:wait { held = 1 }
      task:cancel()
      task:wait()
    end)
    return err
  end

  -- With one connection the next call shows what became of the one before: it
  -- waits for its end and takes over its connection, or it needs a new one.
  it("gets cancelled, while a charged request ends in the background", function()
    local client = support.client { max_connections = 1 }
    local err = cancel_during(function()
      return client:linkedin_enrich({ profile = PROFILE })
    end)
    assert.equal("cancelled", err.kind)
    assert.is_true(err.maybe_charged)
    sandbox:release()
    assert(client:stats())
    assert.same({ 200, 200 }, support.statuses())
    assert.same({ email = 1, phone = 1 }, support.charges())
    assert.equal(1, sandbox:state().connections_opened)
  end)

  it("drops a free request at once", function()
    local client = support.client { max_connections = 1 }
    local err = cancel_during(function()
      return client:stats()
    end)
    assert.equal("cancelled", err.kind)
    assert.is_nil(err.maybe_charged)
    assert(client:stats())
    assert.equal(2, sandbox:state().connections_opened)
    sandbox:release()
  end)

  it("sends nothing if it was cancelled before", function()
    local client = support.client()
    local err
    contactout.run(function()
      local task = contactout.spawn(function()
        err = select(2, client:linkedin_enrich({ profile = PROFILE }))
      end)
      task:cancel()
    end)
    assert.equal("cancelled", err.kind)
    assert.equal(0, err.attempts)
    assert.is_nil(err.maybe_charged)
    assert.same({}, sandbox:ledger())
  end)

  it("goes on, and may call again", function()
    local client = support.client()
    local body
    local err = cancel_during(function()
      local _, problem = client:stats()
      body = client:stats()
      return nil, problem
    end)
    assert.equal("cancelled", err.kind)
    assert.equal(200, body.status_code)
    sandbox:release()
  end)

  it("leaves a place in the queue of the rate limit to the others", function()
    local client = support.client { rate_limits = { other = 10, window = 0.5 } }
    local first_kind, third
    contactout.run(function()
      assert(client:stats())
      local second = contactout.spawn(function()
        first_kind = select(2, client:stats()).kind
      end)
      local waiting = contactout.spawn(client.stats, client)
      contactout.sleep(0)
      second:cancel()
      third = waiting:wait()
    end)
    assert.equal("cancelled", first_kind)
    assert.equal(200, third.status_code)
    assert.equal(2, #sandbox:ledger())
  end)
end)

describe("an error in a task #yields", function()
  it("leaves the calls of the others alone, and is raised at the end", function()
    local client = support.client()
    local replies = 0
    assert.has_error(function()
      contactout.run(function()
        for i = 1, 10 do
          contactout.spawn(function()
            assert(client:stats())
            replies = replies + 1
            if i == 3 then
              error("task three", 0)
            end
          end)
        end
      end)
    end, "task three")
    assert.equal(10, replies)
  end)

  it("may be an error of a call", function()
    local client = support.client()
    local ok, err = pcall(contactout.run, function()
      local _, problem = client:stats({}, support.with_fault("status:404"))
      error(problem)
    end)
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
  end)
end)

describe("where a call can't wait #yields", function()
  --- The error of a call made by `within`, and no request.
  local function unsupported(within)
    local client = support.client()
    local err
    contactout.run(function()
      within(function()
        err = select(2, client:stats())
      end)
    end)
    assert.equal("unsupported", err.kind)
    assert.equal("stats", err.endpoint)
    assert.same({}, sandbox:ledger())
    return err
  end

  it("is unsupported in a coroutine of the program's own", function()
    local err = unsupported(function(call)
      coroutine.wrap(call)()
    end)
    assert.matches("contactout.spawn", err.message, 1, true)
  end)

  it("is unsupported behind a C function", function()
    unsupported(function(call)
      local _ = ("x"):gsub("x", call)
    end)
  end)

  it("blocks in a coroutine outside of any loop", function()
    local client = support.client()
    local body
    coroutine.wrap(function()
      body = client:stats()
    end)()
    assert.equal(200, body.status_code)
  end)
end)

if not compat.CAN_YIELD then
  describe("a coroutine that can't yield across pcall", function()
    it("gets unsupported, with nothing sent", function()
      local client = support.client()
      local err
      coroutine.wrap(function()
        err = select(2, client:stats())
      end)()
      assert.equal("unsupported", err.kind)
      assert.same({}, sandbox:ledger())
    end)
  end)
end

describe("a frame loop of the program's own #yields", function()
  it("moves all on by contactout.step, when client:fd is readable", function()
    local client = support.client()
    local replies = 0
    for _ = 1, 5 do
      contactout.spawn(function()
        assert(client:stats())
        replies = replies + 1
      end)
    end
    contactout.step()
    local fd = client:fd()
    assert.is_number(fd)
    while replies < 5 do
      assert.is_true(core.poll({ fd }, 10))
      contactout.step()
    end
    assert.equal(5, #sandbox:ledger())
  end)

  it("is never kept waiting by a step", function()
    local client = support.client()
    -- held by its own header: a fault for the next request may meet a stray one
    local task = contactout.spawn(client.stats, client, {}, support.with_fault("hold"))
    for _ = 1, 3 do
      contactout.step()
    end
    sandbox:wait { held = 1 }
    contactout.step()
    assert.is_false(core.poll({ client:fd() }, 0))
    sandbox:release()
    assert.equal(200, task:wait().status_code)
  end)
end)
