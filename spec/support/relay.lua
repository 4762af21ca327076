-- A network that can fail: what stands between a client and a server, and can be cut and
-- mended at will. While it is cut, its port is closed, and nobody gets a connection.
--
--   local relay = relays.start(port_of_the_server)
--   local client = support.client { base_url = relay.url }
--   relay:cut()                       connections end, new ones are refused
--   relay:mend()                      on the same port
--   relay:lead_to(port)               of another server
--   relay:fail(0.05, 0.2)             is cut in 0.05 s, for 0.2 s; nobody waits for that
--   raw.stop_all()                    in after_each
--
-- It is a script of raw_server.lua, whose own port takes these commands.

local raw = require "spec.support.raw_server"
local socket = require "socket"

local M = {}

local PATIENCE = 20

local SCRIPT = [[
  local cqueues, sockets = require "cqueues", require "cqueues.socket"
  local ends, listener, own_port, target = {}, nil, 0, nil
  local plan = 0 -- the number of the newest, since a new one calls off all others

  local function return_code(_, _, code)
    return code
  end

  local function pump(from, to)
    from:onerror(return_code)
    from:setmode("b", "bn")
    local bytes = from:read(-65536)
    while bytes and to:xwrite(bytes, "nb") do
      bytes = from:read(-65536)
    end
    from:shutdown("rw")
    to:shutdown("rw")
  end

  local function join(near)
    local far = sockets.connect("127.0.0.1", target)
    ends[near], ends[far] = true, true
    local queue = cqueues.running()
    queue:wrap(function() pump(far, near) end)
    queue:wrap(function() pump(near, far) end)
  end

  local function accept(from)
    for near in from:clients { nodelay = true } do
      join(near)
    end
  end

  local commands = {}

  function commands.mend(port)
    plan, target = plan + 1, port
    if listener then
      return
    end
    listener = sockets.listen { host = "127.0.0.1", port = own_port, reuseaddr = true }
    assert(listener:listen())
    own_port = select(3, listener:localname())
    listener:onerror(return_code)
    cqueues.running():wrap(accept, listener)
  end

  function commands.cut()
    if not listener then
      return
    end
    listener:close()
    listener = nil
    for one in pairs(ends) do
      one:shutdown("rw")
    end
    ends = {}
  end

  function commands.fail(after, length)
    plan = plan + 1
    local own = plan
    cqueues.running():wrap(function()
      cqueues.sleep(after / 1000)
      if plan == own then
        commands.cut()
        cqueues.sleep(length / 1000)
      end
      if plan == own then
        commands.mend(target)
      end
    end)
  end

  function serve(connection)
    local name, first, second = connection.socket:read("*l"):match("^(%a+) ?(%d*) ?(%d*)$")
    commands[name](tonumber(first), tonumber(second))
    connection:write(string.format("%d\n", own_port))
  end
]]

local Relay = {}
Relay.__index = Relay

-- -> the port on which it listens
local function command(self, line)
  local connection = assert(socket.connect("127.0.0.1", self._control.port))
  connection:settimeout(PATIENCE)
  connection:send(line .. "\n")
  local answer = connection:receive("*l")
  connection:close()
  return assert(answer, "the relay doesn't answer")
end

function Relay:cut()
  command(self, "cut")
end

function Relay:mend()
  return command(self, "mend " .. self._target)
end

--- Plans an outage, in place of any other that was planned: it begins in so many seconds,
--- and lasts for so many.
function Relay:fail(after, length)
  command(self, ("fail %d %d"):format(after * 1000, length * 1000))
end

--- From now on it leads to another port.
function Relay:lead_to(port)
  self:cut()
  self._target = port
  self:mend()
end

--- Starts one that leads to a port of this machine.
function M.start(target)
  local self = setmetatable({ _control = raw.start(SCRIPT), _target = target }, Relay)
  self.port = self:mend()
  self.url = "http://127.0.0.1:" .. self.port
  return self
end

return M
