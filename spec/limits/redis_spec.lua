-- Limits that processes share in a real Redis, against a server that counts.

local bulk = require "spec.support.bulk"
local contactout = require "contactout"
local core = require "contactout.core"
local files = require "spec.support.files"
local nginx = require "spec.support.nginx"
local redis = require "spec.support.redis"
local support = require "spec.support.client"

local sandbox = support.sandbox
local redis_limits = contactout.limits.redis

local MINUTE = 10 -- seconds

local server

before_each(support.begin)
after_each(function()
  support.finish()
  if server then
    server:remove()
    server = nil
  end
end)

-- A client whose limits are in Redis, as one in another process would be.
local function client_of(opts, more)
  local all = { rate_limits = redis_limits(opts) }
  for name, value in pairs(more or {}) do
    all[name] = value
  end
  return support.client(all)
end

-- A client, and the events in which it tells of a loss.
local function watched(opts)
  local losses = {}
  return client_of(opts, { observe = function(event)
    if event.reason == "limits_lost" then
      losses[#losses + 1] = event
    end
  end }), losses
end

-- What a program needs to make a client like that.
local function environment()
  return { CONTACTOUT_TOKEN = support.TOKEN, CONTACTOUT_BASE_URL = sandbox.url }
end

-- A program's text, with the values of `names` in place of their names.
local function filled(program, names)
  return (program:gsub("%u%u+", function(name)
    return names[name] and ("%q"):format(names[name])
  end))
end

describe("limits in Redis that can't be used", function()
  local function refusal(limits)
    local client, err = contactout.new { token = "test-1", rate_limits = limits }
    assert.is_nil(client)
    assert.equal("invalid_argument", err.kind)
    assert.equal("rate_limits", err.param)
    return err.message
  end

  it("are refused when a client is made of them, with the option that is wrong", function()
    assert.matches("no option hots; did you mean host%?", refusal(redis_limits { hots = 1 }))
    assert.matches("port must be a number", refusal(redis_limits { port = "6379" }))
    assert.matches("timeout must be above 0", refusal(redis_limits { timeout = 5 }))
    assert.matches("numbers above 0", refusal(redis_limits { search = 0 }))
    assert.matches("alone must be a table", refusal(redis_limits { alone = false }))
    assert.matches("a table of options", refusal(redis_limits()))
  end)

  it("name luasocket where it is missing, and what installs it", function()
    local output = support.run_lua([[
      package.preload.socket = function() error("module 'socket' not found") end
      local contactout = require "contactout"
      local _, err = contactout.new { token = "x", rate_limits = contactout.limits.redis {} }
      print(err.message)
    ]])
    assert.matches("need luasocket %(lua%-socket in Debian", output)
  end)

  it("end a call unsent where Redis has never answered", function()
    local client = client_of { port = 1 }
    local _, err = client:stats()
    assert.equal("connection", err.kind)
    assert.matches("Redis at 127.0.0.1:1, which keeps rate_limits, can't be asked %(connection "
      .. "refused%): start it", err.message)
    assert.equal(0, err.attempts)
    assert.equal(0, sandbox:state().requests)
  end)

  it("end a run where Redis has never answered, which can be taken up later", function()
    local file = os.tmpname()
    finally(function() bulk.remove_journal(file) end)
    local opts = bulk.quick { journal = file, batch_size = 10 }
    local rows, failure = bulk.collect(client_of { port = 1 }:contacts(bulk.urls(1, 30), opts))
    assert.same({}, rows)
    assert.equal("connection", failure.kind)
    assert.matches("Redis at 127.0.0.1:1", failure.message)
    assert.equal(0, sandbox:state().requests)
    rows = bulk.collect(support.client():contacts(bulk.urls(1, 30), opts))
    assert.equal(30, #rows)
    assert.is_nil(bulk.kinds(rows).uncertain)
  end)

  it("end a run that was to ask after jobs, and give what is known of them", function()
    local file = os.tmpname()
    finally(function() bulk.remove_journal(file) end)
    local opts = bulk.quick { journal = file, job_timeout = 0.03 }
    sandbox:fault("job-never", 1, "people_linkedin_batch_v2")
    bulk.collect(support.client():contacts(bulk.urls(1, 6), opts))
    local rows, failure = bulk.collect(client_of { port = 1 }:contacts(bulk.urls(1, 6), opts))
    assert.equal("connection", failure.kind)
    for _, row in ipairs(rows) do
      assert.is_string(row.err.job_uuid)
    end
  end)

  it("end a call unsent where the password is wrong, and show none", function()
    server = redis.start { password = "the right one" }
    local limits = redis_limits { path = server.path, password = "the wrong one" }
    local client = support.client { rate_limits = limits }
    local _, err = client:stats()
    assert.matches("WRONGPASS", err.message)
    assert.is_nil((tostring(err) .. tostring(limits)):find("the wrong one", 1, true))
    assert.equal(0, sandbox:state().requests)
    assert(client_of { path = server.path, password = "the right one", database = 3 }:stats())
  end)
end)

describe("limits in Redis", function()
  before_each(function()
    server = redis.start()
  end)

  it("belong to a token and a base URL, of which Redis sees neither", function()
    assert(client_of { port = server.port, prefix = "mine:" }:stats())
    local keys = server:command("KEYS", "*")
    assert.matches("^mine:{%x+}:other:$", keys)
    assert.is_nil(keys:find(support.TOKEN, 1, true))
    local key = keys:match("{(%x+)}")
    assert(client_of({ path = server.path }, { token = "test-2" }):stats())
    assert.is_nil(server:command("KEYS", "contactout:*"):find(key, 1, true))
    assert(client_of { path = server.path }:stats())
    assert.matches(key, server:command("KEYS", "contactout:*"))
  end)

  it("are counted by the clock of Redis, and forgotten after their time", function()
    assert(client_of { path = server.path }:stats())
    local ms = tonumber(server:command("PTTL", (server:command("KEYS", "*"))))
    assert.is_true(ms > 60000 and ms < 180000)
  end)

  it("hold the class everywhere for a pause that one was asked for", function()
    local first, second = client_of { path = server.path }, client_of { path = server.path }
    assert(second:stats())
    sandbox:fault("status:429,retry-after:500", 1)
    first:stats()
    local output = support.run_lua(filled([[
      local contactout = require "contactout"
      local client = contactout.new { rate_limits = contactout.limits.redis { path = PATH } }
      local _, err = client:stats()
      print(err.kind, err.retry_after > 400)
      client = contactout.new {
        rate_limits = contactout.limits.redis { path = PATH }, token = "test-2",
      }
      print(client:stats() and "found")
    ]], { PATH = server.path }), environment())
    assert.equal("rate_limited\ttrue\nfound", output)
    local _, err = second:stats()
    assert.equal("rate_limited", err.kind)
    assert.equal(3, sandbox:state().requests)
  end)

  it("hold back who waits for his turn already #yields", function()
    local first = client_of({ path = server.path, window = 0.5 }, { max_retry_wait = 1 })
    local second = client_of { path = server.path, other = 1, window = 0.5 }
    assert(second:stats())
    local waiting = contactout.spawn(function()
      return select(2, second:stats()).kind
    end)
    contactout.run(function()
      contactout.sleep(0.05)
      first._limits:hold({ rate_class = "other" }, "stats", 500)
    end)
    assert.equal("rate_limited", waiting:wait(20))
    assert.equal(1, sandbox:state().requests)
  end)

  it("let a call that waits for its turn be cancelled, unsent #yields", function()
    local client = client_of { path = server.path, other = 1 }
    assert(client:stats())
    local task = contactout.spawn(function()
      return select(2, client:stats()).kind
    end)
    contactout.sleep(0.05)
    task:cancel()
    assert.equal("cancelled", task:wait(20))
    assert.equal(1, sandbox:state().requests)
  end)

  it("let others go on while Redis doesn't answer #yields", function()
    local client = client_of { path = server.path }
    assert(client:stats())
    server:signal("STOP")
    local ticks, is_answered = 0, false
    contactout.spawn(function()
      is_answered = client:stats() ~= nil
    end)
    contactout.run(function()
      while not is_answered do
        ticks = ticks + 1
        contactout.sleep(0.01)
      end
    end)
    server:signal("CONT")
    assert.is_true(ticks > 5)
    assert.equal(2, sandbox:state().requests)
  end)
end)

describe("a Redis that is lost #programs", function()
  before_each(function()
    server = redis.start()
  end)

  it("is told of once, while calls go on by the process's own limits", function()
    local client, losses = watched { path = server.path }
    assert(client:stats())
    server:stop()
    for _ = 1, 3 do
      assert(client:stats())
    end
    assert.equal(1, #losses)
    assert.equal("wait", losses[1].type)
    assert.equal("stats", losses[1].endpoint)
    assert.equal("connection", losses[1].error.kind)
    assert.equal(4, sandbox:state().requests)
  end)

  it("is asked again once it is back", function()
    -- a bare machine may know no names at all
    local name = require("socket").dns.toip("localhost") and "localhost" or "127.0.0.1"
    local client, losses = watched { host = name, port = server.port }
    assert(client:stats())
    server:stop()
    assert(client:stats())
    server:go_on()
    local deadline = core.now() + 30
    repeat
      assert(client:stats())
    until server:command("KEYS", "*") ~= "" or core.now() > deadline
    assert.matches("other", server:command("KEYS", "*"))
    assert.equal(1, #losses)
  end)

  it("leaves what was asked for it alone to go on with #yields", function()
    local client = client_of { path = server.path, alone = { other = 1, window = 100 } }
    assert(client:stats())
    server:stop()
    assert(client:stats())
    local task = contactout.spawn(function()
      return select(2, client:stats()).kind
    end)
    contactout.sleep(0.05)
    task:cancel()
    assert.equal("cancelled", task:wait(20))
    assert.equal(2, sandbox:state().requests)
  end)

  it("was only a connection, where that alone had been cut", function()
    local client, losses = watched { path = server.path }
    assert(client:stats())
    server:command("CLIENT", "KILL", "TYPE", "normal")
    assert(client:stats())
    assert.same({}, losses)
  end)
end)

-- Processes ------------------------------------------------------------------------

-- Fifty calls of the checkers' class at once.
local WORK = [[
  local contactout = require "contactout"
  local client = assert(contactout.new {
    max_retries = 0,
    rate_limits = contactout.limits.redis { path = PATH, window = tonumber(MINUTE) },
  })
  local urls = {}
  for i = 1, 50 do
    urls[i] = PROFILE .. "?n=" .. i
  end
  local results = contactout.map(urls, function(url)
    local reply, err = client:phone_status { profile = url }
    return reply and "answered" or tostring(err)
  end, { concurrency = 50 })
  for _, result in ipairs(results) do
    assert(result == "answered", result)
  end
]]

-- The command that runs a file with a Lua for which the core is built by then.
local function command_of(lua, file)
  assert(os.execute("make -s LUA=" .. lua .. " >/dev/null"))
  return ('eval "$(make -s env LUA=%s)"; exec %s %s'):format(lua, lua, file)
end

-- Runs the work in five processes at once -> what they printed
local function run_five(program)
  local file = files.temporary(program)
  local pipes, output = {}, ""
  for i, lua in ipairs { "lua5.4", "luajit", "lua5.4", "luajit", "lua5.4" } do
    pipes[i] = assert(io.popen(("{ export CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s; %s; } 2>&1")
      :format(support.TOKEN, sandbox.url, command_of(lua, file))))
  end
  for _, pipe in ipairs(pipes) do
    output = output .. pipe:read("*a")
    pipe:close()
  end
  os.remove(file)
  return output
end

describe("five processes of two Luas #yields #programs", function()
  it("share one budget, use it, and draw no 429 by any rolling minute #speed", function()
    server = redis.start()
    support.shorten_minute(MINUTE)
    local program = filled(WORK, {
      PATH = server.path, MINUTE = tostring(MINUTE), PROFILE = support.PROFILE,
    })
    assert.equal("", run_five(program))
    assert.equal(0, sandbox:state().limited)
    local ledger = sandbox:ledger()
    assert.equal(250, #ledger)
    -- but for the fifteen that go at once, at 150 a minute
    local used = (250 - 15) * MINUTE / 150 / (ledger[250].time - ledger[1].time)
    -- a machine with little time to spare is late for some turns: `make soak` wants more
    local wanted = os.getenv("SPEC_RUNS") and 0.9 or 0.5
    assert.is_true(used > wanted, ("only %.0f %% of the budget were used"):format(used * 100))
  end)
end)

-- Hosts ------------------------------------------------------------------------------

-- Twenty calls at once, in the host, and one after its connection was cut.
local IN_HOST = [[
  local host = require("spec.hosts." .. HOST .. "_host")
  local contactout = require "contactout"
  local lost, answered = 0, 0
  host.run(function()
    local client = contactout.new {
      rate_limits = contactout.limits.redis { port = tonumber(PORT) },
      observe = function(event) lost = lost + (event.reason == "limits_lost" and 1 or 0) end,
    }
    local function call()
      local reply = client:stats()
      answered = answered + (reply and 1 or 0)
    end
    contactout.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 }, call)
    os.execute("redis-cli -s " .. PATH .. " CLIENT KILL TYPE normal >/dev/null")
    call()
    client:close()
  end)
  host.finish()
  io.stdout:write("\n", answered, " answered, lost ", lost, "\n")
  if host.leave then
    host.leave()
  end
]]

local function check_host(name, command)
  server = redis.start()
  local output = support.run_lua(filled(IN_HOST,
    { HOST = name, PATH = server.path, PORT = tostring(server.port) }), environment(), command)
  assert.matches("21 answered, lost 0", output)
  assert.matches("21", server:command("HGET", (server:command("KEYS", "*")), "oldest"))
end

describe("limits in Redis #yields", function()
  for _, name in ipairs { "plain", "cqueues", "copas", "luv" } do
    it("work in " .. name .. ", which they let end", function()
      check_host(name)
    end)
  end
end)

-- nginx's and Neovim's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

describe("limits in Redis #yields", function()
  it("work in neovim", function()
    check_host("neovim", "nvim --headless -u NONE -i NONE -c 'luafile FILE' -c 'quitall'")
  end)
end)

describe("limits in Redis, in nginx #yields", function()
  local web

  before_each(function()
    server = redis.start { password = "secret" }
  end)
  after_each(function()
    web:stop()
  end)

  local function start(opts)
    web = nginx.start {
      workers = opts.workers, http = opts.http, server = opts.server,
      env = ("CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s"):format(support.TOKEN, sandbox.url),
    }
  end

  local function limits(more)
    return ("require('contactout').limits.redis { path = %q, password = 'secret' %s }"):format(
      server.path, more or "")
  end

  it("are kept by its workers, by cosockets", function()
    support.shorten_minute(MINUTE)
    start { workers = 2, http = ([[
      init_worker_by_lua_block {
        ngx.timer.at(0, function()
          local contactout, urls = require "contactout", {}
          local client = assert(contactout.new { max_retries = 0, rate_limits = LIMITS })
          for i = 1, 80 do
            urls[i] = "https://www.linkedin.com/in/somebody-" .. i
          end
          contactout.map(urls, function(url)
            client:phone_status { profile = url }
          end, { concurrency = 80 })
        end)
      }
    ]]):gsub("LIMITS", limits((", window = %d"):format(MINUTE))) }
    sandbox:wait { requests = 100 } -- for ten seconds at most
    assert.equal(0, sandbox:wait({ requests = 160 }).limited)
  end)

  it("tell the others of a pause, and go on without Redis", function()
    start { server = ([[
      location = /call { content_by_lua_block {
        client = client or require("contactout").new { max_retry_wait = 0.02, rate_limits = LIMITS }
        local reply, err = client:stats()
        ngx.print(reply and "found" or err.kind)
      } }
    ]]):gsub("LIMITS", limits()) }
    assert.equal("found", (web:get("/call")))
    server:stop()
    assert.equal("found", (web:get("/call")))
    server:go_on()
    sandbox:fault("status:429,retry-after:500", 1)
    assert.equal("rate_limited", (web:get("/call")))
    local other = client_of { path = server.path, password = "secret" }
    local _, err = other:stats()
    assert.equal("rate_limited", err.kind)
    assert.is_true(err.retry_after > 400)
  end)
end)
