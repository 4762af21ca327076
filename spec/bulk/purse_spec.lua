local budget = require "contactout.budget"
local purse = require "contactout.bulk.purse"
local works = require "contactout.bulk.works"

local function new(limits, opts, recorded)
  opts = opts or {}
  local work = assert(works.contacts.pick(opts))
  return purse.new(work, { params = opts, call = {}, budget = limits },
    budget.new(opts.client_limits), recorded)
end

describe("a purse", function()
  it("says what keys can cost at most", function()
    assert.same({ email = 7 }, new():most(7))
    assert.same({ email = 7, phone = 7 }, new(nil, { include_phone = true }):most(7))
  end)

  it("says how many keys fit into each kind's limit, and the client's", function()
    assert.equal(50, new():fitting(50))
    assert.equal(20, new({ email = 20 }):fitting(50))
    assert.equal(5, new({ email = 20, phone = 5 }, { include_phone = true }):fitting(50))
    assert.equal(20, new({ email = 20, phone = 5 }):fitting(50))
    assert.equal(3, new({ email = 20 }, { client_limits = { email = 3 } }):fitting(50))
  end)

  it("has an error where not even one fits", function()
    local fitting, err = new({ email = 0 }):fitting(50)
    assert.equal(0, fitting)
    assert.equal("budget", err.kind)
  end)

  it("takes off what a journal recorded, uncertain credits included", function()
    local recorded = { email = 4, uncertain = { email = 3 } }
    assert.equal(13, new({ email = 20 }, nil, recorded):fitting(50))
    assert.equal(0, (new({ email = 5 }, nil, recorded):fitting(50)))
    assert.equal(50, new(nil, nil, recorded):fitting(50))
  end)

  it("counts what a job of an earlier run has cost in place of what it might have", function()
    local client_limits = { email = 100 }
    local one = new({ email = 20 }, { client_limits = client_limits },
      { email = 4, uncertain = { email = 10 } })
    assert.equal(6, one:fitting(50))
    one:settle_earlier({ email = 7 }, { email = 3, uncertain = { email = 1 } })
    assert.equal(9, one:fitting(50))
    assert.same({ email = 7, phone = 0, search = 0, verifier = 0,
      uncertain = { email = 4, phone = 0, search = 0, verifier = 0 } }, one:spent())
  end)

  it("counts what earlier runs have spent for itself alone, not for its client", function()
    local one = new({ email = 20 }, { client_limits = { email = 12 } },
      { email = 4, uncertain = { email = 3 } })
    assert.equal(12, one:fitting(50))
  end)
end)
