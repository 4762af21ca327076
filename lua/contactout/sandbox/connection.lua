-- One connection, by lua-http: its requests one after another over HTTP/1.1,
-- side by side over HTTP/2. Closing the socket at the end is the server's: a
-- request over HTTP/1.1 that wasn't answered whole ends its connection.

local Exchange = require "contactout.sandbox.exchange"
local errno = require "cqueues.errno"

local M = {}

local MAX_LINE = 1024 * 1024

local function answer(exchange, app)
  local ok, problem = exchange:read()
  if ok then
    app:serve(exchange)
  elseif problem then
    app:malformed(exchange.connection, problem)
    exchange:refuse()
  end
end

--- To "connection: close" lua-http stops reading at once, after which nobody
-- could see the client leave.
local function keep_reading()
  return true
end

--- lua-http takes the end of the headers for a bad line while only its first byte is
--- there. Makes it wait for the second one.
local function read_whole_end(link)
  local read_header = link.read_header
  function link:read_header(timeout)
    local name, value, code = read_header(self, timeout)
    if code ~= errno.EILSEQ or self.socket:pending() ~= 1 then
      return name, value, code
    end
    self.socket:clearerr("r")
    local ending, problem, why = self.socket:xread(2, "b", 0)
    if not ending then
      return nil, problem, why
    end
    self.socket:unget(ending)
    return read_header(self, timeout)
  end
end

--- lua-http may raise on what it can't read; that ends the connection.
local function serve_http1(socket, connection, app)
  local link = require("http.h1_connection").new(socket, "server", 1.1)
  link.shutdown = keep_reading
  read_whole_end(link)
  socket:setmaxline(MAX_LINE)
  repeat
    local stream = link:get_next_incoming_stream()
    if stream then
      answer(Exchange.new(stream, connection), app)
    end
  until not stream or stream.state ~= "closed" or stream.close_when_done or socket:eof("w")
end

local function answer_and_end(stream, connection, app)
  answer(Exchange.new(stream, connection), app)
  stream:shutdown()
end

--- lua-http raises when the client has left meanwhile; that is no error.
local function serve_stream(stream, connection, app)
  local ok, problem = pcall(answer_and_end, stream, connection, app)
  if not ok and not connection.ended then
    app:malformed(connection, "sandbox: " .. tostring(problem))
  end
end

local function serve_http2(socket, connection, app, spawn)
  local link = assert(require("http.h2_connection").new(socket, "server"))
  while true do
    local stream = link:get_next_incoming_stream()
    if not stream then
      break
    end
    spawn(serve_stream, stream, connection, app)
  end
  connection.ended = true
  link:close()
end

--- Serves a connection until either side ends it. connection: what the
-- application knows of it; app: serve(exchange), malformed(connection,
-- message); spawn: runs a function with arguments beside us.
function M.serve(socket, is_http2, connection, app, spawn)
  if is_http2 then
    serve_http2(socket, connection, app, spawn)
  else
    serve_http1(socket, connection, app)
  end
end

return M
