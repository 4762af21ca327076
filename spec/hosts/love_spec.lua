-- LÖVE's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

local hosts = require "spec.support.hosts"

local opts = {
  command = "xvfb-run -a love spec/hosts/love",
  -- no fork: nothing in LÖVE does, and the child would draw in its parent's window
  thrown = { ["a task"] = { told = "on purpose", code = 1 } },
  own = {
    "a call in a frame is refused before it is sent",
    "run, map, wait and sleep in a frame are refused",
    "a call in a foreign coroutine is refused",
    "spawn in a frame starts a task",
    "its name as the option loop changes nothing",
    "frames go on with 200 calls in flight",
    "a call in a love.thread blocks that",
    "other hosts' modules change nothing",
  },
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("love #yields", function()
  for _, one in ipairs(hosts.checks("love", opts)) do
    it(one.name, one.check)
  end
end)
