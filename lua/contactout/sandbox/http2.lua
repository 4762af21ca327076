-- HTTP/2 on one connection (after ALPN), by lua-http. Each stream becomes an
-- `exchange` like http1's. Where a fault needs the bare connection, the
-- nearest thing of a stream's is done: a reset is RST_STREAM.

local cqueues = require "cqueues"

local M = {}

local TIMEOUT = 30
local PIECES = 10

local Exchange = {}
Exchange.__index = Exchange

local function new_exchange(stream, connection)
  local headers = stream:get_headers(TIMEOUT)
  if not headers then
    return nil
  end
  local path, query = headers:get(":path"):match("^([^?]*)%??(.*)$")
  local exchange = setmetatable({
    method = headers:get(":method"), path = path, query = query, version = "2",
    headers = {}, header_names = {}, stream = stream, connection = connection,
  }, Exchange)
  for name, value in headers:each() do
    if name:sub(1, 1) ~= ":" then
      local before = exchange.headers[name]
      exchange.headers[name] = before and (before .. ", " .. value) or value
      exchange.header_names[#exchange.header_names + 1] = name
    end
  end
  exchange.body = stream:get_body_as_string(TIMEOUT)
  return exchange.body and exchange
end

--- Waits until the stream or its connection is gone, looking ten times a
-- second: a stream has nothing to wait for.
function Exchange:wait_gone(seconds)
  local left = seconds or 600
  while left > 0 and self.stream.state ~= "closed" and not self.connection.ended do
    cqueues.sleep(0.1)
    left = left - 0.1
  end
end

function Exchange:reset()
  self.stream:rst_stream("sandbox fault", 1)
end

--- Ends the whole connection.
function Exchange:close()
  if not self.connection.ended then
    self.stream.connection.socket:shutdown("rw")
  end
end

function Exchange:write_raw(bytes)
  if not self.connection.ended then
    self.stream.connection.socket:xwrite(bytes, "n", 1)
  end
  self:close()
end

local function headers_of(answer, manner)
  local headers = require("http.headers").new()
  headers:append(":status", tostring(answer.status))
  headers:append("content-type", answer.content_type or "application/json")
  if not manner.chunked then
    local length = #answer.text + (manner.truncated and 100 or 0)
    headers:append("content-length", string.format("%d", length))
  end
  for _, header in ipairs(answer.headers) do
    headers:append(header[1], header[2])
  end
  return headers
end

local function write_slowly(stream, text, seconds)
  local size = math.max(1, math.ceil(#text / PIECES))
  for start = 1, #text, size do
    cqueues.sleep(seconds / PIECES)
    stream:write_chunk(text:sub(start, start + size - 1), start + size > #text, TIMEOUT)
  end
end

--- See http1.lua.
function Exchange:respond(answer, manner)
  local stream = self.stream
  if manner.continue then
    stream:write_continue(TIMEOUT)
  end
  stream:write_headers(headers_of(answer, manner), false, TIMEOUT)
  if manner.slow and #answer.text > 0 then
    write_slowly(stream, answer.text, manner.slow)
  else
    stream:write_chunk(answer.text, not manner.truncated, TIMEOUT)
  end
  if manner.truncated then
    self:reset()
  end
end

local function attend(stream, connection, app)
  local exchange = new_exchange(stream, connection)
  if exchange then
    app:serve(exchange)
  end
  stream:shutdown()
end

--- lua-http raises when the client has left meanwhile; that is no error.
local function serve_stream(stream, connection, app)
  local ok, problem = pcall(attend, stream, connection, app)
  if not ok and not connection.ended then
    app:malformed(connection, "sandbox: " .. tostring(problem))
  end
end

--- Serves a connection until the client ends it. spawn: runs a function with
-- arguments beside us.
function M.serve(socket, connection, app, spawn)
  local h2 = assert(require("http.h2_connection").new(socket, "server"))
  while true do
    local stream = h2:get_next_incoming_stream()
    if not stream then
      break
    end
    spawn(serve_stream, stream, connection, app)
  end
  connection.ended = true
  h2:close()
end

return M
