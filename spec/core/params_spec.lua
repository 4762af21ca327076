-- What is refused before anything is sent, rule by rule.

local core = require "contactout.core"

local PERSON = "https://www.linkedin.com/in/ann-lee"
local COMPANY = "https://www.linkedin.com/company/acme"

-- The least that each endpoint needs.
local LEAST = {
  linkedin_enrich = { profile = PERSON },
  email_enrich = { email = "ann@acme.example" },
  people_enrich = { email = "ann@acme.example" },
  people_linkedin = { profile = PERSON },
  people_linkedin_batch = { profiles = { PERSON } },
  people_linkedin_batch_v2 = { profiles = { PERSON } },
  people_linkedin_batch_v2_result = { job_uuid = "7d0c" },
  domain_enrich = { domains = { "acme.example" } },
  people_search = {},
  people_count = {},
  decision_makers = { domain = "acme.example" },
  company_search = {},
  people_person = { email = "ann@acme.example" },
  personal_email_status = { profile = PERSON },
  work_email_status = { profile = PERSON },
  phone_status = { profile = PERSON },
  email_verify = { email = "ann@acme.example" },
  email_verify_batch = { emails = { "ann@acme.example" } },
  email_verify_batch_result = { job_uuid = "7d0c" },
  stats = {},
}

local function with(endpoint, name, value)
  local params = {}
  for key, given in pairs(LEAST[endpoint]) do
    params[key] = given
  end
  params[name] = value
  return params
end

local function accepts(endpoint, params)
  local request, err = core.build(endpoint, params)
  assert.is_nil(err and tostring(err))
  return request
end

local function refuses(endpoint, params, param, pattern)
  local request, err = core.build(endpoint, params)
  assert.is_nil(request)
  assert.is_true(core.is_error(err))
  assert.equal("invalid_argument", err.kind)
  assert.equal(endpoint, err.endpoint)
  assert.equal(param, err.param)
  assert.matches(pattern, err.message)
end

local function many(n, element)
  local list = {}
  for i = 1, n do
    list[i] = element
  end
  return list
end

-- An element that every list parameter takes.
local function element_of(name)
  local elements = { profiles = PERSON, include = "phone" }
  return elements[name] or "acme.example"
end

local WRONG = {
  string = { 7, true, {}, { "a" }, print, core.null },
  boolean = { "true", 1, 0, {}, "", core.null },
  integer = { "1", 1.5, 1e300, 0 / 0, 1 / 0, -1 / 0, true, {} },
  list = { 7, true, print, { 7 }, { true }, { { "a" } }, { a = "b" }, { "" }, { " " }, core.null },
}

describe("a parameter", function()
  for _, endpoint in ipairs(core.endpoints) do
    for _, param in ipairs(endpoint.params) do
      local takes_list = endpoint.name == "email_enrich" and param.name == "include"
        or param.name == "email_type"

      it(endpoint.name .. "." .. param.name .. " must have its type", function()
        for _, value in ipairs(WRONG[param.type]) do
          if not (takes_list and type(value) == "table") then
            local _, err = core.build(endpoint.name, with(endpoint.name, param.name, value))
            assert.is_truthy(err)
            assert.equal(param.name, (err.param:gsub("%[1%]$", "")))
            assert.equal("invalid_argument", err.kind)
          end
        end
      end)
    end
  end
end)

describe("a list", function()
  for _, endpoint in ipairs(core.endpoints) do
    for _, param in ipairs(endpoint.params) do
      if param.type == "list" and param.max then
        it(endpoint.name .. "." .. param.name .. " takes " .. param.max, function()
          local name, element = param.name, element_of(param.name)
          accepts(endpoint.name, with(endpoint.name, name, many(param.max, element)))
          refuses(endpoint.name, with(endpoint.name, name, many(param.max + 1, element)),
            name, "at most " .. param.max .. ", not " .. param.max + 1)
        end)
      elseif param.type == "list" then
        it(endpoint.name .. "." .. param.name .. " has no documented maximum", function()
          local list = many(2000, element_of(param.name))
          accepts(endpoint.name, with(endpoint.name, param.name, list))
        end)
      end
    end
  end

  it("may be one string", function()
    local request = accepts("people_linkedin_batch", { profiles = PERSON })
    assert.equal('{"profiles":["' .. PERSON .. '"]}', request.body)
    refuses("people_linkedin_batch", { profiles = "ann-lee" }, "profiles", "begin with http")
  end)

  it("must have no hole", function()
    local list = { PERSON, PERSON, PERSON }
    list[2] = nil
    refuses("people_linkedin_batch", { profiles = list }, "profiles[2]", "hole")
    refuses("people_linkedin_batch", { profiles = { [0] = PERSON } }, "profiles[1]", "hole")
    refuses("people_linkedin_batch", { profiles = { [1.5] = PERSON } }, "profiles[1]", "hole")
    refuses("people_linkedin_batch", { profiles = { [3] = PERSON } }, "profiles[1]", "hole")
  end)

  it("must have no names", function()
    refuses("people_linkedin_batch", { profiles = { PERSON, url = PERSON } }, "profiles",
      "must be a list")
  end)

  it("must not be empty where it is required", function()
    refuses("people_linkedin_batch", { profiles = {} }, "profiles", "empty")
    refuses("people_linkedin_batch_v2", { profiles = {} }, "profiles", "empty")
    refuses("domain_enrich", { domains = {} }, "domains", "empty")
    refuses("email_verify_batch", { emails = {} }, "emails", "empty")
    accepts("people_search", { skills = {} })
  end)

  it("names the element that breaks a rule", function()
    refuses("people_linkedin_batch", { profiles = { PERSON, "" } }, "profiles[2]",
      "^profiles%[2%] must not be empty")
    refuses("email_verify_batch", { emails = { "a@b.example", " \t" } }, "emails[2]", "empty")
    refuses("people_search", { skills = { "C", 7 } }, "skills[2]", "a string, not a number")
    refuses("people_linkedin_batch", { profiles = { PERSON, COMPANY } }, "profiles[2]", "/in/")
  end)

  it("isn't read through a metatable", function()
    local list = setmetatable({}, { __index = { PERSON }, __len = function() return 1 end })
    refuses("people_linkedin_batch", { profiles = list }, "profiles", "empty")
  end)
end)

describe("a required parameter", function()
  for _, endpoint in ipairs(core.endpoints) do
    for _, param in ipairs(endpoint.params) do
      if param.required then
        it(endpoint.name .. "." .. param.name .. " must be there, and not empty", function()
          local rule = param.name .. " is required"
          refuses(endpoint.name, with(endpoint.name, param.name, nil), param.name, rule)
          refuses(endpoint.name, nil, param.name, rule)
          for _, empty in ipairs({ "", " ", "\t\n" }) do
            refuses(endpoint.name, with(endpoint.name, param.name, empty), param.name, "empty")
          end
        end)
      end
    end
  end

  it("is nowhere else", function()
    for name, params in pairs(LEAST) do
      accepts(name, params)
    end
    for _, name in ipairs({ "people_search", "people_count", "company_search", "stats" }) do
      accepts(name, nil)
    end
  end)
end)

describe("a URL of a person", function()
  local function takes(url)
    accepts("linkedin_enrich", { profile = url })
    accepts("people_enrich", { linkedin_url = url })
    accepts("people_linkedin_batch", { profiles = { url } })
  end

  local function refuses_url(url, pattern)
    for _, name in ipairs({ "linkedin_enrich", "people_linkedin", "personal_email_status",
      "work_email_status", "phone_status" }) do
      refuses(name, { profile = url }, "profile", pattern)
    end
    refuses("people_enrich", { linkedin_url = url }, "linkedin_url", pattern)
    refuses("people_linkedin_batch_v2", { profiles = { PERSON, url } }, "profiles[2]", pattern)
  end

  it("contains linkedin.com/in/ or linkedin.com/pub/", function()
    takes("http://linkedin.com/in/ann")
    takes("https://uk.linkedin.com/in/ann/")
    takes("HTTPS://WWW.LinkedIn.com/in/ann?trk=x#top")
    takes("https://www.linkedin.com/pub/ann-lee/1/2/3")
    takes("https://www.linkedin.com/in/j\195\182rg-m%C3%BCller")
    takes(" \t" .. PERSON .. "\r\n")
  end)

  it("begins with http", function()
    refuses_url("linkedin.com/in/ann", "begin with http")
    refuses_url("www.linkedin.com/in/ann", "begin with http")
    refuses_url("ftp://linkedin.com/in/ann", "begin with http")
    refuses_url("ann-lee", "begin with http")
  end)

  it("is really at linkedin.com", function()
    refuses_url("https://linkedin.com.evil.example/in/ann", "linkedin%.com")
    refuses_url("https://evillinkedin.com/in/ann", "linkedin%.com")
    refuses_url("https://evil.example/linkedin.com/in/ann", "linkedin%.com")
    refuses_url("https://linkedin.com@evil.example/in/ann", "linkedin%.com")
    refuses_url("https://evil.example?linkedin.com/in/ann", "linkedin%.com")
    refuses_url("https://evil.example#@linkedin.com/in/ann", "linkedin%.com")
    refuses_url("https://evil.example\\@linkedin.com/in/ann", "linkedin%.com")
    refuses_url("https://evil.example\\.linkedin.com/in/ann", "linkedin%.com")
    refuses_url("https://evil.example\0.linkedin.com/in/ann", "linkedin%.com")
    refuses_url("https://user@linkedin.com/in/ann", "linkedin%.com")
    refuses_url("https://user@www.linkedin.com/in/ann", "linkedin%.com")
    refuses_url("https:///in/ann", "linkedin%.com")
    refuses_url("http://", "linkedin%.com")
  end)

  it("names somebody", function()
    for _, rest in ipairs({ "", "/", "?x", "#x" }) do
      refuses_url("https://www.linkedin.com/in/" .. rest, "nobody")
      refuses_url("https://www.linkedin.com/pub/" .. rest, "nobody")
    end
  end)

  it("is not that of something else", function()
    refuses_url("https://www.linkedin.com", "linkedin%.com/in/")
    refuses_url("https://www.linkedin.com/", "linkedin%.com/in/")
    refuses_url("https://www.linkedin.com/in", "linkedin%.com/in/")
    refuses_url(COMPANY, "linkedin%.com/in/")
    refuses_url("https://www.linkedin.com/feed/in/ann", "linkedin%.com/in/")
  end)

  it("has a message of its own for Sales Navigator and Recruiter", function()
    for _, product in ipairs({ "sales", "talent", "recruiter" }) do
      refuses_url("https://www.linkedin.com/" .. product .. "/lead/1", "Sales Navigator or Rec")
    end
  end)
end)

describe("a URL of a company", function()
  local function refuses_url(url)
    refuses("decision_makers", { linkedin_url = url }, "linkedin_url", "%S")
  end

  it("contains linkedin.com/company/", function()
    for _, url in ipairs({ COMPANY, "http://linkedin.com/company/27090845/",
      "https://de.linkedin.com/company/acme?x=1", " " .. COMPANY .. " " }) do
      accepts("decision_makers", { linkedin_url = url })
    end
  end)

  it("is no other URL", function()
    refuses_url("linkedin.com/company/acme")
    refuses_url("https://acme.example")
    refuses_url("https://acme.example/linkedin.com/company/acme")
    refuses_url("https://linkedin.com/company/")
    refuses_url("https://linkedin.com/company")
    refuses_url(PERSON)
    refuses_url("")
  end)
end)

describe("callback_url", function()
  it("begins with http and names a host", function()
    for _, url in ipairs({ "http://h", "https://hooks.example/x?secret=1", "HTTP://[::1]:80/" }) do
      accepts("people_linkedin_batch_v2", with("people_linkedin_batch_v2", "callback_url", url))
      accepts("email_verify_batch", with("email_verify_batch", "callback_url", url))
    end
    for _, url in ipairs({ "", "hooks.example", "ftp://hooks.example", "https://", "http:///x" }) do
      refuses("people_linkedin_batch_v2",
        with("people_linkedin_batch_v2", "callback_url", url), "callback_url", "must")
      refuses("email_verify_batch", with("email_verify_batch", "callback_url", url),
        "callback_url", "must")
    end
  end)
end)

describe("period", function()
  it("is a month", function()
    for _, month in ipairs({ "2023-01", "2023-12", "1999-10", "2999-09" }) do
      accepts("stats", { period = month })
    end
  end)

  it("is nothing else", function()
    for _, text in ipairs({ "", "2023", "2023-00", "2023-13", "2023-1", "2023-011", "2023/01",
      "23-01", "2023-01-01", " 2023-01", "2023-0x", "-023-01", "2023-01\0" }) do
      refuses("stats", { period = text }, "period", "YYYY%-MM")
    end
    refuses("stats", { period = 202301 }, "period", "string, not a number")
  end)
end)

describe("job_uuid", function()
  it("has any form that is one segment of a path", function()
    for _, id in ipairs({ "7d0c-41", "a b", "j\195\182b", "a;b=c@d:e", "...", "{x}", " 7d0c " }) do
      accepts("people_linkedin_batch_v2_result", { job_uuid = id })
      accepts("email_verify_batch_result", { job_uuid = id })
    end
  end)

  it("is nothing that leaves its segment", function()
    for _, id in ipairs({ "a/b", "../stats", ".", "..", "a?b", "a#b", "a%2Fb", "a\0b", "a\nb",
      "a\127" }) do
      refuses("people_linkedin_batch_v2_result", { job_uuid = id }, "job_uuid", "must")
      refuses("email_verify_batch_result", { job_uuid = id }, "job_uuid", "must")
    end
  end)
end)

describe("a closed set", function()
  it("is closed for people_enrich.include", function()
    local set = { "work_email", "personal_email", "phone" }
    accepts("people_enrich", with("people_enrich", "include", set))
    accepts("people_enrich", with("people_enrich", "include", "phone"))
    for _, word in ipairs({ "email", "Phone", " phone", "phone,work_email" }) do
      refuses("people_enrich", with("people_enrich", "include", { "phone", word }), "include[2]",
        "must be work_email, personal_email or phone$")
    end
  end)

  it("is closed for email_enrich.include", function()
    accepts("email_enrich", with("email_enrich", "include", "work_email"))
    accepts("email_enrich", with("email_enrich", "include", { "work_email" }))
    for _, word in ipairs({ "phone", "", "work_email,phone" }) do
      refuses("email_enrich", with("email_enrich", "include", word), "include",
        "must be work_email$")
    end
  end)

  it("is closed for email_type", function()
    local function target(value)
      return accepts("people_linkedin", with("people_linkedin", "email_type", value)).target
        :match("email_type=(.*)$")
    end
    assert.equal("personal", target("personal"))
    assert.equal("work", target({ "work" }))
    assert.equal("none", target("none"))
    assert.equal("personal%2Cwork", target("personal,work"))
    assert.equal("personal%2Cwork", target(" work , personal "))
    assert.equal("personal%2Cwork", target({ "work", "personal", "work" }))
    for _, word in ipairs({ "", "home", "personal,", "Work", "personal work", "work\0" }) do
      refuses("people_linkedin", with("people_linkedin", "email_type", word), "email_type",
        "must be personal, work or none")
    end
    refuses("people_linkedin", with("people_linkedin", "email_type", {}), "email_type",
      "must be personal")
    refuses("people_linkedin", with("people_linkedin", "email_type", { "work", "home" }),
      "email_type[2]", "must be personal")
  end)

  it("lets none stand alone only", function()
    for _, value in ipairs({ "none,work", "personal,none", { "none", "work" } }) do
      refuses("people_linkedin", with("people_linkedin", "email_type", value), "email_type",
        "nothing beside none")
    end
  end)

  it("is open where the vendor names no values", function()
    accepts("people_search", {
      seniority = "archmage", match_experience = "sometimes", company_filter = "maybe",
      company_size = "9_9", data_types = "fax", years_of_experience = { "0" },
      output_fields = { "anything" },
    })
  end)
end)

describe("a whole number", function()
  it("may be an integral float", function()
    assert.equal('{"page":2}', accepts("people_search", { page = 2.0 }).body)
    assert.equal('{"min_revenue":-5}', accepts("company_search", { min_revenue = -5 }).body)
    assert.equal('{"max_revenue":1000000000000000}',
      accepts("company_search", { max_revenue = 1e15 }).body)
  end)

  it("has its least value", function()
    for _, name in ipairs({ "people_search", "decision_makers", "company_search" }) do
      accepts(name, with(name, "page", 1))
      refuses(name, with(name, "page", 0), "page", "at least 1")
      refuses(name, with(name, "page", -1), "page", "at least 1")
    end
    accepts("company_search", { year_founded_from = 1985 })
    refuses("company_search", { year_founded_from = 1984 }, "year_founded_from", "least 1985")
    accepts("company_search", { year_founded_to = 1900 })
  end)

  it("makes no reversed range", function()
    accepts("company_search", { min_revenue = 5, max_revenue = 5 })
    refuses("company_search", { min_revenue = 6, max_revenue = 5 }, "min_revenue", "max_revenue")
    accepts("company_search", { year_founded_from = 2000, year_founded_to = 2000 })
    refuses("company_search", { year_founded_from = 2001, year_founded_to = 2000 },
      "year_founded_from", "year_founded_to")
  end)
end)

describe("people_enrich", function()
  local function lacks(params)
    refuses("people_enrich", params, "linkedin_url", "^required is linkedin_url")
  end

  it("takes one primary identifier", function()
    accepts("people_enrich", { linkedin_url = PERSON })
    accepts("people_enrich", { email = "ann@acme.example" })
    accepts("people_enrich", { phone = "+1 555 0100" })
  end)

  it("takes a name and any secondary parameter", function()
    for _, second in ipairs({ "company", "company_domain", "education", "location",
      "job_title" }) do
      accepts("people_enrich", { full_name = "Ann Lee", [second] = "x" })
      accepts("people_enrich", { first_name = "Ann", last_name = "Lee", [second] = "x" })
      lacks({ [second] = "x" })
    end
  end)

  it("takes nothing less", function()
    lacks(nil)
    lacks({})
    lacks({ include = "phone" })
    lacks({ full_name = "Ann Lee" })
    lacks({ first_name = "Ann", last_name = "Lee" })
    lacks({ full_name = "Ann Lee", include = "phone" })
  end)

  it("takes all at once", function()
    accepts("people_enrich", { linkedin_url = PERSON, email = "a@b.example", phone = "1",
      full_name = "Ann Lee", first_name = "Ann", last_name = "Lee", company = "Acme" })
  end)

  it("doesn't take an empty value for what it needs", function()
    lacks({ email = "" })
    lacks({ email = "  " })
    lacks({ phone = " " })
    lacks({ full_name = "", company = "Acme" })
    lacks({ full_name = "Ann Lee", company = {} })
    lacks({ full_name = "Ann Lee", location = "" })
    accepts("people_enrich", { email = "ann@acme.example", phone = "", company = {} })
  end)

  it("wants first_name and last_name together", function()
    for _, more in ipairs({ { email = "a@b.example" }, { full_name = "Ann", company = "Acme" } }) do
      more.first_name, more.last_name = "Ann", nil
      refuses("people_enrich", more, "last_name", "first_name must come with last_name")
      more.first_name, more.last_name = nil, "Lee"
      refuses("people_enrich", more, "first_name", "last_name must come with first_name")
      more.first_name, more.last_name = "", "Lee"
      refuses("people_enrich", more, "first_name", "last_name must come with first_name")
    end
  end)
end)

describe("decision_makers", function()
  it("takes any of three", function()
    accepts("decision_makers", { linkedin_url = COMPANY })
    accepts("decision_makers", { domain = "acme.example" })
    accepts("decision_makers", { name = "Acme" })
    accepts("decision_makers", { name = "Acme", domain = "acme.example", linkedin_url = COMPANY })
  end)

  it("takes nothing less", function()
    for _, params in ipairs({ {}, { page = 1 }, { reveal_info = true }, { name = "" } }) do
      refuses("decision_makers", params, "linkedin_url",
        "^required is linkedin_url, domain or name$")
    end
  end)
end)

describe("an unknown parameter", function()
  it("is refused with the nearest name", function()
    refuses("email_verify", { emial = "a@b.example" }, "emial", 'did you mean "email"')
    refuses("linkedin_enrich", { profile = PERSON, profileOnly = true }, "profileOnly",
      'did you mean "profile_only"')
    refuses("people_enrich", { linkedin = PERSON }, "linkedin", 'did you mean "linkedin_url"')
    refuses("domain_enrich", { domain = "acme.example" }, "domain", 'did you mean "domains"')
  end)

  it("is refused with all names where none is near", function()
    refuses("people_linkedin", { profile = PERSON, x = 1 }, "x",
      "known are profile, include_phone, email_type$")
  end)

  it("is refused if it belongs to another endpoint", function()
    refuses("people_count", { page = 1 }, "page", "no parameter")
    refuses("people_count", { data_types = "phone" }, "data_types", "no parameter")
    refuses("people_count", { reveal_info = true }, "reveal_info", "no parameter")
  end)

  it("is refused when it is no name", function()
    refuses("linkedin_enrich", { PERSON }, "[1]", "has a name")
    refuses("linkedin_enrich", { profile = PERSON, [true] = 1 }, "boolean", "has a name")
  end)

  it("is refused when only its beginning is known", function()
    refuses("stats", { ["period\0"] = "2023-01" }, "period", "no parameter")
  end)

  it("goes before a required one that is missing", function()
    refuses("linkedin_enrich", { profil = PERSON }, "profil", 'did you mean "profile"')
  end)
end)

describe("text", function()
  it("must be UTF-8", function()
    for _, text in ipairs({ "\255", "a\195", "\237\160\128", "\192\128", "\244\144\128\128" }) do
      refuses("people_search", { name = text }, "name", "UTF%-8")
      refuses("people_search", { skills = { "C", text } }, "skills[2]", "UTF%-8")
      refuses("email_verify", { email = text }, "email", "UTF%-8")
    end
  end)
end)

describe("params", function()
  it("raises where no table is", function()
    for _, value in ipairs({ 1, "x", true, print }) do
      local done, err = pcall(core.build, "stats", value)
      assert.is_false(done)
      assert.matches("table expected", err)
    end
  end)

  it("isn't read through a metatable", function()
    local params = setmetatable({}, { __index = { email = "a@b.example" } })
    refuses("email_verify", params, "email", "is required")
  end)
end)
