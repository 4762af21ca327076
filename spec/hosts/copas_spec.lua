local hosts = require "spec.support.hosts"

local opts = {
  forks = true,
  thrown = {
    ["a task"] = { told = "contactout: error in a task: on purpose" },
    ["a coroutine"] = { told = "on purpose" },
  },
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("copas #yields", function()
  for _, one in ipairs(hosts.checks("copas", opts)) do
    it(one.name, one.check)
  end
end)
