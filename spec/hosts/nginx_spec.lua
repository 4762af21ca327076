-- nginx's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

local hosts = require "spec.support.hosts"
local nginx = require "spec.support.nginx"

-- Not by dofile, a C function, out of which nothing could yield.
local folder, command = nginx.write {
  main = "master_process off;",
  http = [[
    init_worker_by_lua_block {
      ngx.timer.at(0, function()
        local ok, problem = xpcall(assert(loadfile("spec/hosts/program.lua")), debug.traceback)
        if not ok then
          io.stderr:write(problem, "\n")
          os.exit(9)
        end
      end)
    }
  ]],
}

-- the tag leaves it out on PUC 5.1, which can't wait in a coroutine
describe("nginx #yields", function()
  teardown(function()
    os.execute("rm -rf " .. folder)
  end)

  local opts = { command = command, own = { "killed waiters hold up no other" } }
  for _, one in ipairs(hosts.checks("nginx", opts)) do
    it(one.name, one.check)
  end
end)
