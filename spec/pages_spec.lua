local companies = require "contactout.sandbox.companies"
local compat = require "contactout.compat"
local contactout = require "contactout"
local pages = require "spec.support.pages"
local support = require "spec.support.client"

before_each(support.begin)
after_each(support.finish)

local QUERY, COUNT = pages.QUERY, pages.COUNT
local COMPANY = support.PERSON.company

local function each(query, opts)
  return support.client():each_person(query or QUERY, opts)
end

local function check_spent(client)
  local spent = client:spent()
  for kind, count in pairs(support.charges()) do
    assert.equal(count, spent[kind])
    assert.equal(0, spent.uncertain[kind])
  end
end

describe("each_person", function()
  it("gives everybody, in the order of the ranking", function()
    local ranking = pages.ranking()
    local people = pages.collect(each())
    assert.same(ranking, pages.urls(people))
    assert.equal(COUNT, #people)
    assert.equal("string", type(people[1].full_name))
    assert.equal("table", type(people[1].raw))
  end)

  it("ends when as many were seen as there are, by the server's word", function()
    pages.collect(each())
    assert.same({ 1, 2 }, pages.pages_asked())
    assert.same({ search = COUNT }, support.charges())
  end)

  it("ends at an empty page where the server's word is 0", function()
    support.sandbox:fault("total-zero", -1)
    assert.equal(COUNT, #pages.collect(each()))
    assert.same({ 1, 2, 3 }, pages.pages_asked())
  end)

  it("ends at an empty page though there should be more", function()
    pages.pages_of_ten(false, "page-empty")
    assert.equal(10, #pages.collect(each()))
    assert.equal(2, pages.requests())
  end)

  it("ends at a page that has no profiles at all", function()
    pages.pages_of_ten(false, "null-members")
    local people, failure = pages.collect(each())
    assert.is_nil(failure)
    assert.equal(10, #people)
    assert.equal(2, pages.requests())
  end)

  it("ends at a page of something else where nobody says that there are more", function()
    pages.pages_of_ten("total-zero", 'answer:{"profiles":"gone"}')
    local people, failure = pages.collect(each())
    assert.is_nil(failure)
    assert.equal(10, #people)
    assert.equal(2, pages.requests())
  end)

  it("ends at a page of something else that lies beyond all that there are", function()
    support.sandbox:fault("page-size:25,total-zero")
    support.sandbox:fault("page-size:25,total-zero")
    support.sandbox:fault(
      'answer:{"metadata":{"page_size":25%2C"total_results":40}%2C"profiles":"gone"}')
    local people, failure = pages.collect(each())
    assert.is_nil(failure)
    assert.equal(COUNT, #people)
    assert.equal(3, pages.requests())
  end)

  it("ends at a reply that is empty", function()
    pages.pages_of_ten(false, "answer:{}")
    local people, failure = pages.collect(each())
    assert.is_nil(failure)
    assert.equal(10, #people)
    assert.equal(2, pages.requests())
  end)

  it("ends at a page that isn't found", function()
    pages.pages_of_ten(false, "status:404")
    assert.equal(10, #pages.collect(each()))
    assert.equal(2, pages.requests())
  end)

  it("ends at a page that comes again", function()
    pages.pages_of_ten(false, false, "page-repeat:1")
    assert.equal(20, #pages.collect(each()))
    assert.equal(3, pages.requests())
  end)

  it("gives nobody where the search finds nobody", function()
    assert.same({}, pages.collect(each { name = "nobody of that name" }))
    assert.same({}, support.charges())
  end)

  it("gives each one once where pages overlap", function()
    local ranking, states = pages.ranking(), {}
    support.sandbox:fault("page-size:25")
    support.sandbox:fault("page-size:20", -1)
    local people = pages.collect(each(QUERY, { on_progress = function(state)
      states[#states + 1] = state
    end }))
    assert.same(ranking, pages.urls(people))
    assert.equal(5, states[#states].duplicates)
  end)

  it("begins with the page of the query", function()
    local ranking = pages.ranking()
    local people = pages.collect(each { domain = QUERY.domain, page = 2 })
    assert.same({ compat.unpack(ranking, 26) }, pages.urls(people))
    assert.same({ 2, 3 }, pages.pages_asked())
  end)

  it("asks for a page when it is needed, and no sooner", function()
    local people = each()
    pages.collect(people, 25)
    assert.equal(1, pages.requests())
    pages.collect(people, 1)
    assert.equal(2, pages.requests())
  end)

  it("keeps what the caller changes later", function()
    local query = { domain = { QUERY.domain } }
    local people = each(query)
    pages.collect(people, 1)
    query.domain[1], query.name = "elsewhere.example", "nobody"
    assert.equal(COUNT - 1, #pages.collect(people))
  end)

  it("takes equations, as its plan does", function()
    local client, query = support.client(), contactout.query
    local wanted = { domain = QUERY.domain, job_title = query.any("Engineer", "Manager") }
    local people = pages.collect(client:each_person(wanted))
    assert.is_true(#people > 0 and #people < COUNT)
    assert.equal(#people, assert(client:plan("each_person", wanted)).keys)
  end)

  it("reveals contacts, which cost what the server finds", function()
    local client = support.client()
    local query = { domain = QUERY.domain, reveal_info = true }
    local people = pages.collect(client:each_person(query))
    local with_email = 0
    for _, person in ipairs(people) do
      with_email = with_email + (#person.emails > 0 and 1 or 0)
    end
    assert.is_true(with_email > 0)
    assert.equal(COUNT, support.charges().search)
    assert.equal(with_email, support.charges().email)
    check_spent(client)
  end)
end)

describe("each_decision_maker", function()
  it("takes a domain, a website, a company's URL, or parameters", function()
    local client = support.client()
    local found = #pages.collect(client:each_decision_maker(COMPANY.domain))
    assert.is_true(found > 0)
    for _, query in ipairs { "https://www." .. COMPANY.domain .. "/about",
        COMPANY.linkedin_url, { domain = COMPANY.domain }, { name = COMPANY.name } } do
      assert.equal(found, #pages.collect(client:each_decision_maker(query)))
    end
    assert.equal(5 * found, support.charges().search)
  end)

  it("knows pages of a size of their own", function()
    support.sandbox:fault("page-size:2", -1)
    local client = support.client()
    local people = pages.collect(client:each_decision_maker(COMPANY.domain))
    assert.same({ search = #people }, support.charges())
    assert.equal(math.ceil(#people / 2), pages.requests())
  end)

  it("gives nobody of a company that is unknown", function()
    assert.same({}, pages.collect(support.client():each_decision_maker("unknown.example")))
  end)

  it("refuses a text that names no company", function()
    for _, text in ipairs { "", "Acme", "jane@acme.example", "acme .example" } do
      local _, failure = pages.collect(support.client():each_decision_maker(text))
      assert.equal("invalid_argument", failure.kind)
    end
    assert.equal(0, pages.requests())
  end)
end)

describe("each_company", function()
  it("gives each company that is found, once", function()
    local client, seen, count = support.client(), {}, 0
    support.sandbox:fault("page-size:3", -1)
    for company in client:each_company { domain = { companies.company(1).domain,
        companies.company(2).domain, companies.company(3).domain, companies.company(4).domain } } do
      assert.is_nil(seen[company.linkedin_url])
      seen[company.linkedin_url] = true
      count = count + 1
    end
    assert.equal(4, count)
    assert.same({ 1, 2 }, pages.pages_asked())
    assert.same({ search = 4 }, support.charges())
    check_spent(client)
  end)
end)

describe("the option limit", function()
  it("is how many are given, and a page costs what it costs", function()
    assert.equal(7, #pages.collect(each(QUERY, { limit = 7 })))
    assert.equal(1, pages.requests())
    assert.same({ search = 25 }, support.charges())
  end)

  it("asks for no page that isn't needed for it", function()
    assert.equal(25, #pages.collect(each(QUERY, { limit = 25 })))
    assert.equal(1, pages.requests())
    assert.equal(0, #pages.collect(each(QUERY, { limit = 0 })))
    assert.equal(1, pages.requests())
    assert.equal(26, #pages.collect(each(QUERY, { limit = 26 })))
    assert.equal(3, pages.requests())
  end)
end)

describe("the option budget", function()
  it("is raised once all that was paid for is given", function()
    local people, failure = pages.collect(each(QUERY, { budget = { search = 30 } }))
    assert.equal(25, #people)
    assert.equal("budget", failure.kind)
    assert.equal(2, failure.page)
    assert.same({ search = 25 }, support.charges())
  end)

  it("goes by the size that pages have", function()
    pages.page_size(10)
    local people, failure = pages.collect(each(QUERY, { budget = { search = 35 } }))
    assert.equal(30, #people)
    assert.equal("budget", failure.kind)
    assert.same({ search = 30 }, support.charges())
  end)

  it("sends nothing where not even a page fits", function()
    local people, failure = pages.collect(each(QUERY, { budget = { search = 24 } }))
    assert.equal(0, #people)
    assert.equal("budget", failure.kind)
    assert.equal(0, pages.requests())
  end)

  it("counts contacts that are revealed", function()
    local _, failure = pages.collect(each({ domain = QUERY.domain, reveal_info = true },
      { budget = { email = 30 } }))
    assert.equal("budget", failure.kind)
    assert.is_truthy(failure.message:find("email", 1, true))
    assert.equal(1, pages.requests())
  end)

  it("is for one iterator, within the client's own", function()
    local client = support.client { budget = { search = 60 } }
    assert.equal(COUNT, #pages.collect(client:each_person(QUERY, { budget = { search = 50 } })))
    local people, failure = pages.collect(client:each_person(QUERY, { budget = { search = 50 } }))
    assert.equal(0, #people)
    assert.equal("budget", failure.kind)
  end)
end)

describe("an error that ends it", function()
  it("is raised once all that was paid for is given, and again at each call", function()
    for fault, kind in pairs {
      ["status:401"] = "credentials", ["status:402"] = "out_of_credits",
      ["status:500"] = "server", ["close-after"] = "connection",
    } do
      support.sandbox:reset()
      pages.pages_of_ten(false, fault)
      local people = each()
      local given, failure = pages.collect(people)
      assert.equal(10, #given)
      assert.is_true(contactout.is_error(failure))
      assert.equal(kind, failure.kind)
      assert.equal(2, failure.page)
      assert.equal(failure, select(2, pages.collect(people)))
      assert.equal(2, pages.requests())
    end
  end)

  it("is a page whose records can't be read, though there are more", function()
    for _, fault in ipairs {
      'answer:{"profiles":"gone"}', 'answer:{"profiles":[1]}',
    } do
      support.sandbox:reset()
      pages.pages_of_ten(false, fault)
      local client = support.client()
      local people = client:each_person(QUERY)
      local given, failure = pages.collect(people)
      assert.equal(10, #given)
      assert.equal("malformed_response", failure.kind)
      assert.equal(2, failure.page)
      assert.is_true(failure.maybe_charged)
      assert.is_truthy(failure.message:find("page 2 has no profiles", 1, true))
      assert.equal(failure, select(2, pages.collect(people)))
      assert.equal(2, pages.requests())
      assert.equal(10, client:spent().search)
      assert.equal(10, client:spent().uncertain.search)
    end
  end)

  it("is such a page where it is the first one", function()
    support.sandbox:fault('answer:{"metadata":{"total_results":3}%2C"companies":"gone"}')
    local given, failure = pages.collect(support.client():each_company { name = "co" })
    assert.equal(0, #given)
    assert.equal("malformed_response", failure.kind)
    assert.is_truthy(failure.message:find("page 1 has no companies", 1, true))
  end)

  it("isn't what may be retried", function()
    pages.pages_of_ten(false, "status:429", "status:503,retry-after:0")
    assert.equal(COUNT, #pages.collect(each()))
  end)

  it("isn't what may have been charged where that may be asked again", function()
    pages.pages_of_ten(false, "close-after")
    local client = support.client()
    assert.equal(COUNT, #pages.collect(client:each_person(QUERY, { retry_charged = true })))
    assert.equal(COUNT + 10, support.charges().search)
    assert.equal(10, client:spent().uncertain.search)
  end)

  it("may be the caller's own, from on_progress", function()
    local people = each(QUERY, { on_progress = function()
      error("no more", 0)
    end })
    local _, failure = pages.collect(people)
    assert.equal("no more", failure)
  end)

  it("is the client's end", function()
    local client = support.client()
    local people = client:each_person(QUERY)
    pages.collect(people, 25)
    client:close()
    assert.equal("cancelled", select(2, pages.collect(people)).kind)
  end)
end)

describe("what is wrong with a call", function()
  it("is raised by the iterator", function()
    local client = support.client()
    for _, made in ipairs {
      { client:each_person(QUERY, { prefech = true }), "prefech", "prefetch" },
      { client:each_person { job_titel = "CEO" }, "job_titel", "job_title" },
      { client:each_person { page = 0 }, "page", "1" },
      { client:each_person(QUERY, { limit = 1.5 }), "limit", "integer" },
      { client:each_person(QUERY, { raw = true }), "raw", "there" },
      { client:each_company { domain = 1 }, "domain", "list" },
      { client:each_decision_maker {}, "linkedin_url", "required" },
      { client:each_person(QUERY, { budget = { serch = 1 } }), "budget", "serch" },
    } do
      local _, failure = pages.collect(made[1])
      assert.equal("invalid_argument", failure.kind)
      assert.equal(made[2], failure.param)
      assert.is_truthy(failure.message:find(made[3], 1, true), failure.message)
    end
    assert.equal(0, pages.requests())
  end)

  it("raises at once where it is no table", function()
    local client = support.client()
    for _, call in ipairs {
      function() client:each_person("acme.example") end,
      function() client:each_company() end,
      function() client:each_decision_maker(42) end,
      function() client:each_person(QUERY, true) end,
    } do
      assert.has_error(call)
    end
    assert.has_error(function()
      client:each_decision_maker(42)
    end, "query must be a table or a text, not a number")
  end)
end)

describe("on_progress", function()
  it("tells how far it is", function()
    pages.page_size(10)
    local states = {}
    pages.collect(each(QUERY, { on_progress = function(state)
      states[#states + 1] = state
    end }))
    local last = states[#states]
    assert.equal(COUNT, last.done)
    assert.equal(COUNT, last.found)
    assert.equal(COUNT, last.total)
    assert.equal(0, last.duplicates)
    assert.equal(COUNT, last.credits.search)
  end)

  it("knows the total by the limit, and none where the server says 0", function()
    local last
    local function note(state)
      last = state
    end
    pages.collect(each(QUERY, { limit = 5, on_progress = note }))
    assert.equal(5, last.total)
    support.sandbox:fault("total-zero", -1)
    pages.collect(each(QUERY, { on_progress = note }))
    assert.is_nil(last.total)
  end)
end)

describe("close", function()
  it("ends it, and is safe twice", function()
    local people = each()
    pages.collect(people, 3)
    people:close()
    people:close()
    assert.same({}, pages.collect(people))
    assert.equal(1, pages.requests())
  end)

  it("may come before anything was asked", function()
    local people = each()
    people:close()
    assert.same({}, pages.collect(people))
    assert.equal(0, pages.requests())
  end)
end)

describe("an iterator of PUC 5.1", function()
  if compat.CAN_YIELD then
    return
  end

  it("blocks outside of coroutines, and looks ahead no further", function()
    local people = each(QUERY, { prefetch = true })
    pages.collect(people, 25)
    assert.equal(1, pages.requests())
    assert.equal(COUNT - 25, #pages.collect(people))
  end)

  it("is refused inside of one, and sends nothing", function()
    local people = each()
    local _, failure = coroutine.wrap(function()
      return pages.collect(people)
    end)()
    assert.equal("unsupported", failure.kind)
    assert.equal(0, pages.requests())
    assert.equal(COUNT, #pages.collect(people))
  end)
end)

describe("the option prefetch #yields", function()
  local AHEAD = { prefetch = true }

  it("asks for the next page while one is read", function()
    local people = each(QUERY, AHEAD)
    pages.collect(people, 1)
    support.sandbox:wait { requests = 2 }
    assert.equal(COUNT - 1, #pages.collect(people))
    assert.same({ 1, 2 }, pages.pages_asked())
  end)

  it("is one page ahead, and no more", function()
    pages.page_size(10)
    local people = each(QUERY, AHEAD)
    pages.collect(people, 10)
    support.sandbox:wait { responses = 2 }
    assert.equal(2, pages.requests())
    pages.collect(people, 1)
    support.sandbox:wait { requests = 3 }
    assert.equal(COUNT - 11, #pages.collect(people))
    assert.same({ 1, 2, 3, 4 }, pages.pages_asked())
  end)

  it("asks for none beyond the limit", function()
    assert.equal(25, #pages.collect(each(QUERY, { prefetch = true, limit = 25 })))
    assert.equal(1, pages.requests())
  end)

  it("gives what it has before it raises what came ahead", function()
    pages.pages_of_ten(false, "status:500")
    local people = each(QUERY, AHEAD)
    local first = pages.collect(people, 1)
    support.sandbox:wait { responses = 2 }
    local rest, failure = pages.collect(people)
    assert.equal(10, #first + #rest)
    assert.equal("server", failure.kind)
  end)

  it("waits, when it is closed, for a page that is paid for", function()
    support.sandbox:fault("page-size:25")
    support.sandbox:fault("hold")
    local client = support.client()
    contactout.run(function()
      local people = client:each_person(QUERY, AHEAD)
      people()
      pages.wait_until_held()
      assert.equal(25, client:spent().uncertain.search)
      support.sandbox:release()
      people:close()
      assert.equal(0, client:spent().uncertain.search)
      assert.equal(COUNT, client:spent().search)
    end)
  end)

  it("waits, when it is closed, for no further attempt", function()
    local retries = 0
    support.sandbox:fault("page-size:25")
    support.sandbox:fault("hold,status:429,retry-after:1")
    local client = support.client { max_retry_wait = 2, observe = function(event)
      retries = retries + (event.type == "retry" and 1 or 0)
    end }
    contactout.run(function()
      local people = client:each_person(QUERY, AHEAD)
      people()
      pages.wait_until_held()
      support.sandbox:release()
      people:close()
    end)
    assert.equal(2, pages.requests())
    assert.equal(0, retries)
  end)

  it("calls off, when it is closed, a page that wasn't sent", function()
    local client = support.client { rate_limits = { search = 10, window = 60 } }
    contactout.run(function()
      local people = client:each_person(QUERY, AHEAD)
      people()
      people:close()
    end)
    assert.equal(1, pages.requests())
    assert.equal(25, client:spent().search)
    assert.equal(0, client:spent().uncertain.search)
  end)

  it("goes on where nobody waits in a loop of plain Lua", function()
    contactout.run(function()
      assert.equal(COUNT, #pages.collect(each(QUERY, AHEAD)))
    end)
    assert.equal(2, pages.requests())
  end)
end)

describe("beside others #yields", function()
  it("leaves a page whose waiter is cancelled to the next call", function()
    support.sandbox:fault("hold")
    local people = each()
    contactout.run(function()
      local reader = contactout.spawn(function()
        return pages.collect(people)
      end)
      pages.wait_until_held()
      reader:cancel()
      local given, failure = reader:wait()
      assert.equal(0, #given)
      assert.equal("cancelled", failure.kind)
      support.sandbox:release()
      assert.equal(COUNT, #pages.collect(people))
    end)
    assert.same({ search = COUNT }, support.charges())
  end)

  it("gives each record to one of those who share it", function()
    local people, counts = each(QUERY, { prefetch = true }), {}
    contactout.run(function()
      for i = 1, 3 do
        contactout.spawn(function()
          counts[i] = 0
          for _ in people do
            counts[i] = counts[i] + 1
            contactout.sleep(0)
          end
        end)
      end
    end)
    assert.equal(COUNT, counts[1] + counts[2] + counts[3])
    assert.same({ search = COUNT }, support.charges())
  end)

  it("can be the input of map", function()
    local names = contactout.map(each(), function(person)
      contactout.sleep(0)
      return person.full_name
    end)
    assert.equal(COUNT, names.n)
  end)
end)
