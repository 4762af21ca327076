-- What `make neovim` runs: starts the offline API and, with it, Neovim on a file of
-- leads, with the plugin loaded and none of your own settings. Further words are
-- passed on to Neovim.

local sandbox = require "contactout.sandbox"

local here = arg[0]:match("^(.*)/[^/]*$") or "."

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local server = assert(sandbox.start())
local words = {
  "CONTACTOUT_TOKEN=test-demo", "CONTACTOUT_BASE_URL=" .. quote(server.url),
  "nvim -i NONE -u", quote(here .. "/init.lua"), quote(here .. "/leads.txt"),
}
for _, word in ipairs(arg) do
  words[#words + 1] = quote(word)
end
local first, _, third = os.execute(table.concat(words, " "))
server:stop()
-- LuaJIT gives a status, or true or nil, "exit" and the code, as it was built.
os.exit((first == true or first == 0) and 0 or type(third) == "number" and third or 1)
