local bulk = require "spec.support.bulk"
local pages = require "spec.support.pages"
local support = require "spec.support.client"

before_each(pages.begin)
after_each(pages.finish)

-- Each bulk method and iterator, and what it may be asked.
local INPUTS = {
  contacts = bulk.urls(1, 2), verify = bulk.emails(2), domains = { support.PERSON.company.domain },
  each_person = pages.QUERY, each_company = { name = "a" },
  each_decision_maker = support.PERSON.company.domain,
}

-- The options that all of these have by their documentation.
local function shared(limit)
  return {
    budget = { search = 100, email = 10, verifier = 10 }, concurrency = 2, job_timeout = 60,
    retry_charged = false, callback_url = "https://acme.example/hook", limit = limit,
    on_progress = function() end,
  }
end

describe("one table of options", function()
  for method, input in pairs(INPUTS) do
    it("serves " .. method .. ", and its plan", function()
      local client = support.client()
      assert(client:plan(method, input, shared(1)))
      local _, failure = pages.collect(client[method](client, input, shared(0)))
      assert.is_nil(failure)
    end)

    it("is checked by " .. method .. ", whatever has an effect there", function()
      local client = support.client()
      for name, value in pairs { concurrency = 0, job_timeout = "long", callback_url = 42 } do
        local _, failure = pages.collect(client[method](client, input, { [name] = value }))
        assert.equal("invalid_argument", failure.kind)
        assert.equal(name, failure.param)
      end
      assert.equal(0, pages.requests())
    end)
  end

  it("changes nothing where no job is made", function()
    local client = support.client()
    for _, method in ipairs { "domains", "each_person", "each_company", "each_decision_maker" } do
      assert.equal(1, #pages.collect(client[method](client, INPUTS[method], shared(1))))
    end
  end)

  it("is copied: what the caller changes later changes no further page", function()
    local opts = support.with_fault("page-size:10")
    local people = support.client():each_person(pages.QUERY, opts)
    pages.collect(people, 1)
    opts.headers["x-sandbox-fault"] = "status:500"
    assert.equal(pages.COUNT - 1, #pages.collect(people))
    assert.equal(4, pages.requests())
  end)
end)
