-- Listens on the loopback address and serves each connection in a coroutine
-- of its own: HTTP/1.1, or over TLS what ALPN chose. connection.lua speaks it.

local cqueues = require "cqueues"
local cqueues_socket = require "cqueues.socket"
local App = require "contactout.sandbox.app"
local serve_connection = require("contactout.sandbox.connection").serve

local M = {}

local Server = {}
Server.__index = Server

local HANDSHAKE_TIMEOUT = 10

local function return_code(_, _, code)
  return code
end

--- Where TLS is served, a plain request is too: for the control paths, whose
-- callers may know no TLS. A TLS record of a handshake begins with byte 22.
local function begins_tls(socket)
  socket:setmode("b", "b")
  local first = socket:xread(1)
  return first and socket:unget(first) and first == "\22"
end

--- Ends the handshake -> does the client speak HTTP/2? | nil if it failed
local function start_tls(socket, context)
  if not socket:starttls(context, HANDSHAKE_TIMEOUT) then
    return nil
  end
  local tls = socket:checktls()
  return tls ~= nil and tls:getAlpnSelected() == "h2"
end

local function speak(server, socket, connection)
  local is_http2 = false
  if server.context and begins_tls(socket) then
    is_http2 = start_tls(socket, server.context)
  end
  if is_http2 ~= nil then
    serve_connection(socket, is_http2, connection, server.app, server.spawn)
  end
end

local function attend(server, socket)
  server.connections = server.connections + 1
  local connection = { id = server.connections }
  socket:onerror(return_code)
  local ok, problem = pcall(speak, server, socket, connection)
  if not ok then
    server.world.ledger:refused({ method = "?", path = "?" }, "sandbox: " .. tostring(problem))
  end
  socket:close()
  server.world:connection_closed(connection)
end

local function accept(server)
  while true do
    local socket = server.socket:accept { nodelay = true }
    if socket then
      server.spawn(attend, server, socket)
    end
  end
end

--- opts: world, port (0: any free one), context (for TLS), app (an App of the
-- sandbox's own). -> server, its port | raises if it can't listen
function M.listen(opts)
  local queue = cqueues.new()
  local server = setmetatable({
    queue = queue, world = opts.world, context = opts.context, connections = 0,
    spawn = function(...)
      queue:wrap(...)
    end,
  }, Server)
  server.app = opts.app or App.new(opts.world, server.spawn)
  server.socket = cqueues_socket.listen { host = "127.0.0.1", port = opts.port, reuseaddr = true }
  assert(server.socket:listen())
  server.spawn(accept, server)
  local _, _, port = server.socket:localname()
  return server, port
end

--- Serves until `stop`, or for ever.
function Server:run()
  while not self.stopped do
    local ok, problem = self.queue:step()
    if not ok then
      io.stderr:write("sandbox: ", tostring(problem), "\n")
    end
  end
end

function Server:stop()
  self.stopped = true
end

return M
