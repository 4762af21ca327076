-- How nginx speaks to Redis: by cosockets, which it keeps for the next one who asks.
-- Each is one light thread's while he asks, who can't be cancelled for as long as a
-- time-out. See connection.lua for what the others do.

local ngx = require "ngx"

-- Connections of a worker that are kept, and for how long.
local POOL_SIZE, KEEP_MS = 64, 60000

---@class contactout.RedisCosockets
local Line = {}
Line.__index = Line
Line.__name = "contactout.RedisCosockets"

local last_pool = 0

local function connect(self)
  local settings, one = self._settings, ngx.socket.tcp()
  local ms = math.ceil(settings.timeout * 1000)
  one:settimeouts(ms, ms, ms)
  local pool = { pool = self._pool, pool_size = POOL_SIZE }
  local ok, problem
  if settings.path then
    ok, problem = one:connect("unix:" .. settings.path, pool)
  else
    ok, problem = one:connect(settings.host, settings.port, pool)
  end
  return ok and one, problem
end

-- Sends the greetings that a new connection needs, and a command -> its answer. Any
-- error is an end, as in connection.lua.
local function exchange(self, one, command)
  local greetings = one:getreusedtimes() == 0 and self._settings.greetings() or {}
  local ok, problem = one:send(table.concat(greetings) .. command)
  if not ok then
    return nil, problem
  end
  local line, message
  for _ = 0, #greetings do
    line, message = one:receive("*l")
    if not line or line:sub(1, 1) ~= "+" then
      return nil, line or message
    end
  end
  return line
end

--- See connection.lua: yields by itself.
function Line:ask(command)
  local one, problem = connect(self)
  if not one then
    return nil, problem
  end
  local line, message = exchange(self, one, command)
  if not line then
    one:close()
    return nil, message
  end
  one:setkeepalive(KEEP_MS)
  return line
end

--- Sends a command, and cares for no answer, for which it waits.
function Line:tell(command)
  self:ask(command)
end

local M = {}

--- See connection.lua.
---@return contactout.RedisCosockets
function M.new(settings)
  last_pool = last_pool + 1
  return setmetatable({ _settings = settings, _pool = "contactout redis " .. last_pool }, Line)
end

return M
