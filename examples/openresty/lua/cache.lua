-- A cache of answers in a shared dict, with one lookup for each key however many
-- visitors of however many workers ask for it. The lookup runs in a timer, not in
-- the light thread of the visitor who was first: if he leaves, what was paid for
-- still arrives here, and those who wait with him get it.

local ngx = require "ngx"

local M = {}

local answers = ngx.shared.people

-- Before the key: the number of the lookup that is under way.
local FLIGHT, LAST_FLIGHT = "looking up ", "lookups"
-- Seconds within which nginx must run a lookup's timer, which it drops where too many
-- run; and after which one whose worker was killed counts as over, longer than any takes.
local PATIENCE, LONGEST = 5, 600
-- Seconds between two looks at whether it is over.
local FIRST_PAUSE, LAST_PAUSE = 0.002, 0.1

-- Looks up and keeps what comes: (body, status, seconds to keep it). One whose timer came
-- too late may have a successor.
local function look_up(key, number, produce)
  if answers:get(FLIGHT .. key) ~= number then
    return
  end
  answers:set(FLIGHT .. key, number, LONGEST)
  local ok, body, status, seconds = pcall(produce)
  if not ok then
    ngx.log(ngx.ERR, "lookup of ", key, ": ", tostring(body))
    body, status, seconds = '{"error":"internal"}', 500, 60
  end
  local kept, problem = answers:set(key, body, seconds, status)
  if not kept then
    ngx.log(ngx.ERR, "the shared dict people is too small: ", problem)
  end
  answers:delete(FLIGHT .. key)
end

-- Starts a lookup unless there is one already.
local function start(key, produce)
  local number = answers:incr(LAST_FLIGHT, 1, 0)
  if not answers:add(FLIGHT .. key, number, PATIENCE) then
    return
  elseif answers:get(key) then -- the other one has just ended
    return answers:delete(FLIGHT .. key)
  end
  local started, problem = ngx.timer.at(0, function()
    look_up(key, number, produce)
  end)
  if not started then
    ngx.log(ngx.ERR, "no timer for a lookup: ", problem)
    answers:delete(FLIGHT .. key)
  end
end

--- The answer to a key: from the cache, or by `produce`, which may yield.
---@param key string
---@param produce fun(): string, integer, number gives body, status, and for how many
---  seconds to keep them
---@return string|nil body nil: no lookup could be made
---@return integer status
---@return number seconds for which it is still kept
---@return boolean is_hit it was there before
function M.fetch(key, produce)
  local is_hit = answers:get(key) ~= nil
  if not is_hit then
    start(key, produce)
  end
  local pause = FIRST_PAUSE
  while not is_hit and answers:get(FLIGHT .. key) do
    ngx.sleep(pause)
    pause = math.min(pause * 2, LAST_PAUSE)
  end
  local body, status = answers:get(key)
  return body, status or 503, body and answers:ttl(key) or 1, is_hit
end

return M
