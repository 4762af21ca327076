local hosts = require "spec.support.hosts"

local opts = {
  -- not "close": luv itself crashes when a callback that has closed a handle closes
  -- the Lua state
  ends = { "its last line", "exit" },
  own = { "a call in a callback blocks", "strange resumes end no wait" },
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("luv #yields", function()
  for _, one in ipairs(hosts.checks("luv", opts)) do
    it(one.name, one.check)
  end
end)
