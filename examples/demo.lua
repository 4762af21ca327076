-- What `make demo` runs: starts the offline API, lets enrich_csv.lua enrich
-- leads.csv against it as a user would from a shell, and stops it again. The
-- sandbox's "minute" lasts a few seconds, so that the rate limits, which hold as
-- they do against the real service, don't take a newcomer's afternoon.

local sandbox = require "contactout.sandbox"

local MINUTE = 6 -- seconds

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local output = os.getenv("TMPDIR") or "/tmp"
output = output .. "/enriched.csv"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local server = assert(sandbox.start({ minute = MINUTE }))
io.stderr:write("sandbox at ", server.url, ", an offline API with invented people; its minute ",
  "lasts ", MINUTE, " s\n")

local command = table.concat({
  "CONTACTOUT_TOKEN=test-demo", "CONTACTOUT_BASE_URL=" .. quote(server.url),
  arg[-1], quote(here .. "/enrich_csv.lua"), quote(here .. "/leads.csv"), quote(output),
  "--contacts --window", MINUTE,
}, " ")
local first, _, third = os.execute(command)
server:stop()
-- Lua 5.1 gives a status, later ones true or nil, "exit" and the code.
os.exit((first == true or first == 0) and 0 or type(third) == "number" and third or 1)
