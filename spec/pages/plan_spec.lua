local companies = require "contactout.sandbox.companies"
local files = require "spec.support.journal"
local pages = require "spec.support.pages"
local support = require "spec.support.client"

before_each(pages.begin)
after_each(pages.finish)

local QUERY, COUNT = pages.QUERY, pages.COUNT

-- 400 people: 16 full pages.
local FULL_PAGES = { domain = companies.company(1).domain }
local COMPANY = support.PERSON.company

local function plan(opts, query, method)
  return assert(support.client():plan(method or "each_person", query or QUERY, opts))
end

-- Plans, then walks: what was charged must be within what was planned.
local function check(opts, query, method)
  local planned = plan(opts, query, method)
  assert.same({}, support.charges())
  local before = pages.requests()
  local client = support.client()
  local given = pages.collect(client[method or "each_person"](client, query or QUERY, opts))
  local charges = support.charges()
  for kind, bounds in pairs(planned.credits) do
    local charged = charges[kind] or 0
    assert.is_true(bounds.min <= charged and charged <= bounds.max, kind)
  end
  return planned, pages.requests() - before, #given
end

describe("plan of each_person", function()
  it("asks how many there are, and spends nothing", function()
    assert.same({
      keys = COUNT, duplicates = 0, invalid = 0, known = 0, requests = 2, seconds = 0,
      credits = { search = { min = COUNT, max = 50 } }, -- a page is reserved whole
    }, plan())
    assert.equal("people_count", support.sandbox:ledger()[1].endpoint)
    assert.equal(1, pages.requests())
    assert.same({}, support.charges())
  end)

  it("is what the walk does then", function()
    local planned, requests, given = check()
    assert.equal(planned.requests, requests)
    assert.equal(planned.keys, given)
  end)

  it("reckons with whole pages, whatever the limit", function()
    local planned, requests = check { limit = 7 }
    assert.equal(7, planned.keys)
    assert.equal(requests, planned.requests)
    assert.same({ min = 25, max = 25 }, planned.credits.search)
  end)

  it("has nothing to do for a limit of 0", function()
    local planned, requests = check { limit = 0 }
    assert.equal(0, planned.keys + planned.requests + requests)
    assert.same({ min = 0, max = 0 }, planned.credits.search)
  end)

  it("reckons with contacts that are revealed", function()
    local planned = check(nil, { domain = QUERY.domain, reveal_info = true })
    assert.same({ min = 0, max = 50 }, planned.credits.email)
    assert.same({ min = 0, max = 50 }, planned.credits.phone)
  end)

  it("isn't sure of the least where the count leaves something out", function()
    local planned = check(nil, { domain = QUERY.domain, data_types = { "phone" } })
    assert.equal(0, planned.credits.search.min)
  end)

  it("begins with the page of the query", function()
    local planned, requests, given = check(nil, { domain = QUERY.domain, page = 2 })
    assert.equal(COUNT - 25, planned.keys)
    assert.equal(given, planned.keys)
    assert.equal(requests, planned.requests) -- the last of them finds an empty page
  end)

  it("finds nobody where there is nobody", function()
    local planned = check(nil, { name = "nobody of that name" })
    assert.equal(0, planned.keys)
    assert.equal(1, planned.requests)
    assert.same({ min = 0, max = 25 }, planned.credits.search)
  end)

  it("goes by the page size that was asked for", function()
    assert.equal(4, plan({ extra = { page_size = 10 } }).requests)
  end)

  it("takes the seconds from the rate limit", function()
    local client = support.client { rate_limits = { search = 10, window = 60 } }
    local planned = assert(client:plan("each_person", { keyword = "a" }))
    assert.is_true(planned.requests > 20)
    assert.is_true(planned.seconds > 60)
  end)

  it("says nothing of how many where they can't be counted", function()
    support.sandbox:fault("status:403,message:No access to endpoint", 1, "people_count")
    local planned = plan()
    assert.equal(math.huge, planned.keys)
    assert.same({ min = 0, max = math.huge }, planned.credits.search)
    assert.equal(1, planned.requests)
  end)

  it("fails where the count does", function()
    support.sandbox:fault("status:401", 1, "people_count")
    local planned, err = support.client():plan("each_person", QUERY)
    assert.is_nil(planned)
    assert.equal("credentials", err.kind)
  end)
end)

-- What a plan says at most, as a budget.
local function most_of(planned)
  local limits = {}
  for kind, bounds in pairs(planned.credits) do
    limits[kind] = bounds.max
  end
  return limits
end

describe("a budget of what the plan says at most", function()
  before_each(function()
    support.sandbox:config { limits = false }
  end)

  local SEARCHES = {
    { "each_person", QUERY }, -- 40 people
    { "each_person", { domain = QUERY.domain, seniority = "director" } }, -- less than a page
    { "each_person", { name = "nobody of that name" } },
    { "each_decision_maker", COMPANY.domain },
    { "each_company", { name = "co" } },
  }
  local LIMITS = { false, 0, 1, 25, 26, 40, 60 }

  local function copy_with(query, fields)
    local same = type(query) == "string" and { domain = query } or {}
    for name, value in pairs(type(query) == "table" and query or {}) do
      same[name] = value
    end
    for name, value in pairs(fields) do
      same[name] = value
    end
    return same
  end

  -- Walks with it, on a client of its own, and compares with what was planned.
  local function check_budget(method, query, limit)
    local planned = plan({ limit = limit or nil }, query, method)
    local client = support.client()
    local given, failure = pages.collect(client[method](client, query,
      { limit = limit or nil, budget = most_of(planned) }))
    local case = ("%s, limit %s: %s"):format(method, tostring(limit), tostring(failure))
    assert.is_nil(failure, case)
    assert.is_true(#given <= planned.keys, case)
    local spent = client:spent()
    for kind, bounds in pairs(planned.credits) do
      assert.is_true(spent[kind] <= bounds.max, case)
    end
  end

  it("is enough, whatever is searched, revealed, and given at most", function()
    for _, search in ipairs(SEARCHES) do
      for _, limit in ipairs(LIMITS) do
        check_budget(search[1], search[2], limit)
        if search[1] ~= "each_company" then
          check_budget(search[1], copy_with(search[2], { reveal_info = true }), limit)
        end
      end
    end
  end)

  it("is enough from a later page on", function()
    for page = 15, 17 do
      for _, limit in ipairs(LIMITS) do
        check_budget("each_person", { domain = FULL_PAGES.domain, page = page }, limit)
      end
    end
  end)

  it("is enough where pages are smaller than documented", function()
    pages.page_size(10)
    for _, limit in ipairs { false, 7, 40 } do
      check_budget("each_person", QUERY, limit)
    end
  end)
end)

describe("plan of what can't be counted", function()
  it("is bounded by the limit", function()
    local planned = check({ limit = 3 }, COMPANY.domain, "each_decision_maker")
    assert.equal(3, planned.keys)
    assert.equal(1, planned.requests)
    assert.same({ min = 0, max = 25 }, planned.credits.search)
  end)

  it("has no bound without one, nor has a budget of that", function()
    local planned = check(nil, { name = "a" }, "each_company")
    assert.equal(math.huge, planned.keys)
    assert.same({ min = 0, max = math.huge }, planned.credits.search)
    assert.equal(1, planned.requests)
  end)

  it("sends nothing", function()
    plan(nil, { name = "a" }, "each_company")
    plan(nil, COMPANY.domain, "each_decision_maker")
    assert.equal(0, pages.requests())
  end)
end)

describe("plan with a journal", function()
  local function walk(most, opts)
    local all = { journal = files.path() }
    for name, value in pairs(opts or {}) do
      all[name] = value
    end
    local people = support.client():each_person(QUERY, all)
    local _, failure = pages.collect(people, most)
    people:close()
    return failure
  end

  it("makes none", function()
    assert.equal(0, plan({ journal = files.path() }).spent.search)
    assert.same({}, files.files())
  end)

  it("leaves out what it has", function()
    pages.page_size(10)
    walk(15)
    local planned = plan { journal = files.path() }
    assert.equal(COUNT, planned.keys)
    assert.equal(20, planned.known)
    assert.equal(2, planned.requests)
    assert.same({ min = 20, max = 20 }, planned.credits.search) -- pages of 10, by their own word
    assert.equal(20, planned.spent.search)
    assert.equal(0, planned.spent.uncertain.search)
    assert.equal(2, pages.requests()) -- the journal knows how many there are
  end)

  it("is, with what was spent, a budget that is enough", function()
    for _, size in ipairs { 10, 25 } do
      files.finish()
      files.begin()
      support.sandbox:reset()
      pages.page_size(size)
      walk(5)
      local planned = plan { journal = files.path() }
      local budget = { search = planned.spent.search + planned.credits.search.max }
      assert.is_nil(walk(nil, { budget = budget }))
    end
  end)

  it("has nothing to do for a walk that has ended", function()
    walk()
    local planned = plan { journal = files.path() }
    assert.equal(COUNT, planned.keys)
    assert.equal(COUNT, planned.known)
    assert.equal(0, planned.requests)
    assert.same({ min = 0, max = 0 }, planned.credits.search)
    assert.equal(2, pages.requests())
  end)

  it("stops at a page that is uncertain, as the walk does", function()
    pages.pages_of_ten(false, "close-after")
    assert.is_true(walk().maybe_charged)
    assert.equal(0, plan({ journal = files.path() }).requests)
    assert.equal(3, plan({ journal = files.path(), retry_charged = true }).requests)
  end)

  it("is refused that of another query", function()
    walk()
    local planned, err = support.client():plan("each_person", { name = "x" },
      { journal = files.path() })
    assert.is_nil(planned)
    assert.equal("journal", err.kind)
  end)
end)

describe("plan of what is wrong", function()
  it("is refused as the iterator would", function()
    local client = support.client()
    for param, call in pairs {
      limt = { "each_person", QUERY, { limt = 1 } },
      check = { "each_person", QUERY, { check = true } },
      job_titel = { "each_person", { job_titel = "CEO" } },
      query = { "each_decision_maker", "no domain" },
      method = { "each_persons", QUERY },
    } do
      local planned, err = client:plan(call[1], call[2], call[3])
      assert.is_nil(planned)
      assert.equal("invalid_argument", err.kind)
      assert.equal(param, err.param)
    end
    assert.has_error(function()
      client:plan("each_person", "acme.example")
    end)
  end)

  it("names the nearest method", function()
    local _, err = support.client():plan("each_persn", QUERY)
    assert.is_truthy(err.message:find("did you mean each_person?", 1, true))
    _, err = support.client():plan(nil, QUERY)
    assert.equal("method", err.param)
  end)
end)
