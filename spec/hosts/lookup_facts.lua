-- Facts for behaviour.lua: a name server that takes its time (slow_dns.c in
-- spec/support), which neither the host nor any end waits for.

local contactout = require "contactout"
local core = require "contactout.core"
local facts = require "spec.hosts.facts"

local client, equal = facts.client, facts.equal

local list, fact = facts.list()

-- Looking it up takes two seconds; what comes in less didn't wait for it.
local SLOW = { base_url = "https://slow2.test" }
local LESS = 1.5

local function check_kinds(kind, tasks, begun)
  for _, task in ipairs(tasks) do
    equal(kind, task:wait().kind)
  end
  equal(true, core.now() - begun < LESS, "in less than a lookup takes")
end

fact("the host goes on while a name is looked up", function(host)
  local before = host.ticks()
  local task = contactout.spawn(function()
    return select(2, client(SLOW):stats(nil, { timeout = 1 }))
  end)
  facts.wait_until(function()
    return host.ticks() >= before + 20
  end)
  equal(false, task:has_ended(), "it was still being looked up")
  task:cancel()
  equal("cancelled", task:wait().kind)
end)

fact("a call times out in time while a name is looked up", function()
  local begun = core.now()
  local _, err = client(SLOW):stats(nil, { timeout = 0.05 })
  equal("timeout", err.kind)
  equal(true, core.now() - begun < LESS, "in less than a lookup takes")
end)

fact("calls cancelled while a name is looked up say so at once", function()
  local begun = core.now()
  local tasks = facts.in_flight(client(SLOW), 3)
  for _, task in ipairs(tasks) do
    task:cancel()
  end
  check_kinds("cancelled", tasks, begun)
end)

fact("a client closed while a name is looked up ends its calls at once", function()
  local begun, one = core.now(), client(SLOW)
  local tasks = facts.in_flight(one, 3)
  one:close()
  check_kinds("cancelled", tasks, begun)
end)

return list
