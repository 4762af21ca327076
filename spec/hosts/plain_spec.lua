local hosts = require "spec.support.hosts"

local opts = {
  waits_in = "poll", -- which the scheduler's loop is made of
  forks = true,
  thrown = { ["a task"] = { told = "lua[%w.]*: on purpose", code = 1 } },
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("plain #yields", function()
  for _, one in ipairs(hosts.checks("plain", opts)) do
    it(one.name, one.check)
  end
end)
