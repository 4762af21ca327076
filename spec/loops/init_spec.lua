local compat = require "contactout.compat"
local loops = require "contactout.loops"
local plain = require "contactout.loops.plain"
local simulated_loop = require "spec.support.simulated_loop"

describe("named", function()
  it("gives nothing for no name", function()
    local loop, err = loops.named(nil)
    assert.is_nil(loop)
    assert.is_nil(err)
  end)

  it("gives plain Lua's by its name", function()
    assert.are.equal(plain, loops.named("plain"))
  end)

  it("refuses a name it doesn't know", function()
    for _, name in ipairs({ "plian", "init", "blocking", 7, true }) do
      local loop, err = loops.named(name)
      assert.is_nil(loop)
      assert.are.equal("invalid_argument", err.kind)
      assert.are.equal("loop", err.param)
    end
  end)

  it("tells the nearest name", function()
    local _, err = loops.named("plian")
    assert.matches("did you mean plain?", err.message, 1, true)
  end)

  it("can't be done where the host isn't", function()
    for _, name in ipairs({ "nginx", "neovim", "love" }) do
      local loop, err = loops.named(name)
      assert.is_nil(loop)
      assert.are.equal("unsupported", err.kind)
      assert.are.equal("loop", err.param)
      assert.matches(name, err.message, 1, true)
    end
  end)

  it("says what to install where the host's library is missing", function()
    local adapter, library = package.loaded["contactout.loops.luv"], package.loaded.luv
    package.loaded["contactout.loops.luv"], package.loaded.luv = nil, nil
    package.preload.luv = function()
      error("module 'luv' not found", 0)
    end
    local loop, err = loops.named("luv")
    package.preload.luv = nil
    package.loaded["contactout.loops.luv"], package.loaded.luv = adapter, library
    assert.is_nil(loop)
    assert.are.equal("unsupported", err.kind)
    assert.matches("luarocks install luv", err.message, 1, true)
  end)

  it("takes an adapter of the user's own", function()
    local own = simulated_loop.new()
    assert.are.equal(own, loops.named(own))
  end)

  it("names the function that an adapter lacks", function()
    local own = simulated_loop.new()
    own.wake = nil
    local loop, err = loops.named(own)
    assert.is_nil(loop)
    assert.are.equal("invalid_argument", err.kind)
    assert.matches("wake", err.message, 1, true)
  end)
end)

describe("current", function()
  it("blocks outside of any host", function()
    assert.is_true(loops.current().blocks)
    assert.is_true(loops.current(plain).blocks)
  end)

  if not compat.CAN_YIELD then
    it("can't wait in a coroutine on this Lua", function()
      local loop, message
      coroutine.wrap(function()
        loop, message = loops.current()
      end)()
      assert.is_nil(loop)
      assert.matches("Lua 5.1", message, 1, true)
    end)
    return
  end

  it("is plain Lua's in its own coroutines", function()
    local loop
    plain.spawn(function()
      loop = loops.current()
    end)
    plain.step()
    assert.are.equal(plain, loop)
  end)

  it("is none, with a message, where the host can't wait", function()
    local loop, message
    plain.spawn(function()
      coroutine.wrap(function()
        loop, message = loops.current()
      end)()
    end)
    plain.step()
    assert.is_nil(loop)
    assert.matches("contactout.spawn", message, 1, true)
  end)

  it("finds the user's own that was named before", function()
    local own = simulated_loop.new()
    loops.named(own)
    local found
    own.spawn(function()
      found = loops.current()
    end)
    own.run()
    assert.are.equal(own, found)
  end)

  it("asks the chosen one alone", function()
    local own = simulated_loop.new()
    local found
    plain.spawn(function()
      found = loops.current(own)
    end)
    plain.step()
    assert.is_true(found.blocks)
  end)
end)

describe("for_tasks", function()
  if not compat.CAN_YIELD then
    it("is none on this Lua", function()
      local loop, message = loops.for_tasks()
      assert.is_nil(loop)
      assert.matches("Lua 5.1", message, 1, true)
    end)
    return
  end

  it("is plain Lua's outside of any host", function()
    assert.are.equal(plain, loops.for_tasks())
  end)

  it("is a host's that can start tasks before it runs", function()
    local own = simulated_loop.new()
    own.spawns_outside = true
    loops.named(own)
    assert.are.equal(own, loops.for_tasks())
    own.spawns_outside = false
  end)

  it("is the one that a host names for where it can't wait, else none", function()
    local own = simulated_loop.new()
    own.inside = function() return nil, "not here" end
    loops.named(own)
    local loop, message = loops.for_tasks()
    assert.is_nil(loop)
    assert.are.equal("not here", message)
    own.spawns_on = plain
    assert.are.equal(plain, (loops.for_tasks()))
    own.inside = function() return false end
  end)
end)
