-- Pauses that a server asks for, or that a network makes: a walk waits them out, and pays
-- for no page twice.

local contactout = require "contactout"
local files = require "spec.support.journal"
local launcher = require "contactout.sandbox"
local pages = require "spec.support.pages"
local support = require "spec.support.client"

before_each(pages.begin)
after_each(pages.finish)

local QUERY, COUNT, sandbox = pages.QUERY, pages.COUNT, support.sandbox

-- Walks where the second page, or all from it on, meets the fault so many times.
local function walk_after(fault, times, opts, client_opts)
  sandbox:fault("page-size:10")
  sandbox:fault("page-size:10," .. fault, times)
  pages.page_size(10)
  return pages.collect(support.client(client_opts):each_person(QUERY, opts))
end

-- An observer that keeps the pauses of which it is told.
local function waits_in(list)
  return function(event)
    if event.type == "wait" then
      list[#list + 1] = event
    end
  end
end

describe("a walk that the server asks for a pause", function()
  for _, status in ipairs { 429, 503 } do
    it("longer than a call waits (" .. status .. ") goes on after it", function()
      local people, failure = walk_after(("status:%d,retry-after:0.3"):format(status), 1)
      assert.is_nil(failure)
      assert.equal(COUNT, #people)
      assert.same({ 1, 2, 2, 3, 4 }, pages.pages_asked())
      assert.same({ search = COUNT }, support.charges())
      local ledger = sandbox:ledger()
      assert.is_true(ledger[3].time - ledger[2].time >= 0.3)
    end)
  end

  it("with the first page goes on, too", function()
    sandbox:fault("status:429,retry-after:0.1")
    assert.equal(COUNT, #pages.collect(support.client():each_person(QUERY)))
  end)

  it("outlasts more refusals than a call is tried again", function()
    local people, failure = walk_after("status:429", 12)
    assert.is_nil(failure)
    assert.equal(COUNT, #people)
  end)

  it("tells its observer and on_progress", function()
    local waits, held = {}, {}
    walk_after("status:429,retry-after:0.3", 1, {
      on_progress = function(state) held[#held + 1] = state.held end,
    }, { observe = waits_in(waits) })
    assert.equal(1, #waits)
    assert.equal("pause", waits[1].reason)
    assert.equal("people_search", waits[1].endpoint)
    assert.is_true(waits[1].seconds > 0.2 and waits[1].seconds < 0.4)
    assert.is_true(#held >= 1 and held[1] > 0 and held[1] < 0.4)
  end)

  it("longer than max_retry_wait ends, after all that was paid for is given", function()
    local people, failure = walk_after("status:429,retry-after:300", -1, { max_retry_wait = 0.2 })
    assert.equal(10, #people)
    assert.equal("rate_limited", failure.kind)
    assert.equal(2, failure.page)
    assert.is_true(failure.retry_after > 290)
    assert.is_nil(failure.maybe_charged)
    assert.matches("max_retry_wait", failure.message)
  end)

  it("again and again ends when that has lasted for max_retry_wait", function()
    local people, failure = walk_after("status:429", -1, { max_retry_wait = 0.1 })
    assert.equal(10, #people)
    assert.equal("rate_limited", failure.kind)
  end)

  it("can be taken up by its journal, and has nothing in doubt", function()
    local opts = { journal = files.path(), max_retry_wait = 0.1 }
    assert.equal("rate_limited", select(2, walk_after("status:429,retry-after:300", -1, opts)).kind)
    sandbox:reset()
    pages.page_size(10)
    local people, failure = pages.collect(support.client():each_person(QUERY, opts))
    assert.is_nil(failure)
    assert.equal(COUNT, #people)
  end)

  it("keeps in doubt what was cut off before, where that may be asked again", function()
    sandbox:fault("page-size:10")
    sandbox:fault("close-after")
    sandbox:fault("status:429,retry-after:0.1")
    pages.page_size(10)
    local client = support.client()
    local people, failure = pages.collect(client:each_person(QUERY,
      { retry_charged = true, journal = files.path() }))
    assert.is_nil(failure)
    assert.equal(COUNT, #people)
    assert.equal(10, client:spent().uncertain.search)
    local planned = assert(client:plan("each_person", QUERY, { journal = files.path() }))
    assert.equal(COUNT, planned.spent.search)
    assert.equal(10, planned.spent.uncertain.search)
  end)

  it("is no pause where the page may have been charged by then", function()
    local people, failure = walk_after("close-after", -1, { max_retry_wait = 1 })
    assert.equal(10, #people)
    assert.is_true(failure.maybe_charged)
    assert.equal(2, pages.requests())
    sandbox:reset()
    people, failure = walk_after("close-after", -1, { retry_charged = true, max_retries = 1 })
    assert.equal(10, #people)
    assert.equal("connection", failure.kind) -- sent each time: that is no outage
    assert.equal(3, pages.requests())
  end)

  it("is none where the page is left in doubt again: it isn't sent a third time", function()
    pages.pages_of_ten(false, "close-after", "status:429,retry-after:0.2", "close-after",
      "status:429,retry-after:0.2")
    local people, failure = pages.collect(support.client():each_person(QUERY,
      { retry_charged = true }))
    assert.equal(10, #people)
    assert.is_true(failure.maybe_charged)
  end)

  it("ends with what is in doubt told, whatever came after that", function()
    pages.pages_of_ten(false, "close-after", "status:429,retry-after:0.1",
      "status:429,retry-after:9000")
    local opts = { retry_charged = true, journal = files.path() }
    local people, failure = pages.collect(support.client():each_person(QUERY, opts))
    assert.equal(10, #people)
    assert.equal("rate_limited", failure.kind)
    assert.is_true(failure.maybe_charged)
    opts.retry_charged = nil
    assert.equal("uncertain",
      select(2, pages.collect(support.client():each_person(QUERY, opts))).kind)
  end)

  it("ends at once with its client #yields", function()
    contactout.run(function()
      local client
      client = support.client { observe = function(event)
        if event.type == "wait" then
          client:close()
        end
      end }
      sandbox:fault("status:429,retry-after:300", -1)
      local _, failure = pages.collect(client:each_person(QUERY))
      assert.equal("cancelled", failure.kind)
    end)
  end)

  it("lets its consumer be cancelled, and others close it #yields", function()
    contactout.run(function()
      local waits = {}
      sandbox:fault("status:429,retry-after:300", -1)
      local people = support.client({ observe = waits_in(waits) }):each_person(QUERY)
      local one = contactout.spawn(function() return select(2, pcall(people)) end)
      local other = contactout.spawn(function() return people() end)
      while #waits == 0 do
        contactout.sleep(0.001)
      end
      one:cancel()
      assert.equal("cancelled", one:wait().kind)
      people:close()
      assert.is_nil(other:wait())
    end)
    assert.equal(1, pages.requests())
  end)

  it("gives what it has meanwhile, if the page was asked for ahead #yields", function()
    contactout.run(function()
      local waits = {}
      pages.pages_of_ten(false, "status:429,retry-after:300")
      local people = support.client({ observe = waits_in(waits) }):each_person(QUERY,
        { prefetch = true })
      people()
      while #waits == 0 do
        contactout.sleep(0.001)
      end
      assert.equal(9, #pages.collect(people, 9))
      people:close()
    end)
    assert.equal(2, pages.requests())
  end)
end)

describe("a walk whose network fails", function()
  local server

  before_each(function()
    server = assert(launcher.start { limits = false })
  end)

  after_each(function()
    server:stop()
  end)

  local function client_of(opts)
    opts.base_url, opts.max_retries = server.url, 1
    return support.client(opts)
  end

  it("amid it goes on when that is mended", function()
    local waits, port, by = {}, server.url:match("%d+$"), nil
    local note = waits_in(waits)
    local people = client_of({ observe = function(event)
      note(event)
      if #waits == 2 and event.type == "wait" then
        server = assert(launcher.start { limits = false, port = port })
      end
    end }):each_person(QUERY, { on_progress = function(state)
      by = by or state.held_by
    end })
    local first = pages.collect(people, 25)
    server:stop()
    local rest, failure = pages.collect(people)
    assert.is_nil(failure)
    assert.equal(COUNT, #first + #rest)
    assert.equal("network", by)
    assert.equal("outage", waits[1].reason)
    assert.equal("connection", waits[1].error.kind)
  end)

  it("for longer than max_retry_wait raises that, and can be taken up", function()
    local port, opts = server.url:match("%d+$"), { journal = files.path(), max_retry_wait = 0.05 }
    local people = client_of({}):each_person(QUERY, opts)
    pages.collect(people, 25)
    server:stop()
    local _, failure = pages.collect(people)
    assert.equal("connection", failure.kind)
    assert.equal(2, failure.page)
    assert.is_nil(failure.maybe_charged)
    server = assert(launcher.start { limits = false, port = port })
    assert.equal(COUNT, #pages.collect(client_of({}):each_person(QUERY, opts)))
  end)

  it("before any answer raises that at once", function()
    local waits = {}
    local people = client_of({ observe = waits_in(waits) }):each_person(QUERY)
    server:stop()
    assert.equal("connection", select(2, pages.collect(people)).kind)
    assert.same({}, waits)
  end)
end)
