-- Of `make bench`: what our calls cost an nginx with one worker, against a bare
-- cosocket and against idleness, in turn within one run.
--
--   luajit nginx.lua BIN     BIN: folder of the compiled server and raw

local bench = require "spec.bench.support"
local core = require "contactout.core"
local nginx = require "spec.support.nginx"
local socket = require "socket"

local ROUNDS, CALLS, PINGS, VISITORS = 5, 2000, 1000, 50
local WAIT = 1.5 -- seconds
local CLOCK_TICK_MS = 10

local SERVER = [[
  keepalive_requests 1000000;
  location = /ping { content_by_lua_block { ngx.print("pong") } }
  location = /ours { content_by_lua_block { app.ours(ngx.var.arg_port) ngx.print("ok") } }
  location = /raw { content_by_lua_block { app.raw(ngx.var.arg_port) ngx.print("ok") } }
  location = /wait { content_by_lua_block { app.side_by_side(ngx.var.arg_port, 50) } }
  location = /timed {
    content_by_lua_block {
      ngx.print(app.timed(ngx.var.arg_name, ngx.var.arg_port, tonumber(ngx.var.arg_count)))
    }
  }
]]

local function start()
  return nginx.start {
    http = "init_by_lua_block { app = require 'spec.bench.nginx_app' }", server = SERVER,
  }
end

-- One call -------------------------------------------------------------------------

local function one_call(server, port)
  local function timed(name)
    return function()
      return tonumber((server:get(("/timed?name=%s&port=%s&count=%d"):format(name, port, CALLS))))
    end
  end
  bench.report("one call, against a cosocket", "us", 1e6, bench.compare(timed("ours"),
    timed("raw"), ROUNDS))
end

-- Pings while visitors come -----------------------------------------------------------

-- The p99 of pings on a kept connection.
local function ping_p99(server)
  local one, times = assert(socket.connect("127.0.0.1", server.port)), {}
  one:setoption("tcp-nodelay", true)
  for i = 1, PINGS do
    local started = core.now()
    one:send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
    repeat until assert(one:receive("*l")) == ""
    one:receive(4) -- chunked: its length, the word, and the end
    assert(one:receive(8))
    times[i] = core.now() - started
    socket.sleep(0.001)
  end
  one:close()
  table.sort(times)
  return times[math.ceil(PINGS * 0.99)]
end

-- The same while visitors ask for a location, as many at once.
local function ping_p99_under(server, path)
  local pipe = assert(io.popen(bench.raw_command(server.url .. path, 1e6, VISITORS)
    .. " & echo $!; wait"))
  local pid = pipe:read("*l")
  local p99 = ping_p99(server)
  os.execute("kill " .. pid)
  pipe:close()
  return p99
end

local function pings(server, port)
  local function under(path)
    return function()
      return ping_p99_under(server, path .. "?port=" .. port)
    end
  end
  local function idle()
    return ping_p99(server)
  end
  bench.report("p99 of pings beside 50 visitors, and idle", "ms", 1e3,
    bench.compare(under("/ours"), idle, 3))
  bench.report("the same, and beside 50 for cosockets", "ms", 1e3,
    bench.compare(under("/ours"), under("/raw"), 3))
end

-- Waiting, and the end ----------------------------------------------------------------

-- Milliseconds of processor time that a process has had.
local function cpu_ms(pid)
  local file = assert(io.open("/proc/" .. pid .. "/stat"))
  local fields = {}
  for field in file:read("*a"):gsub("^.*%) ", ""):gmatch("%S+") do
    fields[#fields + 1] = field
  end
  file:close()
  return (tonumber(fields[12]) + tonumber(fields[13])) * CLOCK_TICK_MS
end

local function waiting(server, slow_port)
  local worker = server:workers()[1]
  local visitor = server:begin("/wait?port=" .. slow_port)
  socket.sleep(0.3)
  local before = cpu_ms(worker)
  socket.sleep(WAIT)
  print(("%-46s %9d ms of %d"):format("processor time while 50 calls wait", cpu_ms(worker) - before,
    WAIT * 1e3))
  visitor:receive("*a")
  visitor:close()
end

local function quit()
  local times = {}
  for round = 1, ROUNDS do
    local server = start()
    local url, keep = bench.start_server(0)
    server:get("/ours?port=" .. url:match("%d+$"))
    local started = core.now()
    server:stop()
    times[round] = core.now() - started
    keep:close()
  end
  print(("%-46s %9.1f ms"):format("graceful end of an idle nginx", bench.median(times) * 1e3))
end

local server = start()
local url, keep = bench.start_server(0)
local slow_url, keep_slow = bench.start_server(20)
local slowest_url, keep_slowest = bench.start_server(3000)

print(("%-46s %9s %9s      ours / theirs"):format("nginx", "ours", "theirs"))
one_call(server, url:match("%d+$"))
pings(server, slow_url:match("%d+$"))
waiting(server, slowest_url:match("%d+$"))
server:stop()
quit()
keep:close()
keep_slow:close()
keep_slowest:close()
