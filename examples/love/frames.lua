-- The times of the last frames: what shows whether anything ever made one wait.

local M = { KEPT = 232 }

local times = {} -- seconds, the newest last
local longest = 0

--- Forgets all there were.
function M.reset()
  times, longest = {}, 0
end

--- Notes the time of one frame.
function M.add(seconds)
  times[#times + 1] = seconds
  if #times > M.KEPT then
    table.remove(times, 1)
  end
  longest = math.max(longest, seconds)
end

--- The times that are kept, in seconds, oldest first.
function M.times()
  return times
end

--- The longest of all, in seconds.
function M.longest()
  return longest
end

return M
