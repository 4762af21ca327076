-- luv, for program.lua.

local contactout = require "contactout"
local uv = require "luv"

-- In a callback there is no coroutine: it stops the loop, as any other work does.
local function blocks_in_callbacks()
  local status
  local timer = uv.new_timer()
  timer:start(0, 0, function()
    timer:close()
    status = assert(contactout.new({ rate_limits = false }):stats()).status_code
  end)
  while not status do
    contactout.sleep(0.001)
  end
  assert(status == 200)
end

-- Others' resumes don't end a wait.
local function survives_strange_resumes()
  local thread = coroutine.running()
  local timer = uv.new_timer()
  timer:start(0, 1, function()
    coroutine.resume(thread, "strange")
  end)
  local reply = contactout.new({ rate_limits = false }):stats(nil, {
    headers = { ["x-sandbox-fault"] = "delay:0.05" },
  })
  timer:close()
  assert(reply.status_code == 200)
end

-- As where the system has no more watches to give.
local function says_what_it_cannot_watch()
  local new_poll, client = uv.new_poll, contactout.new({ rate_limits = false })
  uv.new_poll = function()
    return nil, "ENOSPC: no space left on device"
  end
  local _, err = client:stats()
  uv.new_poll = new_poll
  assert(err.kind == "connection" and err.message:find("ENOSPC", 1, true), tostring(err))
  assert(client._core:pending() == 0 and client:stats())
end

return {
  facts = {
    { name = "a call in a callback blocks", check = blocks_in_callbacks },
    { name = "strange resumes end no wait", check = survives_strange_resumes },
    { name = "what can't be watched isn't sent", check = says_what_it_cannot_watch },
  },
  run = function(main)
    contactout.spawn(main):wait() -- from outside: runs the loop
  end,
  finish = function()
    uv.run()
  end,
  -- luv itself crashes when a callback that has closed a handle closes the state
  leaves_outside = { ["os.exit with the state closed"] = true },
  start = function(fn)
    coroutine.wrap(fn)()
  end,
  tick = function(fn)
    local timer = uv.new_timer()
    timer:start(1, 1, function()
      if not fn() then
        timer:close()
      end
    end)
  end,
}
