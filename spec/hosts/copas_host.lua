-- copas, for program.lua. Debian has none for Lua 5.3 and 5.4, but its file for
-- 5.2 runs there.

package.path = package.path .. ";/usr/share/lua/5.2/?.lua"

local copas = require "copas"
local contactout = require "contactout"
local socket = require "socket"

local echo = socket.udp()
echo:setsockname("127.0.0.1", 0)
echo:setpeername(echo:getsockname())

-- What is there to be received in the next turn of the loop: not every copas has
-- timers.
local function next_turn()
  local was_asked = false
  return {
    getfd = function() return echo:getfd() end,
    dirty = function() return false end,
    close = function() end,
    receive = function()
      if was_asked then
        return echo:receive(16)
      end
      was_asked = echo:send("tick") ~= nil
      return nil, "timeout"
    end,
  }
end

return {
  run = function(main)
    contactout.spawn(main):wait() -- from outside: runs the loop
  end,
  -- old ones' copas.loop never ends
  finish = function()
    if copas.running ~= nil then
      copas.loop()
    end
  end,
  start = copas.addthread,
  survives_fork = true, -- it has nothing but select
  tick = function(fn)
    copas.addthread(function()
      while fn() do
        copas.receive(next_turn())
      end
    end)
  end,
}
