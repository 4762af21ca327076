-- A real Redis for specs: on a unix socket in a folder of its own and on a free port of
-- the loopback, keeping nothing, stopped by pid.
--
--   local redis = require "spec.support.redis"
--   local server = redis.start { password = "secret" }
--   server.path, server.port
--   server:command("KEYS", "*") -> what redis-cli prints
--   server:stop(), server:go_on()      ends it; the same once more

local socket = require "socket"

local M = {}

local Server = {}
Server.__index = Server

local function free_port()
  local one = assert(socket.bind("127.0.0.1", 0))
  local _, port = one:getsockname()
  one:close()
  return tonumber(port)
end

local function new_folder()
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir -m 700 " .. folder))
  return folder
end

-- What a command prints, without the last line's end.
local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("*a")
  pipe:close()
  return (text:gsub("\n$", ""))
end

--- What redis-cli prints of a command.
function Server:command(...)
  local words = { "redis-cli -s", self.path }
  if self.password then
    words[#words + 1] = "--no-auth-warning -a '" .. self.password .. "'"
  end
  for _, word in ipairs { ... } do
    words[#words + 1] = "'" .. word .. "'"
  end
  return output(table.concat(words, " ") .. " 2>&1")
end

--- Starts it, on the same socket and port as before, and waits until it answers.
function Server:go_on()
  local command = ("echo $$; exec redis-server --port %d --bind 127.0.0.1 --unixsocket %s "
    .. "--save '' --appendonly no --dir %s --logfile %s/log --requirepass '%s'"):format(
    self.port, self.path, self.folder, self.folder, self.password or "")
  self.pipe = assert(io.popen(command))
  self.pid = tonumber(self.pipe:read("*l"))
  for _ = 1, 1000 do
    if self:command("PING") == "PONG" then
      return self
    end
    socket.sleep(0.01)
  end
  error("redis-server didn't start")
end

--- Sends its process a signal.
function Server:signal(name)
  os.execute(("kill -%s %d"):format(name, self.pid))
end

--- Ends it at once, and waits for that.
function Server:stop()
  if self.pipe then
    self:signal("KILL")
    self.pipe:close()
    self.pipe = nil
  end
end

--- Ends it, and removes its folder.
function Server:remove()
  self:stop()
  os.execute("rm -rf " .. self.folder)
end

--- Starts one. Options: `password`.
function M.start(opts)
  local folder = new_folder()
  return setmetatable({
    folder = folder, path = folder .. "/socket", port = free_port(),
    password = opts and opts.password,
  }, Server):go_on()
end

return M
