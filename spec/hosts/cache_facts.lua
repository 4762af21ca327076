-- Facts for behaviour.lua: lookups that are kept, and asked for by many at once.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local facts = require "spec.hosts.facts"

local client, equal = facts.client, facts.equal

local list, fact = facts.list()

local PERSON = data.person(6)

-- A client that caches, whose requests the sandbox holds until `release`.
local function holding(opts)
  opts = opts or {}
  opts.cache, opts.headers = opts.cache or {}, { ["x-sandbox-fault"] = "hold" }
  return client(opts)
end

local SPELLINGS = { PERSON.linkedin_url, PERSON.linkedin_url:gsub("//www", "//UK") .. "/?trk=x" }

-- Starts lookups of one person, in both spellings -> the tasks, once the one request is
-- being held.
local function ask(one, count)
  local tasks = {}
  for i = 1, count do
    tasks[i] = contactout.spawn(function()
      return one:linkedin_enrich({ profile = SPELLINGS[i % 2 + 1] })
    end)
  end
  assert(client():request("GET", "/_sandbox/wait", { query = { held = 1, seconds = 20 } }))
  return tasks
end

local function release()
  assert(client():request("GET", "/_sandbox/release"))
end

local function check_found(task)
  equal(PERSON.full_name, assert(task:wait()).profile.full_name)
end

fact("many ask for one person, and one request is made", function()
  local sent = 0
  local one = holding({ observe = function(event)
    sent = sent + (event.type == "request" and 1 or 0)
  end })
  local tasks = ask(one, 50)
  release()
  for _, task in ipairs(tasks) do
    check_found(task)
  end
  check_found(contactout.spawn(one.linkedin_enrich, one, { profile = PERSON.linkedin_url }))
  equal(1, sent)
  equal(1, one:spent().email)
end)

fact("the others get the reply when the first who asked is cancelled", function()
  local one = holding()
  local tasks = ask(one, 3)
  tasks[1]:cancel()
  local _, err = tasks[1]:wait()
  equal("cancelled", err.kind)
  release()
  check_found(tasks[2])
  check_found(tasks[3])
  equal(1, one:spent().email)
end)

fact("what was paid for is kept when nobody waits any more", function()
  local one = holding()
  for _, task in ipairs(ask(one, 2)) do
    task:cancel()
    equal("cancelled", select(2, task:wait()).kind)
  end
  release()
  check_found(contactout.spawn(one.linkedin_enrich, one, { profile = PERSON.linkedin_url }))
  equal(1, one:spent().email)
  equal(0, one:spent().uncertain.email)
end)

fact("a client closed says cancelled to all who ask for the same", function()
  local one = holding()
  local tasks = ask(one, 3)
  one:close()
  release()
  for _, task in ipairs(tasks) do
    equal("cancelled", select(2, task:wait()).kind)
  end
end)

-- Such a client whose cache is in a file, once one that was closed has let that go.
local function holding_next(path)
  local is_there, one
  facts.wait_until(function()
    is_there, one = pcall(holding, { cache = { store = path } })
    return is_there
  end)
  return one
end

if pcall(require, "contactout.store") then
  fact("what costs is in doubt to the next client on a file if one was closed", function()
    local path = os.tmpname()
    local one = holding({ cache = { store = path } })
    local tasks = ask(one, 2)
    one:close()
    release()
    for _, task in ipairs(tasks) do
      equal("cancelled", select(2, task:wait()).kind)
    end
    local another = holding_next(path)
    local _, err = another:linkedin_enrich({ profile = PERSON.linkedin_url })
    equal("uncertain", err.kind)
    another:close()
    os.remove(path)
  end)
end

return list
