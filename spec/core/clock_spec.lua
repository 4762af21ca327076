local core = require "contactout.core"

-- A descriptor that can always be read and one that never can: the ends of no
-- pipe are at hand in plain Lua, but a client's own descriptor is idle.
local function idle_descriptor()
  local client = assert(core.new({ token = "t", base_url = "http://127.0.0.1:9" }))
  return assert(client:fd()), client
end

describe("now", function()
  it("gives seconds that never go back", function()
    local before = core.now()
    for _ = 1, 1000 do
      local now = core.now()
      assert.is_true(now >= before)
      before = now
    end
  end)
end)

describe("sleep", function()
  it("waits at least as long as it was told", function()
    local start = core.now()
    core.sleep(0.003)
    assert.is_true(core.now() - start >= 0.003)
  end)

  it("raises for what is no time", function()
    assert.has_error(function() core.sleep(-1) end)
    assert.has_error(function() core.sleep(0 / 0) end)
    assert.has_error(function() core.sleep("soon") end)
  end)
end)

describe("poll", function()
  it("gives false after the time when nothing can be read", function()
    local fd, client = idle_descriptor()
    local start = core.now()
    assert.is_false(core.poll({ fd }, 0.002))
    assert.is_true(core.now() - start >= 0.002)
    client:close()
  end)

  it("gives true at once when one can be read", function()
    local fd, client = idle_descriptor()
    assert.is_true(core.poll({ fd, 987654 }, 60)) -- no such descriptor: broken
    client:close()
  end)

  it("waits without descriptors", function()
    local start = core.now()
    assert.is_false(core.poll({}, 0.002))
    assert.is_true(core.now() - start >= 0.002)
  end)

  it("doesn't wait for 0 seconds", function()
    assert.is_false(core.poll({}, 0))
  end)

  it("raises for what is no list of descriptors", function()
    assert.has_error(function() core.poll(1, 0) end)
    assert.has_error(function() core.poll({ "x" }, 0) end)
    assert.has_error(function() core.poll({ -1 }, 0) end)
    assert.has_error(function() core.poll({}, -1) end)
  end)
end)

describe("isyieldable", function()
  it("is false in the main coroutine", function()
    -- busted itself may run a spec in a coroutine; what matters is a boolean
    assert.is_boolean(core.isyieldable())
  end)

  it("tells whether a coroutine may yield", function()
    local compat = require "contactout.compat"
    local free, in_sort
    coroutine.wrap(function()
      free = compat.isyieldable()
      table.sort({ 2, 1 }, function(a, b)
        in_sort = compat.isyieldable()
        return a < b
      end)
    end)()
    assert.are.equal(compat.CAN_YIELD, free)
    assert.is_false(in_sort)
  end)
end)
