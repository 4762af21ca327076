-- The bell: a unix socket on which a host waits for tickets. Here the specs are
-- that host, with luasocket's blocking sockets.

local support = require "spec.support.core"
local unix = require "socket.unix"

local sandbox = support.sandbox
local connect = type(unix) == "table" and unix.stream or unix

-- Seconds after which a bell that doesn't ring fails its spec.
local PATIENCE = 20

before_each(support.begin)
after_each(support.finish)

local function shell(command)
  local pipe = assert(io.popen(command))
  local output = pipe:read("*a")
  pipe:close()
  return (output:gsub("%s+$", ""))
end

-- A connection to a client's bell.
local function caller(client)
  local one = assert(connect())
  assert(one:connect(assert(client:listen())))
  one:settimeout(PATIENCE)
  return one
end

local function ask(one, ticket)
  assert(one:send(ticket:id() .. "\n"))
end

local function rings(one)
  return one:receive(1) == "!"
end

local function submit(client, fault)
  return assert(client:submit(support.free(fault)))
end

describe("listen", function()
  it("gives the same path each time", function()
    local client = support.client()
    assert.equal(client:listen(), client:listen())
  end)

  it("leaves nothing in the file system", function()
    local folder = support.folder()
    assert.matches("^/", (support.run("say((client():listen()))", { TMPDIR = folder })))
    assert.equal("", shell("ls -A " .. folder))
  end)

  it("takes another folder where TMPDIR can't be written to", function()
    assert.matches("^/", (support.run("say((client():listen()))", { TMPDIR = "/proc/nowhere" })))
  end)

  it("refuses other processes", function()
    local client = support.client()
    support.start_thread(client)
    local fd = assert(client:listen()):match("%d+$")
    local pid = shell("echo $PPID") -- of the shell: this process
    local path = ("/proc/%s/fd/%s"):format(pid, fd)
    local code = shell("curl -s -m 20 --unix-socket " .. path .. " http://x/ >/dev/null; echo $?")
    assert.is_true(code ~= "0" and code ~= "28", code) -- not answered, nor left waiting
    local ticket = submit(client)
    local one = caller(client)
    ask(one, ticket)
    assert.is_true(rings(one))
  end)

  it("is cancelled on a closed client", function()
    local client = support.client()
    client:close()
    local path, err = client:listen()
    assert.is_nil(path)
    assert.equal("cancelled", err.kind)
  end)
end)

describe("a bell", function()
  it("rings when the ticket has ended", function()
    local client = support.client()
    local one, ticket = caller(client), submit(client, "delay:0.05")
    ask(one, ticket)
    assert.is_true(rings(one))
    assert.is_true(ticket:ended())
    assert.equal(200, assert(ticket:take()).status_code)
  end)

  it("rings for a ticket that has ended before, or was never there", function()
    local client = support.client()
    local one, ticket = caller(client), submit(client)
    client:wait(ticket)
    ask(one, ticket)
    assert.is_true(rings(one))
    assert(one:send("999999\n"))
    assert.is_true(rings(one))
    assert(one:send("nonsense\n"))
    assert.is_true(rings(one))
  end)

  it("serves a connection again and again", function()
    local client = support.client()
    local one = caller(client)
    for _ = 1, 20 do
      local ticket = submit(client)
      ask(one, ticket)
      assert.is_true(rings(one))
      assert(ticket:take())
    end
  end)

  it("reads an id that comes in pieces", function()
    local client = support.client()
    local one = caller(client)
    local tickets = {}
    for i = 1, 12 do
      tickets[i] = submit(client)
    end
    local id = tostring(tickets[12]:id())
    assert.is_true(#id > 1)
    for i = 1, #id do
      assert(one:send(id:sub(i, i)))
    end
    assert(one:send("\n"))
    assert.is_true(rings(one))
    assert.is_true(tickets[12]:ended())
  end)

  it("rings each of many, however they end", function()
    local client, callers, tickets = support.client(), {}, {}
    for i = 1, 40 do
      callers[i] = caller(client)
      tickets[i] = submit(client, i % 2 == 0 and "delay:0.02" or nil)
      ask(callers[i], tickets[i])
    end
    for i = 40, 1, -1 do
      assert.is_true(rings(callers[i]))
      assert.equal(200, assert(tickets[i]:take()).status_code)
    end
  end)

  it("ends a connection that writes what can be no id", function()
    local client = support.client()
    support.start_thread(client)
    local one = caller(client)
    assert(one:send(("9"):rep(100)))
    local _, problem = one:receive(1)
    assert.equal("closed", problem)
  end)

  it("ends its connections when the client is closed", function()
    local client = support.client()
    local one, ticket = caller(client), submit(client, "hang")
    ask(one, ticket)
    client:close()
    one:receive(1) -- its byte, or its end
    local _, problem = one:receive(1)
    assert.equal("closed", problem)
  end)
end)

describe("a bell that has no descriptor left", function()
  it("leaves the processor alone, and rings once it has one", function()
    local output, code = support.run([[
      if not os.getenv("SPEC_LIMITED") then
        local command = "ulimit -n 64; SPEC_LIMITED=1 exec " .. arg[-1] .. " " .. arg[0]
        local ok, _, status = os.execute(command)
        os.exit(ok == true and 0 or status or ok)
      end
      local unix = require "socket.unix"
      local one = assert((type(unix) == "table" and unix.stream or unix)())
      local client, held = client(), {}
      local path = assert(client:listen())
      client:wait(assert(client:submit(free()))) -- its connection is kept
      repeat
        local another = io.open("/dev/null")
        held[#held + 1] = another
      until not another
      assert(one:connect(path))
      local ticket, used = assert(client:submit(free("delay:0.5"))), os.clock()
      assert(one:send(ticket:id() .. "\n"))
      client:wait(ticket)
      say(os.clock() - used < 0.1, "seconds used: " .. os.clock() - used)
      held[1]:close()
      one:settimeout(20)
      say(one:receive(1))
    ]])
    assert.equal(0, code, output)
    assert.matches("^true.*\n!", output)
  end)
end)

describe("a connection that ends", function()
  it("cancels its ticket", function()
    local client = support.client()
    local one, ticket = caller(client), submit(client, "hang")
    ask(one, ticket)
    sandbox:wait { requests = 1 }
    one:close()
    client:wait(ticket)
    local _, err = ticket:take()
    assert.equal("cancelled", err.kind)
  end)

  it("leaves a charged request that was sent to finish", function()
    local client = support.client()
    local one = caller(client)
    local ticket = assert(client:submit(support.costly("delay:0.1")))
    ask(one, ticket)
    sandbox:wait { requests = 1 }
    one:close()
    client:wait(ticket)
    assert.equal(200, assert(ticket:take()).status_code)
  end)

  it("cancels nothing once it was rung", function()
    local client = support.client()
    local one, ticket = caller(client), submit(client)
    ask(one, ticket)
    assert.is_true(rings(one))
    one:close()
    assert.equal(200, assert(ticket:take()).status_code)
  end)
end)

describe("cancel", function()
  it("rings at once, though a charged request goes on", function()
    local client = support.client()
    local one = caller(client)
    local ticket = assert(client:submit(support.costly("hang")))
    ask(one, ticket)
    sandbox:wait { requests = 1 }
    ticket:cancel()
    assert.is_true(rings(one))
    assert.is_false(ticket:ended())
    local _, err = ticket:take()
    assert.equal("cancelled", err.kind)
    assert.is_true(err.maybe_charged)
  end)

  it("rings once a request that is free has ended", function()
    local client = support.client()
    local one, ticket = caller(client), submit(client, "hang")
    ask(one, ticket)
    ticket:cancel()
    assert.is_true(rings(one))
    local _, err = ticket:take()
    assert.equal("cancelled", err.kind)
  end)

  it("does nothing to a ticket that has ended or was taken", function()
    local client = support.client()
    local ticket = submit(client)
    client:wait(ticket)
    ticket:cancel()
    assert(ticket:take())
    ticket:cancel()
  end)
end)
