-- LÖVE: its frames go on, and the one line that moves calls on between them is
-- `contactout.step()` in love.update. Tasks, timers and sources are plain Lua's;
-- what runs outside of a task, in love.load, love.update or love.draw, is part of
-- a frame and can't wait, although LÖVE, which resumes its main loop after each
-- frame, would let it yield. A love.thread has no frames, and may block. See
-- init.lua for the contract.

local love = require "love"

local plain = require "contactout.loops.plain"

local FRAME = "LÖVE can't wait in love.update and its other functions, since the frame would too: "
  .. "make the call in a task, contactout.spawn(function() ... end), and let love.update call "
  .. "contactout.step()"

local M = {
  name = "love",
  spawns_on = plain,
  keeps = true,
  now = plain.now,
  waiter = plain.waiter,
  park = plain.park,
  wake = plain.wake,
  spawn = plain.spawn,
  attach = plain.attach,
  detach = plain.detach,
}

--- See the contract. LÖVE's boot sets love.run, where its main loop is going to
--- be, and in no love.thread.
function M.inside()
  local inside, message = plain.inside()
  if inside ~= false or not love.run then
    return inside, message
  end
  return nil, FRAME
end

return M
