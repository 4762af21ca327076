-- A socket of libuv's that looks like one of luasocket's, as far as connection.lua
-- needs that: for Neovim, which crashes when luasocket connects, since both export a
-- function socket_connect. It reads by itself, and tells when there is something.

---@class contactout.UvSocket
local Socket = {}
Socket.__index = Socket
Socket.__name = "contactout.UvSocket"

-- What came, or the end.
local function take(self, err, bytes)
  if bytes then
    self._received = self._received .. bytes
  else
    self._problem = err or "closed"
  end
  self._tell()
end

--- Begins to connect; what is sent before that is there goes out later.
function Socket:connect(place, port)
  local function connected(err)
    if err then
      take(self, err)
      return
    end
    self._handle:read_start(function(problem, bytes)
      take(self, problem, bytes)
    end)
  end
  if not port then
    self._handle = self._uv.new_pipe(false)
    self._handle:connect(place, connected)
  else
    self._handle = self._uv.new_tcp()
    self._handle:nodelay(true)
    self._handle:connect(place, port, connected)
  end
  return true
end

---@return integer|nil sent
---@return string|nil problem
function Socket:send(bytes)
  if self._problem then
    return nil, self._problem
  elseif bytes ~= "" then
    self._handle:write(bytes)
  end
  return #bytes
end

--- A whole line; nil, "timeout" while there is none.
function Socket:receive()
  local line, rest = self._received:match("^([^\n]*)\r\n(.*)$")
  if not line then
    return nil, self._problem or "timeout"
  end
  self._received = rest
  return line
end

function Socket:close()
  if not self._handle:is_closing() then
    self._handle:close()
  end
end

local M = {}

---@param uv table luv's functions
---@param tell fun() called when there is something to receive
---@return contactout.UvSocket
function M.new(uv, tell)
  return setmetatable({ _uv = uv, _tell = tell, _received = "" }, Socket)
end

return M
