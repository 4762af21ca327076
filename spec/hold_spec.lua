-- The pauses of long work, by a clock of the spec's own.

local hold = require "contactout.hold"

-- On a clock of the spec's own, without jitter -> hold, clock
local function held_by_clock(bound, first)
  local clock = { now = 0 }
  return hold.new({ bound = bound, first = first or 10 }, function() return clock.now end,
    function() return 0 end), clock
end

describe("a hold", function()
  it("lasts as long as the server asks", function()
    local made, clock = held_by_clock(3600)
    assert.equal(0, made:left())
    assert.equal(600, made:refused(600))
    clock.now = 599
    assert.equal(1, made:left())
    clock.now = 600
    assert.equal(0, made:left())
  end)

  it("grows where the server doesn't say how long", function()
    local made, clock = held_by_clock(3600)
    for _, seconds in ipairs { 10, 20, 40, 80, 160, 300, 300 } do
      assert.equal(seconds, made:refused())
      clock.now = clock.now + seconds
    end
  end)

  it("grows once for all that were refused together", function()
    local made = held_by_clock(3600)
    assert.equal(10, made:refused())
    assert.is_false(select(2, made:refused(3)))
    assert.equal(10, made:left())
    assert.equal(12, made:refused(12))
  end)

  it("is refused when it would last beyond the bound, from the first refusal on", function()
    local made, clock = held_by_clock(3600)
    assert.is_nil(made:refused(3601))
    assert.equal(3000, made:refused(3000))
    clock.now = 3000
    assert.is_nil(made:refused(700))
    assert.equal(600, made:refused(600))
    clock.now = 3600
    assert.is_nil(made:refused())
  end)

  it("begins anew after something was accepted", function()
    local made, clock = held_by_clock(3600)
    made:refused(3000)
    clock.now = 3000
    made:accepted()
    assert.equal(3000, made:refused(3000))
  end)

  it("of no bound at all isn't begun", function()
    assert.is_nil(held_by_clock(0):refused())
    assert.is_nil(held_by_clock(0):cut_off())
  end)

  it("in an outage grows to a minute, and tries go on until the bound", function()
    local made, clock = held_by_clock(200)
    for _, seconds in ipairs { 10, 20, 40, 60, 60, 10 } do
      assert.equal(seconds, made:cut_off())
      clock.now = clock.now + seconds
      assert.same({ 0, "network" }, { made:left() })
    end
    assert.is_nil(made:cut_off())
  end)

  it("in an outage ends with the first answer, and the next is a first one", function()
    local made, clock = held_by_clock(3600)
    assert.is_false(made:answered())
    made:cut_off()
    assert.same({ 10, "network" }, { made:left() })
    assert.is_true(made:answered())
    assert.same({ 0 }, { made:left() })
    clock.now = 3600
    assert.equal(10, made:cut_off())
  end)

  it("that the server asks for is kept after an outage, and has its own bound", function()
    local made, clock = held_by_clock(3600)
    made:refused(3000)
    clock.now = 2000
    made:cut_off()
    made:answered()
    assert.same({ 1000, "server" }, { made:left() })
    clock.now = 3000
    assert.is_nil(made:refused(700))
    assert.equal(10, made:cut_off())
  end)

  it("knows whether the server has answered at all", function()
    local made = held_by_clock(3600)
    assert.is_false(made.is_reached)
    made:answered()
    assert.is_true(made.is_reached)
  end)
end)
