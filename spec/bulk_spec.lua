-- Bulk work against the sandbox, as its users see it.

local bulk = require "spec.support.bulk"
local companies = require "contactout.sandbox.companies"
local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local sandbox, quick = support.sandbox, bulk.quick

before_each(support.begin)
after_each(support.finish)

describe("contacts", function()
  it("gives one row for each input, duplicates and bad ones included", function()
    local urls = bulk.urls(1, 12)
    urls[13], urls[14], urls[15] = "linkedin.com/in/" .. data.person(5).slug .. "/", "acme", " "
    local rows = bulk.by_item(support.client():contacts(urls, quick()))
    assert.same({ value = 12, not_found = 1, invalid_argument = 2 }, bulk.kinds(rows))
    assert.equal("not_found", rows[bulk.url_of(10)].err.kind)
    assert.same(rows[bulk.url_of(5)].value, rows[urls[13]].value)
    assert.same(data.person(6).personal_emails, rows[bulk.url_of(6)].value.personal_emails)
    assert.equal(1, sandbox:state().jobs)
  end)

  it("gives no row for no input, and sends nothing", function()
    assert.same({}, bulk.collect(support.client():contacts({})))
    assert.same({}, bulk.collect(support.client():contacts(function() end)))
    assert.equal(0, sandbox:state().requests)
  end)

  it("takes an iterator and one URL alone", function()
    local left = bulk.urls(1, 5)
    local rows = bulk.collect(support.client():contacts(function() return table.remove(left) end,
      quick()))
    assert.equal(5, #rows)
    assert.equal(1, #bulk.collect(support.client():contacts(bulk.url_of(1), quick())))
  end)

  it("takes items of any kind by opts.key", function()
    local items = { { at = bulk.url_of(1) }, { at = bulk.url_of(2) }, { at = bulk.url_of(1) }, {} }
    local rows = bulk.by_item(support.client():contacts(items, quick {
      key = function(item) return item.at end,
    }))
    assert.same(rows[items[1]].value, rows[items[3]].value)
    assert.equal("invalid_argument", rows[items[4]].err.kind)
    assert.equal("urls[4]", rows[items[4]].err.param)
  end)

  it("asks for telephones where it is told to", function()
    local url = bulk.url_of(6)
    local without = bulk.by_item(support.client():contacts({ url }, quick()))
    local with = bulk.by_item(support.client():contacts({ url }, quick { include_phone = true }))
    assert.same({}, without[url].value.phones)
    assert.equal(1, #with[url].value.phones)
  end)

  it("puts up to 1000 keys in one job, and the rest in others", function()
    bulk.collect(support.client():contacts(bulk.urls(1, 2100), quick()))
    assert.equal(3, sandbox:state().jobs)
  end)

  it("sends no key twice, however far apart its inputs are", function()
    local urls = bulk.urls(1, 40)
    for i = 1, 40 do
      urls[40 + i] = urls[i] .. "?again"
    end
    local rows = bulk.by_item(support.client():contacts(urls,
      quick { batch_size = 10, concurrency = 1 }))
    for i = 1, 40 do
      local first, again = rows[urls[i]], rows[urls[40 + i]]
      assert.same(first.value, again.value)
      assert.equal(first.err and first.err.kind, again.err and again.err.kind)
    end
    assert.equal(4, sandbox:state().jobs)
    assert.equal(36, support.charges().email)
  end)

  it("gives each row a value, or an error, of its own", function()
    local urls = bulk.urls(9, 10) -- somebody, and nobody
    for i = 3, 20 do
      urls[i] = urls[i - 2]
    end
    local file = os.tmpname()
    for _, opts in ipairs { {}, { journal = file }, bulk.with_fault("job-fail") } do
      local seen, first = {}, {}
      for _, row in ipairs(bulk.collect(support.client():contacts(urls, quick(opts)))) do
        local one = row.err or row.value
        assert.is_nil(seen[one])
        assert.is_nil(seen[one.raw or one])
        first[row.item] = first[row.item] or one
        assert.same(first[row.item], one)
        seen[one], seen[one.raw or one] = true, true
      end
    end
    bulk.remove_journal(file)
  end)

  it("asks version 1 for 30 at once, without jobs", function()
    local urls = bulk.urls(1, 70)
    urls[71] = urls[1] .. "/"
    local rows = bulk.by_item(support.client():contacts(urls, { version = 1 }))
    assert.same({ value = 64, not_found = 7 }, bulk.kinds(rows))
    assert.equal(data.person(5).slug, rows[urls[5]].value.linkedin_url:match("[^/]+$"))
    assert.equal(3, bulk.requests("people_linkedin_batch"))
    assert.equal(0, sandbox:state().jobs)
  end)

  it("has no telephones in version 1", function()
    local _, failure = bulk.collect(support.client():contacts({ bulk.url_of(1) },
      { version = 1, include_phone = true }))
    assert.equal("invalid_argument", failure.kind)
    assert.equal("include_phone", failure.param)
  end)

  it("reads opts.limit inputs and no more", function()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 9), quick { limit = 4 }))
    assert.equal(4, #rows)
    assert.same({}, bulk.collect(support.client():contacts(bulk.urls(1, 9), { limit = 0 })))
  end)

  it("tells how far it is", function()
    local states = {}
    local urls = bulk.urls(1, 20)
    urls[21], urls[22] = urls[1], "acme"
    bulk.collect(support.client():contacts(urls, quick {
      on_progress = function(state) states[#states + 1] = state end,
    }))
    local last = states[#states]
    assert.same({ 22, 22, 19, 2, 1, 1, 0 }, { last.done, last.total, last.found, last.missing,
      last.failed, last.duplicates, last.uncertain })
    assert.equal(0, last.eta)
    assert.is_true(last.rate > 0)
    assert.is_table(last.credits)
  end)

  it("raises what can't begin, once it is iterated over", function()
    local client = support.client()
    local function check(opts, param)
      local _, failure = bulk.collect(client:contacts({ bulk.url_of(1) }, opts))
      assert.is_true(contactout.is_error(failure))
      assert.equal("invalid_argument", failure.kind)
      assert.equal(param, failure.param)
    end
    check({ concurency = 1 }, "concurency")
    check({ concurrency = 0 }, "concurrency")
    check({ version = 3 }, "version")
    check({ on_progress = 1 }, "on_progress")
    check({ key = "url" }, "key")
    local _, failure = bulk.collect(client:contacts({ url = "x" }))
    assert.equal("urls", failure.param)
    assert.equal(0, sandbox:state().requests)
  end)

  it("raises at once, in the caller's name, what is wrongly called", function()
    local client = support.client()
    for _, call in ipairs {
      function() client:contacts() end, function() client:contacts(7) end,
      function() client:contacts({}, 7) end,
    } do
      local ok, problem = pcall(call)
      assert.is_false(ok)
      assert.matches("bulk_spec.lua:%d+:", problem)
    end
  end)
end)

describe("verify", function()
  it("gives a verdict for each address, the free ones included", function()
    local emails, expected = {}, {}
    for i = 1, 60 do
      emails[i] = data.person(i).work_emails[1] or ("nobody" .. i .. "@acme.example")
      expected[emails[i]] = data.verdict(emails[i])
    end
    local rows = bulk.by_item(support.client():verify(emails, quick()))
    for email, verdict in pairs(expected) do
      assert.equal(verdict, rows[email].value)
    end
  end)

  it("goes on in hundreds where a server takes no more", function()
    sandbox:fault("verify-limit:100", -1, "email_verify_batch")
    local rows = bulk.collect(support.client():verify(bulk.emails(450), quick()))
    assert.same({ value = 450 }, bulk.kinds(rows))
    assert.equal(5, sandbox:state().jobs)
    assert.equal(6, bulk.requests("email_verify_batch"))
  end)

  it("learns that once for what follows", function()
    sandbox:fault("verify-limit:100", -1, "email_verify_batch")
    local rows = bulk.collect(support.client():verify(bulk.emails(3000),
      quick { concurrency = 1 }))
    assert.same({ value = 3000 }, bulk.kinds(rows))
    assert.equal(31, bulk.requests("email_verify_batch"))
  end)
end)

describe("domains", function()
  local function domains(n)
    local list = {}
    for i = 1, n do
      list[i] = companies.company(i).domain
    end
    return list
  end

  for _, shape in ipairs {
    "companies-object", "companies-array", "companies-list", "keys-other",
  } do
    it("gives a company for each in the shape " .. shape, function()
      local list = domains(75)
      list[76], list[77] = "https://www." .. list[2] .. "/about", "nowhere.example"
      local rows = bulk.by_item(support.client():domains(list, support.with_fault(shape)))
      for i = 1, 75 do
        assert.equal(companies.company(i).name, rows[list[i]].value.name)
      end
      assert.equal(companies.company(2).name, rows[list[76]].value.name)
      assert.equal("not_found", rows["nowhere.example"].err.kind)
      assert.equal(3, bulk.requests("domain_enrich"))
    end)
  end

  it("gives companies as records", function()
    local company = companies.company(1)
    local record = bulk.collect(support.client():domains(company.domain))[1].value
    assert.equal(company.linkedin_url, record.linkedin_url)
    assert.equal(company.overview, record.overview)
    assert.equal(company.founded_at, record.founded)
    assert.equal(company.headquarter, record.headquarters)
    assert.equal(company.addresses[1].text, record.locations[1].text)
    assert.equal("$" .. ("%.1f"):format(company.revenue / 1e6) .. "M", record.revenue_text)
    assert.equal(tonumber(record.revenue_text:match("[%d.]+")) * 1e6, record.revenue)
  end)

  it("says not_found of all where there are none", function()
    local rows = bulk.collect(support.client():domains({ "a.example", "b.example" }))
    assert.same({ not_found = 2 }, bulk.kinds(rows))
  end)
end)
