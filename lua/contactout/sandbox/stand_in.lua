-- What takes the place of the sandbox's own app (app.lua): all but the answers, which
-- recorder.lua fetches and player.lua looks up. A class has
--
--   answer(self, exchange) -> {status, text, headers, content_type} [, problem]
--
-- and `world`, for the ledger, whose entries have no headers: among them is the token.

local control = require "contactout.sandbox.control"
local json = require "contactout.sandbox.json"
local reply = require "contactout.sandbox.reply"
local router = require "contactout.sandbox.router"

local StandIn = {}
StandIn.__index = StandIn

--- A class of its own.
function StandIn.class()
  local class = setmetatable({}, StandIn)
  class.__index = class
  return class
end

--- An error of our own, as an answer and its problem.
function StandIn.refusal(status, message)
  local answer = reply.error(status, message)
  answer.text = json.encode(answer.value)
  return answer, message
end

local function arrive(world, exchange)
  local route = router.find(exchange.method, exchange.path)
  local entry = {
    method = exchange.method, path = exchange.path, query = exchange.query, body = exchange.body,
    endpoint = route and route.name,
  }
  world:connection_used(exchange.connection)
  world.ledger:arrive(entry)
  world.changed:signal()
  return entry
end

--- Attends to one exchange (see exchange.lua).
function StandIn:serve(exchange)
  local world = self.world
  if exchange.path:sub(1, #control.PREFIX) == control.PREFIX then
    return control.serve(world, exchange)
  end
  local entry = arrive(world, exchange)
  local answer, problem = self:answer(exchange)
  if problem then
    world.ledger:refused(entry, problem)
  end
  world.ledger:answered(entry, answer.status, #answer.text)
  world.changed:signal()
  exchange:respond(answer, {})
end

--- Bytes that were no request.
function StandIn:malformed(_, message)
  self.world.ledger:refused({ method = "?", path = "?" }, message)
end

return StandIn
