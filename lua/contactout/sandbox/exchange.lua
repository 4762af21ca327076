-- A request and the way to answer it, over a stream of lua-http's, HTTP/1.1
-- and HTTP/2 alike. What faults need beyond HTTP, such as a reset or bytes
-- that are none, goes by the connection's bare socket; over HTTP/2 a reset is
-- the stream's.

local cqueues = require "cqueues"
local errno = require "cqueues.errno"
local linger = require "contactout.sandbox.linger"
local new_headers = require("http.headers").new

local Exchange = {}
Exchange.__index = Exchange

local TIMEOUT = 30
local PIECES = 10
local BAD_REQUEST = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

--- connection: what the application knows of the stream's connection.
function Exchange.new(stream, connection)
  local link = stream.connection
  return setmetatable({
    stream = stream, connection = connection, socket = link.socket,
    is_http2 = link.version == 2, headers = {}, header_names = {},
  }, Exchange)
end

local function version_of(exchange)
  return exchange.is_http2 and "2" or exchange.stream.peer_version == 1 and "1.0" or "1.1"
end

local function note_headers(exchange, headers)
  for name, value in headers:each() do
    name = name == ":authority" and "host" or name
    if name:sub(1, 1) ~= ":" then
      local before = exchange.headers[name]
      exchange.headers[name] = before and (before .. ", " .. value) or value
      exchange.header_names[#exchange.header_names + 1] = name
    end
  end
end

--- Why the headers can't be read | nil if the client left before their end,
-- for which lua-http has the same error as for a bad line: then its line is
-- cut, or good.
local function complaint(socket, problem, code)
  if code == nil or code == errno.E2BIG then
    return problem
  elseif code == errno.EILSEQ then
    socket:clearerr("r")
    local line = socket:xread("*L", 0) or ""
    local is_bad = line:find("\n$") and not line:find("^[^%s:]+:")
    return is_bad and "not HTTP: " .. line:sub(1, 100):gsub("[^ -~]", "?") or nil
  end
end

--- HTTP/1.0 knows no "100 Continue".
local function write_continue(exchange)
  if exchange.version ~= "1.0" then
    exchange.stream:write_continue(TIMEOUT)
  end
end

--- Reads the body -> true | nil if it never came whole, for of such a one
-- lua-http gives what there was.
local function read_body(exchange)
  local stream = exchange.stream
  if exchange.headers.expect and stream.state == "open" then
    write_continue(exchange)
  end
  exchange.body = stream:get_body_as_string(TIMEOUT)
  return exchange.body and stream.state == "half closed (remote)" or nil
end

--- Reads the request -> true | nil if it never came whole | nil, message
function Exchange:read()
  local headers, problem, code = self.stream:get_headers(TIMEOUT)
  if not headers then
    return nil, complaint(self.socket, problem, code)
  end
  self.method, self.version = headers:get(":method"), version_of(self)
  self.path, self.query = (headers:get(":path") or ""):match("^([^?]*)%??(.*)$")
  note_headers(self, headers)
  return read_body(self)
end

--- Answers what couldn't be read.
function Exchange:refuse()
  self:write_raw(BAD_REQUEST)
end

--- Waits until the client has gone. A stream of HTTP/2 has nothing to wait
-- for, so there we look ten times a second.
function Exchange:wait_gone()
  if self.is_http2 then
    while self.stream.state ~= "closed" and not self.connection.ended do
      cqueues.sleep(0.1)
    end
  else
    cqueues.poll { pollfd = self.socket:pollfd(), events = "r" }
  end
end

--- Resets the connection, as a machine does that goes down; instead of an
-- answer, so that the connection ends now.
function Exchange:reset()
  if self.is_http2 then
    self.stream:rst_stream("sandbox fault", 1)
  else
    linger.reset_on_close(self.socket)
  end
end

--- Closes the connection in the ordinary way.
function Exchange:close()
  if not self.connection.ended then
    self.socket:shutdown("rw")
  end
end

--- Sends bytes that need not be HTTP, then closes.
function Exchange:write_raw(bytes)
  if not self.connection.ended then
    self.socket:xwrite(bytes, "n", 1)
  end
  self:close()
end

local function headers_of(exchange, answer, manner)
  local headers = new_headers()
  local length = #answer.text + (manner.truncated and 100 or 0)
  headers:append(":status", string.format("%d", answer.status))
  headers:append("content-type", answer.content_type or "application/json")
  if not manner.chunked and length > 0 then
    headers:append("content-length", string.format("%d", length))
  elseif manner.chunked and exchange.version == "1.1" then
    headers:append("transfer-encoding", "chunked")
  end
  for _, header in ipairs(answer.headers) do
    headers:append(header[1], header[2])
  end
  return headers
end

local function write_slowly(stream, text, manner)
  local size = math.max(1, math.ceil(#text / PIECES))
  for start = 1, #text, size do
    cqueues.sleep(manner.slow / PIECES)
    local is_last = start + size > #text and not manner.truncated
    if not stream:write_chunk(text:sub(start, start + size - 1), is_last, TIMEOUT) then
      break
    end
  end
end

--- Sends an answer {status, text, headers, content_type}; manner: chunked,
-- truncated, slow (seconds), continue.
function Exchange:respond(answer, manner)
  local stream, text = self.stream, answer.text
  if manner.continue then
    write_continue(self)
  end
  local is_bare = text == "" and not manner.truncated
  if not stream:write_headers(headers_of(self, answer, manner), is_bare, TIMEOUT) or is_bare then
    return
  elseif manner.slow then
    write_slowly(stream, text, manner)
  else
    stream:write_chunk(text, not manner.truncated, TIMEOUT)
  end
  if manner.truncated and self.is_http2 then
    self:reset()
  end
end

return Exchange
