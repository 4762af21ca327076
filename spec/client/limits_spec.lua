-- The rate limits of a client against a server that enforces them.

local contactout = require "contactout"
local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE
local MINUTE = 4 -- seconds

--- A list of n profiles.
local function profiles(n)
  local list = {}
  for i = 1, n do
    list[i] = PROFILE .. "?n=" .. i
  end
  return list
end

before_each(support.begin)
after_each(support.finish)

describe("two hundred calls at once #yields", function()
  local function check_all(client)
    return contactout.map(profiles(200), function(profile)
      return assert(client:phone_status({ profile = profile }))
    end, { concurrency = 200 })
  end

  -- under valgrind even this minute is too short
  it("never draw a 429 by any rolling minute, and come first come first served #speed", function()
    support.shorten_minute(MINUTE)
    local order = {}
    local client = support.client {
      rate_limits = { window = MINUTE }, observe_data = true,
      observe = function(event)
        if event.type == "request" then
          order[#order + 1] = event.request.target:match("n%%3D(%d+)$")
        end
      end,
    }
    assert.equal(200, check_all(client).n)
    local state = sandbox:state()
    assert.equal(0, state.limited)
    assert.equal(200, state.requests)
    for i = 1, 200 do
      assert.equal(tostring(i), order[i])
    end
  end)

  it("draw many without limits", function()
    local client = support.client { rate_limits = false, max_retries = 0 }
    local refused = 0
    contactout.map(profiles(200), function(profile)
      local _, err = client:phone_status({ profile = profile })
      refused = refused + (err and 1 or 0)
    end, { concurrency = 200 })
    assert.equal(50, refused)
    assert.equal(50, sandbox:state().limited)
  end)
end)

describe("a 429 on an endpoint whose class is in doubt", function()
  --- A client whose limits are short, and the events of its waits.
  local function watched()
    local waits = {}
    return support.client {
      rate_limits = { search = 2, window = 0.2 },
      observe = function(event)
        if event.type == "wait" then
          waits[#waits + 1] = event.endpoint
        end
      end,
    }, waits
  end

  it("paces it by the other class from then on, and nothing else", function()
    local client, waits = watched()
    for _ = 1, 5 do
      assert(client:people_count({ name = "x" }))
    end
    assert.same({}, waits)
    sandbox:fault("status:429", 1)
    for _ = 1, 3 do
      assert(client:people_count({ name = "x" }))
    end
    assert.is_true(#waits >= 2)
    waits[1] = nil
    for i = #waits, 1, -1 do
      waits[i] = nil
    end
    for _ = 1, 3 do
      assert(client:stats())
    end
    assert.same({}, waits)
  end)
end)
