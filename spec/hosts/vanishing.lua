-- A fact of hosts that end coroutines without a word: who waited for a job and is
-- no more holds up no other. For the hosts' own facts.

local contactout = require "contactout"

local function submit(client)
  return assert(client:submit_contacts("linkedin.com/in/ann-lee"))
end

---@param vanish fun(fn: function, done: fun(): boolean) starts `fn` in a coroutine of
---  its own, and ends that as soon as `done()`, while it waits
return function(vanish)
  local client = contactout.new({ rate_limits = false, timeout = 0.2 })

  -- one that kept the time for others
  local first, second = submit(client), submit(client)
  vanish(function()
    first:wait({ interval = 0.1 })
  end, function()
    return next(first._state.sleepers) ~= nil
  end)
  assert(second:wait({ interval = 0.2 }))

  -- and one that was polling
  local shared = submit(client)
  vanish(function()
    shared:wait({ interval = 0.001 })
  end, function()
    return shared._state.polled_until ~= nil
  end)
  assert(shared:wait({ interval = 0.001 }))
end
