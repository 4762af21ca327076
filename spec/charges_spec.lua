-- What replies show that they cost, against what the sandbox charged for them; and
-- in shapes that it doesn't have.

local charges = require "contactout.charges"
local core = require "contactout.core"
local credits = require "contactout.credits"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local PEOPLE = 30

local function row_of(name)
  for _, row in ipairs(core.endpoints) do
    if row.name == name then
      return row
    end
  end
end

local function charged(name, params, reply)
  return charges.charged(row_of(name), params, reply)
end

-- Against the sandbox ------------------------------------------------------------

local function contains(low, amounts, high)
  for _, kind in ipairs(credits.KINDS) do
    local amount = amounts[kind] or 0
    if amount < (low[kind] or 0) or amount > (high[kind] or 0) then
      return false
    end
  end
  return true
end

local function sum(one, other)
  local sums = {}
  for _, kind in ipairs(credits.KINDS) do
    sums[kind] = (one[kind] or 0) + (other[kind] or 0)
  end
  return sums
end

local function since(before, after)
  local difference = {}
  for kind, amount in pairs(after) do
    local more = amount - (before[kind] or 0)
    difference[kind] = more > 0 and more or nil
  end
  return difference
end

local function show(amounts)
  local words = {}
  for _, kind in ipairs(credits.KINDS) do
    words[#words + 1] = (amounts[kind] or 0) .. " " .. kind
  end
  return table.concat(words, " ")
end

--- Makes the calls one after another. Each must have been charged what its reply
--- shows, within what it could cost -> how many left something in doubt
local function check_calls(name, list, opts)
  local client, row, in_doubt = support.client(), row_of(name), 0
  local before = support.charges()
  for i, params in ipairs(list) do
    local reply, err = client[name](client, params, opts)
    local after = support.charges()
    local really = since(before, after)
    local sure, maybe = {}, {}
    if reply then
      sure, maybe = charges.charged(row, params, reply)
    else
      assert.equal("not_found", err.kind, tostring(err))
    end
    local text = ("%s %d shows %s, and %s in doubt; charged were %s"):format(name, i, show(sure),
      show(maybe), show(really))
    assert.is_true(contains(sure, really, sum(sure, maybe)), text)
    assert.is_true(contains(credits.least(row, params), really,
      credits.most(row, params, opts and opts.extra)), text)
    in_doubt = in_doubt + (next(maybe) and 1 or 0)
    before = after
  end
  return in_doubt
end

--- Parameters for each person, and for somebody unknown, in each variant.
local function for_people(variants, params_of)
  local list = {}
  for i = 1, PEOPLE do
    for _, variant in ipairs(variants) do
      local params = params_of(data.person(i))
      for name, value in pairs(variant) do
        params[name] = value
      end
      list[#list + 1] = params
    end
  end
  return list
end

local function by_profile(person)
  return { profile = person.linkedin_url }
end

local function by_linkedin_url(person)
  return { linkedin_url = person.linkedin_url }
end

local INCLUDES = {
  {}, { include = "phone" }, { include = { "work_email" } }, { include = "personal_email" },
  { include = { "work_email", "personal_email", "phone" } },
}

describe("charges.charged", function()
  before_each(support.begin)
  after_each(support.finish)

  it("is what linkedin_enrich was charged", function()
    local list = for_people({ {}, { profile_only = true }, { profile_only = false } }, by_profile)
    list[#list + 1] = { profile = "https://www.linkedin.com/in/nobody-at-all" }
    assert.equal(0, check_calls("linkedin_enrich", list))
  end)

  it("is what email_enrich was charged for a personal address", function()
    local list = {}
    for i = 1, PEOPLE do
      for _, email in ipairs(data.person(i).personal_emails) do
        list[#list + 1] = { email = email }
        list[#list + 1] = { email = " " .. email:upper(), include = "work_email" }
      end
    end
    assert.is_true(#list > PEOPLE)
    list[#list + 1] = { email = "nobody@nowhere.example" }
    local in_doubt = check_calls("email_enrich", list)
    assert.is_true(in_doubt < #list / 10, in_doubt .. " of " .. #list)
  end)

  it("is in doubt for email_enrich when it only shows again a work address", function()
    local list = {}
    for i = 1, PEOPLE do
      for _, email in ipairs(data.person(i).work_emails) do
        list[#list + 1] = { email = email }
        list[#list + 1] = { email = email, include = "work_email" }
      end
    end
    local in_doubt = check_calls("email_enrich", list)
    assert.is_true(in_doubt > 0 and in_doubt < #list)
  end)

  it("is what people_enrich was charged, in either shape", function()
    local list = for_people(INCLUDES, by_linkedin_url)
    list[#list + 1] = { email = data.person(6).personal_emails[1], include = "personal_email" }
    assert.equal(0, check_calls("people_enrich", list))
    assert.equal(0, check_calls("people_enrich", list, support.with_fault("people-camel")))
  end)

  it("is what people_linkedin was charged", function()
    assert.equal(0, check_calls("people_linkedin", for_people({
      {}, { email_type = "work" }, { email_type = "personal", include_phone = true },
      { email_type = "personal,work", include_phone = true },
      { email_type = "none", include_phone = true }, { email_type = { "none" } },
    }, by_profile)))
  end)

  it("is what people_linkedin_batch was charged", function()
    local profiles = { "https://www.linkedin.com/in/nobody-at-all" }
    for i = 2, 30 do
      profiles[i] = data.person(i).linkedin_url
    end
    assert.equal(0, check_calls("people_linkedin_batch", { { profiles = profiles },
      { profiles = profiles[1] }, { profiles = profiles[6] } }))
    assert.equal(1, check_calls("people_linkedin_batch",
      { { profiles = { profiles[6], profiles[1], profiles[6] } } }))
  end)

  it("is in doubt for domain_enrich, whose documentation and users disagree", function()
    local list = {}
    for n = 1, 4 do
      local domains = { "nowhere.example" }
      for i = 1, n do
        domains[#domains + 1] = data.company(i).domain
      end
      list[n] = { domains = domains }
    end
    assert.equal(4, check_calls("domain_enrich", list))
    assert.equal(4, check_calls("domain_enrich", list, support.with_fault("domain-charge")))
    assert.equal(0, check_calls("domain_enrich", { { domains = "nowhere.example" } }))
  end)

  it("is what people_search was charged", function()
    local company = { data.person(6).company.name }
    assert.equal(0, check_calls("people_search", {
      {}, { reveal_info = true }, { page = 2, reveal_info = true, detailed_experience = true },
      { company = company, reveal_info = true, output_fields = { "title" } },
      { company = company }, { name = "nobody at all", reveal_info = true },
      { page = 100000, reveal_info = true },
    }))
    assert.equal(0, check_calls("people_search", { { reveal_info = true } },
      support.with_fault("lenient", { extra = { page_size = 3 } })))
  end)

  it("is what decision_makers was charged", function()
    local list = { { domain = "nowhere.example" } }
    for i = 1, 10 do
      list[#list + 1] = { domain = data.company(i).domain, reveal_info = i % 2 == 0 }
    end
    assert.equal(0, check_calls("decision_makers", list))
  end)

  it("is what company_search was charged", function()
    assert.equal(0, check_calls("company_search",
      { {}, { page = 2 }, { domain = data.company(1).domain }, { name = "nowhere at all" } }))
  end)

  it("is what people_person was charged", function()
    local list = { { email = "nobody@nowhere.example" } }
    for i = 1, PEOPLE do
      for _, email in ipairs(data.person(i).personal_emails) do
        list[#list + 1] = { email = email }
      end
    end
    assert.equal(0, check_calls("people_person", list))
  end)

  it("is what email_verify was charged", function()
    local list = {}
    for _, host in ipairs { data.DISPOSABLE_DOMAIN, data.UNKNOWN_DOMAIN, "nowhere.example" } do
      list[#list + 1] = { email = "nobody@" .. host }
    end
    for i = 1, PEOPLE do
      list[#list + 1] = { email = data.person(i).work_emails[1] or "x@" .. data.company(i).domain }
    end
    assert.equal(0, check_calls("email_verify", list))
  end)
end)

-- Shapes that the sandbox doesn't have -----------------------------------------------

local function both(...)
  return { charged(...) }
end

describe("charges.charged of any reply", function()
  it("is unknown where the documented member is missing", function()
    for _, row in ipairs(core.endpoints) do
      for _, reply in ipairs { {}, { profile = 5, profiles = "x", companies = true, data = 1 },
        "text", 5, true } do
        if row.costs then
          assert.is_nil((charges.charged(row, {}, reply)), row.name)
        else
          assert.same({ {}, {} }, { charges.charged(row, {}, reply) })
        end
      end
    end
  end)

  it("is unknown where what is on a page is no record", function()
    for name, member in pairs {
      people_search = "profiles", decision_makers = "profiles", company_search = "companies",
    } do
      for _, records in ipairs { { 1, "two" }, { a = true } } do
        assert.is_nil((charged(name, {}, { [member] = records })), name)
      end
    end
  end)

  it("is nothing where it is empty", function()
    for name, empty in pairs {
      linkedin_enrich = "profile", email_enrich = "profile", people_enrich = "profile",
      people_linkedin = "profile", people_person = "profile", people_linkedin_batch = "profiles",
      domain_enrich = "companies", people_search = "profiles", decision_makers = "profiles",
      company_search = "companies",
    } do
      assert.same({ {}, {} }, both(name, nil, { [empty] = {} }), name)
    end
  end)

  it("finds contacts under all their names, and none in blanks and nulls", function()
    for _, profile in ipairs {
      { emails = { "a@b.example" }, phones = { "1" } }, { workEmail = "a@b.example", phone = "1" },
      { personal_email = { core.null, "a@b.example" }, phone = 15551234 },
      { email = { "a@b.example" }, phone = { "1", "2" } },
    } do
      assert.same({ { email = 1, phone = 1 }, {} }, both("email_enrich", {}, { profile = profile }))
    end
    local nothing = { email = "", workEmail = " ", personal_email = { core.null }, phone = {},
      emails = { {} }, phones = true }
    assert.same({ {}, {} }, both("email_enrich", {}, { profile = nothing }))
    assert.same({ { search = 1 }, {} }, both("linkedin_enrich", {}, { profile = nothing }))
  end)

  it("tells an address that is found from one that is shown again", function()
    local function shown(asked, email, company)
      return both("email_enrich", { email = asked },
        { profile = { email = email, company = company } })
    end
    local sure, maybe = { { email = 1 }, {} }, { {}, { email = 1 } }
    local company = { domain = "work.example", email_domain = "mail.work.example" }
    assert.same(sure, shown("a@post.example", "A@post.example", company))
    assert.same(sure, shown("a@work.example", "a@post.example", company))
    assert.same(maybe, shown(" A@work.example ", "a@work.example", company))
    assert.same(maybe, shown("a@mail.work.example", "a@mail.work.example", company))
    assert.same(maybe, shown("a@post.example", "a@post.example", {}))
    assert.same(maybe, shown("a@post.example", "a@post.example", "none"))
    assert.same({ {}, {} }, shown("a@post.example", "", company))
  end)

  it("leaves out what wasn't asked for", function()
    local page = { profiles = { a = { contact_info = { emails = { "a@b.example" } } }, b = {} } }
    assert.same({ { search = 2 }, {} }, both("people_search", {}, page))
    assert.same({ { search = 2, email = 1 }, {} },
      both("people_search", { reveal_info = true }, page))
    assert.same({ { search = 1 }, {} },
      both("people_enrich", { include = "phone" }, { profile = { email = "a@b.example" } }))
    assert.same({ { search = 1 }, {} }, both("linkedin_enrich", { profile_only = true },
      { profile = { email = "a@b.example", phone = "1" } }))
  end)

  it("counts companies by key, in a list and in a list of one-key objects", function()
    for _, companies in ipairs {
      { ["a.example"] = { name = "A" }, ["b.example"] = {} }, { { name = "A" }, { name = "B" } },
      { { ["a.example"] = { name = "A" } }, core.null, { ["b.example"] = {} } },
    } do
      assert.same({ { search = 2 }, {} }, both("company_search", {}, { companies = companies }))
      assert.same({ {}, { search = 2 } },
        both("domain_enrich", { domains = "a.example" }, { companies = companies }))
    end
  end)

  it("reads a verdict in either place and any case, and doesn't guess at others", function()
    assert.same({ { verifier = 1 }, {} }, both("email_verify", {}, { data = { status = "Valid" } }))
    assert.same({ { verifier = 1 }, {} }, both("email_verify", {}, { status = "accept_all" }))
    assert.same({ {}, {} }, both("email_verify", {}, { data = { status = "unknown" } }))
    assert.is_nil((charged("email_verify", {}, { data = { status = "risky" } })))
  end)
end)

describe("charges.job_charged", function()
  local CONTACTS = row_of("people_linkedin_batch_v2_result")
  local VERDICTS = row_of("email_verify_batch_result")
  local MOST = { email = 3, phone = 3 }

  local function of_contacts(status, result)
    return { charges.job_charged(CONTACTS, MOST, { data = { status = status, result = result } }) }
  end

  local FOUND = { emails = { "a@b.example" }, phones = { "1" } }
  local NOBODY = { emails = {}, personal_emails = {}, work_emails = {}, phones = {} }

  it("leaves all in doubt while nothing is told", function()
    for _, reply in ipairs { {}, "x", { data = {} }, { data = { status = "QUEUED", result = {} } },
      { status = "SENT" }, { data = { status = "FAILED", result = false } } } do
      assert.same({ {}, MOST }, { charges.job_charged(CONTACTS, MOST, reply) })
    end
  end)

  it("is what was found once the job has ended", function()
    assert.same({ { email = 1, phone = 1 }, {} },
      of_contacts("SENT", { a = FOUND, b = NOBODY, c = {} }))
    assert.same({ { email = 1 }, {} },
      of_contacts("DONE", { a = { "a@b.example" }, b = {}, c = {} }))
  end)

  it("leaves keys in doubt that it lost", function()
    assert.same({ { email = 1, phone = 1 }, { email = 1, phone = 1 } },
      of_contacts("SENT", { a = FOUND, b = NOBODY }))
  end)

  it("doesn't take empty entries for answers before the end", function()
    assert.same({ { email = 1, phone = 1 }, { email = 2, phone = 2 } },
      of_contacts("RUNNING", { a = FOUND, b = NOBODY, c = NOBODY }))
  end)

  it("leaves out telephones that weren't asked for", function()
    local charged_now = charges.job_charged(CONTACTS, { email = 1 },
      { data = { status = "SENT", result = { a = FOUND } } })
    assert.same({ email = 1 }, charged_now)
  end)

  it("counts verdicts that cost, and leaves unknown words in doubt", function()
    local result = { a = "valid", b = "INVALID", c = "disposable", d = "risky", e = "unknown" }
    local reply = { data = { status = "DONE", result = result } }
    assert.same({ { verifier = 2 }, { verifier = 1 } },
      { charges.job_charged(VERDICTS, { verifier = 5 }, reply) })
  end)
end)
