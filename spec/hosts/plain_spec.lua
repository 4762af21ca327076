local hosts = require "spec.support.hosts"

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("plain #yields", function()
  for _, one in ipairs(hosts.checks("plain")) do
    it(one.name, one.check)
  end
end)
