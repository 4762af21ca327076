-- Facts for behaviour.lua: walks through the pages of a search.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local facts = require "spec.hosts.facts"

local client, equal, with = facts.client, facts.equal, facts.with

local list, fact = facts.list()

-- Everybody at one company: two pages.
local QUERY, COUNT = { domain = data.person(6).company.domain }, 40

local function count(people)
  local found = 0
  for _ in people do
    found = found + 1
  end
  return found
end

-- Lets the host go on until a page has been sent.
local function wait_until_sent(people)
  facts.wait_until(function()
    local turn = people._run.turn
    return turn and turn.call and turn.call.is_out
  end)
end

fact("a walk through a search gives everybody, and the host goes on", function(host)
  for _, opts in ipairs { {}, { prefetch = true } } do
    local before = host.ticks()
    equal(COUNT, count(client():each_person(QUERY, with("delay:0.02", opts))))
    equal(true, host.ticks() > before)
  end
end)

fact("walks through searches go on side by side", function()
  local one = client()
  local counts = contactout.map({ 30, 10, 40 }, function(limit)
    return count(one:each_person(QUERY, { limit = limit, prefetch = true }))
  end)
  equal("30 10 40", table.concat(counts, " "))
end)

fact("a walk that is closed waits for the page that was sent", function()
  local one = client()
  local people = one:each_person(QUERY, with("delay:0.2", { prefetch = true }))
  equal("table", type(people()))
  wait_until_sent(people)
  people:close()
  equal(nil, (people()))
  equal(COUNT, one:spent().search)
  equal(0, one:spent().uncertain.search)
end)

fact("a walk whose waiter is cancelled gives the page to who asks next", function()
  local one = client()
  local people = one:each_person(QUERY, with("delay:0.2"))
  local reader = contactout.spawn(function()
    return select(2, pcall(people)).kind
  end)
  wait_until_sent(people)
  reader:cancel()
  equal("cancelled", reader:wait())
  equal(COUNT, count(people))
  equal(COUNT, one:spent().search)
end)

fact("a walk waits for the end of a pause, or until it is closed", function()
  local waits = 0
  local one = client { observe = function(event)
    waits = waits + (event.type == "wait" and 1 or 0)
  end }
  local people = one:each_person(QUERY, with("status:429,retry-after:300"))
  local reader = contactout.spawn(function()
    return people()
  end)
  facts.wait_until(function()
    return waits == 1
  end)
  people:close()
  equal(nil, (reader:wait()))
end)

return list
