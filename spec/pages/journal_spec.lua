local compat = require "contactout.compat"
local contactout = require "contactout"
local files = require "spec.support.journal"
local journal = require "contactout.journal"
local pages = require "spec.support.pages"
local support = require "spec.support.client"

before_each(pages.begin)
after_each(pages.finish)

local QUERY, COUNT = pages.QUERY, pages.COUNT
local PAGE = 25 -- records on a page, unless a spec says otherwise

-- A client of its own for each walk, as for a run that comes later.
local function each(opts, query, method)
  local all = { journal = files.path() }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  local client = support.client()
  return client[method or "each_person"](client, query or QUERY, all)
end

-- Walks to the end, or takes that many -> records, what was raised
local function walk(opts, most)
  local people = each(opts)
  local list, failure = pages.collect(people, most)
  people:close()
  return list, failure
end

-- What the journal says was spent, and may have been.
local function recorded()
  local opened = assert(journal.open(files.path(), {
    operation = "each_person", base_url = support.sandbox.url,
    options = { page = 1, query = '{"domain":["' .. QUERY.domain .. '"]}' },
  }))
  local spent = opened:spent()
  opened:close()
  return spent
end

describe("a walk with a journal", function()
  it("is given again, free", function()
    local first = walk()
    assert.equal(COUNT, #first)
    assert.same(first, walk())
    assert.equal(2, pages.requests())
    assert.equal(COUNT, recorded().search)
  end)

  it("has each attempt on record before it is sent, where one may be charged twice", function()
    local output, code = support.run_lua(([[
      local contactout = require "contactout"
      local client = assert(contactout.new { rate_limits = false, max_retry_wait = 0.02,
        base_url = %q, token = %q, observe = function(event)
          if event.type == "response" and event.attempt == 2 then
            os.exit(9) -- without closing anything
          end
        end })
      client:each_person({ domain = { %q } }, { journal = %q, retry_charged = true,
        headers = { ["x-sandbox-fault"] = "reset-after" } })()
    ]]):format(support.sandbox.url, support.TOKEN, QUERY.domain, files.path()))
    assert.equal(9, code, output .. "\nrequests: " .. table.concat(support.statuses(), " "))
    support.wait_until_closed()
    assert.equal(2 * PAGE, support.charges().search)
    assert.equal(2 * PAGE, recorded().uncertain.search)
  end)

  it("is taken up where it was left", function()
    pages.page_size(10)
    local first = walk(nil, 15)
    local all = walk()
    assert.equal(COUNT, #all)
    assert.same(first, { compat.unpack(all, 1, 15) })
    assert.same({ 1, 2, 3, 4 }, pages.pages_asked())
    assert.same({ search = COUNT }, support.charges())
  end)

  it("knows its end, whatever made it", function()
    for _, fault in ipairs { "page-empty", "page-repeat:1", "status:404",
        "answer:{}", "null-members" } do
      support.sandbox:reset()
      files.finish()
      files.begin()
      pages.pages_of_ten(false, fault)
      local first = walk()
      assert.equal(10, #first)
      assert.same(first, walk())
      assert.equal(2, pages.requests())
    end
  end)

  it("may have another limit", function()
    assert.equal(5, #walk { limit = 5 })
    assert.equal(30, #walk { limit = 30 })
    assert.equal(7, #walk { limit = 7, prefetch = true })
    assert.equal(2, pages.requests())
  end)

  it("has the page on disk before a record is given, and the request before it is sent", function()
    support.sandbox:fault("page-size:10")
    support.sandbox:fault("close-after")
    local people = each()
    pages.collect(people, 10)
    pages.collect(people)
    people:close()
    local spent = recorded()
    assert.equal(10, spent.search)
    assert.equal(10, spent.uncertain.search)
  end)

  it("has in doubt what a page that was tried again may have cost", function()
    pages.pages_of_ten("total-zero", "close-after", "null-members")
    assert.equal(10, #walk { retry_charged = true })
    local spent = recorded()
    assert.equal(10, spent.search)
    assert.equal(20, spent.uncertain.search) -- cut off, then an answer that doesn't tell
    local _, failure = walk { retry_charged = true, budget = { search = 10 } }
    assert.is_nil(failure)
    assert.equal(3, pages.requests())
  end)

  it("asks again for a page that wasn't charged", function()
    pages.pages_of_ten(false, "status:401")
    local first, failure = walk()
    assert.equal(10, #first)
    assert.equal("credentials", failure.kind)
    assert.equal(COUNT, #walk())
    assert.same({ 1, 2, 2, 3, 4 }, pages.pages_asked())
    local spent = recorded()
    assert.equal(COUNT, spent.search)
    assert.equal(0, spent.uncertain.search)
  end)
end)

describe("a page whose records couldn't be read", function()
  it("is uncertain, and asked for again with retry_charged", function()
    pages.pages_of_ten(false, 'answer:{"profiles":"gone"}')
    local people, failure = walk()
    assert.equal(10, #people)
    assert.equal("malformed_response", failure.kind)
    people, failure = walk()
    assert.equal(10, #people)
    assert.equal("uncertain", failure.kind)
    assert.equal(10, recorded().uncertain.search)
    assert.equal(COUNT, #walk { retry_charged = true })
    assert.same({ 1, 2, 2, 3, 4 }, pages.pages_asked())
  end)
end)

describe("a page that was sent and has no answer", function()
  before_each(function()
    pages.pages_of_ten(false, "close-after")
    local first, failure = walk()
    assert.equal(10, #first)
    assert.is_true(failure.maybe_charged)
  end)

  it("is raised as uncertain once what is known is given", function()
    local people, failure = walk()
    assert.equal(10, #people)
    assert.equal("uncertain", failure.kind)
    assert.equal(2, failure.page)
    assert.is_true(failure.maybe_charged)
    assert.is_truthy(failure.message:find("retry_charged = true", 1, true))
    assert.equal(2, pages.requests())
  end)

  it("is asked for again with retry_charged, once", function()
    assert.equal(COUNT, #walk { retry_charged = true })
    assert.same({ 1, 2, 2, 3, 4 }, pages.pages_asked())
    assert.equal(COUNT, #walk())
    assert.equal(5, pages.requests())
    local spent = recorded()
    assert.equal(COUNT, spent.search)
    assert.equal(10, spent.uncertain.search) -- the first time may have been charged, too
  end)

  it("counts in the budget", function()
    local people, failure = walk { retry_charged = true, budget = { search = 29 } }
    assert.equal(10, #people)
    assert.equal("budget", failure.kind)
    assert.equal(2, pages.requests())
    people = walk { retry_charged = true, budget = { search = 30 } }
    assert.equal(20, #people)
  end)
end)

describe("the budget of a walk with a journal", function()
  it("counts what earlier runs have spent", function()
    pages.page_size(10)
    assert.equal(20, #(walk(nil, 20)))
    local people, failure = walk { budget = { search = 29 } }
    assert.equal(20, #people)
    assert.equal("budget", failure.kind)
    assert.equal(2, pages.requests())
    people, failure = walk { budget = { search = 30 } }
    assert.equal(30, #people)
    assert.equal("budget", failure.kind)
    assert.equal(COUNT, #walk { budget = { search = COUNT } })
  end)
end)

describe("on_progress of a walk with a journal", function()
  it("counts what earlier runs have spent, too", function()
    pages.page_size(10)
    walk(nil, 20)
    local last
    walk { on_progress = function(state)
      last = state
    end }
    assert.equal(COUNT, last.done)
    assert.equal(COUNT, last.credits.search)
  end)
end)

describe("a journal", function()
  local function check_refused(opts, query, method)
    local before = files.bytes()
    local people, failure = pages.collect(each(opts, query, method))
    assert.equal(0, #people)
    assert.equal("journal", failure.kind)
    assert.equal(before, files.bytes())
    return failure.message
  end

  it("is refused to another query, operation or page, untouched", function()
    walk()
    local message = check_refused(nil, { domain = QUERY.domain, seniority = "director" })
    assert.is_truthy(message:find("director", 1, true))
    check_refused(nil, { domain = QUERY.domain, reveal_info = true })
    check_refused(nil, { domain = QUERY.domain, page = 2 })
    check_refused(nil, { domain = QUERY.domain }, "each_company")
    check_refused { extra = { page_size = 5 } }
    assert.equal(2, pages.requests())
  end)

  it("knows its query however that is written", function()
    walk()
    local people = pages.collect(each(nil, { domain = { QUERY.domain }, page = 1 }))
    assert.equal(COUNT, #people)
    assert.equal(2, pages.requests())
  end)

  it("is for all kinds of searches", function()
    for method, query in pairs {
      each_company = { name = "a" }, each_decision_maker = QUERY.domain,
    } do
      files.finish()
      files.begin()
      local found = pages.collect(each(nil, query, method))
      local requests = pages.requests()
      assert.is_true(#found > 0)
      assert.same(found, pages.collect(each(nil, query, method)))
      assert.equal(requests, pages.requests())
    end
  end)

  it("forgets a person who is purged, and no more", function()
    pages.page_size(10)
    local all = walk()
    assert(contactout.purge(files.path(), all[12].linkedin_url))
    local rest = walk()
    table.remove(all, 12)
    assert.same(all, rest)
    for _ = 1, 10 do -- the whole of the first page, which ends nothing
      assert(contactout.purge(files.path(), table.remove(all, 1).linkedin_url))
    end
    assert.same(all, walk())
    assert.equal(4, pages.requests())
  end)

  it("forgets a company that is purged, by any spelling of its page", function()
    local all = pages.collect(each(nil, { name = "a" }, "each_company"))
    local url = all[1].linkedin_url:gsub("^https://[^/]*", "LinkedIn.com")
    assert(contactout.purge(files.path(), url .. "/"))
    assert.equal(#all - 1, #pages.collect(each(nil, { name = "a" }, "each_company")))
  end)

  it("that fails lets what was paid for be given", function()
    pages.page_size(10)
    local people = each()
    pages.collect(people, 10)
    people._run.book:close()
    assert.equal("journal", select(2, pages.collect(people)).kind)
    assert.equal(1, pages.requests())
  end)

  it("is nobody else's while a walk has it, and free after its end", function()
    local people = each()
    pages.collect(people, 1)
    assert.equal("journal", select(2, pages.collect(each())).kind)
    pages.collect(people)
    assert.equal(COUNT, #walk())
  end)

  it("is free after an end at which on_progress raises", function()
    local people = each { on_progress = function(state)
      if state.done == COUNT then
        error("no more", 0)
      end
    end }
    local list, failure = pages.collect(people)
    assert.equal(COUNT, #list)
    assert.equal("no more", failure)
    assert.equal(COUNT, #walk())
    assert.is_nil(people())
  end)

  it("is free once nobody holds the walk", function()
    pages.collect(each(), 1)
    collectgarbage()
    collectgarbage()
    assert.equal(COUNT, #walk())
    assert.equal(2, pages.requests())
  end)
end)

describe("a walk with a journal beside others #yields", function()
  it("keeps a page that came ahead when it is closed", function()
    pages.pages_of_ten(false, "hold")
    contactout.run(function()
      local people = each { prefetch = true }
      people()
      pages.wait_until_held()
      support.sandbox:release()
      people:close()
    end)
    assert.equal(20, #(walk(nil, 20)))
    assert.same({ 1, 2 }, pages.pages_asked())
  end)

  it("keeps a page that was under way when the loop's body failed", function()
    pages.pages_of_ten(false, "hold")
    local ok, problem = pcall(contactout.run, function()
      for _ in each { prefetch = true } do
        pages.wait_until_held()
        support.sandbox:release()
        error("the caller's own", 0)
      end
    end)
    assert.is_false(ok)
    assert.equal("the caller's own", problem)
    collectgarbage()
    collectgarbage()
    assert.equal(20, #(walk(nil, 20)))
    assert.same({ 1, 2 }, pages.pages_asked())
  end)

  it("forgets a page that was called off", function()
    local client = support.client { rate_limits = { search = 10, window = 60 } }
    contactout.run(function()
      local people = client:each_person(QUERY, { prefetch = true, journal = files.path() })
      people()
      people:close()
    end)
    assert.equal(0, recorded().uncertain.search)
    assert.equal(COUNT, #walk())
  end)

  -- Nobody can read what an iterator gets from here on; and its end sets the journal free.
  local function is_not_sent_again(leave)
    pages.pages_of_ten(false, "hold,status:429")
    contactout.run(function()
      local held = { each { prefetch = true } }
      held[1]()
      pages.wait_until_held()
      support.sandbox:release()
      leave(held)
      local again, failure
      repeat
        contactout.sleep(0.001)
        again, failure = walk(nil, 10)
      until not failure
      assert.equal(10, #again)
    end)
    assert.same({ 1, 2 }, pages.pages_asked())
    assert.equal(COUNT, #walk())
    assert.equal(COUNT, support.charges().search)
  end

  it("tries no page again once it is closed", function()
    is_not_sent_again(function(held)
      held[1]:close()
    end)
  end)

  it("tries no page again once nobody holds the walk", function()
    is_not_sent_again(function(held)
      held[1] = nil
      collectgarbage()
      collectgarbage()
    end)
  end)

  it("keeps a page whose waiter was cancelled and never came back", function()
    pages.pages_of_ten("hold")
    contactout.run(function()
      local people = each()
      local reader = contactout.spawn(function()
        return pages.collect(people)
      end)
      pages.wait_until_held()
      reader:cancel()
      reader:wait()
      support.sandbox:release()
      people:close()
    end)
    assert.equal(10, #(walk(nil, 10)))
    assert.equal(1, pages.requests())
  end)
end)
