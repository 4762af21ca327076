-- The sandbox's own paths, under /_sandbox/: what happened, and what shall
-- happen next. They need no token, and neither limits nor ledger see them.
--
--   GET  state                     counts, charges, errors
--   GET  ledger?since=N&most=N     the requests numbered above N
--   GET  wait?NAME=N&seconds=S     answers when the count NAME has reached N; 504: it
--                                  hasn't, in S seconds, of which 10 are the most
--   GET  release                   lets held requests go
--   POST reset                     back to the start
--   POST faults {"fault": "...", "times": n, "path": "..."}
--   POST config {"limits": bool, "minute": s, "job_polls": n,
--                "job_seconds": s, "credits": {"TOKEN": {"email": n}}}

local faults = require "contactout.sandbox.faults"
local json = require "contactout.sandbox.json"
local query = require "contactout.sandbox.query"

local M = { PREFIX = "/_sandbox/" }

local LONGEST_WAIT = 10

--- The counts one can wait for.
local function counts(world)
  local ledger = world.ledger
  return {
    requests = ledger.requests, responses = ledger.responses, limited = ledger.limited,
    connections_opened = world.opened, connections_open = world.open, held = world.held,
    callbacks = #world.callbacks, errors = #ledger.errors,
  }
end

local function state(world)
  local shown = counts(world)
  local ledger = world.ledger
  shown.statuses, shown.charges, shown.notices = ledger.statuses, ledger.charges, ledger.notices
  shown.errors, shown.callbacks = ledger.errors, world.callbacks
  shown.jobs = world.jobs.count
  return 200, shown
end

local function sorted_names(map)
  local names = {}
  for name in pairs(map) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local ACTIONS = {}

ACTIONS["GET state"] = state

ACTIONS["GET ledger"] = function(world, args)
  return 200, world.ledger:since(tonumber(args.since) or 0, tonumber(args.most))
end

-- The counts to wait for, and the seconds; nil and what is wrong with the arguments.
local function read_wait(world, args)
  local known, wanted, seconds = counts(world), {}, LONGEST_WAIT
  for name, text in pairs(args) do
    local number = tonumber(text)
    if name == "seconds" and number then
      seconds = math.min(number, LONGEST_WAIT)
    elseif known[name] and number then
      wanted[name] = number
    else
      return nil, ("can't wait for %s=%s"):format(name, tostring(text))
    end
  end
  if next(wanted) == nil then
    return nil, "there is nothing to wait for"
  end
  return wanted, seconds
end

ACTIONS["GET wait"] = function(world, args)
  local wanted, seconds = read_wait(world, args)
  if not wanted then
    return 400, { message = seconds .. "; there are numbers of: "
      .. table.concat(sorted_names(counts(world)), ", ") }
  end
  local reached = world:wait_until(function()
    local reached_by_now = counts(world)
    for name, number in pairs(wanted) do
      if reached_by_now[name] < number then
        return false
      end
    end
    return true
  end, seconds)
  local _, shown = state(world)
  return reached and 200 or 504, shown
end

ACTIONS["GET release"] = function(world)
  return 200, { released = world:release() }
end

ACTIONS["POST reset"] = function(world)
  world:reset()
  return 200, { ok = true }
end

ACTIONS["POST faults"] = function(world, args)
  local plan, problem = faults.parse(args.fault or "")
  if not plan then
    return 400, { message = problem }
  end
  world.faults:add(plan, args.times or 1, args.path)
  return 200, { ok = true }
end

ACTIONS["POST config"] = function(world, args)
  world:configure(args)
  for token, pools in pairs(args.credits or {}) do
    world.credits:set_left(token, pools)
  end
  return 200, { ok = true }
end

local function arguments(exchange)
  if exchange.method == "GET" then
    return query.parse(exchange.query)
  end
  return exchange.body == "" and {} or json.decode(exchange.body)
end

local function perform(world, exchange)
  local name = exchange.method .. " " .. exchange.path:sub(#M.PREFIX + 1)
  local action, args = ACTIONS[name], arguments(exchange)
  if not action then
    return 404, { message = "no such control path: " .. name }
  elseif type(args) ~= "table" then
    return 400, { message = "can't read the arguments" }
  end
  return action(world, args)
end

--- Answers one request under the prefix.
function M.serve(world, exchange)
  local ok, status, value = pcall(perform, world, exchange)
  if not ok then
    status, value = 500, { message = tostring(status) }
  end
  exchange:respond({ status = status, text = json.encode(value), headers = {} }, {})
end

return M
