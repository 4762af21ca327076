local errors = require "contactout.errors"
local tally = require "contactout.tally"

-- A tally on a clock of the spec's own -> tally, states, clock
local function watched(total)
  local states, clock = {}, { now = 0 }
  local made = tally.new(function(state) states[#states + 1] = state end, total,
    function() return { email = 2 } end, function() return clock.now end)
  return made, states, clock
end

local function failure(kind, fields)
  return errors.new(kind, "so", fields)
end

describe("a tally", function()
  it("counts each row once by what it is, and duplicates besides", function()
    local made, states, clock = watched(10)
    made:count(nil, false)
    made:count(nil, true)
    made:count(failure("not_found"), false)
    made:count(failure("job_failed", { maybe_charged = true }), false)
    made:count(failure("uncertain"), false)
    clock.now = 2
    made:count(failure("invalid_argument"), false)
    made:report()
    assert.same({ {
      done = 6, total = 10, found = 2, missing = 1, failed = 1, uncertain = 2, duplicates = 1,
      rate = 3, eta = 4 / 3, credits = { email = 2 },
    } }, states)
  end)

  it("has no eta where nobody knows the total", function()
    local made, states, clock = watched()
    clock.now = 1
    made:count(nil, false)
    made:report()
    assert.is_nil(states[1].eta)
    assert.is_nil(states[1].total)
  end)

  it("reports ten times a second at most, and at the end", function()
    local made, states, clock = watched(1000)
    for i = 1, 1000 do
      clock.now = i / 1000
      made:count(nil, false)
      made:report()
    end
    assert.is_true(#states <= 10)
    assert.is_true(#states >= 9)
    made:count(nil, false)
    made:report(true)
    assert.equal(1001, states[#states].done)
  end)

  it("reports no state twice", function()
    local made, states = watched(0)
    made:report(true)
    made:report(true)
    assert.equal(1, #states)
    assert.equal(0, states[1].done)
  end)

  it("needs nobody who listens", function()
    local made = tally.new(nil, 1, function() end, function() return 0 end)
    made:count(nil, false)
    made:report(true)
  end)
end)
