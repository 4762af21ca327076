-- What spec/support/failing_allocator.c runs to see requests being built, and
-- replies being read, run out of memory in every place.

local core = require "contactout.core"

local long = ("x"):rep(600)
local urls = {}
for i = 1, 12 do
  urls[i] = " https://www.linkedin.com/in/" .. long .. i .. " "
end

local request = assert(core.build("people_linkedin_batch_v2",
  { profiles = urls, include_phone = true, callback_url = "https://hook.example/" .. long },
  { headers = { ["X-One"] = long, Accept = false }, extra = { note = { "a", 2, long } } }))
assert(request.method == "POST" and #request.body > 600 and request.headers["X-One"] == long)

request = assert(core.build("decision_makers", { domain = long, page = 2, reveal_info = true }))
assert(#request.target > 600)
request = assert(core.build("email_verify_batch_result", { job_uuid = "a b" }))
assert(request.target == "/v1/email/verify/batch/a%20b")
request = assert(core.build_path("POST", "/v9/things?x=1",
  { query = { q = { "1", "2" }, r = true }, json = { list = {}, text = long } }))
assert(request.body)

for name, params in pairs({
  people_search = { job_titel = "x" }, people_enrich = { first_name = "x" },
  stats = { period = "2024-13" }, people_linkedin_batch = { profiles = { "x" } },
  company_search = { min_revenue = 2, max_revenue = 1 },
}) do
  local nothing, err = core.build(name, params)
  assert(nothing == nil and err.kind == "invalid_argument")
end

local headers = { ["x-request-id"] = long, ["retry-after"] = "3", location = long }
local value = assert(core.read("people_search", {
  status = 200, headers = headers, body = '{"profiles":{"b":{"list":[1,null]},"a":{}}}',
}))
assert(value.profiles.b)
for _, reply in ipairs({
  { status = 403, headers = headers, body = '{"errors":{"a":["out of credits ' .. long .. '"]}}' },
  { status = 302, headers = headers, body = "" },
  { status = 200, headers = headers, body = "<html>" .. long },
  { status = 429, headers = headers, body = long, raw = true },
}) do
  local _, err = core.read("people_search", reply)
  assert(err and tostring(err))
end
