-- The folder that LÖVE runs for love_spec.lua: program.lua in a task, and frames.
-- What love_host.lua has to do in one of LÖVE's functions is called from there.

local love = require "love"

local contactout = require "contactout"
local host = require "spec.hosts.love_host"

for _, name in ipairs({ "load", "update", "draw", "keypressed" }) do
  love[name] = function()
    host.called(name)
  end
end

-- LÖVE's own shows the error in the window, for ever.
function love.errorhandler(message)
  io.stderr:write(debug.traceback(tostring(message), 2), "\n")
  return function()
    return 1
  end
end

contactout.spawn(assert(loadfile(os.getenv("SPEC_PROGRAM") or "spec/hosts/program.lua")))
