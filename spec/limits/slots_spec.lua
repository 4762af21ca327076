local slots = require "contactout.limits.slots"

local function new_store()
  local store = { values = {} }
  function store:get(name) return self.values[name] end
  function store:set(name, value) self.values[name] = value end
  return store
end

-- The most of a sorted list of times that some window holds.
local function most_in(times, window)
  local most, first = 0, 1
  for last = 1, #times do
    while times[first] <= times[last] - window do
      first = first + 1
    end
    most = math.max(most, last - first + 1)
  end
  return most
end

-- Times reserved at those of `arrivals`.
local function reserve_all(store, limit, arrivals)
  local times = {}
  for i, now in ipairs(arrivals) do
    times[i] = slots.reserve(store, limit, now)
  end
  return times
end

describe("slots.reserve", function()
  local store

  before_each(function()
    store = new_store()
  end)

  it("gives a tenth of the rate at once, and paces the others", function()
    local limit = slots.limit("x", 60, 60)
    local arrivals = {}
    for i = 1, 20 do
      arrivals[i] = 1000
    end
    local times = reserve_all(store, limit, arrivals)
    assert.equal(1000, times[6])
    for i = 7, 20 do
      assert.near(1000 + (i - 6) * 1.015, times[i], 1e-9)
    end
  end)

  it("lets no rolling window hold more than the rate, in order, however they come", function()
    local seed = 7
    local function random()
      seed = seed * 16807 % 2147483647
      return seed / 2147483647
    end
    for _, rate in ipairs { 1, 3, 60 } do
      local limit, now, arrivals = slots.limit("r" .. rate, rate, 60), 5, {}
      for i = 1, 2000 do
        now = now + (random() < 0.02 and random() * 300 or random() * 60 / rate)
        arrivals[i] = now
      end
      local times = reserve_all(store, limit, arrivals)
      for i = 2, #times do
        assert.is_true(times[i] >= times[i - 1] and times[i] >= arrivals[i])
      end
      assert.is_true(most_in(times, 60.3) <= rate)
      assert.is_true(most_in(times, 0.001) <= math.max(1, rate / 10))
    end
  end)

  it("spreads a rate below one over a longer window", function()
    local limit = slots.limit("x", 0.5, 60)
    assert.equal(1000, slots.reserve(store, limit, 1000))
    assert.near(1000 + 120 * 1.015, slots.reserve(store, limit, 1000), 1e-9)
  end)

  it("has no limit where there is none, but keeps a pause", function()
    local limit = slots.limit("x", false, 60)
    assert.same({ 1, 1, 1 }, reserve_all(store, limit, { 1, 1, 1 }))
    slots.hold(store, limit, 1, 5)
    assert.equal(6, slots.reserve(store, limit, 1))
    assert.equal(5, slots.held(store, limit, 1))
    assert.equal(0, slots.held(store, limit, 7))
  end)

  it("keeps limits of different keys apart", function()
    local one, other = slots.limit("a", 1, 60), slots.limit("b", 1, 60)
    assert.same({ 1 }, reserve_all(store, one, { 1 }))
    assert.same({ 1 }, reserve_all(store, other, { 1 }))
  end)

  it("leaves a wider margin for two windows after a refusal", function()
    local limit = slots.limit("x", 1, 60)
    slots.widen(store, limit, 1000)
    slots.reserve(store, limit, 1000)
    assert.near(1063, slots.reserve(store, limit, 1000), 1e-9)
    assert.near(1063 + 63, slots.reserve(store, limit, 1121), 1e-9)
    assert.near(1126 + 60.9, slots.reserve(store, limit, 1121), 1e-9)
  end)
end)

describe("slots.holds", function()
  it("is false for who comes too late, or before whose time there is a pause", function()
    local store, limit = new_store(), slots.limit("x", 60, 60)
    assert.is_true(slots.holds(store, limit, 100, 100.2))
    assert.is_false(slots.holds(store, limit, 100, 100.4))
    slots.hold(store, limit, 99, 2)
    assert.is_false(slots.holds(store, limit, 100, 100))
    assert.is_true(slots.holds(store, limit, 101, 101))
  end)

  it("is never late where there is no limit", function()
    local store, limit = new_store(), slots.limit("x", false, 60)
    assert.is_true(slots.holds(store, limit, 100, 200))
  end)
end)
