-- The window; what isn't used is left out.

function love.conf(t)
  t.window.title = "contactout"
  t.window.width, t.window.height = 1080, 680
  t.modules.audio, t.modules.sound, t.modules.video = false, false, false
  t.modules.physics, t.modules.joystick, t.modules.touch = false, false, false
end
