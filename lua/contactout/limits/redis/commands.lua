-- What is said to Redis: three scripts, each of which Redis runs as one step. They do
-- what slots.lua does, with a hash for each limit as the store, and by the clock of
-- Redis, so that those of the machines need not agree. They count in microseconds,
-- and answer in one line. Pure: sending is others'.

local slots = require "contactout.limits.slots"

local M = {}

local MICROSECONDS = 1e6

--- Of the window, what is added to it: more than elsewhere, since machines that share a
--- limit come late by more (see turns.lua).
M.MARGIN = 0.02

-- The scripts -------------------------------------------------------------------

-- KEYS are the class's limit and, where the class is in doubt, the endpoint's own,
-- which counts once it has a field `own`. Before 5, Redis wants to be told of scripts
-- that write after they asked for the time.
local HEAD = [[
if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
local has_own = KEYS[2] and redis.call("HEXISTS", KEYS[2], "own") == 1
local key = has_own and KEYS[2] or KEYS[1]

local function read(name)
  return tonumber(redis.call("HGET", key, name)) or 0
end

local function write(name, value)
  redis.call("HSET", key, name, string.format("%.0f", value))
end

-- Lets the key live until nothing in it counts any more.
local function keep_until(time)
  local ms = math.ceil((time - now) / 1000)
  if ms > redis.call("PTTL", key) then
    redis.call("PEXPIRE", key, ms)
  end
end

local function answer(wait, held)
  return { ok = string.format("%.0f %.0f %.0f", now, wait, math.max(held - now, 0)) }
end
]]

-- ARGV, for each key: rate (0: no limit), burst, window, window after a refusal.
-- Answers what time it is, how long to wait, and how much of that is a pause.
local RESERVE = HEAD .. [[
local first = has_own and 4 or 0
local rate, burst = tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
local held = read("held")
local at = math.max(now, held)
if rate > 0 then
  local window = tonumber(ARGV[first + (now < read("wide") and 4 or 3)])
  local each = window / rate
  local full_at = read("full")
  local oldest = read("oldest") % rate
  at = math.max(at, read(oldest) + window, full_at - (burst - 1) * each)
  write("full", math.max(full_at, at) + each)
  write(oldest, at)
  write("oldest", oldest + 1)
  keep_until(at + 2 * window)
end
return answer(at - now, held)
]]

-- Answers likewise: waits for nothing, and reserves nothing.
local HELD = HEAD .. [[
return answer(0, read("held"))
]]

-- ARGV: how long a pause, for how long a wider margin, "own" where the endpoint is to
-- have a limit of its own.
local HOLD = HEAD .. [[
for i = 1, #KEYS do
  key = KEYS[i]
  local held, wide = math.max(read("held"), now + ARGV[1]), math.max(read("wide"), now + ARGV[2])
  write("held", held)
  write("wide", wide)
  if i == 2 and ARGV[3] == "own" then
    redis.call("HSET", key, "own", 1)
  end
  keep_until(math.max(held, wide))
end
return { ok = "OK" }
]]

-- The wire ----------------------------------------------------------------------

--- A command as Redis reads it.
---@param words any[]
---@return string
function M.encode(words)
  local parts = { ("*%d\r\n"):format(#words) }
  for i, word in ipairs(words) do
    word = tostring(word)
    parts[i + 1] = ("$%d\r\n%s\r\n"):format(#word, word)
  end
  return table.concat(parts)
end

local function microseconds(seconds)
  return ("%.0f"):format(seconds * MICROSECONDS)
end

local function eval(script, limits, arguments)
  local words = { "EVAL", script, #limits }
  for _, limit in ipairs(limits) do
    words[#words + 1] = limit.key
  end
  for _, argument in ipairs(arguments) do
    words[#words + 1] = argument
  end
  return M.encode(words)
end

--- Reserves the next time that is free. What it answers `read` reads.
---@param limits contactout.SlotLimit[] the class's, and the endpoint's own
---@return string
function M.reserve(limits)
  local arguments = {}
  for _, limit in ipairs(limits) do
    arguments[#arguments + 1] = limit.rate or 0
    arguments[#arguments + 1] = limit.burst or 0
    arguments[#arguments + 1] = microseconds(limit.window * (1 + M.MARGIN))
    arguments[#arguments + 1] = microseconds(limit.window * (1 + slots.WIDE_MARGIN))
  end
  return eval(RESERVE, limits, arguments)
end

--- Asks for the seconds that are left of a pause.
function M.held(limits)
  return eval(HELD, limits, {})
end

--- Lets nothing go for so many seconds.
---@param seconds number
function M.hold(limits, seconds)
  return eval(HOLD, limits, { microseconds(seconds), 0, "" })
end

--- The same after a refusal, which widens the margin and settles a doubt.
function M.refused(limits, seconds)
  local wide = slots.WIDE_WINDOWS * limits[1].window
  return eval(HOLD, limits, { microseconds(seconds), microseconds(wide), "own" })
end

---@class contactout.RedisAnswer
---@field time number seconds, by the clock of Redis
---@field wait number seconds from then until the time that was reserved
---@field pause number seconds that are left of a pause

--- Reads the line of an answer.
---@param line string
---@return contactout.RedisAnswer|nil answer nil: it is an error's, or none of ours
function M.read(line)
  local time, wait, pause = line:match("^%+(%d+) (%d+) (%d+)$")
  return time and {
    time = time / MICROSECONDS, wait = wait / MICROSECONDS, pause = pause / MICROSECONDS,
  }
end

return M
