-- Plain Lua, for program.lua: the library's own scheduler.

local contactout = require "contactout"

return {
  run = function(main)
    contactout.spawn(main):wait()
  end,
  finish = function()
    contactout.run(function() end)
  end,
  survives_fork = true,
  tick = function(fn)
    contactout.spawn(function()
      while fn() do
        contactout.sleep(0.001)
      end
    end)
  end,
}
