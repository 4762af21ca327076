-- Neovim's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

local hosts = require "spec.support.hosts"

local opts = {
  command = "nvim --headless -u NONE -i NONE -c 'luafile spec/hosts/program.lua' -c 'cquit 9'",
  error_code = 9,
  forks = true,
  thrown = {
    ["a task"] = { told = "contactout: error in a task: on purpose" },
    ["a coroutine"] = { told = "on purpose" },
  },
  own = {
    "a coroutine may use the editor after a call",
    "a call outside of coroutines waits, and the editor goes on",
    "a call in a fast callback is refused",
    "a coroutine of a fast callback may call",
  },
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("neovim #yields", function()
  for _, one in ipairs(hosts.checks("neovim", opts)) do
    it(one.name, one.check)
  end
end)
