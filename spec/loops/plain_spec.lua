local compat = require "contactout.compat"
local core = require "contactout.core"
local plain = require "contactout.loops.plain"

-- Runs the scheduler until the functions have ended, each in its own coroutine.
local function run(...)
  local live = select("#", ...)
  for _, fn in ipairs({ ... }) do
    plain.spawn(function()
      fn()
      live = live - 1
    end)
  end
  return plain.drive(function()
    return live == 0
  end)
end

-- A descriptor that counts as readable at every poll: there is no such one open.
local READABLE = 987654

local function source_of(step)
  return {
    fd = function()
      return READABLE
    end,
    step = step,
  }
end

if not compat.CAN_YIELD then
  describe("inside", function()
    it("is false outside of a coroutine that it runs", function()
      assert.is_false(plain.inside())
    end)
  end)
  return
end

describe("inside", function()
  it("is false while the scheduler isn't running", function()
    assert.is_false(plain.inside())
    local in_coroutine
    coroutine.wrap(function()
      in_coroutine = plain.inside()
    end)()
    assert.is_false(in_coroutine)
  end)

  it("is true in the scheduler's own coroutines", function()
    local inside
    run(function()
      inside = plain.inside()
    end)
    assert.is_true(inside)
  end)

  it("is true across pcall", function()
    local inside
    run(function()
      pcall(function()
        inside = plain.inside()
      end)
    end)
    assert.is_true(inside)
  end)

  it("is nil in another coroutine, and names the way out", function()
    local inside, message
    run(function()
      coroutine.wrap(function()
        inside, message = plain.inside()
      end)()
    end)
    assert.is_nil(inside)
    assert.matches("contactout.spawn", message, 1, true)
  end)

  it("is nil behind a C boundary, and says so", function()
    local inside, message
    run(function()
      local _ = ("x"):gsub("x", function()
        inside, message = plain.inside()
      end)
    end)
    assert.is_nil(inside)
    assert.matches("string.gsub", message, 1, true)
  end)
end)

describe("park", function()
  it("gives true once woken", function()
    local waiter, woken
    run(function()
      waiter = plain.waiter()
      woken = plain.park(waiter)
    end, function()
      plain.wake(waiter)
    end)
    assert.is_true(woken)
  end)

  it("gives false after its time", function()
    local woken
    local start = core.now()
    run(function()
      woken = plain.park(plain.waiter(), 0.003)
    end)
    assert.is_false(woken)
    assert.is_true(core.now() - start >= 0.003)
  end)

  it("loses no wake that came before", function()
    local first, second
    run(function()
      local waiter = plain.waiter()
      plain.wake(waiter)
      plain.wake(waiter)
      first = plain.park(waiter)
      second = plain.park(waiter, 0)
    end)
    assert.is_true(first)
    assert.is_false(second)
  end)

  it("is woken once by any number of wakes", function()
    local waiter, results = nil, {}
    run(function()
      waiter = plain.waiter()
      results[1] = plain.park(waiter)
      results[2] = plain.park(waiter, 0)
    end, function()
      results.first_wake = plain.wake(waiter)
      results.second_wake = plain.wake(waiter)
    end)
    assert.is_true(results[1])
    assert.is_true(results.first_wake)
    assert.is_false(results.second_wake)
  end)

  it("forgets the time of a wait that ended before it", function()
    local waiter, results = nil, {}
    run(function()
      waiter = plain.waiter()
      results[1] = plain.park(waiter, 0.2)
      results[2] = plain.park(waiter, 60)
    end, function()
      plain.wake(waiter)
      plain.park(plain.waiter(), 0.3) -- past the first wait's time
      plain.wake(waiter)
    end)
    assert.are.same({ true, true }, results)
  end)

  it("lets timers go off in the order of their times", function()
    local order = {}
    local function sleeper(seconds)
      return function()
        plain.park(plain.waiter(), seconds)
        order[#order + 1] = seconds
      end
    end
    run(sleeper(0.08), sleeper(0.02), sleeper(0.06), sleeper(0.04))
    assert.are.same({ 0.02, 0.04, 0.06, 0.08 }, order)
  end)

  it("runs the scheduler when it is called outside of it", function()
    local waiter = {}
    local others = 0
    plain.spawn(function()
      for _ = 1, 3 do
        plain.park(plain.waiter(), 0)
        others = others + 1
      end
      plain.wake(waiter)
    end)
    assert.is_true(plain.park(waiter))
    assert.are.equal(3, others)
    assert.is_false(plain.park({}, 0.001))
  end)

  it("keeps ten thousand sleepers apart", function()
    local ended = 0
    local sleepers = {}
    for i = 1, 10000 do
      sleepers[i] = function()
        plain.park(plain.waiter(), (i % 10) / 10000)
        ended = ended + 1
      end
    end
    local live = #sleepers
    for _, fn in ipairs(sleepers) do
      plain.spawn(function()
        fn()
        live = live - 1
      end)
    end
    plain.drive(function()
      return live == 0
    end)
    assert.are.equal(10000, ended)
  end)
end)

describe("a bare yield", function()
  it("lets the others run", function()
    local order = {}
    local function taking_turns(name)
      return function()
        for i = 1, 3 do
          order[#order + 1] = name .. i
          coroutine.yield()
        end
      end
    end
    run(taking_turns("a"), taking_turns("b"))
    assert.are.same({ "a1", "b1", "a2", "b2", "a3", "b3" }, order)
  end)
end)

describe("attach", function()
  it("has a source stepped when its descriptor is readable", function()
    local waiter
    local source = source_of(function()
      plain.wake(waiter)
    end)
    local woken
    run(function()
      waiter = plain.waiter()
      plain.attach(source)
      woken = plain.park(waiter)
      plain.detach(source)
    end)
    assert.is_true(woken)
  end)

  it("counts, so that the last detach ends it", function()
    local steps = 0
    local source = source_of(function()
      steps = steps + 1
    end)
    plain.attach(source)
    plain.attach(source)
    plain.detach(source)
    plain.step()
    assert.are.equal(1, steps)
    plain.detach(source)
    plain.step()
    assert.are.equal(1, steps)
  end)

  it("leaves other sources alone when one is detached", function()
    local steps = { 0, 0 }
    local sources = {}
    for i = 1, 2 do
      sources[i] = source_of(function()
        steps[i] = steps[i] + 1
      end)
      plain.attach(sources[i])
    end
    plain.detach(sources[1])
    plain.step()
    plain.detach(sources[2])
    assert.are.same({ 0, 1 }, steps)
  end)
end)

describe("drive", function()
  it("gives false when its time is over", function()
    local function never()
      return false
    end
    assert.is_false(plain.drive(never, 0.002))
  end)

  it("raises when nothing is left that could wake anybody", function()
    local ok, err = pcall(run, function()
      plain.park(plain.waiter())
    end)
    assert.is_false(ok)
    assert.matches("nothing is left that could wake", err, 1, true)
  end)

  it("raises an error that left a coroutine, unchanged", function()
    local problem = {}
    local ok, err = pcall(run, function()
      error(problem)
    end)
    assert.is_false(ok)
    assert.are.equal(problem, err)
  end)

  it("works on after an error", function()
    pcall(run, error)
    local ran = false
    run(function()
      ran = true
    end)
    assert.is_true(ran)
  end)

  it("refuses to run inside itself", function()
    local ok, err
    run(function()
      ok, err = pcall(plain.drive, function() return true end)
    end)
    assert.is_false(ok)
    assert.are.equal("unsupported", err.kind)
  end)
end)

describe("step", function()
  it("moves on what is ready and never waits", function()
    local stage, waiter = 0, nil
    plain.spawn(function()
      stage = 1
      coroutine.yield()
      stage = 2
      waiter = plain.waiter()
      plain.park(waiter, 3600)
      stage = 3
    end)
    plain.step()
    assert.are.equal(1, stage)
    plain.step()
    assert.are.equal(2, stage)
    local start = core.now()
    plain.step()
    assert.are.equal(2, stage)
    assert.is_true(core.now() - start < 1)
    plain.wake(waiter)
    plain.step()
    assert.are.equal(3, stage)
  end)

  it("fires timers that are due", function()
    local done = false
    plain.spawn(function()
      plain.park(plain.waiter(), 0)
      done = true
    end)
    plain.step()
    assert.is_false(done)
    plain.step()
    assert.is_true(done)
  end)
end)
