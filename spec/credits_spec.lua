-- What a request may cost, by hand for each endpoint that costs.

local core = require "contactout.core"
local credits = require "contactout.credits"

local function row_of(name)
  for _, row in ipairs(core.endpoints) do
    if row.name == name then
      return row
    end
  end
end

local function most(name, params, extra)
  return credits.most(row_of(name), params, extra)
end

local A, B = "https://www.linkedin.com/in/a", "https://www.linkedin.com/in/b"

-- Endpoint, parameters, most credits, undocumented parameters.
local CASES = {
  { "linkedin_enrich", { profile = A }, { email = 1, phone = 1, search = 1 } },
  { "linkedin_enrich", { profile = A, profile_only = false },
    { email = 1, phone = 1, search = 1 } },
  { "linkedin_enrich", { profile = A, profile_only = true }, { search = 1 } },
  { "email_enrich", { email = "a@b.example" }, { email = 1, phone = 1 } },
  { "people_enrich", { linkedin_url = A }, { search = 1 } },
  { "people_enrich", { linkedin_url = A, include = {} }, { search = 1 } },
  { "people_enrich", { linkedin_url = A, include = "phone" }, { search = 1, phone = 1 } },
  { "people_enrich", { linkedin_url = A, include = { "personal_email" } },
    { search = 1, email = 1 } },
  { "people_enrich", { linkedin_url = A, include = { "phone", "work_email", "personal_email" } },
    { search = 1, email = 1, phone = 1 } },
  { "people_linkedin", { profile = A }, { email = 1 } },
  { "people_linkedin", { profile = A, email_type = "work" }, { email = 1 } },
  { "people_linkedin", { profile = A, email_type = { "personal", "work" } }, { email = 1 } },
  { "people_linkedin", { profile = A, email_type = "none" }, {} },
  { "people_linkedin", { profile = A, email_type = { " none " }, include_phone = true },
    { phone = 1 } },
  { "people_linkedin_batch", { profiles = A }, { email = 1 } },
  { "people_linkedin_batch", { profiles = { A, B, A } }, { email = 3 } },
  { "people_linkedin_batch_v2", { profiles = { A, B } }, { email = 2 } },
  { "people_linkedin_batch_v2", { profiles = { A, B }, include_phone = true },
    { email = 2, phone = 2 } },
  { "domain_enrich", { domains = { "a.example", "b.example" } }, { search = 2 } },
  { "people_search", nil, { search = 25 } },
  { "people_search", { reveal_info = true }, { search = 25, email = 25, phone = 25 } },
  { "people_search", { reveal_info = true }, { search = 5, email = 5, phone = 5 },
    { page_size = "5" } },
  { "people_search", {}, { search = 25 }, { page_size = "many" } },
  { "people_search", {}, { search = 25 }, { page_size = 0 } },
  { "people_search", {}, { search = 25 }, { page_size = 0 / 0 } },
  { "people_search", {}, { search = 25 }, { page_size = "1e999" } },
  { "decision_makers", { name = "x" }, { search = 25 }, { page_size = 5 } },
  { "decision_makers", { name = "x", reveal_info = true },
    { search = 100, email = 100, phone = 100 }, { page_size = 100 } },
  { "company_search", {}, { search = 25 } },
  { "people_person", { email = "a@b.example" }, { email = 1 } },
  { "email_verify", { email = "a@b.example" }, { verifier = 1 } },
  { "email_verify_batch", { emails = { "a@b.example", "c@d.example" } }, { verifier = 2 } },
}

describe("credits.most", function()
  for i, case in ipairs(CASES) do
    it("knows the price of " .. case[1] .. ", case " .. i, function()
      assert.same(case[3], most(case[1], case[2], case[4]))
    end)
  end

  it("has a case here for each endpoint that costs, and no price for the others", function()
    local cases = {}
    for _, case in ipairs(CASES) do
      cases[case[1]] = true
    end
    for _, row in ipairs(core.endpoints) do
      assert.equal(row.costs, cases[row.name] or false, row.name)
      if not row.costs then
        assert.same({}, credits.most(row, {}))
      end
    end
  end)

  it("counts in integers", function()
    local search = most("people_search", {}, { page_size = 10.0 }).search
    assert.equal("10", tostring(search))
  end)
end)

describe("credits.least", function()
  it("is nothing, since any lookup may find nobody", function()
    for _, case in ipairs(CASES) do
      assert.same({}, credits.least(row_of(case[1]), case[2], case[4]))
    end
  end)
end)
