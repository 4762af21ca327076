-- The 20 endpoints over real HTTP: what each shows, and what each charges.

local cjson = require "cjson"
local data = require "contactout.sandbox.data"
local sandbox = require("spec.support.sandbox").start {}

local STRANGER = "https://www.linkedin.com/in/nobody-at-all"

local function escape(text)
  return (text:gsub("[^%w]", function(byte)
    return string.format("%%%02X", byte:byte())
  end))
end

--- A GET with a query of one parameter and what follows it.
local function get(path, name, value, rest)
  return sandbox:request { path = path, query = name .. "=" .. escape(value) .. (rest or "") }
end

local function post(path, body)
  return sandbox:request { path = path, json = body }
end

--- The charges of the last request: {email = n, ...}.
local function charged()
  local entries = sandbox:ledger()
  local sums = {}
  for _, charge in ipairs(entries[#entries].charges or {}) do
    sums[charge.kind] = (sums[charge.kind] or 0) + charge.amount
  end
  return sums
end

local function keys_of(map)
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

describe("sandbox.answers", function()
  local rich, silent, hidden = data.person(6), data.person(10), data.person(101)

  before_each(function()
    sandbox:reset()
  end)

  describe("linkedin_enrich", function()
    local path = "/v1/linkedin/enrich"

    it("shows the snake_case record with contacts as arrays", function()
      local status, body = get(path, "profile", rich.linkedin_url)
      assert.equal(200, status)
      assert.equal(200, body.status_code)
      assert.same(rich.phones, body.profile.phone)
      assert.equal(rich.company.linkedin_company_id, body.profile.company.linkedin_company_id)
      assert.equal(27, #keys_of(body.profile))
      assert.same({ email = 1, phone = 1 }, charged())
    end)

    it("charges a search without contacts, asked for or there", function()
      get(path, "profile", rich.linkedin_url, "&profile_only=true")
      assert.same({ search = 1 }, charged())
      get(path, "profile", silent.linkedin_url)
      assert.same({ search = 1 }, charged())
    end)

    it("shows an empty array for a stranger, free of charge", function()
      local status, _, _, text = get(path, "profile", STRANGER)
      assert.equal(200, status)
      assert.equal('{"status_code":200,"profile":[]}', text)
      assert.same({}, charged())
    end)

    it("has awkward records by the person's number", function()
      local function text_of(i)
        return select(4, get(path, "profile", data.person(i).linkedin_url))
      end
      assert.is_truthy(text_of(57):find('"headline":"\\ud83d ', 1, true))
      assert.is_truthy(text_of(61):find("One\\ttab,\\ttwo tabs.\\\\nA backslash", 1, true))
      assert.is_truthy(text_of(63):find('"company":[]', 1, true))
      assert.is_truthy(text_of(67):find('"industry":null', 1, true))
      assert.is_true(#text_of(79) > 20000)
    end)
  end)

  describe("email_enrich", function()
    local path = "/v1/email/enrich"

    it("shows the camelCase record with contacts as strings", function()
      local status, body = get(path, "email", rich.personal_emails[1], "&include=work_email")
      assert.equal(200, status)
      assert.equal(rich.personal_emails[1], body.profile.email)
      assert.equal(rich.work_emails[1], body.profile.workEmail)
      assert.equal("Verified", body.profile.workEmailStatus)
      assert.equal("", body.profile.confidenceLevel)
      assert.is_string(body.profile.company.locations[1].postalCode)
      assert.same({ email = 1, phone = 1 }, charged())
    end)

    it("keeps the work e-mail back unless asked for", function()
      local _, body = get(path, "email", rich.work_emails[1])
      assert.equal("", body.profile.workEmail)
      assert.is_nil(body.profile.workEmailStatus)
    end)

    it("takes a plus that was encoded", function()
      local status = get(path, "email", data.person(9).personal_emails[1])
      assert.is_truthy(data.person(9).personal_emails[1]:find("+", 1, true))
      assert.equal(200, status)
    end)

    it("answers a stranger with 404", function()
      local status, _, _, text = get(path, "email", "nobody@post.example")
      assert.equal(404, status)
      assert.equal('{"status_code":404,"message":"Not Found"}', text)
      assert.same({}, charged())
    end)
  end)

  describe("people_enrich", function()
    local path = "/v1/people/enrich"

    it("shows no contacts unless they are included", function()
      local _, body = post(path, { linkedin_url = rich.linkedin_url })
      assert.same({}, body.profile.email)
      assert.same({ search = 1 }, charged())
    end)

    it("charges a search and what it shows", function()
      local _, body = post(path, {
        email = rich.personal_emails[1], include = { "work_email", "phone" },
      })
      assert.same(rich.work_emails, body.profile.email)
      assert.same({ search = 1, email = 1, phone = 1 }, charged())
    end)

    it("finds by telephone, and by name with something beside it", function()
      local _, by_phone = post(path, { phone = rich.phones[1] })
      assert.equal(rich.linkedin_url, by_phone.profile.url)
      local _, by_name = post(path, {
        first_name = rich.first_name, last_name = rich.last_name,
        company = { "Other", rich.company.name },
      })
      assert.equal(rich.full_name, by_name.profile.full_name)
      assert.equal(rich.company.name, by_name.profile.company.name)
    end)

    it("answers 404 if what is beside the name is wrong", function()
      assert.equal(404, (post(path, { full_name = rich.full_name, location = "Atlantis" })))
    end)

    it("shows the camelCase record of some people", function()
      local _, body = post(path, { linkedin_url = data.person(37).linkedin_url })
      assert.equal(data.person(37).full_name, body.profile.fullName)
    end)
  end)

  describe("people_linkedin", function()
    local path = "/v1/people/linkedin"

    it("shows both kinds of e-mail and no telephone by default", function()
      local _, body = get(path, "profile", rich.linkedin_url)
      assert.equal(2, #body.profile.email)
      assert.same({}, body.profile.phone)
      assert.equal("Verified", body.profile.work_email_status[rich.work_emails[1]])
      assert.same({ email = 1 }, charged())
    end)

    it("shows and charges only the telephone with email_type=none", function()
      local _, body = get(path, "profile", rich.linkedin_url, "&email_type=none&include_phone=true")
      assert.same({}, body.profile.email)
      assert.same(rich.phones, body.profile.phone)
      assert.same({ phone = 1 }, charged())
    end)

    it("searches live for email_type=work alone", function()
      local _, both = get(path, "profile", hidden.linkedin_url, "&email_type=personal%2Cwork")
      assert.same({}, both.profile.work_email)
      local _, work = get(path, "profile", hidden.linkedin_url, "&email_type=work")
      assert.same(hidden.live_work_emails, work.profile.work_email)
    end)

    it("answers 404 without any contact", function()
      assert.equal(404, (get(path, "profile", silent.linkedin_url)))
      assert.equal(404, (get(path, "profile", STRANGER)))
      assert.same({}, charged())
    end)
  end)

  it("people_linkedin_batch keeps the keys as sent and charges each profile", function()
    local odd = "http://uk.linkedin.com/in/" .. rich.slug .. "/"
    local _, body, _, text = post("/v1/people/linkedin/batch", {
      profiles = { odd, STRANGER, silent.linkedin_url, odd },
    })
    assert.equal(2, #body.profiles[odd])
    assert.is_truthy(text:find('nobody-at-all":[]', 1, true))
    assert.same({ email = 2 }, charged())
  end)

  describe("people_linkedin_batch_v2", function()
    local path = "/v2/people/linkedin/batch"

    it("makes a job whose result stands under keys of its own", function()
      local _, queued = post(path, {
        profiles = { "https://linkedin.com/in/" .. rich.slug, STRANGER }, include_phone = true,
      })
      assert.same({ "job_id", "status" }, keys_of(queued))
      assert.same({ email = 1, phone = 1 }, charged())
      local result_path = path .. "/" .. queued.job_id
      local _, early = sandbox:request { path = result_path }
      assert.equal("QUEUED", early.data.status)
      local _, late = sandbox:request { path = result_path }
      assert.equal("SENT", late.data.status)
      assert.equal(queued.job_id, late.data.uuid)
      assert.is_nil(late.status_code)
      assert.same(rich.phones, late.data.result[rich.linkedin_url].phones)
      assert.same({}, late.data.result[STRANGER].emails)
    end)

    it("searches live for work e-mails", function()
      post(path, { profiles = { data.person(11).linkedin_url } })
      assert.same({ email = 1 }, charged())
    end)

    it("doesn't know another's job, nor one of the other kind", function()
      local _, queued = post(path, { profiles = { rich.linkedin_url } })
      assert.equal(404, (sandbox:request { path = path .. "/" .. queued.job_id, token = "test-2" }))
      assert.equal(404, (sandbox:request { path = "/v1/email/verify/batch/" .. queued.job_id }))
    end)
  end)

  describe("domain_enrich", function()
    local path = "/v1/domain/enrich"
    local one, two = data.company(1), data.company(2)

    it("shows an array of one-key objects, an object, or an empty array", function()
      local _, array = post(path, { domains = { one.domain, "nowhere.example" } })
      assert.equal(one.name, array.companies[1][one.domain].name)
      local _, object = post(path, { domains = { one.domain, two.domain } })
      assert.equal(two.linkedin_url, object.companies[two.domain].li_vanity)
      assert.is_truthy(object.companies[two.domain].revenue:find("^%$%d+%.%dM$"))
      local _, _, _, text = post(path, { domains = { "nowhere.example" } })
      assert.is_truthy(text:find('"companies":[]', 1, true))
      assert.same({}, charged())
    end)
  end)

  describe("people_search", function()
    local path = "/v1/people/search"

    it("shows a page keyed by URL, in rank order, one search credit each", function()
      local _, body, _, text = post(path, { job_title = { "Founder" } })
      assert.equal(25, #keys_of(body.profiles))
      assert.equal(25, body.metadata.page_size)
      assert.is_true(body.metadata.total_results > 100)
      assert.is_nil(text:find("https:\\/\\/www.linkedin.com\\/in\\/", 1, true))
      assert.same({ search = 25 }, charged())
    end)

    it("has pages, the last one shorter and then empty", function()
      local filters = { name = "Ximena Eze" }
      local _, first = post(path, filters)
      filters.page = math.ceil(first.metadata.total_results / 25)
      local _, last = post(path, filters)
      assert.equal(first.metadata.total_results - 25 * (filters.page - 1),
        #keys_of(last.profiles))
      filters.page = filters.page + 1
      local _, _, _, text = post(path, filters)
      assert.is_truthy(text:find('"profiles":[]', 1, true))
    end)

    it("charges each profile's contacts when they are revealed", function()
      local filters = { job_title = { "Nurse" }, data_types = { "phone", "work_email" },
        reveal_info = true }
      local _, body = post(path, filters)
      local _, first = next(body.profiles)
      assert.equal(1, #first.contact_info.phones)
      assert.same({ search = 25, email = 25, phone = 25 }, charged())
    end)

    it("shows history as sentences, or as objects if detailed", function()
      local filters = { name = rich.full_name, company = { rich.company.name } }
      local _, plain = post(path, filters)
      local _, sentences = next(plain.profiles)
      assert.is_string(sentences.experience[1])
      filters.detailed_experience, filters.detailed_education = true, true
      local _, detailed = post(path, filters)
      local _, objects = next(detailed.profiles)
      assert.equal(cjson.null, objects.experience[1].end_date_year)
      assert.is_string(objects.education[1].url)
    end)

    it("shows the members asked for, and the two about contacts", function()
      local _, body = post(path, { name = data.person(5).full_name, output_fields = { "title" },
        data_types = { "work_email" }, reveal_info = true })
      local _, shown = next(body.profiles)
      assert.same({ "contact_availability", "contact_info", "title" }, keys_of(shown))
    end)
  end)

  it("people_count counts what people_search finds, free of charge", function()
    local filters = { job_title = { "Founder" } }
    local _, found = post("/v1/people/search", filters)
    local _, count = post("/v1/people/count", filters)
    assert.equal(found.metadata.total_results, count.total_results)
    assert.same({}, charged())
  end)

  describe("decision_makers", function()
    local path = "/v1/people/decision-makers"

    it("finds them by domain, name or LinkedIn URL", function()
      local company = data.company(1)
      local _, by_domain = get(path, "domain", company.domain)
      local _, by_name = get(path, "name", company.name)
      local _, by_url = get(path, "linkedin_url", company.linkedin_url)
      assert.is_true(by_domain.metadata.total_results > 25)
      assert.same(by_domain.metadata, by_name.metadata)
      assert.same(by_domain.metadata, by_url.metadata)
      assert.same({ search = 25 }, charged())
    end)

    it("finds nobody in an unknown company", function()
      local status, _, _, text = get(path, "name", "No Such Company")
      assert.equal(200, status)
      assert.is_truthy(text:find('"total_results":0},"profiles":[]', 1, true))
    end)
  end)

  it("a search has other pages where a fault says so", function()
    local path, filters = "/v1/people/search", { job_title = { "Founder" }, page = 2 }
    local function page(fault)
      sandbox:fault(fault)
      local _, body, _, text = post(path, filters)
      return keys_of(body.profiles), body.metadata, text
    end
    local people, metadata = page("page-size:10")
    assert.equal(10, #people)
    assert.equal(10, metadata.page_size)
    assert.same({ search = 10 }, charged())
    people, metadata = page("page-repeat:1")
    assert.equal(2, metadata.page)
    filters.page = 1
    assert.same(page("page-size:25"), people)
    local _, _, text = page("page-empty")
    assert.is_truthy(text:find('"profiles":[]', 1, true))
    assert.same({}, charged())
    _, metadata = page("total-zero")
    assert.equal(0, metadata.total_results)
    assert.same({ search = 25 }, charged())
  end)

  it("company_search shows companies in an array, one search credit each", function()
    local _, body = post("/v1/company/search", { name = { "Optics" }, page = 1 })
    assert.equal(25, body.metadata.total_results)
    assert.is_string(body.companies[1].location)
    assert.is_nil(body.companies[1].linkedin_company_id)
    assert.same({ search = 25 }, charged())
  end)

  it("people_person shows the profile of an address for an e-mail credit", function()
    local _, body = get("/v1/people/person", "email", rich.work_emails[1])
    assert.same({ email = rich.work_emails[1], linkedin = rich.linkedin_url }, body.profile)
    assert.same({ email = 1 }, charged())
    assert.equal(404, (get("/v1/people/person", "email", "nobody@post.example")))
  end)

  describe("checkers", function()
    local function check(kind, person)
      local _, body = get("/v1/people/linkedin/" .. kind .. "_status", "profile",
        person.linkedin_url)
      return body.profile
    end

    it("tell what there is, free of charge", function()
      assert.same({ email = true }, check("personal_email", rich))
      assert.same({ email = true, email_status = "Verified" }, check("work_email", rich))
      assert.same({ phone = true }, check("phone", rich))
      assert.same({ phone = false }, check("phone", silent))
      assert.same({ email = false, email_status = cjson.null }, check("work_email", silent))
      assert.same({}, charged())
    end)
  end)

  describe("email_verify", function()
    it("charges all verdicts but disposable and unknown", function()
      for verdict, price in pairs {
        valid = 1, invalid = 1, accept_all = 1, disposable = 0, unknown = 0,
      } do
        local _, body = get("/v1/email/verify", "email", verdict .. "@x.example")
        assert.equal(verdict, body.data.status)
        assert.equal(price, charged().verifier or 0)
      end
    end)
  end)

  it("email_verify_batch knows nothing of any address, where a fault says so", function()
    sandbox:fault("unknown-verdicts")
    local _, queued = post("/v1/email/verify/batch", { emails = { "valid@x.example" } })
    local path = "/v1/email/verify/batch/" .. queued.job_id
    sandbox:request { path = path }
    local _, body = sandbox:request { path = path }
    assert.same({ ["valid@x.example"] = "unknown" }, body.data.result)
    assert.same({}, charged())
  end)

  it("email_verify_batch makes a job with a verdict for each address", function()
    local _, queued = post("/v1/email/verify/batch", {
      emails = { "valid@x.example", "unknown@x.example", "Invalid@X.example" },
    })
    assert.equal("QUEUED", queued.status)
    assert.same({ verifier = 2 }, charged())
    local path = "/v1/email/verify/batch/" .. queued.job_id
    sandbox:request { path = path }
    local _, body = sandbox:request { path = path }
    assert.equal("DONE", body.data.status)
    assert.same({
      ["valid@x.example"] = "valid", ["unknown@x.example"] = "unknown",
      ["invalid@x.example"] = "invalid",
    }, body.data.result)
  end)

  describe("stats", function()
    it("counts what was used and leaves what is left", function()
      get("/v1/people/person", "email", rich.work_emails[1])
      local _, body = sandbox:request { path = "/v1/stats" }
      assert.equal(12, #keys_of(body.usage))
      assert.equal(1, body.usage.count)
      assert.equal(body.usage.quota - 1, body.usage.remaining)
    end)

    it("shows a prepaid account what is left in quota", function()
      sandbox:request { path = "/v1/people/person", token = "prepaid-1",
        query = "email=" .. escape(rich.work_emails[1]) }
      local _, body = sandbox:request { path = "/v1/stats", token = "prepaid-1" }
      assert.same({
        count = 1, quota = 4999, phone_count = 0, phone_quota = 5000, search_count = 0,
        search_quota = 5000,
      }, body.usage)
    end)

    it("takes a month, and ends it on its last day", function()
      for month, last in pairs { ["2023-04"] = "30", ["2024-02"] = "29", ["2023-12"] = "31" } do
        local _, body = sandbox:request { path = "/v1/stats", query = "period=" .. month }
        assert.same({ start = month .. "-01", ["end"] = month .. "-" .. last }, body.period)
      end
    end)
  end)
end)
