-- The cache of examples/openresty where nginx doesn't run its timers.

-- nginx's Lua is LuaJIT.
if not rawget(_G, "jit") then
  return
end

local core = require "contactout.core"
local nginx = require "spec.support.nginx"

local HTTP = [[
  lua_shared_dict people 1m;
  lua_max_running_timers 1;
  init_by_lua_block {
    package.path = "examples/openresty/lua/?.lua;" .. package.path
    cache = require "cache"
  }
]]

-- /occupy takes the one timer that nginx runs at once, for a while.
local SERVER = [[
  location = /occupy { content_by_lua_block {
    ngx.say(ngx.timer.at(0, function() ngx.sleep(8) end))
  } }
  location = /fetch { content_by_lua_block {
    local body, status = cache.fetch("ann", function() return "found", 200, 60 end)
    ngx.status = status
    ngx.print(body or "busy")
  } }
]]

describe("the cache of examples/openresty", function()
  local server

  before_each(function()
    server = nginx.start { http = HTTP, server = SERVER }
  end)
  after_each(function()
    server:stop()
  end)

  it("gives up a lookup for which nginx has no timer, soon, and makes the next one", function()
    server:get("/occupy")
    local since = core.now()
    local body, status = server:get("/fetch")
    assert.equal(503, status)
    assert.equal("busy", body)
    assert.is_true(core.now() - since < 30)
    local deadline = core.now() + 60
    repeat
      body = server:get("/fetch")
    until body == "found" or core.now() > deadline
    assert.equal("found", body)
  end)
end)
