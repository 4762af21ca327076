-- What nginx runs for nginx.lua: the same request by our client and by a bare
-- cosocket of nginx's own, which neither decodes nor checks.

local contactout = require "contactout"
local core = require "contactout.core"
local ngx = require "ngx"

local M = {}

local PROFILE = "https://www.linkedin.com/in/some-body"
local REQUEST = "GET /v1/people/linkedin?profile=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fsome-body"
  .. " HTTP/1.1\r\nHost: 127.0.0.1\r\ntoken: test-bench\r\n\r\n"

local clients = {}

local function client_of(port)
  clients[port] = clients[port] or assert(contactout.new({
    token = "test-bench", base_url = "http://127.0.0.1:" .. port, rate_limits = false,
  }))
  return clients[port]
end

--- One call by the client.
function M.ours(port)
  return assert(client_of(port):people_linkedin({ profile = PROFILE }))
end

--- One by a cosocket.
function M.raw(port)
  local socket = ngx.socket.tcp()
  assert(socket:connect("127.0.0.1", port))
  assert(socket:send(REQUEST))
  local length
  repeat
    local line = assert(socket:receive("*l"))
    length = tonumber(line:match("^[Cc]ontent%-[Ll]ength: (%d+)")) or length
  until line == ""
  local body = assert(socket:receive(length))
  assert(socket:setkeepalive(60000))
  return body
end

--- Seconds of each of `count` calls, one after another.
function M.timed(name, port, count)
  local started = core.now()
  for _ = 1, count do
    M[name](port)
  end
  return (core.now() - started) / count
end

--- `count` calls at once.
function M.side_by_side(port, count)
  local items = {}
  for i = 1, count do
    items[i] = i
  end
  contactout.map(items, function()
    return M.ours(port)
  end, { concurrency = count })
end

return M
