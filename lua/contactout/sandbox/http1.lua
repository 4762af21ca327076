-- HTTP/1.1 on one connection: reads requests, hands each as an `exchange` to
-- the application, and writes what that answers. Written out rather than
-- taken from lua-http, because the faults need the bare connection: reset it,
-- cut it, send what is no HTTP. http2.lua has the same exchange for HTTP/2.

local cqueues = require "cqueues"
local linger = require "contactout.sandbox.linger"
local reasons = require "contactout.sandbox.reasons"

local M = {}

local MAX_LINE = 1024 * 1024
local MAX_BODY = 64 * 1024 * 1024
local PIECES = 10

local Exchange = {}
Exchange.__index = Exchange

local function add_header(exchange, name, value)
  local lower = name:lower()
  local before = exchange.headers[lower]
  exchange.headers[lower] = before and (before .. ", " .. value) or value
  exchange.header_names[#exchange.header_names + 1] = name
end

--- One line with its end | nil where the client left before its end.
local function read_line(socket)
  local line = socket:read("*L")
  return line and line:sub(-1) == "\n" and line or nil
end

--- Reads the request line and the headers.
-- -> exchange | nil at the end of the connection | nil, message
local function read_head(socket)
  local line = read_line(socket)
  if not line then
    return nil
  end
  local method, target, minor = line:match("^(%u+) (%S+) HTTP/1%.([01])\r\n$")
  if not method then
    return nil, "bad request line"
  end
  local path, query = target:match("^([^?]*)%??(.*)$")
  local exchange = setmetatable({
    method = method, path = path, query = query, version = "1." .. minor,
    headers = {}, header_names = {}, socket = socket, keep = minor == "1",
  }, Exchange)
  while true do
    line = read_line(socket)
    if not line then
      return nil
    elseif line == "\r\n" then
      return exchange
    end
    local name, value = line:match("^([^%s:]+):[ \t]*(.-)[ \t]*\r\n$")
    if not name then
      return nil, "bad header line"
    end
    add_header(exchange, name, value)
  end
end

local function read_chunks(socket)
  local parts, total = {}, 0
  while true do
    local size = tonumber((read_line(socket) or ""):match("^%x+") or "", 16)
    if not size or total + size > MAX_BODY then
      return nil
    elseif size == 0 then
      return read_line(socket) and table.concat(parts)
    end
    total = total + size
    parts[#parts + 1] = socket:read(size)
    if not read_line(socket) then
      return nil
    end
  end
end

--- Reads the body -> true | nil if it never came whole.
local function read_body(exchange)
  local headers, socket = exchange.headers, exchange.socket
  local length = tonumber(headers["content-length"] or 0)
  local is_chunked = headers["transfer-encoding"] == "chunked"
  if headers.expect and (is_chunked or length > 0) then
    exchange:write("HTTP/1.1 100 Continue\r\n\r\n")
  end
  if is_chunked then
    exchange.body = read_chunks(socket)
  elseif length == 0 then
    exchange.body = ""
  elseif length <= MAX_BODY then
    exchange.body = socket:read(length)
  end
  return exchange.body and (is_chunked or #exchange.body == length) or nil
end

--- Writes bytes now -> true | nil if the client has left.
function Exchange:write(...)
  return self.socket:write(...) and self.socket:flush()
end

--- Tells when the client has gone; at the latest after `seconds`, if given.
function Exchange:wait_gone(seconds)
  local socket = self.socket
  if socket:pending() > 0 then
    return cqueues.sleep(seconds or 1)
  end
  cqueues.poll({ pollfd = socket:pollfd(), events = "r" }, seconds)
end

--- Drops the connection with a reset, as a machine does that goes down.
function Exchange:reset()
  self.keep = false
  linger.reset_on_close(self.socket)
  self.socket:close()
end

--- Closes the connection in the ordinary way.
function Exchange:close()
  self.keep = false
  self.socket:flush()
  self.socket:close()
end

--- Sends bytes that need not be HTTP, then closes.
function Exchange:write_raw(bytes)
  self:write(bytes)
  self:close()
end

local function head_of(exchange, answer, manner)
  local length = #answer.text + (manner.truncated and 100 or 0)
  local lines = {
    "HTTP/1.1 ", answer.status, " ", reasons[answer.status] or "Unknown", "\r\ncontent-type: ",
    answer.content_type or "application/json", "\r\n",
    manner.chunked and "transfer-encoding: chunked" or "content-length: " .. length, "\r\n",
  }
  for _, header in ipairs(answer.headers) do
    lines[#lines + 1] = header[1] .. ": " .. header[2] .. "\r\n"
  end
  lines[#lines + 1] = exchange.keep and "\r\n" or "connection: close\r\n\r\n"
  return table.concat(lines)
end

local function framed(piece, manner)
  return manner.chunked and string.format("%x\r\n%s\r\n", #piece, piece) or piece
end

local function write_slowly(exchange, text, manner)
  local size = math.max(1, math.ceil(#text / PIECES))
  for start = 1, #text, size do
    if not exchange:write(framed(text:sub(start, start + size - 1), manner)) then
      return
    end
    cqueues.sleep(manner.slow / PIECES)
  end
end

--- Sends an answer {status, text, headers, content_type}; manner: chunked,
-- truncated, slow (seconds), continue.
function Exchange:respond(answer, manner)
  if manner.continue then
    self:write("HTTP/1.1 100 Continue\r\n\r\n")
  end
  if self.headers.connection == "close" or manner.truncated then
    self.keep = false
  end
  local head = head_of(self, answer, manner)
  if manner.slow then
    self:write(head)
    write_slowly(self, answer.text, manner)
  elseif #answer.text > 0 then
    self:write(head, framed(answer.text, manner))
  else
    self:write(head)
  end
  if manner.chunked then
    self:write("0\r\n\r\n")
  end
end

local BAD_REQUEST = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

--- Serves a connection until either side ends it. app: serve(exchange),
-- malformed(connection, message).
function M.serve(socket, connection, app)
  socket:setmode("b", "bf")
  socket:setvbuf("full")
  socket:setmaxline(MAX_LINE)
  while true do
    local exchange, problem = read_head(socket)
    if problem then
      app:malformed(connection, problem)
      socket:write(BAD_REQUEST)
      socket:flush()
    end
    if not exchange or not read_body(exchange) then
      break
    end
    exchange.connection = connection
    app:serve(exchange)
    if not exchange.keep then
      break
    end
  end
  socket:close()
end

return M
