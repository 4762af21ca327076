-- nginx as its users run it: a master and workers that serve visitors, whose
-- handlers make calls (nginx_app.lua). What holds in every host is nginx_spec's.

-- nginx's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

local bulk = require "spec.support.bulk"
local core_support = require "spec.support.core"
local nginx = require "spec.support.nginx"
local support = require "spec.support.client"

local sandbox = support.sandbox

local SERVER = [[
  location = /ping { content_by_lua_block { ngx.say("pong") } }
  location = /free { content_by_lua_block { ngx.say(app.free(ngx.var.arg_fault)) } }
  location = /charged { content_by_lua_block { ngx.say(app.charged(ngx.var.arg_fault)) } }
  location = /fresh { content_by_lua_block { ngx.say(app.fresh(ngx.var.arg_fault)) } }
  location = /threads { content_by_lua_block { ngx.say(app.side_by_side(50)) } }
  location = /spent { content_by_lua_block { ngx.say(app.spent()) } }
  location = /walked { content_by_lua_block { ngx.say(app.walked(ngx.var.arg_journal)) } }
  location = /kept { content_by_lua_block {
    ngx.say(app.kept(ngx.var.arg_dict, ngx.var.arg_spelling)) } }
  location = /under_way { content_by_lua_block { ngx.say(app.under_way()) } }
  location = /many_kept { content_by_lua_block { ngx.say(app.many_kept(1200, 400)) } }
  location = /refused { content_by_lua_block { ngx.say(app.refused(ngx.var.arg_store)) } }
  location = /bulk {
    content_by_lua_block { ngx.say(app.bulk(ngx.var.arg_file, ngx.var.arg_fault)) }
  }
  location = /one_connection {
    content_by_lua_block { ngx.say(app.one_connection(ngx.var.arg_fault)) }
  }
  location = /one_connection_pending { content_by_lua_block { ngx.say(app.pending(true)) } }
  location = /one_connection_spent { content_by_lua_block { ngx.say(app.spent(true)) } }
  location = /collect { content_by_lua_block { collectgarbage() collectgarbage() ngx.say() } }
  location = /pending { content_by_lua_block { ngx.say(app.pending()) } }
]]

local started = {}

-- A server for one spec, on the sandbox.
local function start(opts)
  opts.env = ("CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s"):format(support.TOKEN, sandbox.url)
  opts.server = SERVER .. (opts.server or "")
  opts.http = "init_by_lua_block { app = require 'spec.hosts.nginx_app' "
    .. (opts.in_init or "") .. " }\n" .. (opts.http or "")
  local server = nginx.start(opts)
  started[#started + 1] = server
  return server
end

local function get(server, path)
  local body, status = server:get(path)
  assert.equal(200, status)
  return (body:gsub("%s+$", ""))
end

-- The rest of an answer: its body, or nil.
local function answer(visitor)
  local text = visitor:receive("*a")
  visitor:close()
  return text and text:match("\r\n\r\n(.-)%s*$")
end

-- Visitors whose calls are with the sandbox, which holds them.
local function held_visitors(server, path, count)
  local visitors = {}
  for i = 1, count do
    visitors[i] = server:begin(path .. "?fault=hold")
  end
  sandbox:wait { requests = count }
  return visitors
end

local function entries(pid, folder)
  local pipe = assert(io.popen(("ls /proc/%d/%s | wc -l"):format(pid, folder)))
  local count = tonumber(pipe:read("*a"))
  pipe:close()
  return count
end

local function settles(f, most)
  return core_support.settles(f, most)
end

-- What nginx says of a setting, or of what a spec brings about.
local EXPECTED = { "lua_code_cache is off", "worker_connections are not enough",
  "lua_max_running_timers are not enough" }

-- The first line of a log that tells of something wrong, or nil.
local function problem_in(log)
  for line in log:gmatch("[^\n]+") do
    local is_expected = line:find(EXPECTED[1], 1, true) or line:find(EXPECTED[2], 1, true)
      or line:find(EXPECTED[3], 1, true)
    if (line:find("[error]", 1, true) or line:find("[alert]", 1, true)
      or line:find("[crit]", 1, true)) and not is_expected then
      return line
    end
  end
end

before_each(function()
  support.begin()
  sandbox:config { limits = false }
end)
after_each(function()
  sandbox:release()
  local servers, problem = started, nil
  started = {}
  for _, server in ipairs(servers) do
    problem = problem_in(server:stop()) or problem
  end
  support.finish()
  assert.is_nil(problem)
end)

describe("a phase of nginx #yields", function()
  it("that can wait makes calls", function()
    local server = start { server = [[
      location = /rewrite {
        rewrite_by_lua_block { ngx.ctx.said = app.free() }
        content_by_lua_block { ngx.say(ngx.ctx.said) }
      }
      location = /access {
        access_by_lua_block { ngx.ctx.said = app.free() }
        content_by_lua_block { ngx.say(ngx.ctx.said) }
      }
    ]] }
    assert.equal("found", get(server, "/rewrite"))
    assert.equal("found", get(server, "/access"))
    assert.equal("found", get(server, "/free"))
  end)

  it("that can't wait refuses them, sends nothing, and says what to do", function()
    local server = start {
      in_init = "app.note('init')",
      http = [[
        lua_shared_dict notes 1m;
        init_worker_by_lua_block { app.note("init_worker") }
        upstream other {
          server 0.0.0.1;
          balancer_by_lua_block {
            app.note("balancer")
            require("ngx.balancer").set_current_peer("127.0.0.1", ngx.var.server_port)
          }
        }
      ]],
      server = [[
        location = /phases {
          set_by_lua_block $kind { app.note("set") return "" }
          content_by_lua_block { ngx.say("content") }
          header_filter_by_lua_block { app.note("header_filter") }
          body_filter_by_lua_block { app.note("body_filter") }
          log_by_lua_block { app.note("log") }
        }
        location = /proxied { proxy_pass http://other/ping; }
        location = /noted { content_by_lua_block { ngx.say(app.noted(ngx.var.arg_phase)) } }
      ]],
    }
    assert.equal("content", get(server, "/phases"))
    assert.equal("pong", get(server, "/proxied"))
    for _, phase in ipairs { "init", "init_worker", "set", "balancer", "header_filter",
      "body_filter", "log" } do
      local noted = get(server, "/noted?phase=" .. phase)
      assert.matches("^unsupported: ", noted, phase)
      assert.matches("timer", noted, 1, true)
      assert.matches("phase " .. phase, noted, 1, true)
    end
    assert.equal(0, sandbox:state().requests)
  end)

  it("may call from coroutines, and from many light threads", function()
    local server = start { server = [[
      location = /coroutine { content_by_lua_block { ngx.say(app.in_coroutine()) } }
    ]] }
    assert.equal("found", get(server, "/coroutine"))
    assert.equal("50 found; nil", get(server, "/threads"))
    assert.equal("50 found; nil", get(server, "/threads"))
  end)
end)

describe("a worker of nginx #yields", function()
  it("answers others while calls wait", function()
    local server = start { workers = 2 }
    local visitors = held_visitors(server, "/charged", 50)
    for _ = 1, 20 do
      assert.equal("pong", get(server, "/ping"))
    end
    sandbox:release()
    for i = 1, 50 do
      assert.equal("found", answer(visitors[i]))
    end
  end)

  it("ends the call of a visitor who leaves, and holds nothing of it", function()
    local server = start {}
    local worker = server:workers()[1]
    get(server, "/free")
    local before = entries(worker, "fd")
    for round = 1, 3 do
      local visitors = {}
      for i = 1, 50 do
        visitors[i] = server:begin("/free?fault=hang")
      end
      sandbox:wait { requests = 1 + round * 50 }
      for i = 1, 50 do
        visitors[i]:close()
      end
      settles(function() return tonumber(get(server, "/pending")) end, 0)
    end
    settles(function() return entries(worker, "fd") end, before)
    assert.equal("found", get(server, "/free"))
  end)

  it("leaves a charged call that was sent to finish", function()
    local server = start {}
    local visitor = held_visitors(server, "/charged", 1)[1]
    visitor:close()
    settles(function()
      return server:log():find("client prematurely closed connection", 1, true) and 0 or 1
    end, 0)
    assert.equal("1", get(server, "/pending"))
    sandbox:release()
    settles(function() return tonumber(get(server, "/pending")) end, 0)
    assert.equal(200, sandbox:ledger()[1].status)
  end)

  it("has the call of a visitor who left in doubt, if it costs", function()
    local server = start {}
    assert.equal("found", get(server, "/charged"))
    assert.equal("1 0", get(server, "/spent"))
    local visitors = { held_visitors(server, "/charged", 1)[1], server:begin("/free?fault=hang") }
    sandbox:wait { requests = 3 }
    for _, visitor in ipairs(visitors) do
      visitor:close()
    end
    settles(function() return tonumber(get(server, "/pending")) end, 1)
    sandbox:release()
    settles(function() return tonumber(get(server, "/pending")) end, 0)
    assert.equal("1 1", get(server, "/spent"))
    assert.equal(2, support.charges().email)
  end)

  it("counts nothing for a visitor who left before his call was sent", function()
    local server = start {}
    local first = server:begin("/one_connection?fault=hold")
    sandbox:wait { held = 1 }
    local queued = {}
    for i = 1, 5 do
      queued[i] = server:begin("/one_connection")
    end
    settles(function() return 6 - tonumber(get(server, "/one_connection_pending")) end, 0)
    for i = 1, 5 do
      queued[i]:close()
    end
    settles(function()
      local _, gone = server:log():gsub("client prematurely closed connection", "")
      return 5 - gone
    end, 0)
    sandbox:release()
    assert.equal("found", answer(first))
    local said
    settles(function()
      get(server, "/collect")
      said = get(server, "/one_connection_spent")
      return said == "1 0" and 0 or 1
    end, 0)
    assert.equal(1, sandbox:state().requests)
  end)

  it("can't use a client that was made in init_by_lua, and says so", function()
    local server = start { in_init = "app.make_client()" }
    assert.matches("^unsupported: .*fork", get(server, "/free"))
    assert.equal("found", get(server, "/fresh"))
  end)

  it("that is out of connections says so, and sends nothing of it", function()
    local server = start { connections = 24 }
    local found, problem = get(server, "/threads"):match("^(%d+) found; (.*)$")
    assert.matches("^connection: .*worker_connections", problem)
    assert.equal(tonumber(found), sandbox:state().requests)
    assert.equal("found", get(server, "/free"))
  end)

  it("lets a client go with its request where the code cache is off", function()
    local server = start { http = "lua_code_cache off;" }
    local worker = server:workers()[1]
    assert.equal("found", get(server, "/free"))
    local before = entries(worker, "fd")
    for _ = 1, 20 do
      assert.equal("found", get(server, "/free"))
    end
    settles(function() return entries(worker, "task") end, 1)
    settles(function() return entries(worker, "fd") end, before)
  end)

  it("lets go of clients that nobody holds", function()
    local server = start {}
    local worker = server:workers()[1]
    for _ = 1, 50 do
      assert.equal("found", get(server, "/fresh"))
    end
    settles(function()
      get(server, "/fresh")
      return entries(worker, "task")
    end, 20)
  end)
end)

describe("a journal in nginx #yields", function()
  it("has no page that nginx has no timer for, which is said, and sent later", function()
    local server, file = start {
      http = "lua_max_running_timers 1;",
      server = [[ location = /occupy { content_by_lua_block {
        ngx.say(ngx.timer.at(0, function() ngx.sleep(6) end))
      } } ]],
    }, os.tmpname()
    os.remove(file)
    get(server, "/occupy")
    assert.matches("lua_max_running_timers", get(server, "/walked?journal=" .. file))
    assert.equal(0, sandbox:state().requests)
    settles(function()
      return get(server, "/walked?journal=" .. file) == "40" and 0 or 1
    end, 0)
    assert.equal(2, sandbox:state().requests)
    bulk.remove_journal(file)
  end)

  it("gets the page that was sent for a visitor who left", function()
    local server, file = start {}, os.tmpname()
    os.remove(file)
    sandbox:fault("hold")
    local visitor = server:begin("/walked?journal=" .. file)
    sandbox:wait { held = 1 }
    visitor:close()
    settles(function()
      return server:log():find("client prematurely closed connection", 1, true) and 0 or 1
    end, 0)
    sandbox:release()
    settles(function()
      return get(server, "/walked?journal=" .. file) == "40" and 0 or 1
    end, 0)
    assert.equal(2, sandbox:state().requests)
    assert.equal(40, support.charges().search)
    bulk.remove_journal(file)
  end)
end)

describe("a cache in nginx #yields", function()
  local function hold_one(server, path, count)
    sandbox:fault("hold")
    local visitors = {}
    for i = 1, count do
      visitors[i] = server:begin(path)
    end
    sandbox:wait { held = 1 }
    assert.equal("pong", get(server, "/ping")) -- who came before this one is served by now
    return visitors
  end

  it("makes one request for many visitors, however they spell it", function()
    local server = start {}
    local visitors = hold_one(server, "/kept", 50)
    for i = 51, 60 do
      visitors[i] = server:begin("/kept?spelling=/de/")
    end
    assert.equal("pong", get(server, "/ping"))
    sandbox:release()
    for i = 1, 60 do
      assert.equal("found", answer(visitors[i]))
    end
    assert.equal("found", get(server, "/kept"))
    assert.equal(1, sandbox:state().requests)
  end)

  it("answers the others when the first visitor leaves", function()
    local server = start {}
    local visitors = hold_one(server, "/kept", 1)
    for i = 2, 5 do
      visitors[i] = server:begin("/kept")
    end
    visitors[1]:close()
    settles(function()
      return server:log():find("client prematurely closed connection", 1, true) and 0 or 1
    end, 0)
    sandbox:release()
    for i = 2, 5 do
      assert.equal("found", answer(visitors[i]))
    end
    assert.equal(1, support.charges().email)
  end)

  it("keeps what was paid for when all visitors have left", function()
    local server = start {}
    for _, visitor in ipairs(hold_one(server, "/kept", 5)) do
      visitor:close()
    end
    settles(function()
      local _, gone = server:log():gsub("client prematurely closed connection", "")
      return 5 - gone
    end, 0)
    sandbox:release()
    assert.equal("found", get(server, "/kept"))
    assert.equal("found", get(server, "/kept"))
    assert.equal(1, support.charges().email)
    assert.equal(1, sandbox:state().requests)
  end)

  it("in a file stays in doubt until somebody is told", function()
    local file = os.tmpname()
    local server, path = start {}, "/kept?dict=" .. file
    sandbox:fault("hold,status:500")
    local visitor = server:begin(path)
    sandbox:wait { held = 1 }
    visitor:close()
    settles(function()
      return server:log():find("client prematurely closed connection", 1, true) and 0 or 1
    end, 0)
    sandbox:release()
    settles(function()
      return tonumber(get(server, "/under_way"))
    end, 0)
    assert.matches("^uncertain: ", get(server, path))
    assert.equal(1, sandbox:state().requests)
    server:stop()
    bulk.remove_journal(file)
  end)

  it("looks up more at once than nginx runs timers", function()
    local server = start { http = "lua_max_running_timers 2; lua_max_pending_timers 2;" }
    assert.equal("2400", get(server, "/many_kept"))
    assert.equal(1200, sandbox:state().requests)
  end)

  it("says when nginx has no timer for it, and sends nothing", function()
    local server = start {
      http = "lua_max_running_timers 1;",
      server = [[ location = /occupy { content_by_lua_block {
        ngx.say(ngx.timer.at(0, function() ngx.sleep(6) end))
      } } ]],
    }
    get(server, "/occupy")
    assert.matches("^connection: .*lua_max_running_timers", get(server, "/kept"))
    assert.equal(0, sandbox:state().requests)
  end)

  it("in a shared dict is every worker's, and outlives a reload", function()
    local server = start { workers = 2, http = "lua_shared_dict found 1m;" }
    assert.equal("found", get(server, "/kept?dict=found"))
    for _ = 1, 20 do
      assert.equal("found", get(server, "/kept?dict=found"))
    end
    server:signal("HUP")
    for _ = 1, 20 do
      assert.equal("found", get(server, "/kept?dict=found"))
    end
    assert.equal(1, sandbox:state().requests)
  end)

  it("in a shared dict is known to each worker in any spelling", function()
    local server = start { workers = 2, http = "lua_shared_dict found 1m;" }
    for _ = 1, 10 do
      for _, spelling in ipairs { "", "/", "/de" } do
        assert.equal("found", get(server, "/kept?dict=found&spelling=" .. spelling))
      end
    end
    assert.equal(1, sandbox:state().requests)
    assert.equal(1, support.charges().email)
  end)

  it("in a shared dict without room costs no reply, and the log says so", function()
    local server = start { http = "lua_shared_dict found 12k;" }
    for _ = 1, 2 do
      assert.equal("found", get(server, "/kept?dict=found"))
    end
    assert.matches("isn't kept %(no memory%): raise the size in lua_shared_dict found",
      server:log())
    assert.equal(2, sandbox:state().requests)
  end)

  it("in a shared dict that isn't there is refused, and says what to write", function()
    local server = start {}
    assert.matches("lua_shared_dict found 10m;", get(server, "/refused?store=found"), 1, true)
  end)

  it("answers those who wait before the worker quits", function()
    local server = start { workers = 1 }
    local visitors = hold_one(server, "/kept", 5)
    server:signal("QUIT")
    sandbox:release()
    for i = 1, 5 do
      assert.equal("found", answer(visitors[i]))
    end
    assert.equal(0, (select(2, server:stop())))
    assert.equal(1, sandbox:state().requests)
  end)
end)

describe("bulk work in nginx #yields", function()
  local file

  before_each(function()
    file = os.tmpname()
  end)
  after_each(function()
    bulk.remove_journal(file)
  end)

  -- the collector never goes round by itself, as in a worker that is idle
  it("has the answers of what was sent in its journal, though the visitor leaves", function()
    local server = start { server = [[ location = /idle_bulk { content_by_lua_block {
      collectgarbage("stop")
      ngx.say(app.bulk(ngx.var.arg_file, ngx.var.arg_fault))
    } } ]] }
    local visitor = server:begin(("/idle_bulk?fault=hold&file=%s"):format(file))
    sandbox:wait { held = 2 }
    visitor:close()
    settles(function()
      return server:log():find("client prematurely closed connection", 1, true) and 0 or 1
    end, 0)
    sandbox:release()
    settles(function()
      local first, second = sandbox:ledger()[1], sandbox:ledger()[2]
      return first.status == 200 and second.status == 200 and 0 or 1
    end, 0)
    local said
    settles(function()
      said = get(server, "/idle_bulk?file=" .. file)
      return said:find("journal", 1, true) and 1 or 0 -- until the first run's replies are there
    end, 0)
    assert.equal("20 found", said)
    assert.equal(2, bulk.requests("people_linkedin_batch"))
  end)

  it("says when nginx has no timer for it, and sends nothing", function()
    local server = start {
      http = "lua_max_running_timers 1;",
      server = [[ location = /occupy { content_by_lua_block {
        ngx.say(ngx.timer.at(0, function() ngx.sleep(7) end))
      } } ]],
    }
    get(server, "/occupy")
    assert.matches("lua_max_running_timers", get(server, "/bulk?file=" .. file))
    assert.equal(0, sandbox:state().requests)
  end)

  it("ends before the worker quits", function()
    local server = start { workers = 1 }
    local visitor = server:begin(("/bulk?fault=hold&file=%s"):format(file))
    sandbox:wait { held = 2 }
    server:signal("QUIT")
    sandbox:release()
    assert.equal("20 found", answer(visitor))
    assert.equal(0, (select(2, server:stop())))
  end)
end)

describe("nginx #yields", function()
  it("reloads under load without losing a call", function()
    local server = start { workers = 2 }
    for round = 1, support.rounds(3) do
      local visitors = {}
      for i = 1, 30 do
        visitors[i] = server:begin("/charged?fault=delay:0.02")
      end
      server:signal("HUP")
      for i = 1, 30 do
        assert.equal("found", answer(visitors[i]), "in round " .. round)
      end
    end
    settles(function() return #server:workers() end, 2)
  end)

  it("told to quit answers those who wait first", function()
    local server = start { workers = 2 }
    local visitors = held_visitors(server, "/charged", 10)
    server:signal("QUIT")
    sandbox:release()
    for i = 1, 10 do
      assert.equal("found", answer(visitors[i]))
    end
    assert.equal(0, (select(2, server:stop())))
  end)

  it("ends with calls in flight, quickly told", function()
    for _ = 1, support.rounds(3) do
      local server = start { workers = 2 }
      local visitors = held_visitors(server, "/free", 10)
      local _, code = server:stop("TERM")
      assert.equal(0, code)
      for i = 1, 10 do
        visitors[i]:close()
      end
      sandbox:release()
      support.begin()
    end
  end)
end)
