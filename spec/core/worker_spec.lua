-- Who drives a client's transport, and how its results are told of: tickets,
-- their names, the descriptor; the thread, and what it leaves behind.

local core = require "contactout.core"
local support = require "spec.support.core"

local sandbox = support.sandbox

before_each(support.begin)
after_each(support.finish)

describe("submit", function()
  it("gives tickets with growing numbers", function()
    local client = support.client()
    local first, second = client:submit(support.free()), client:submit(support.free())
    assert.is_true(second:id() > first:id())
  end)

  it("raises for what is no request", function()
    local client = support.client()
    assert.has_error(function() client:submit({}) end)
    assert.has_error(function() client:submit() end)
  end)

  it("sends the same request as often as it is given", function()
    local client, request = support.client(), support.free()
    local tickets = {}
    for i = 1, 3 do
      tickets[i] = client:submit(request)
    end
    request = nil -- luacheck: ignore
    collectgarbage()
    support.named(client, 3)
    assert.equal(3, sandbox:state().requests)
  end)
end)

-- libcurl makes its handle without what wakes it if no descriptors are left: what was
-- submitted to that one later would have lain there for an hour.
describe("new", function()
  it("fails where no descriptors are left, and what it made is always woken", function()
    local output, code = support.run([[
      if not os.getenv("SPEC_LIMITED") then
        local command = "ulimit -n 48; SPEC_LIMITED=1 exec " .. arg[-1] .. " " .. arg[0]
        local ok, _, status = os.execute(command)
        os.exit(ok == true and 0 or status or ok)
      end
      local held, made = {}, nil
      local function use_up()
        repeat
          local another = io.open("/dev/null")
          held[#held + 1] = another
        until not another
      end
      use_up()
      repeat
        local c, err = core.new { base_url = URL, token = TOKEN }
        made = c
        if not c then
          say(err.kind, err.message:match("descriptors"))
          table.remove(held):close()
        end
      until made
      for _ = 1, 8 do
        table.remove(held):close()
      end
      for _ = 1, 3 do
        local ticket = assert(made:submit(free()))
        core.poll({ made:fd() }, 20)
        say(ticket:ended())
        made:next()
        core.sleep(0.05) -- the thread waits, without anything to do
      end
    ]])
    assert.equal(0, code, output)
    assert.matches("^unsupported\tdescriptors\n.*\ntrue\ntrue\ntrue$", output)
  end)
end)

describe("base_url", function()
  it("says where requests go, by default too, and nothing of a closed client", function()
    local client = support.client { base_url = sandbox.url .. "//" }
    assert.equal(sandbox.url, client:base_url())
    client:close()
    assert.is_nil(client:base_url())
    local usual = assert(core.new { token = support.TOKEN })
    assert.equal("https://api.contactout.com", usual:base_url())
    usual:close()
  end)
end)

describe("next", function()
  it("names each ended ticket once", function()
    local client = support.client()
    local expected, tickets = {}, {}
    for i = 1, 20 do
      tickets[i] = assert(client:submit(support.free()))
      expected[i] = tickets[i]:id()
    end
    local ids = support.named(client, 20)
    table.sort(ids)
    assert.same(expected, ids)
    assert.is_nil((client:next()))
  end)

  it("doesn't name what was taken before", function()
    local client = support.client()
    local first, second = client:submit(support.free()), client:submit(support.free())
    client:wait(first)
    client:wait(second)
    assert(first:take())
    assert.equal(second:id(), client:next())
    assert.is_nil((client:next()))
  end)

  it("doesn't name what a blocking call waited for", function()
    local client = support.client()
    support.start_thread(client)
    assert(client:stats())
    assert.is_nil((client:next()))
    assert.is_false(core.poll({ client:fd() }, 0))
  end)

  it("doesn't name what was taken before its end", function()
    local client = support.client()
    local ticket = assert(client:submit(support.free("hang")))
    sandbox:wait { requests = 1 }
    ticket:take()
    sandbox:wait { responses = 1 }
    local other = assert(client:submit(support.free()))
    assert.same({ other:id() }, support.named(client, 1))
    assert.is_nil((client:next()))
  end)
end)

describe("fd", function()
  it("is readable exactly while something waits to be named", function()
    local client = support.client()
    local fd = client:fd()
    assert.is_false(core.poll({ fd }, 0))
    local first, second = client:submit(support.free()), client:submit(support.free())
    client:wait(first)
    client:wait(second)
    assert.is_true(core.poll({ fd }, 0))
    client:next()
    assert.is_true(core.poll({ fd }, 0))
    client:next()
    assert.is_false(core.poll({ fd }, 0))
    assert.equal(fd, client:fd())
  end)

  it("is quiet again when what had ended was taken", function()
    local client = support.client()
    local ticket = assert(client:submit(support.free()))
    client:wait(ticket)
    assert(ticket:take())
    assert.is_false(core.poll({ client:fd() }, 0))
  end)
end)

describe("pending", function()
  it("counts what was submitted and has not ended", function()
    local client = support.client()
    local first = assert(client:submit(support.free("hold")))
    local second = assert(client:submit(support.free("hold")))
    assert.equal(2, client:pending())
    sandbox:wait { held = 2 }
    sandbox:release()
    client:wait(first)
    client:wait(second)
    assert.equal(0, client:pending())
  end)
end)

describe("a ticket", function()
  it("says whether its request was sent, after it was taken, too", function()
    local client = support.client { max_connections = 1 }
    local sent = assert(client:submit(support.free("hold")))
    sandbox:wait { held = 1 }
    local queued = assert(client:submit(support.free()))
    assert.is_true(sent:sent())
    assert.is_false(queued:sent())
    queued:take()
    sent:take()
    sandbox:release()
    assert.is_true(sent:sent())
    assert.is_false(queued:sent())
  end)

  it("can be taken once", function()
    local client = support.client()
    local ticket = assert(client:submit(support.free()))
    client:wait(ticket)
    assert.is_true(ticket:ended())
    local body, err, sent = ticket:take()
    assert.is_table(body)
    assert.is_nil(err)
    assert.is_true(sent)
    assert.has_error(function() ticket:take() end)
    assert.is_true(ticket:ended())
    client:wait(ticket)
  end)

  it("says that it has ended while the thread works", function()
    local client = support.client()
    for _ = 1, 20 do
      local ticket = assert(client:submit(support.free()))
      local deadline = core.now() + 10
      while not ticket:ended() do
        assert(core.now() < deadline)
      end
      assert(ticket:take())
    end
  end)

  it("gives its reply after its client was closed, if it had come before", function()
    local client = support.client()
    local ticket = assert(client:submit(support.free()))
    client:wait(ticket)
    client:close()
    assert(ticket:take())
  end)

  it("is no ticket of something else", function()
    local client = support.client()
    local ticket = assert(client:submit(support.free()))
    assert.has_error(function() ticket.take(client) end)
    assert.has_error(function() client:wait({}) end)
    assert.has_error(function() client.stats(ticket) end)
  end)
end)

describe("everything at once", function()
  --- One of the things that can be done with a ticket.
  local function treat(client, ticket, chance)
    if chance < 0.3 then
      ticket:take()
    elseif chance < 0.5 then
      client:wait(ticket)
      ticket:take()
    elseif chance < 0.6 then
      return ticket:ended()
    end
    return chance < 0.8 and ticket or nil -- or it is collected
  end

  it("neither loses nor repeats anything", function()
    for _ = 1, support.times(3) do
      local client = support.client { max_connections = math.random(1, 8) }
      local kept = {}
      for i = 1, 200 do
        local request = math.random() < 0.5 and support.free() or support.costly()
        kept[i] = treat(client, assert(client:submit(request)), math.random()) or nil
        if math.random() < 0.1 then
          assert(client:stats())
          client:next()
          collectgarbage("step")
        end
      end
      collectgarbage()
      client:close()
    end
    for id, entry in ipairs(sandbox:ledger()) do
      assert.is_true(entry.status == 200 or entry.status == nil, id)
    end
  end)
end)

describe("the thread", function()
  it("isn't there before something is submitted", function()
    local before = #support.threads()
    local client = support.client()
    assert(client:stats())
    client:fd()
    assert.equal(before, #support.threads())
  end)

  it("blocks every signal", function()
    local before = {}
    for _, id in ipairs(support.threads()) do
      before[id] = true
    end
    support.start_thread(support.client())
    local blocked
    for _, id in ipairs(support.threads()) do
      for line in io.lines("/proc/self/task/" .. id .. "/status") do
        blocked = not before[id] and line:match("^SigBlk:%s*(%x+)") or blocked
      end
    end
    -- All but KILL, STOP, the two of the C library's own, and valgrind's, the last.
    assert.equal("ffffffe7ffbfeff", blocked:sub(2))
  end)

  it("goes when its client is closed", function()
    local before = #support.threads()
    for _ = 1, 20 do
      local client = support.client()
      support.start_thread(client)
      client:close()
    end
    assert.is_true(support.settles(function() return #support.threads() end, before))
  end)

  it("goes when its client is collected", function()
    local before = #support.threads()
    do
      support.start_thread(assert(core.new { base_url = sandbox.url, token = support.TOKEN }))
    end
    collectgarbage()
    collectgarbage()
    assert.is_true(support.settles(function() return #support.threads() end, before))
  end)
end)

describe("descriptors", function()
  it("don't leak over 200 clients", function()
    local function use()
      local client = support.client()
      support.start_thread(client)
      assert(client:stats())
      local ticket = client:submit(support.free("hang"))
      client:close()
      return ticket
    end
    use()
    local before = #support.descriptors()
    for _ = 1, 200 do
      use()
    end
    collectgarbage()
    collectgarbage()
    local function count()
      support.client():close() -- what has ended is cleaned up by the next
      return #support.descriptors()
    end
    assert.is_true(support.settles(count, before))
  end)

  it("of ours aren't handed down to programs", function()
    local output = support.run [[
      local function handed_down()
        local pipe = io.popen("ls -l /proc/self/fd")
        local listing = pipe:read("*a")
        pipe:close()
        return select(2, listing:gsub("socket:", "")), select(2, listing:gsub("pipe:", ""))
      end
      local sockets, pipes = handed_down()
      local c = client()
      assert(c:stats())
      c:wait(c:submit(free()))
      local more_sockets, more_pipes = handed_down()
      say(more_sockets - sockets, more_pipes - pipes)
    ]]
    -- Neither the connection nor the pipe. The two sockets by which libcurl wakes
    -- itself can't be reached from outside.
    assert.equal("2\t0", output)
  end)
end)
