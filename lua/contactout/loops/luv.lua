-- luv: any coroutine but the main one waits while `uv.run` goes on, and is
-- resumed from an idle callback: once in each turn of the loop, so that tasks
-- which keep each other busy leave time for everybody else's callbacks. In the
-- main one a call blocks. See init.lua for the contract, uv.lua for the rest.

local uv = require "luv"

local compat = require "contactout.compat"
local errors = require "contactout.errors"
local queue = require "contactout.queue"
local uv_loop = require "contactout.loops.uv"

local NESTED = "uv.run is already running: wait in a coroutine instead of in the callback itself"
local DEADLOCK = "contactout: the task waits, and nothing is left in luv's loop that could wake it"

-- Functions to call in the loop's next turn, and the handle that is active as
-- long as there are some: an active one keeps the loop from ending.
local ready = queue.new()
local idle

local function run_ready()
  for _ = 1, ready:count() do
    ready:pop()()
  end
  if ready:count() == 0 then
    idle:stop()
  end
end

local M = uv_loop.new(uv, function(fn)
  idle = idle or uv.new_idle()
  ready:push(fn)
  idle:start(run_ready)
end)

M.name = "luv"
M.spawns_outside = true

--- See the contract.
function M.inside()
  if not compat.running() then
    return false
  elseif not compat.isyieldable() then
    return nil, compat.C_BOUNDARY
  end
  return true
end

--- See the contract.
function M.drive(done, seconds)
  if uv.loop_mode() then
    error(errors.new("unsupported", NESTED), 0)
  end
  local is_alive, is_over = true, false
  local timer = seconds and uv_loop.start_timer(uv, seconds, function()
    is_over = true
  end)
  while is_alive and not is_over and not done() do
    is_alive = uv.run("once")
  end
  if timer then
    timer:close()
  end
  if not is_alive and not is_over and not done() then
    error(DEADLOCK, 0)
  end
  return done()
end

return M
