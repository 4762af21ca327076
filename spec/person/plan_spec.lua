-- What lookups of people one by one would cost, by client:plan("person", ...).

local support = require "spec.support.client"

local URL = support.PROFILE

describe("client:plan of person", function()
  before_each(support.begin)
  after_each(support.finish)

  local function plan(input, opts)
    return assert(support.client():plan("person", input, opts))
  end

  it("counts each different person once, however spelt, and sends nothing", function()
    local made = plan { URL, URL .. "/", "jo@acme.example", " JO@acme.example", "nobody", {} }
    assert.same({ 2, 2, 2, 2, 0 }, {
      made.keys, made.duplicates, made.invalid, made.requests, made.known,
    })
    assert.equal(0, support.sandbox:state().requests)
  end)

  it("knows what each costs by the endpoint that it takes", function()
    assert.same({ search = { min = 0, max = 1 } }, plan({ URL }).credits)
    assert.same({
      email = { min = 0, max = 2 }, phone = { min = 0, max = 2 }, search = { min = 0, max = 1 },
    }, plan({ URL, "jo@acme.example" }, { contacts = true }).credits)
  end)

  it("reckons with the `include` of a table, as the lookup does", function()
    local who = { email = "jo@acme.example", include = { "phone" } }
    assert.same({ search = { min = 0, max = 1 }, phone = { min = 0, max = 1 } },
      plan({ who }).credits)
    assert.same({ search = { min = 0, max = 1 } }, plan({ who }, { contacts = false }).credits)
  end)

  it("knows a table again, in whatever order it was filled", function()
    local one, other = {}, {}
    local names = { "full_name", "company", "location", "job_title", "education" }
    for i = 1, #names do
      one[names[i]], other[names[#names + 1 - i]] = "Acme", "Acme"
    end
    assert.equal(1, plan({ one, other }).duplicates)
  end)

  it("takes one person for a list of one", function()
    assert.equal(1, plan(URL).keys)
    assert.equal(1, plan({ email = "jo@acme.example" }).keys)
    assert.equal(0, plan({}).keys)
  end)

  it("takes an iterator, and the option key", function()
    local rows = { { who = URL }, { who = { full_name = "Jo Sand", company = "Acme" } } }
    local i = 0
    local made = plan(function()
      i = i + 1
      return rows[i]
    end, { key = function(row) return row.who end })
    assert.equal(2, made.keys)
  end)

  it("knows whom the cache has", function()
    local client = support.client { cache = {} }
    assert(client:person(URL))
    local made = assert(client:plan("person", { URL, "jo@acme.example" }))
    assert.equal(1, made.known)
    assert.equal(1, made.requests)
    assert.same({ search = { min = 0, max = 1 } }, made.credits)
  end)

  it("refuses what is no list, and unknown options", function()
    local client = support.client()
    assert.equal("input", select(2, client:plan("person", 5)).param)
    assert.equal("contact", select(2, client:plan("person", {}, { contact = true })).param)
    local ok, problem = pcall(client.plan, client, "person", { URL }, "contacts")
    assert.is_false(ok)
    assert.is_truthy(problem:find("opts must be a table, not a string", 1, true))
  end)
end)
