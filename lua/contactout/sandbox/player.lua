-- Instead of the sandbox's app: answers from a recording. A request that was
-- recorded several times gets its answers in their order. The last one again and
-- again if the endpoint is free, so that a job may be polled more often; one that
-- costs would be paid for again, and is refused. So is what was never recorded,
-- with 422, which no client takes for "not found" or tries again.

local recording = require "contactout.sandbox.recording"
local reply = require "contactout.sandbox.reply"
local router = require "contactout.sandbox.router"
local stand_in = require "contactout.sandbox.stand_in"

local Player = stand_in.class()

local UNMATCHED = 422

--- world: for the ledger. Raises if the file isn't a recording.
function Player.new(world, file)
  local list, problem = recording.read(file)
  if not list then
    error(problem, 0)
  end
  local self = setmetatable({ world = world, file = file, list = list, by_key = {} }, Player)
  for _, exchange in ipairs(list) do
    exchange.key = recording.key(exchange)
    local found = self.by_key[exchange.key] or { given = 0 }
    found[#found + 1] = exchange
    self.by_key[exchange.key] = found
  end
  return self
end

local function is_free(request)
  local route = router.find(request.method, request.path)
  return route ~= nil and #route.credits == 0 and route.name ~= "domain_enrich"
end

local function common_prefix(one, other)
  local n = 0
  while n < #one and one:byte(n + 1) == other:byte(n + 1) do
    n = n + 1
  end
  return n
end

local function nearest(self, request, key)
  local best, best_score = nil, -1
  for _, exchange in ipairs(self.list) do
    local score = common_prefix(key, exchange.key)
      + (exchange.path == request.path and 10000 or 0)
    if score > best_score then
      best, best_score = exchange, score
    end
  end
  return best
end

local function never_recorded(self, request, key)
  local message = "no recorded answer for " .. recording.describe(request)
  local near = nearest(self, request, key)
  if near then
    message = ("%s; the nearest one is %s (%s:%d)"):format(message, recording.describe(near),
      self.file, near.number)
  end
  return message
end

local function used_up(self, request, found)
  return ("%s was recorded %s, and once more it would be paid for again (%s:%d)"):format(
    recording.describe(request), #found == 1 and "once" or #found .. " times", self.file,
    found[#found].number)
end

--- The recorded exchange whose turn it is | nil, message
local function find(self, request)
  local key = recording.key(request)
  local found = self.by_key[key]
  if not found then
    return nil, never_recorded(self, request, key)
  elseif found.given < #found then
    found.given = found.given + 1
  elseif not is_free(request) then
    return nil, used_up(self, request, found)
  end
  return found[found.given]
end

local function answer_of(exchange)
  local answer = { status = exchange.status, text = exchange.reply, headers = {} }
  for _, header in ipairs(exchange.headers) do
    if header[1] == "content-type" then
      answer.content_type = header[2]
    else
      reply.add_header(answer, header[1], header[2])
    end
  end
  return answer
end

--- See stand_in.lua.
function Player:answer(exchange)
  local found, problem = find(self, exchange)
  if not found then
    return stand_in.refusal(UNMATCHED, problem)
  end
  return answer_of(found)
end

return Player
