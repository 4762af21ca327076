-- nginx's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

local hosts = require "spec.support.hosts"
local native = require "spec.support.native"
local nginx = require "spec.support.nginx"

local folder, command = nginx.write {
  cpath = native.module_path() .. ";", main = "master_process off;",
  http = nginx.run_in_timer("spec/hosts/program.lua"),
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("nginx #yields", function()
  teardown(function()
    os.execute("rm -rf " .. folder)
  end)

  local opts = {
    command = command, error_code = 9, own = { "killed waiters hold up no other" }, forks = true,
  }
  for _, one in ipairs(hosts.checks("nginx", opts)) do
    it(one.name, one.check)
  end
end)
