-- The documented limits, used up: a client that does all kinds of work at once, against
-- a server that enforces them. A shortened minute by default; with SPEC_RUNS (`make soak`)
-- ten real ones.

local contactout = require "contactout"
local core = require "contactout.core"
local inputs = require "spec.soak.inputs"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local sandbox = support.sandbox

-- Seconds.
local MINUTE = soak.IS_FULL and 60 or 4
local SECONDS = soak.IS_FULL and 600 or 8
-- The share that is used at least. In a short run a busy machine is late for some.
local SHARE = soak.IS_FULL and 0.97 or 0.7

local CLASS = {}
for _, row in ipairs(core.endpoints) do
  CLASS[row.name] = row.rate_class
end

-- Calls it again and again until the time is over.
local function repeat_until(deadline, call)
  local count = 0
  while core.now() < deadline do
    count = count + 1
    assert(call(count))
  end
  return count
end

-- Bulk work of one key to a request until the time is over.
local function bulk_until(client, deadline)
  local count = 0
  local function next_url()
    count = count + 1
    return core.now() < deadline and inputs.url(count) or nil
  end
  for _, value, err in client:contacts(next_url, { version = 1, batch_size = 1 }) do
    assert(value or err.kind == "not_found", tostring(err))
  end
  return count
end

-- How many requests of each class the server has had in that time.
local function requests_by_class()
  local counts, started = {}, nil
  for _, entry in ipairs(sandbox:ledger()) do
    started = started or entry.time
    if entry.time - started < SECONDS then
      local class = CLASS[entry.endpoint]
      counts[class] = (counts[class] or 0) + 1
    end
  end
  return counts
end

before_each(support.begin)
after_each(support.finish)

describe("the limits #soak", function()
  -- under valgrind a short minute is too short
  it("are reached and never passed #yields #speed", function()
    if soak.IS_FULL then
      sandbox:config { minute = MINUTE }
    else
      support.shorten_minute(MINUTE)
    end
    -- its first search takes the sandbox long, and would delay all else
    support.client({ token = "test-2" }):people_search({})
    local client = support.client { rate_limits = { window = MINUTE } }
    local deadline = core.now() + SECONDS
    local tasks = { contactout.spawn(bulk_until, client, deadline) }
    for _ = 1, 4 do
      tasks[#tasks + 1] = contactout.spawn(repeat_until, deadline, function(count)
        return client:phone_status({ profile = inputs.url(count) })
      end)
      tasks[#tasks + 1] = contactout.spawn(repeat_until, deadline, function(count)
        return client:people_search({ page = count % 9 + 1 })
      end)
    end
    for _, task in ipairs(tasks) do
      assert(task:wait())
    end
    local counts = requests_by_class()
    assert.equal(0, sandbox:state().limited)
    for class, limit in pairs(core.rates) do
      local share = counts[class] / (limit * SECONDS / MINUTE)
      soak.say("%s: %d requests in %d s, %.1f %% of the limit", class, counts[class], SECONDS,
        share * 100)
      assert.is_true(share >= SHARE, ("%s: only %.1f %%"):format(class, share * 100))
    end
  end)
end)
