-- How hosts other than nginx speak to Redis: one connection, which never blocks, for all
-- who ask. Commands go out as they come, and answers come in that order. The socket is
-- luasocket's, and to the loop a source (see contactout.loops) that steps whenever there
-- is something to read; in Neovim it is libuv's (uv_socket.lua). A connection that broke
-- is replaced when it is next needed, and closed once no loop polls it any more.

local core = require "contactout.core"
local queue = require "contactout.queue"

-- Seconds after which to look again whether what is unsent can go: loops tell only
-- of what can be read. So it is while a connection is being made, and hardly ever else.
local LOOK_AGAIN = 0.005

-- One connection ------------------------------------------------------------------

---@class contactout.RedisConnection
---@field problem? string why it is of no more use
---@field has_answered? boolean something that was asked of it
local Connection = {}
Connection.__index = Connection
Connection.__name = "contactout.RedisConnection"

-- Ends it for all who wait for an answer.
local function fail(self, problem)
  self.problem = self.problem or problem
  while self._asked:count() > 0 do
    local entry = self._asked:pop()
    if entry.loop then
      entry.loop.wake(entry.waiter)
    end
  end
end

local function send_on(self)
  local sent, problem, last = self._socket:send(self._unsent)
  self._unsent = self._unsent:sub((sent or last or 0) + 1)
  if not sent and problem ~= "timeout" then
    fail(self, problem)
  end
end

-- An answer to whoever asked first. Any error is an end: of a password or a number that
-- is wrong, or of a server to which another may have succeeded.
local function answer(self, line)
  local entry = self._asked:first()
  if not entry or line:sub(1, 1) ~= "+" then
    fail(self, line)
    return
  end
  self._asked:pop()
  if entry.loop then
    self.has_answered, entry.reply = true, line
    entry.loop.wake(entry.waiter)
  end
end

local function read_on(self)
  local line, problem, part
  repeat
    line, problem, part = self._socket:receive("*l", self._part)
    self._part = not line and part or ""
    if line then
      answer(self, line)
    end
  until not line
  if problem ~= "timeout" then
    fail(self, problem)
  end
end

--- Sends and reads what there is. Never waits.
function Connection:step()
  if not self.problem and self._unsent ~= "" then
    send_on(self)
  end
  if not self.problem and self._unsent == "" then
    read_on(self)
  end
end

-- Puts a command into the queue of those that go out.
local function push(self, command, entry)
  self._asked:push(entry)
  self._unsent = self._unsent .. command
end

-- Parks until there is an answer -> false: cancelled
local function await(self, entry, park)
  local deadline = core.now() + self._timeout
  while not (entry.reply or self.problem) do
    local left = deadline - core.now()
    if left <= 0 then
      fail(self, ("no answer within %g s"):format(self._timeout))
    elseif park(entry.waiter, self._unsent == "" and left or math.min(left, LOOK_AGAIN))
      == "cancelled" then
      return false
    end
    self:step()
  end
  return true
end

local function close_if_idle(self)
  if self.problem and self._users == 0 then
    self._socket:close()
  end
end

-- See Line:ask.
local function ask(self, command, park, loop)
  local entry = { loop = loop, waiter = loop.waiter() }
  local err = self._source and loop.attach(self._source, entry.waiter)
  if err then
    return nil, tostring(err)
  end
  self._users = self._users + 1
  push(self, command, entry)
  self:step()
  local is_answered = await(self, entry, park)
  if self._source then
    loop.detach(self._source, entry.waiter)
  end
  self._users = self._users - 1
  close_if_idle(self)
  if not is_answered then
    return false
  end
  return entry.reply, self.problem
end

-- One of luasocket's, beginning to connect -> it, what a loop may poll; nil, message
local function open_luasocket(self, settings)
  local one = settings.path and require("socket.unix").stream() or require("socket").tcp()
  one:settimeout(0)
  local ok, problem = one:connect(settings.path or settings.host, settings.port)
  if not ok and problem ~= "timeout" then
    one:close()
    return nil, problem
  end
  return one, {
    fd = function() return one:getfd() end,
    step = function() self:step() end,
  }
end

-- The same of libuv's, which no loop polls.
local function open_uv_socket(self, settings)
  local one = require("contactout.limits.redis.uv_socket").new(settings.uv, function()
    self:step()
  end)
  one:connect(settings.path or settings.host, settings.port)
  return one, nil
end

-- -> a connection that is being made; nil, message
local function connect(settings)
  local self = setmetatable({
    _asked = queue.new(), _unsent = "", _part = "", _users = 0, _timeout = settings.timeout,
  }, Connection)
  local open = settings.uv and open_uv_socket or open_luasocket
  local one, source = open(self, settings)
  if not one then
    return nil, source
  end
  self._socket, self._source = one, source
  for _, command in ipairs(settings.greetings()) do
    push(self, command, {})
  end
  return self
end

-- Whichever there is ----------------------------------------------------------------

---@class contactout.RedisLine
local Line = {}
Line.__index = Line
Line.__name = "contactout.RedisLine"

-- The connection that is there, or a new one; nil, message
local function current(self)
  local connection = self._connection
  if connection then
    connection:step() -- shows whether Redis has closed it meanwhile
    if not connection.problem then
      return connection
    end
    close_if_idle(connection)
  end
  local problem
  self._connection, problem = connect(self._settings)
  return self._connection, problem
end

-- Asks whichever connection there is -> see Line:ask; whether it had been good before
local function ask_current(self, command, park, loop)
  local connection, problem = current(self)
  if not connection then
    return nil, problem
  end
  local was_good = connection.has_answered
  local line, message = ask(connection, command, park, loop)
  return line, message, was_good
end

--- Sends a command and waits for its answer. Yields where `park` does. What a connection
--- swallows that had been good is asked once more, of a new one.
---@param command string
---@param park fun(waiter, seconds): string "woken", "timeout" or "cancelled"
---@param loop table
---@return string|false|nil answer its line; false: cancelled; nil: there is none
---@return string|nil problem
function Line:ask(command, park, loop)
  local line, problem, was_good = ask_current(self, command, park, loop)
  if line == nil and was_good then
    line, problem = ask_current(self, command, park, loop)
  end
  return line, problem
end

--- Sends a command, and cares for no answer. Doesn't wait.
---@param command string
function Line:tell(command)
  local connection = current(self)
  if connection then
    push(connection, command, {})
    connection:step()
  end
end

local M = {}

--- A line to Redis, that connects when it is needed.
---@param settings table host and port, or path; timeout, in seconds; greetings(), the
---  commands that come first; uv: luv's functions, where they are to be used
---@return contactout.RedisLine
function M.new(settings)
  return setmetatable({ _settings = settings }, Line)
end

return M
