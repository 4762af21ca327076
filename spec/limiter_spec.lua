local limiter = require "contactout.limiter"
local simulated_loop = require "spec.support.simulated_loop"

-- The most of `times` that any `window` seconds hold.
local function most_within(times, window)
  local most, from = 0, 1
  for to = 1, #times do
    while times[to] - times[from] >= window do
      from = from + 1
    end
    most = math.max(most, to - from + 1)
  end
  return most
end

-- Lets `callers` coroutines send as often as they may until `seconds` have passed.
local function send_all(loop, limit, callers, seconds)
  local times, stop = {}, loop.time + seconds
  for _ = 1, callers do
    loop.spawn(function()
      while loop.time < stop do
        assert(limit:acquire(loop, loop.outcome_of_park))
        times[#times + 1] = loop.time
      end
    end)
  end
  loop.run(stop)
  return times
end

describe("acquire", function()
  local loop

  before_each(function()
    loop = simulated_loop.new()
  end)

  local function new(rate, window)
    return limiter.new(rate, window or 60, loop.now)
  end

  for _, rate in ipairs({ 1, 7, 60, 150, 1000 }) do
    it("never lets more than " .. rate .. " go in any minute, and wastes little", function()
      local times = send_all(loop, new(rate), 200, 600)
      assert.is_true(most_within(times, 60) <= rate)
      local possible = rate * 10
      assert.is_true(#times >= 0.97 * possible, #times .. " of " .. possible)
    end)
  end

  it("holds the limit over idle times, too", function()
    math.randomseed(99)
    local limit, times = new(60), {}
    loop.spawn(function()
      for _ = 1, 2000 do
        if math.random() < 0.02 then
          loop.park(loop.waiter(), math.random() * 90)
        end
        limit:acquire(loop, loop.outcome_of_park)
        times[#times + 1] = loop.time
      end
    end)
    loop.run()
    assert.are.equal(2000, #times)
    assert.is_true(most_within(times, 60) <= 60)
  end)

  it("lets a tenth of the rate, and at least one, go at once", function()
    for rate, burst in pairs({ [60] = 6, [150] = 15, [1000] = 100, [5] = 1 }) do
      local limit, start, at_once = new(rate), loop.time, 0
      loop.spawn(function()
        limit:acquire(loop, loop.outcome_of_park)
        while loop.time == start do
          at_once = at_once + 1
          limit:acquire(loop, loop.outcome_of_park)
        end
      end)
      loop.run()
      assert.are.equal(burst, at_once)
    end
  end)

  it("understands less than one in a window", function()
    local limit, times = new(0.5), {}
    loop.spawn(function()
      for i = 1, 2 do
        limit:acquire(loop, loop.outcome_of_park)
        times[i] = loop.time
      end
    end)
    loop.run()
    assert.is_true(times[2] - times[1] >= 120)
  end)

  it("counts in windows of another length", function()
    local times = send_all(loop, new(60, 2), 20, 60)
    assert.is_true(most_within(times, 2) <= 60)
    assert.is_true(#times >= 0.97 * 60 * 30)
  end)

  it("serves those who wait in the order they came", function()
    local limit, order = new(20), {}
    for number = 1, 200 do
      loop.spawn(function()
        limit:acquire(loop, loop.outcome_of_park)
        order[#order + 1] = number
      end)
    end
    loop.run()
    for number = 1, 200 do
      assert.are.equal(number, order[number])
    end
  end)

  it("shares fairly between callers, but for who comes first and alone", function()
    local limit, counts = new(20), {} -- a burst of 2, and a last round cut short
    for number = 1, 10 do
      counts[number] = 0
      loop.spawn(function()
        while loop.time < 1600 do
          limit:acquire(loop, loop.outcome_of_park)
          counts[number] = counts[number] + 1
        end
      end)
    end
    loop.run(1600)
    for number = 2, 10 do
      assert.is_true(math.abs(counts[number] - counts[1]) <= 2 + 1)
    end
  end)

  it("wakes few: the head when its time comes, the next to keep the time", function()
    local limit = new(60)
    for _ = 1, 1000 do
      loop.spawn(function()
        limit:acquire(loop, loop.outcome_of_park)
      end)
    end
    loop.run()
    assert.is_true(loop.resumed <= 3 * 1000, loop.resumed .. " resumptions")
  end)

  it("lets all go without a rate", function()
    local limit, start = new(false), loop.time
    local times = {}
    loop.spawn(function()
      for i = 1, 1000 do
        limit:acquire(loop, loop.outcome_of_park)
        times[i] = loop.time
      end
    end)
    loop.run()
    assert.are.equal(start, times[1000])
  end)

  it("takes a cancelled caller out at no cost to the others", function()
    local function finish_time(cancelled)
      local own = simulated_loop.new()
      local limit, waiters, last = limiter.new(10, 60, own.now), {}, nil
      for number = 1, 30 do
        own.spawn(function()
          local turn = limit:acquire(own, function(waiter, seconds)
            waiters[number] = waiter
            local woken = own.park(waiter, seconds)
            return waiter.is_cancelled and "cancelled" or woken and "woken" or "timeout"
          end)
          last = turn and own.time or last
        end)
      end
      own.run(own.time)
      for number = 2, cancelled + 1 do
        waiters[number].is_cancelled = true
        own.wake(waiters[number])
      end
      own.run()
      return last - 1000
    end
    local one = finish_time(0) / 29
    assert.is_true(math.abs(finish_time(10) - finish_time(0) + 10 * one) < one)
  end)

  it("gives a cancelled caller nil", function()
    local limit, turns = new(1), {}
    loop.spawn(function()
      turns[1] = limit:acquire(loop, loop.outcome_of_park)
      turns[2] = limit:acquire(loop, function()
        return "cancelled"
      end)
    end)
    loop.run()
    assert.is_true(turns[1])
    assert.is_nil(turns[2])
  end)

  it("gives a cancelled caller nil, though its turn came together with the cancel", function()
    local limit, turn = new(60), "none yet"
    for _ = 1, 6 do
      loop.spawn(function()
        limit:acquire(loop, loop.outcome_of_park)
      end)
    end
    loop.spawn(function() -- the head, which will let both go
      limit:acquire(loop, function(waiter)
        loop.park(waiter, 5)
        return "timeout"
      end)
    end)
    loop.spawn(function()
      turn = limit:acquire(loop, function(waiter)
        loop.park(waiter)
        return "cancelled"
      end)
    end)
    loop.run()
    assert.is_nil(turn)
  end)

  it("goes on when the head never comes back", function()
    local limit, done = new(60), 0
    for number = 1, 30 do
      loop.spawn(function()
        limit:acquire(loop, function(waiter, seconds)
          if number > 6 and number <= 12 then
            coroutine.yield() -- for ever, as one that its host has ended
          end
          return loop.outcome_of_park(waiter, seconds)
        end)
        done = done + 1
      end)
    end
    loop.run()
    assert.are.equal(24, done)
    assert.is_true(loop.time < 1000 + 60)
  end)

  it("serves one who stops the thread before all who could not run meanwhile", function()
    local limit, order = new(10), {}
    for number = 1, 5 do
      loop.spawn(function()
        limit:acquire(loop, loop.outcome_of_park)
        order[#order + 1] = number
      end)
    end
    loop.run(loop.time)
    local blocking = {
      blocks = true,
      waiter = function()
        return {}
      end,
      wake = function() end,
    }
    local turn = limit:acquire(blocking, function(_, seconds)
      loop.time = loop.time + seconds
      return "timeout"
    end)
    assert.is_true(turn)
    assert.is_true(loop.time < 1000 + 7) -- the second turn, not the sixth
    assert.are.same({ 1 }, order)
    loop.run()
    assert.are.same({ 1, 2, 3, 4, 5 }, order)
  end)
end)

describe("hold", function()
  it("keeps everybody for the time, those in the queue too", function()
    local loop = simulated_loop.new()
    local limit, times = limiter.new(60, 60, loop.now), {}
    for _ = 1, 20 do
      loop.spawn(function()
        limit:acquire(loop, loop.outcome_of_park)
        times[#times + 1] = loop.time
      end)
    end
    loop.run(loop.time)
    limit:hold(100)
    loop.run()
    assert.are.equal(1000, times[6])
    assert.are.equal(1100, times[7])
    assert.are.equal(20, #times)
  end)

  it("is never shortened by a later one", function()
    local loop = simulated_loop.new()
    local limit, time = limiter.new(false, 60, loop.now), nil
    limit:hold(50)
    limit:hold(1)
    loop.spawn(function()
      limit:acquire(loop, loop.outcome_of_park)
      time = loop.time
    end)
    loop.run()
    assert.are.equal(1050, time)
  end)
end)

describe("refused", function()
  it("widens the margin for two windows", function()
    local loop = simulated_loop.new()
    local limit = limiter.new(60, 60, loop.now)
    limit:refused()
    local wide = send_all(loop, limit, 5, 120)
    assert.is_true(most_within(wide, 60 * 1.049) <= 60)
    local narrow = send_all(loop, limit, 5, 600)
    assert.is_true(#narrow >= 0.97 * 600)
  end)
end)

describe("set", function()
  local SEARCH = { rate_class = "search" }
  local COUNT = { rate_class = "other", rate_doubt = "search" }
  local OTHER = { rate_class = "other" }

  -- Seconds until `n` requests have gone.
  local function seconds_for(set, loop, n, row, name)
    local start = loop.time
    loop.spawn(function()
      for _ = 1, n do
        set:acquire(row, name, loop.outcome_of_park, loop)
      end
    end)
    loop.run()
    return loop.time - start
  end

  it("paces each class by itself, at the documented rates", function()
    local loop = simulated_loop.new()
    local set = limiter.set({}, loop.now)
    assert.are.equal(0, seconds_for(set, loop, 6, SEARCH, "people_search"))
    assert.are.equal(0, seconds_for(set, loop, 100, OTHER, "stats"))
    assert.are.equal(0, seconds_for(set, loop, 15, { rate_class = "checker" }, "phone_status"))
    assert.is_true(seconds_for(set, loop, 1, SEARCH, "people_search") > 1)
  end)

  it("takes rates and the length of the window from its table", function()
    local loop = simulated_loop.new()
    local set = limiter.set({ search = 20, other = false, window = 1 }, loop.now)
    assert.is_true(seconds_for(set, loop, 22, SEARCH, "people_search") > 1)
    assert.are.equal(0, seconds_for(set, loop, 5000, OTHER, "stats"))
  end)

  it("limits nothing with false, but keeps the server's pauses", function()
    local loop = simulated_loop.new()
    local set = limiter.set(false, loop.now)
    assert.are.equal(0, seconds_for(set, loop, 5000, SEARCH, "people_search"))
    set:hold(SEARCH, "people_search", 7)
    assert.are.equal(7, seconds_for(set, loop, 1, SEARCH, "people_search"))
  end)

  it("holds the whole class, and no other", function()
    local loop = simulated_loop.new()
    local set = limiter.set({}, loop.now)
    set:hold(OTHER, "stats", 30)
    assert.are.equal(0, seconds_for(set, loop, 1, SEARCH, "people_search"))
    assert.are.equal(30, seconds_for(set, loop, 1, OTHER, "domain_enrich"))
  end)

  it("gives an endpoint whose class is in doubt its own limiter once refused", function()
    local loop = simulated_loop.new()
    local set = limiter.set({}, loop.now)
    assert.are.equal(0, seconds_for(set, loop, 60, COUNT, "people_count"))
    set:refused(COUNT, "people_count", 5)
    assert.are.equal(5, seconds_for(set, loop, 6, COUNT, "people_count"))
    assert.is_true(seconds_for(set, loop, 6, COUNT, "people_count") > 5)
    assert.are.equal(0, seconds_for(set, loop, 40, OTHER, "stats"))
  end)

  it("holds both, the class and the endpoint's own limiter", function()
    local loop = simulated_loop.new()
    local set = limiter.set({}, loop.now)
    set:refused(COUNT, "people_count", 0)
    set:refused(COUNT, "people_count", 9)
    assert.are.equal(9, seconds_for(set, loop, 1, OTHER, "stats"))
    set:hold(COUNT, "people_count", 9)
    assert.are.equal(9, seconds_for(set, loop, 1, COUNT, "people_count"))
  end)

  it("leaves an endpoint of a sure class in it", function()
    local loop = simulated_loop.new()
    local set = limiter.set({}, loop.now)
    set:refused(OTHER, "stats", 1)
    assert.are.equal(1, seconds_for(set, loop, 50, OTHER, "stats"))
  end)

  it("lets a shared limiter stand in", function()
    local shared = { acquire = function() end }
    assert.are.equal(shared, limiter.set(shared))
  end)
end)
