-- The process behind raw_server.lua: luajit raw_server_program.lua SCRIPT HOST [TLS]
--
-- A script sees: connection (number, read, head, write, close, reset, socket,
-- is_http2), event(text), sleep(seconds), wait_event(count).

local here = arg[0]:match("^(.*)spec/support/raw_server_program%.lua$")
package.path = here .. "lua/?.lua;" .. here .. "lua/?/init.lua;" .. package.path

local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local cqueues_socket = require "cqueues.socket"
local linger = require "contactout.sandbox.linger"
local signal = require "cqueues.signal"

local PATIENCE = 10

local events, changed = {}, condition.new()
local queue = cqueues.new()

local function return_code(_, _, code)
  return code
end

-- What scripts use --------------------------------------------------------------

local Connection = {}
Connection.__index = Connection

--- Up to that many bytes, as they come | nil at the end.
function Connection:read(count)
  return self.socket:read(-(count or 65536))
end

--- A request's head, and its body after it | nil at the end.
function Connection:head()
  local lines = {}
  repeat
    local line = self.socket:read("*L")
    lines[#lines + 1] = line
  until not line or line == "\r\n"
  local text = table.concat(lines)
  local length = tonumber(text:lower():match("content%-length: (%d+)"))
  if length and length > 0 then
    text = text .. (self.socket:read(length) or "")
  end
  return text ~= "" and text or nil
end

function Connection:write(bytes)
  return self.socket:xwrite(bytes, "nb")
end

function Connection:close()
  self.socket:close()
end

function Connection:reset()
  linger.reset_on_close(self.socket)
  self.socket:close()
end

local script = {
  event = function(text)
    events[#events + 1] = tostring(text):gsub("\n", "\\n"):gsub("\r", "\\r")
    changed:signal()
  end,
  sleep = cqueues.sleep,
  wait_event = function(count)
    while #events < count do
      changed:wait()
    end
  end,
}
setmetatable(script, { __index = _G })

-- Serving -------------------------------------------------------------------------

local context = arg[3] and require("contactout.sandbox.tls").context(arg[3])

local function listen(host, attend)
  local listener = cqueues_socket.listen { host = host, port = 0 }
  assert(listener:listen())
  queue:wrap(function()
    local number = 0
    while true do
      local socket = listener:accept { nodelay = true }
      number = number + 1
      local connection = setmetatable({ socket = socket, number = number }, Connection)
      socket:onerror(return_code)
      queue:wrap(function()
        attend(connection)
        socket:close()
      end)
    end
  end)
  local _, _, port = listener:localname()
  print(string.format("%d", port))
end

local function attend(connection)
  local socket = connection.socket
  if context then
    if not socket:starttls(context, PATIENCE) then
      return
    end
    connection.is_http2 = socket:checktls():getAlpnSelected() == "h2"
  end
  socket:setmode("b", "bn")
  script.serve(connection)
end

--- A line with a number: answers with the events once there are so many.
local function attend_control(connection)
  local wanted = tonumber(connection.socket:read("*l"))
  local deadline = cqueues.monotime() + PATIENCE
  while #events < wanted and cqueues.monotime() < deadline do
    changed:wait(deadline - cqueues.monotime())
  end
  for _, text in ipairs(events) do
    connection:write(text .. "\n")
  end
end

--- Ends this process when its starter closes the pipe, or ends.
local function heed_parent()
  local input = cqueues_socket.fdopen(0)
  input:onerror(return_code)
  input:read(1)
  os.exit(0)
end

signal.ignore(signal.SIGPIPE)
assert(load(io.open(arg[1]):read("*a"), "=script", "t", script))()
listen(arg[2], attend)
listen("127.0.0.1", attend_control)
io.stdout:flush()
queue:wrap(heed_parent)
while true do
  local ok, problem = queue:step()
  if not ok then
    script.event("raw server: " .. tostring(problem))
  end
end
