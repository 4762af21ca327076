local hosts = require "spec.support.hosts"

local opts = {
  own = {
    "a call in a callback blocks",
    "strange resumes end no wait",
    "what can't be watched isn't sent",
  },
  forks = true,
  thrown = {
    ["a task"] = { told = "contactout: error in a task: on purpose" },
    -- luv ends the program after an error in a callback
    ["a coroutine"] = { told = "Uncaught Error.-on purpose", ends = true, code = 255 },
  },
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("luv #yields", function()
  for _, one in ipairs(hosts.checks("luv", opts)) do
    it(one.name, one.check)
  end
end)
