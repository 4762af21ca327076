local compat = require "contactout.compat"
local core = require "contactout.core"
local loops = require "contactout.loops"
local simulated_loop = require "spec.support.simulated_loop"
local tasks = require "contactout.tasks"

local function kind_of(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  return type(err) == "table" and err.kind or err
end

if not compat.CAN_YIELD then
  describe("on Lua 5.1", function()
    it("run, spawn and map raise kind unsupported", function()
      local function fn() end
      assert.are.equal("unsupported", kind_of(tasks.run, fn))
      assert.are.equal("unsupported", kind_of(tasks.spawn, fn))
      assert.are.equal("unsupported", kind_of(tasks.map, { 1 }, fn))
    end)

    it("sleep blocks in the main coroutine, and fails in another", function()
      assert.is_true(tasks.sleep(0.001))
      local slept, err
      coroutine.wrap(function()
        slept, err = tasks.sleep(0.001)
      end)()
      assert.is_nil(slept)
      assert.are.equal("unsupported", err.kind)
    end)
  end)
  return
end

-- Runs `fn` as a coroutine of `loop`, a host of the user's own.
local function on_host(loop, fn)
  assert(loops.named(loop))
  loop.spawn(fn)
  loop.run()
end

describe("run", function()
  it("gives the function's values, nil among them", function()
    local function values(...)
      return select("#", ...), ...
    end
    assert.are.same({ 3, 1, nil, nil }, { values(tasks.run(function(...)
      return ...
    end, 1, nil, nil)) })
  end)

  it("ends when all that was spawned has ended", function()
    local ended = 0
    tasks.run(function()
      for _ = 1, 3 do
        tasks.spawn(function()
          tasks.sleep(0.001)
          tasks.spawn(function()
            tasks.sleep(0.001)
            ended = ended + 1
          end)
        end)
      end
    end)
    assert.are.equal(3, ended)
  end)

  it("raises the function's own error before any other, unchanged", function()
    local own = {}
    local ok, err = pcall(tasks.run, function()
      tasks.spawn(error, "another")
      tasks.sleep(0.001)
      error(own)
    end)
    assert.is_false(ok)
    assert.are.equal(own, err)
  end)

  it("raises the first error that nobody waited for, once all has ended", function()
    local ended = false
    local ok, err = pcall(tasks.run, function()
      tasks.spawn(error, "first", 0)
      tasks.spawn(error, "second", 0)
      tasks.spawn(function()
        tasks.sleep(0.002)
        ended = true
      end)
      return "a value"
    end)
    assert.is_false(ok)
    assert.are.equal("first", err)
    assert.is_true(ended)
  end)

  it("raises no error that somebody waited for, were it later", function()
    local message = tasks.run(function()
      local failing = tasks.spawn(error, "expected", 0)
      tasks.sleep(0.001)
      local _, err = pcall(failing.wait, failing)
      return err
    end)
    assert.are.equal("expected", message)
  end)

  it("can run inside a task, while the others go on", function()
    local others = 0
    local value = tasks.run(function()
      tasks.spawn(function()
        for _ = 1, 5 do
          tasks.sleep(0)
          others = others + 1
        end
      end)
      return tasks.run(function()
        tasks.spawn(tasks.sleep, 0.003)
        return "inner"
      end)
    end)
    assert.are.equal("inner", value)
    assert.are.equal(5, others)
  end)

  it("passes a cancel on to what it runs inside a task", function()
    local slept, err, after
    tasks.run(function()
      local outer = tasks.spawn(function()
        slept, err = tasks.run(function()
          return tasks.sleep(60)
        end)
        after = true
      end)
      tasks.sleep(0.001)
      outer:cancel()
    end)
    assert.is_nil(slept)
    assert.are.equal("cancelled", err.kind)
    assert.is_true(after)
  end)

  it("raises instead of hanging when nothing can wake anybody", function()
    local ok, err = pcall(tasks.run, function()
      local task
      task = tasks.spawn(function()
        local other = tasks.spawn(function()
          task:wait()
        end)
        other:wait()
      end)
    end)
    assert.is_false(ok)
    assert.matches("nothing is left that could wake", err, 1, true)
    assert.are.equal(1, tasks.run(function() return 1 end))
  end)

  it("raises kind unsupported where the coroutine can't wait", function()
    assert.are.equal("unsupported", tasks.run(function()
      local kind
      coroutine.wrap(function()
        kind = kind_of(tasks.run, print)
      end)()
      return kind
    end))
  end)

  it("blames the caller for what is no function", function()
    local _, err = pcall(function()
      tasks.run(7)
    end)
    assert.matches("tasks_spec.lua:%d+: fn must be a function", err)
  end)
end)

describe("spawn", function()
  it("starts side by side", function()
    local start = core.now()
    tasks.run(function()
      for _ = 1, 50 do
        tasks.spawn(tasks.sleep, 0.01)
      end
    end)
    assert.is_true(core.now() - start < 50 * 0.01)
  end)

  it("takes anything that can be called", function()
    local callable = setmetatable({}, {
      __call = function(_, a, b)
        return a + b
      end,
    })
    assert.are.equal(5, tasks.run(function()
      return tasks.spawn(callable, 2, 3):wait()
    end))
  end)

  it("waits, outside of any loop, for who runs it", function()
    local ran = 0
    local function count()
      ran = ran + 1
    end
    tasks.spawn(count)
    assert.are.equal(0, ran)
    tasks.step()
    assert.are.equal(1, ran)
    tasks.spawn(count)
    tasks.run(function() end)
    assert.are.equal(2, ran)
    tasks.spawn(count):wait()
    assert.are.equal(3, ran)
  end)

  it("raises for what is no function", function()
    assert.has_error(function() tasks.spawn("x") end)
    assert.has_error(function() tasks.spawn({}) end)
  end)
end)

describe("wait", function()
  it("gives the values to each who waits, before and after the end", function()
    local got = {}
    tasks.run(function()
      local task = tasks.spawn(function()
        tasks.sleep(0.001)
        return "a", "b"
      end)
      for i = 1, 3 do
        tasks.spawn(function()
          got[i] = { task:wait() }
        end)
      end
      task:wait()
      got[4] = { task:wait() }
    end)
    for i = 1, 4 do
      assert.are.same({ "a", "b" }, got[i])
    end
  end)

  it("raises the task's error each time, unchanged", function()
    local problem = {}
    tasks.run(function()
      local task = tasks.spawn(error, problem)
      for _ = 1, 2 do
        local ok, err = pcall(task.wait, task)
        assert.is_false(ok)
        assert.are.equal(problem, err)
      end
    end)
  end)

  it("raises kind timeout after its time, and the task goes on", function()
    local ended = false
    tasks.run(function()
      local task = tasks.spawn(function()
        tasks.sleep(0.005)
        ended = true
        return "value"
      end)
      assert.are.equal("timeout", kind_of(task.wait, task, 0.001))
      assert.is_false(ended)
      assert.are.equal("value", task:wait(60))
    end)
    assert.is_true(ended)
  end)

  it("raises kind cancelled in a task that is cancelled, not in the other", function()
    local kind, other_has_ended
    tasks.run(function()
      local other = tasks.spawn(tasks.sleep, 60)
      local waiting = tasks.spawn(function()
        kind = kind_of(other.wait, other)
        other_has_ended = other:has_ended()
        other:cancel()
      end)
      tasks.sleep(0.001)
      waiting:cancel()
    end)
    assert.are.equal("cancelled", kind)
    assert.is_false(other_has_ended)
  end)

  it("runs the scheduler outside of any loop", function()
    local first, second = tasks.spawn(error, "first", 0), tasks.spawn(error, "second", 0)
    assert.are.equal("first", kind_of(first.wait, first))
    assert.are.equal("second", kind_of(second.wait, second))
    tasks.step()
    local slow = tasks.spawn(tasks.sleep, 60)
    assert.are.equal("timeout", kind_of(slow.wait, slow, 0.001))
    slow:cancel()
    assert.is_nil((slow:wait()))
  end)

  it("refuses to wait for itself", function()
    local task
    tasks.run(function()
      task = tasks.spawn(function()
        return task:wait()
      end)
      assert.matches("can't wait for itself", kind_of(task.wait, task), 1, true)
    end)
  end)

  it("raises for what is no time", function()
    tasks.run(function()
      local task = tasks.spawn(tasks.sleep, 0)
      for _, bad in ipairs({ -1, "1", 0 / 0, false }) do
        assert.matches("tasks_spec.lua:%d+: seconds must be", kind_of(function()
          task:wait(bad)
        end))
      end
    end)
  end)
end)

describe("cancel", function()
  it("ends the current wait alone, and the task goes on", function()
    local first, err, second
    tasks.run(function()
      local task = tasks.spawn(function()
        first, err = tasks.sleep(60)
        second = tasks.sleep(0.001)
      end)
      tasks.sleep(0)
      task:cancel()
    end)
    assert.is_nil(first)
    assert.are.equal("cancelled", err.kind)
    assert.is_true(second)
  end)

  it("ends the next wait of a task that isn't waiting", function()
    local first, second
    tasks.run(function()
      tasks.spawn(function()
        first = tasks.sleep(60)
        second = tasks.sleep(0)
      end):cancel()
    end)
    assert.is_nil(first)
    assert.is_true(second)
  end)

  it("leaves a wait that is over to its end, and ends the next", function()
    local outcomes = {}
    tasks.run(function()
      local loop = loops.current()
      local waiter
      local task = tasks.spawn(function()
        waiter = loop.waiter()
        outcomes[1] = tasks.park(loop, waiter, 60)
        outcomes[2] = tasks.park(loop, loop.waiter(), 60)
      end)
      tasks.sleep(0)
      loop.wake(waiter)
      task:cancel()
    end)
    assert.are.same({ "woken", "cancelled" }, outcomes)
  end)

  it("counts twice when a task is cancelled twice before it runs on", function()
    local first, second, third
    tasks.run(function()
      local task = tasks.spawn(function()
        first = tasks.sleep(60)
        second = tasks.sleep(60)
        third = tasks.sleep(0)
      end)
      tasks.sleep(0)
      task:cancel()
      task:cancel()
    end)
    assert.is_nil(first)
    assert.is_nil(second)
    assert.is_true(third)
  end)

  it("does nothing to a task that has ended", function()
    tasks.run(function()
      local task = tasks.spawn(function() return 1 end)
      task:wait()
      task:cancel()
      assert.are.equal(1, task:wait())
    end)
  end)
end)

describe("take_cancel", function()
  it("tells a task once that it was cancelled before it waited", function()
    local told = {}
    tasks.run(function()
      tasks.spawn(function()
        told[1], told[2] = tasks.take_cancel(), tasks.take_cancel()
        told[3] = tasks.sleep(0)
      end):cancel()
    end)
    assert.are.same({ true, false, true }, told)
  end)

  it("is false outside of a task", function()
    assert.is_false(tasks.take_cancel())
  end)
end)

describe("sleep", function()
  it("lets the others run meanwhile", function()
    local order = {}
    tasks.run(function()
      tasks.spawn(function()
        tasks.sleep(0.002)
        order[#order + 1] = "slow"
      end)
      tasks.spawn(function()
        tasks.sleep(0.001)
        order[#order + 1] = "fast"
      end)
    end)
    assert.are.same({ "fast", "slow" }, order)
  end)

  it("blocks outside of any loop", function()
    local start = core.now()
    assert.is_true(tasks.sleep(0.003))
    assert.is_true(core.now() - start >= 0.003)
  end)

  it("gives kind unsupported where the coroutine can't wait", function()
    tasks.run(function()
      table.sort({ 2, 1 }, function(a, b)
        local slept, err = tasks.sleep(0)
        assert.is_nil(slept)
        assert.are.equal("unsupported", err.kind)
        return a < b
      end)
    end)
  end)

  it("blames the caller for what is no time", function()
    for _, bad in ipairs({ -1, "1", 0 / 0, false }) do
      local _, err = pcall(function()
        tasks.sleep(bad)
      end)
      assert.matches("tasks_spec.lua:%d+: seconds must be", err)
    end
  end)
end)

describe("step", function()
  it("raises an error that nobody waits for, once", function()
    tasks.spawn(error, "lost", 0)
    local ok, err = pcall(tasks.step)
    assert.is_false(ok)
    assert.are.equal("lost", err)
    assert.has_no.errors(tasks.step)
  end)

  it("leaves an error to a task that waits for it", function()
    local message
    tasks.spawn(function()
      local _, err = pcall(function()
        tasks.spawn(error, "found", 0):wait()
      end)
      message = err
    end)
    for _ = 1, 3 do
      tasks.step()
    end
    assert.are.equal("found", message)
  end)

  it("can't be taken inside a task", function()
    assert.are.equal("unsupported", tasks.run(function()
      return kind_of(tasks.step)
    end))
  end)
end)

describe("map", function()
  local function double(x)
    return 2 * x
  end

  it("gives results in the order of the items, whichever ends first", function()
    local results = tasks.map({ 3, 1, 2 }, function(x)
      tasks.sleep(x / 1000)
      return 2 * x
    end)
    assert.are.same({ 6, 2, 4, n = 3 }, results)
  end)

  it("counts results that are nil", function()
    local results = tasks.map({ 1, 2, 3 }, function(x)
      return x == 2 and x or nil
    end)
    assert.are.same({ n = 3, [2] = 2 }, results)
  end)

  it("takes nothing", function()
    assert.are.same({ n = 0 }, tasks.map({}, double))
  end)

  it("takes an iterator, with all that it gives", function()
    local i = 0
    local function two_values()
      i = i + 1
      if i <= 3 then
        return i, 10 * i
      end
    end
    assert.are.same({ 11, 22, 33, n = 3 }, tasks.map(two_values, function(a, b)
      return a + b
    end))
  end)

  it("takes an object that can be called, and one that waits", function()
    local i, inside = 0, 0
    local iterator = setmetatable({}, {
      __call = function()
        inside = inside + 1
        assert.are.equal(1, inside)
        tasks.sleep(0)
        inside = inside - 1
        i = i + 1
        return i <= 5 and i or nil
      end,
    })
    assert.are.same({ 2, 4, 6, 8, 10, n = 5 }, tasks.map(iterator, double))
  end)

  it("gives the function the item alone, from a list", function()
    assert.are.same({ 10, 11, n = 2 }, tasks.map({ "10", "11" }, tonumber))
  end)

  for concurrency, most in pairs({ [1] = 1, [3] = 3, [100] = 40 }) do
    it("has at most " .. concurrency .. " at once", function()
      local active, highest, items = 0, 0, {}
      for i = 1, 40 do
        items[i] = i
      end
      tasks.map(items, function()
        active = active + 1
        highest = math.max(highest, active)
        tasks.sleep(0.001)
        active = active - 1
      end, { concurrency = concurrency })
      assert.are.equal(most, highest)
    end)
  end

  it("has sixteen at once unless told", function()
    local active, highest, items = 0, 0, {}
    for i = 1, 40 do
      items[i] = i
    end
    tasks.map(items, function()
      active = active + 1
      highest = math.max(highest, active)
      tasks.sleep(0.001)
      active = active - 1
    end)
    assert.are.equal(16, highest)
  end)

  it("raises an error after those in flight, and starts no more", function()
    local started, ended = 0, 0
    local problem = {}
    local ok, err = pcall(tasks.map, { 1, 2, 3, 4, 5, 6, 7, 8 }, function(x)
      started = started + 1
      if x == 2 then
        tasks.sleep(0.001)
        error(problem)
      end
      tasks.sleep(0.003)
      ended = ended + 1
    end, { concurrency = 3 })
    assert.is_false(ok)
    assert.are.equal(problem, err)
    assert.are.equal(3, started)
    assert.are.equal(2, ended)
  end)

  it("raises an error of the iterator's like one of the function's", function()
    local i, ended = 0, 0
    local ok, err = pcall(tasks.map, function()
      i = i + 1
      if i == 3 then
        error("no more", 0)
      end
      return i
    end, function()
      tasks.sleep(0.001)
      ended = ended + 1
    end)
    assert.is_false(ok)
    assert.are.equal("no more", err)
    assert.are.equal(2, ended)
  end)

  it("passes a cancel on to those in flight, and raises it", function()
    local kind
    local cancelled = 0
    tasks.run(function()
      local task = tasks.spawn(function()
        kind = kind_of(tasks.map, { 1, 2, 3, 4 }, function()
          local _, err = tasks.sleep(60)
          cancelled = cancelled + (err and 1 or 0)
        end, { concurrency = 3 })
      end)
      tasks.sleep(0.001)
      task:cancel()
    end)
    assert.are.equal("cancelled", kind)
    assert.are.equal(3, cancelled)
  end)

  it("raises for what it can't use", function()
    local function blamed(...)
      local n, arguments = select("#", ...), { ... }
      local _, err = pcall(function()
        tasks.map(compat.unpack(arguments, 1, n))
      end)
      assert.matches("tasks_spec.lua:%d+: ", err)
    end
    blamed(nil, double)
    blamed(7, double)
    blamed({}, nil)
    blamed({}, double, 3)
    blamed({}, double, { concurrency = 0 })
    blamed({}, double, { concurrency = 0 / 0 })
    blamed({}, double, { concurrency = "many" })
    blamed({}, double, { concurency = 3 })
  end)

  it("starts thousands cheaply", function()
    local i = 0
    local start = os.clock()
    local results = tasks.map(function()
      i = i + 1
      return i <= 20000 and i or nil
    end, double)
    assert.are.equal(20000, results.n)
    assert.are.equal(40000, results[20000])
    assert.is_true(os.clock() - start < 3)
  end)
end)

describe("on a host's loop", function()
  it("everything runs there", function()
    local own = simulated_loop.new()
    local results, ran, slept
    on_host(own, function()
      results = tasks.map({ 3, 1, 2 }, function(x)
        tasks.sleep(60 * x)
        return own.time
      end)
      ran = tasks.run(function()
        tasks.spawn(tasks.sleep, 600)
        return own.time
      end)
      local task = tasks.spawn(function()
        slept = { tasks.sleep(60) }
        return "value"
      end)
      tasks.sleep(1)
      task:cancel()
      assert.are.equal("value", task:wait())
    end)
    assert.are.same({ 1180, 1060, 1120, n = 3 }, results)
    assert.are.equal(1180, ran)
    assert.are.equal("cancelled", slept[2].kind)
    assert.are.equal(1781, own.time)
  end)

  it("reports an error that nobody waits for to the host", function()
    local own = simulated_loop.new()
    local reported = {}
    function own.report(err)
      reported[#reported + 1] = err
    end
    on_host(own, function()
      tasks.spawn(error, "lost", 0)
      local found = tasks.spawn(error, "found", 0)
      pcall(found.wait, found)
    end)
    assert.are.same({ "lost" }, reported)
  end)

  it("waits from outside by the host's own drive", function()
    local own = simulated_loop.new()
    local task
    on_host(own, function()
      task = tasks.spawn(function()
        tasks.sleep(60)
        return "value"
      end)
    end)
    assert.are.equal("value", task:wait())
    local slow
    own.spawn(function()
      slow = tasks.spawn(tasks.sleep, 60)
    end)
    own.run(own.time)
    function own.drive(done, seconds)
      local limit = own.time + seconds
      own.run(limit)
      own.time = limit
      return done()
    end
    assert.are.equal("timeout", kind_of(slow.wait, slow, 30))
    assert.is_true(slow:wait(40))
  end)
end)

describe("a parked task that nothing can wake", function()
  it("is collected with its coroutine", function()
    local own = simulated_loop.new()
    local parked = setmetatable({}, { __mode = "k" })
    on_host(own, function()
      tasks.spawn(function()
        parked[coroutine.running()] = true
        tasks.park(own, own.waiter())
      end)
    end)
    assert.is_not_nil(next(parked))
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(parked))
  end)
end)
