-- What `make love` runs: starts the offline API, lets it take its time as a live
-- search does, opens the window with the arguments that were given, and stops the
-- API when that is closed.

local contactout = require "contactout"
local sandbox = require "contactout.sandbox"

local DELAYS = { 1.1, 0.5, 1.6, 0.8, 2.1, 0.4, 1.3, 0.9, 0.6, 1.8, 0.7, 1.2, 0.5, 1.0 } -- seconds

local here = arg[0]:match("^(.*)/[^/]*$") or "."

if not (os.getenv("DISPLAY") or os.getenv("WAYLAND_DISPLAY")) then
  io.stderr:write("there is no display to open a window on: run this in a desktop's terminal, or "
    .. "without one as\n  xvfb-run -a make love SCREENSHOT=window.png\n")
  os.exit(1)
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local server = assert(sandbox.start())
local client = assert(contactout.new({ base_url = server.url, token = "test-love" }))
for _, seconds in ipairs(DELAYS) do
  assert(client:request("POST", "/_sandbox/faults", {
    json = { fault = "delay:" .. seconds, path = "people_enrich" },
  }))
end

local words = {
  "CONTACTOUT_TOKEN=test-love", "CONTACTOUT_BASE_URL=" .. quote(server.url), "love", quote(here),
}
for _, word in ipairs(arg) do
  words[#words + 1] = quote(word)
end
local first, _, third = os.execute(table.concat(words, " "))
server:stop()
-- Lua 5.1 gives a status, later ones true or nil, "exit" and the code.
os.exit((first == true or first == 0) and 0 or type(third) == "number" and third or 1)
