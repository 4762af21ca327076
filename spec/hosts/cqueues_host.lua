-- cqueues, for program.lua.

local contactout = require "contactout"
local cqueues = require "cqueues"
local data = require "contactout.sandbox.data"
local vanishing = require "spec.hosts.vanishing"

local function refuses_other_coroutines()
  local loaded, problem
  coroutine.wrap(function()
    loaded, problem = contactout.new({ rate_limits = false }):stats()
  end)()
  assert(loaded == nil and problem.kind == "unsupported", "refused")
  assert(problem.message:find("cq:wrap", 1, true), problem.message)
end

-- A client that waits in two controllers, one inside the other.
local function serves_nested_controllers()
  local client, statuses = contactout.new({ rate_limits = false }), {}
  local inner = cqueues.new()
  for i = 1, 3 do
    inner:wrap(function()
      statuses[i] = assert(client:stats()).status_code
    end)
  end
  local beside = contactout.spawn(client.stats, client)
  assert(inner:loop())
  assert(#statuses == 3 and beside:wait().status_code == 200)
end

-- A controller that is dropped takes its coroutines with it, and their calls.
local function survives_dropped_controllers()
  local client = contactout.new({ rate_limits = false })
  for _ = 1, 5 do
    local inner = cqueues.new()
    inner:wrap(function()
      client:stats(nil, { headers = { ["x-sandbox-fault"] = "hang" } })
    end)
    assert(inner:step(0))
    assert(client._core:pending() > 0)
  end
  while client._core:pending() > 0 do
    collectgarbage()
    contactout.sleep(0.001)
  end
  assert(client:stats())
end

local function survives_dropped_waiters()
  vanishing(function(fn, done)
    local inner = cqueues.new()
    inner:wrap(fn)
    repeat
      assert(inner:step(0))
    until done()
  end)
end

-- Who looks up what a dropped controller's coroutine was looking up gets that reply, or
-- asks anew where nothing was sent; and so does who waited for it before.
local function takes_over(opts, is_under_way, let_go)
  opts.cache = {}
  local client, person = contactout.new(opts), data.person(6)
  local function ask()
    return client:linkedin_enrich({ profile = person.linkedin_url })
  end
  local inner = cqueues.new()
  inner:wrap(ask)
  repeat
    assert(inner:step(0))
  until is_under_way(client)
  local before = contactout.spawn(ask)
  contactout.sleep(0)
  inner = nil -- luacheck: ignore
  collectgarbage()
  collectgarbage()
  let_go()
  assert(ask().profile.full_name == person.full_name)
  assert(before:wait().profile.full_name == person.full_name)
  local spent = client:spent()
  assert(spent.email == 1 and spent.uncertain.email == 0, "paid for once, and known")
end

local function takes_over_dropped_lookups()
  local control = contactout.new({ rate_limits = false })
  takes_over({ rate_limits = false, headers = { ["x-sandbox-fault"] = "hold" } }, function(client)
    return client._core:pending() == 1
      and control:request("GET", "/_sandbox/wait", { query = { held = 1, seconds = 20 } })
  end, function()
    assert(control:request("GET", "/_sandbox/release"))
  end)
  local steps = 0
  takes_over({ rate_limits = { other = 10, window = 1 } }, function(client)
    steps = steps + 1
    return steps == 1 and client:stats() == nil or steps > 5 -- takes the one turn there is
  end, function() end)
end

-- So does who waits for a controller that is there, and that nobody steps. When somebody
-- does again, its coroutines end as if they had been in time.
local function takes_over_stalled_lookups()
  local control, person = contactout.new({ rate_limits = false }), data.person(6)
  local client = contactout.new({ cache = {}, rate_limits = false,
    headers = { ["x-sandbox-fault"] = "hold" } })
  local late
  local function ask()
    return client:linkedin_enrich({ profile = person.linkedin_url })
  end
  local inner = cqueues.new()
  inner:wrap(function()
    late = assert(ask())
  end)
  repeat
    assert(inner:step(0))
  until client._core:pending() == 1
  assert(control:request("GET", "/_sandbox/wait", { query = { held = 1, seconds = 20 } }))
  assert(control:request("GET", "/_sandbox/release"))
  local tasks = { contactout.spawn(ask), contactout.spawn(ask) }
  for _, task in ipairs(tasks) do
    assert(assert(task:wait(20)).profile.full_name == person.full_name)
  end
  assert(ask() and late == nil)
  assert(inner:loop(20) and inner:empty())
  assert(late.profile.full_name == person.full_name)
  local spent = client:spent()
  assert(spent.email == 1 and spent.uncertain.email == 0, "paid for once, and known")
end

local controller = cqueues.new()

return {
  facts = {
    { name = "other coroutines are refused", check = refuses_other_coroutines },
    { name = "one client serves nested controllers", check = serves_nested_controllers },
    { name = "dropped controllers drop their calls", check = survives_dropped_controllers },
    { name = "dropped waiters hold up no other", check = survives_dropped_waiters },
    { name = "dropped lookups are taken over", check = takes_over_dropped_lookups },
    { name = "stalled lookups are taken over", check = takes_over_stalled_lookups },
  },
  run = function(main)
    local ended, problem
    controller:wrap(function()
      ended, problem = pcall(main)
    end)
    while ended == nil do
      local ok, message = controller:step()
      if not ok then
        io.stderr:write("a coroutine failed: ", tostring(message), "\n")
      end
    end
    assert(ended, problem)
  end,
  finish = function()
    assert(controller:loop())
  end,
  start = function(fn)
    controller:wrap(fn)
  end,
  tick = function(fn)
    cqueues.running():wrap(function()
      while fn() do
        cqueues.sleep(0.001)
      end
    end)
  end,
}
