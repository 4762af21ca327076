-- Facts for behaviour.lua: each kind of error that a call can end with, and errors
-- thrown while calls are in flight.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local facts = require "spec.hosts.facts"

local client, with, equal = facts.client, facts.with, facts.equal

local list, fact = facts.list()

local SECURE = (os.getenv("CONTACTOUT_BASE_URL") or ""):gsub("^http:", "https:")

-- Those that behaviour.lua has no scene for.
for _, case in ipairs({
  { kind = "credentials", fault = "work", what = "with a wrong token",
    opts = { token = "unknown-1" } },
  { kind = "invalid_request", fault = "status:400", what = "that the server refuses" },
  { kind = "out_of_credits", fault = "status:403,message:You're out of credits",
    what = "for which there are no credits" },
  { kind = "no_access", fault = "status:403", what = "that isn't allowed" },
  { kind = "rate_limited", fault = "status:429", what = "too many" },
  { kind = "server", fault = "status:500", what = "on which the server fails" },
  { kind = "too_large", fault = "big:5000", what = "with too large a reply",
    opts = { max_response_bytes = 1000 } },
  { kind = "tls", fault = "work", what = "to a server that speaks no TLS",
    opts = { base_url = SECURE } },
}) do
  fact("a call " .. case.what .. " says " .. case.kind, function()
    equal(case.kind, facts.kind_under(case.fault, nil, case.opts))
  end)
end

fact("a paid call that is cut off tells that it may be charged", function()
  local _, err = client():linkedin_enrich({ profile = data.person(6).linkedin_url },
    with("reset-after"))
  equal("connection", err.kind)
  equal(true, err.maybe_charged)
end)

-- Thrown ------------------------------------------------------------------------

-- Starts `n` slow calls -> tasks, each giving the status of its reply.
local function start_slow(one, n)
  local tasks = {}
  for i = 1, n do
    tasks[i] = contactout.spawn(function()
      return assert(one:stats(nil, with("delay:0.1"))).status_code
    end)
  end
  return tasks
end

fact("an error thrown between calls leaves the others' alone", function()
  local one = client()
  local others = start_slow(one, 5)
  local failing = contactout.spawn(function()
    assert(one:stats())
    error("on purpose", 0)
  end)
  local ok, problem = pcall(failing.wait, failing)
  equal(false, ok)
  equal("on purpose", problem)
  for _, task in ipairs(others) do
    equal(200, task:wait())
  end
end)

fact("an error thrown in map is raised when the calls in flight have ended", function()
  local one, ended = client(), 0
  local ok, problem = pcall(contactout.map, { 1, 2, 3 }, function(i)
    if i == 2 then
      error("on purpose", 0)
    end
    assert(one:stats(nil, with("delay:0.1")))
    ended = ended + 1
  end)
  equal(false, ok)
  equal("on purpose", problem)
  equal(2, ended)
  equal(0, one._core:pending())
end)

return list
