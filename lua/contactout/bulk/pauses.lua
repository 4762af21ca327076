-- The pauses of a run (pausing.lua): tells those who wait for rows of them, and ends the run
-- where one would last too long. What is paused for is no key's fault, so none has an error
-- for it. Works on a run (run.lua).

local pausing = require "contactout.pausing"
local waiting = require "contactout.bulk.waiting"

local M = {}

--- Has the run pause, or go on with a pause; ends it where that would be too long.
---@param run contactout.Run
---@param why "pause"|"outage"
---@param err contactout.Error the failure that shows it
---@return boolean is_held
function M.begin(run, why, err)
  local is_longer, too_long = pausing.begin(run, why, err)
  if too_long then
    run:stop(too_long)
    return false
  elseif is_longer then
    waiting.tell(run)
  end
  return true
end

--- The server has answered, so it can be reached: nobody waits for that any more.
---@param run contactout.Run
function M.answered(run)
  if run.hold:answered() then
    waiting.tell(run)
  end
end

return M
