-- Facts for behaviour.lua: how calls and clients end before their time, and that
-- nothing is left of them.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local facts = require "spec.hosts.facts"

local client, with, in_flight = facts.client, facts.with, facts.in_flight
local equal, wait_until = facts.equal, facts.wait_until

local list, fact = facts.list()

fact("a cancelled task's call says cancelled, and the task goes on", function()
  local one = client()
  local task = in_flight(one, 1)[1]
  task:cancel()
  equal("cancelled", task:wait().kind)
  equal(200, assert(one:stats()).status_code)
end)

fact("a cancelled task's sleep says cancelled", function()
  local begun = false
  local task = contactout.spawn(function()
    begun = true
    return select(2, contactout.sleep(1000))
  end)
  wait_until(function() return begun end)
  task:cancel()
  equal("cancelled", task:wait().kind)
end)

fact("a client closed with calls in flight says cancelled to each", function()
  local one = client()
  local tasks = in_flight(one, 5)
  one:close()
  for i = 1, 5 do
    equal("cancelled", tasks[i]:wait().kind)
  end
end)

fact("clients that come and go at once don't mix up their calls", function()
  for _ = 1, facts.RUNS do
    local one = client()
    local tasks = in_flight(one, 2)
    one:close()
    equal(200, assert(client():stats()).status_code)
    equal("cancelled", tasks[1]:wait().kind)
    equal("cancelled", tasks[2]:wait().kind)
  end
end)

fact("a client that nobody holds ends its calls", function()
  local one = client()
  local task = contactout.spawn(function(mine)
    return assert(mine:stats(nil, with("delay:0.1"))).status_code
  end, one)
  wait_until(function() return one._core:pending() == 1 end)
  one = nil -- luacheck: ignore
  collectgarbage()
  collectgarbage()
  equal(200, task:wait())
end)

fact("a call that can't yield is refused before it is sent", function()
  local kind
  ("x"):gsub("x", function()
    local value, err = client():stats()
    kind = value and "a reply" or err.kind
  end)
  equal("unsupported", kind)
end)

-- Cancels a paid call: once sent it goes on without its task, but not longer than
-- the client is there.
local function abandon_paid_call()
  local one = client()
  local task = contactout.spawn(function()
    return select(2, one:linkedin_enrich({ profile = data.person(6).linkedin_url }, with("hang")))
  end)
  wait_until(function() return one._core:pending() == 1 end)
  task:cancel()
  equal("cancelled", task:wait().kind)
end

fact("a client collected with paid calls under way takes them along", function(host)
  for _ = 1, facts.RUNS do
    abandon_paid_call()
    collectgarbage()
  end
  facts.settle(host.before)
end)

fact("nothing is left of clients that have ended", function(host)
  facts.settle(host.before)
end)

return list
