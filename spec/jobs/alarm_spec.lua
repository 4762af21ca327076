local alarm = require "contactout.jobs.alarm"
local simulated = require "spec.support.simulated_loop"

local loop, one, timers, most

-- Counts the timers that run at once.
local function park(waiter, seconds)
  timers = timers + (seconds and 1 or 0)
  most = math.max(most, timers)
  local outcome = loop.outcome_of_park(waiter, seconds)
  timers = timers - (seconds and 1 or 0)
  return outcome
end

-- Starts one that waits until `at` -> {sleeper, outcome, woke}
local function start(at)
  local row = {}
  loop.spawn(function()
    row.sleeper = { waiter = loop.waiter() }
    row.outcome = one:wait(row.sleeper, at, park)
    row.woke = loop.time
  end)
  return row
end

before_each(function()
  loop, timers, most = simulated.new(), 0, 0
  loop.keeps = true
  one = alarm.new(loop, loop.now)
end)

describe("an alarm", function()
  it("wakes each at its time", function()
    local rows = {}
    for i, at in ipairs { 1005, 1001, 1009, 1001, 1003 } do
      rows[i] = start(at)
    end
    loop.run()
    for i, at in ipairs { 1005, 1001, 1009, 1001, 1003 } do
      assert.equal(at, rows[i].woke)
    end
  end)

  it("needs one timer for thousands", function()
    local rows = {}
    for i = 1, 3000 do
      rows[i] = start(1000 + i * 7919 % 3001 / 10)
    end
    loop.run(1000) -- who has lost the first place meanwhile lets go of the timer
    assert.equal(1, timers)
    most = 0
    loop.run()
    assert.equal(1, most)
    for i = 1, 3000 do
      assert.equal(1000 + i * 7919 % 3001 / 10, rows[i].woke)
    end
  end)

  it("resumes few for each that is due", function()
    for i = 1, 1000 do
      start(1000 + i)
    end
    loop.run()
    assert.is_true(loop.resumed <= 3 * 1000, loop.resumed)
  end)

  it("wakes one who comes late and is due early", function()
    local late = start(1050)
    loop.run(1010)
    local early = start(1020)
    loop.run()
    assert.equal(1020, early.woke)
    assert.equal(1050, late.woke)
  end)

  it("wakes one for whom there are news, and no others", function()
    local first, second = start(1005), start(1009)
    loop.run(1001)
    second.sleeper.has_news = true
    loop.wake(second.sleeper.waiter)
    loop.run(1002)
    assert.equal("woken", second.outcome)
    assert.is_nil(first.outcome)
    loop.run()
    assert.equal(1005, first.woke)
  end)

  it("goes on when the first leaves before its time", function()
    local first, second = start(1005), start(1009)
    loop.run(1001)
    first.sleeper.has_news = true
    loop.wake(first.sleeper.waiter)
    loop.run()
    assert.equal("woken", first.outcome)
    assert.equal(1009, second.woke)
  end)

  it("forgets nobody when the host was busy for long", function()
    local rows = {}
    for i = 1, 20 do
      rows[i] = start(1000 + i)
    end
    loop.run(1000)
    loop.time = 1100
    loop.run()
    for i = 1, 20 do
      assert.equal(1100, rows[i].woke)
    end
  end)

  it("passes a cancel on", function()
    local outcome
    loop.spawn(function()
      outcome = one:wait({ waiter = loop.waiter() }, 1005, function()
        return "cancelled"
      end)
    end)
    loop.run()
    assert.equal("cancelled", outcome)
  end)

  it("gives who stops the thread a timer of its own", function()
    local first, second = start(1005), {}
    loop.run(1000)
    loop.spawn(function()
      second.outcome = one:wait({ waiter = loop.waiter(), stops_thread = true }, 1009, park)
      second.woke = loop.time
    end)
    loop.run(1001)
    assert.equal(2, timers)
    loop.resume_never(first.sleeper.waiter) -- it stands below on the stack
    loop.run()
    assert.equal(1009, second.woke)
  end)

  it("gets over a coroutine that the host has ended, where hosts do so", function()
    loop.keeps = nil
    one = alarm.new(loop, loop.now)
    local gone = start(1001)
    local rows = { start(1002), start(1003), start(1010), start(1020) }
    loop.run(1000)
    loop.resume_never(gone.sleeper.waiter)
    loop.run()
    assert.is_nil(gone.woke)
    assert.equal(1003, rows[1].woke)
    assert.is_true(rows[2].woke <= 1004)
    assert.equal(1010, rows[3].woke)
    assert.equal(1020, rows[4].woke)
  end)
end)
