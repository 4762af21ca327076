-- ^C amid bulk work once left plain Lua's scheduler in a state in which every later
-- call was refused, and was swallowed while a job was waited for. The interpreter
-- raises it wherever Lua happens to be.

local bulk = require "spec.support.bulk"
local support = require "spec.support.client"

before_each(support.begin)
after_each(support.finish)

local PROGRAM = [[
local contactout = require "contactout"
local events, last = 0, tonumber(os.getenv("LAST_EVENT"))
local client = assert(contactout.new { observe = function()
  events = events + 1
  if events == last then
    local pipe = io.popen("kill -INT $PPID")
    pipe:read("*a")
    pipe:close()
  end
end })
local urls = {}
for url in os.getenv("URLS"):gmatch("%S+") do
  urls[#urls + 1] = url
end
local rows = client:contacts(urls, { batch_size = 10, interval = 0.05 })
print(pcall(function()
  for _ in rows do end
end))
rows:close()
print(assert(client:stats()).status_code)
]]

describe("an interrupt", function()
  for _, last in ipairs { 3, 7, 12, 20 } do
    it(("at the event number %d ends the run, and no later call"):format(last), function()
      support.sandbox:config { job_polls = 3 }
      local output, code = support.run_lua(PROGRAM, {
        CONTACTOUT_TOKEN = support.TOKEN, CONTACTOUT_BASE_URL = support.sandbox.url,
        URLS = table.concat(bulk.urls(1, 60), " "), LAST_EVENT = tostring(last),
      })
      assert.matches("^false\t.*interrupted!\n200$", output)
      assert.equal(0, code)
    end)
  end
end)
