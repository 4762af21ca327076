-- What spec/support/failing_allocator.c runs to see a client run out of memory in
-- every place. Only on the caller's thread: the counts are for one.

local core = require "contactout.core"

local client = assert(core.new({
  token = "test-1", base_url = "http://127.0.0.1:1/", user_agent = "x",
  headers = { ["X-One"] = "1", Accept = false },
}))

local value, err = client:stats()
assert(value == nil and err.kind == "connection", err and err.kind)

local request = assert(core.build("people_enrich",
  { linkedin_url = "https://www.linkedin.com/in/somebody", include = { "work_email" } },
  { headers = { ["X-One"] = false, ["X-Two"] = "" } }))
local sent
value, err, sent = client:perform(request)
assert(value == nil and err.kind == "connection" and sent == false)
assert(tostring(client))

client:close()
value, err = client:perform(request)
assert(value == nil and err.kind == "cancelled")
