-- Facts for behaviour.lua: bulk work.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local facts = require "spec.hosts.facts"

local client, equal = facts.client, facts.equal

local list, fact = facts.list()

local QUICK = { batch_size = 20, concurrency = 3, interval = 0.01, max_interval = 0.02 }

local function urls(n)
  local left = n
  return function()
    left = left - 1
    return left >= 0 and data.person(left + 1).linkedin_url or nil
  end
end

fact("a run of bulk work gives each input its row, and the host goes on", function(host)
  local before, rows, values = host.ticks(), 0, 0
  for _, value, err in client():contacts(urls(100), QUICK) do
    rows, values = rows + 1, values + (value and 1 or 0)
    equal(true, value ~= nil or err.kind == "not_found")
  end
  equal(100, rows)
  equal(90, values)
  equal(true, host.ticks() > before)
end)

fact("runs go on side by side", function()
  local one = client()
  local counts = contactout.map({ 10, 20, 30 }, function(n)
    local rows = 0
    for _ in one:contacts(urls(n), QUICK) do
      rows = rows + 1
    end
    return rows
  end)
  equal("10 20 30", table.concat(counts, " "))
end)

fact("an iterator that waits may give the inputs", function()
  local next_url, rows = urls(30), 0
  for _ in client():contacts(function()
    contactout.sleep(0)
    return next_url()
  end, QUICK) do
    rows = rows + 1
  end
  equal(30, rows)
end)

fact("a run that is closed leaves nothing in flight", function()
  local rows = client():contacts(urls(100), QUICK)
  equal("string", type((rows())))
  rows:close()
  equal(0, rows._run.active)
  equal(nil, (rows()))
end)

fact("a run ends with its client", function()
  local one = client()
  local rows = one:contacts(urls(100), { batch_size = 20, interval = 30 })
  local task = contactout.spawn(function()
    local failures = 0
    local ok, problem = pcall(function()
      for _, _, err in rows do
        failures = failures + (err.kind == "cancelled" and 1 or 0)
      end
    end)
    return failures, ok or problem.kind
  end)
  facts.wait_until(function()
    for batch in pairs(rows._run.in_flight) do
      if batch.is_waiting then
        return true
      end
    end
  end)
  one:close()
  local failures, kind = task:wait()
  equal("cancelled", kind)
  equal(true, failures >= 20)
end)

return list
