local hosts = require "spec.support.hosts"

local opts = {
  own = {
    "other coroutines are refused",
    "one client serves nested controllers",
    "dropped controllers drop their calls",
    "dropped waiters hold up no other",
    "dropped lookups are taken over",
    "stalled lookups are taken over",
  },
  forks = true,
  thrown = {
    ["a task"] = { told = "contactout: error in a task: on purpose" },
    ["a coroutine"] = { told = "a coroutine failed: on purpose" },
  },
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("cqueues #yields", function()
  for _, one in ipairs(hosts.checks("cqueues", opts)) do
    it(one.name, one.check)
  end
end)
