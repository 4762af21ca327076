-- A small server for what no well-behaved one does: it speaks each connection
-- as a script says, in a process of its own (raw_server_program.lua).
--
--   local server = raw.start [[
--     function serve(connection)
--       event(connection:head())
--       connection:write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
--     end
--   ]]
--   server.url, server.port, server:events(), server:wait(2), server:stop()

local files = require "spec.support.files"
local socket = require "socket"

local M = {}

local PATIENCE = 20

local HERE = debug.getinfo(1, "S").source:match("^@(.*)raw_server%.lua$")

local RawServer = {}
RawServer.__index = RawServer

local running = {}

--- Runs the program with a pipe to its standard input, at whose end it ends;
-- its pid and what it prints first, its ports, come back through a named pipe.
-- -> pipe, pid, port, control port
local function launch(script, host, tls_folder)
  local fifo = os.tmpname()
  os.execute("rm -f " .. fifo .. " && mkfifo -m 600 " .. fifo)
  local command = "{ echo $$; exec luajit %sraw_server_program.lua %s %s %s; } > %s"
  local pipe = io.popen(command:format(HERE, script, host, tls_folder or "", fifo), "w")
  local output = assert(io.open(fifo, "r"))
  os.remove(fifo)
  local pid, port, control_port = output:read("*l"), output:read("*l"), output:read("*l")
  output:close()
  return pipe, pid, assert(tonumber(port), "the raw server didn't start"), tonumber(control_port)
end

--- Starts a server; the script defines serve(connection). opts: host (127.0.0.1),
-- tls: a folder for ca.pem, to serve TLS with ALPN as the sandbox does.
function M.start(script, opts)
  opts = opts or {}
  local file, tls, host = files.temporary(script), opts.tls, opts.host or "127.0.0.1"
  local pipe, pid, port, control_port = launch(file, host, tls)
  os.remove(file)
  local server = setmetatable({
    pipe = pipe, pid = pid, port = port, control_port = control_port,
    url = (tls and not opts.host and "https://localhost:" or tls and "https://" .. host .. ":"
      or "http://" .. host .. ":") .. port,
    ca_file = tls and tls .. "/ca.pem",
  }, RawServer)
  running[#running + 1] = server
  return server
end

--- Ends all that were started: for after_each.
function M.stop_all()
  for _, server in ipairs(running) do
    server:stop()
  end
  running = {}
end

local function ask(server, count)
  local connection = assert(socket.connect("127.0.0.1", server.control_port))
  connection:settimeout(PATIENCE)
  connection:send(count .. "\n")
  local events = {}
  for line in function() return (connection:receive("*l")) end do
    events[#events + 1] = (line:gsub("\\n", "\n"):gsub("\\r", "\r"))
  end
  connection:close()
  return events
end

--- What the script has told of with event(text), so far.
function RawServer:events()
  return ask(self, 0)
end

--- The same once there are `count`; raises after ten seconds.
function RawServer:wait(count)
  local events = ask(self, count)
  if #events < count then
    error("the raw server saw: " .. table.concat(events, "; "), 2)
  end
  return events
end

function RawServer:stop()
  if self.pipe then
    os.execute("kill " .. self.pid .. " 2>/dev/null")
    self.pipe:close()
    self.pipe = nil
  end
end

--- An HTTP reply around a body, as source text for a script.
function M.reply(body, headers)
  return string.format("%q", "HTTP/1.1 200 OK\r\n" .. (headers or "") .. "content-length: "
    .. #body .. "\r\n\r\n" .. body):gsub("\r", "\\r"):gsub("\\\n", "\\n")
end

return M
