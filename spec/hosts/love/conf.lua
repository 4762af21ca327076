-- As little of LÖVE as there can be with frames and a window.

local love = require "love"

function love.conf(t)
  t.modules.audio, t.modules.sound, t.modules.joystick = false, false, false
  t.window.width, t.window.height, t.window.vsync = 64, 64, 0
end
