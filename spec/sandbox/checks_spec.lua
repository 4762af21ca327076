local checks = require "contactout.sandbox.checks"
local query = require "contactout.sandbox.query"
local routes = require "contactout.sandbox.routes"

local ROUTES = {}
for _, route in ipairs(routes) do
  ROUTES[route.name] = route
end

local URL = "https://www.linkedin.com/in/someone"

local function many(n, value)
  local list = {}
  for i = 1, n do
    list[i] = value
  end
  return list
end

local function assert_passes(name, args)
  assert.is_nil(checks.check(ROUTES[name], args))
end

--- The request is refused, in words that hold each of the others.
local function assert_refused(name, args, ...)
  local message = checks.check(ROUTES[name], args)
  assert.is_string(message)
  for _, word in ipairs { ... } do
    assert.is_truthy(message:find(word, 1, true), message)
  end
end

describe("sandbox.checks", function()
  it("passes the plainest request of each endpoint", function()
    local uuid = { job_uuid = "x" }
    for name, args in pairs {
      linkedin_enrich = { profile = URL }, email_enrich = { email = "a@b.example" },
      people_enrich = { email = "a@b.example" }, people_linkedin = { profile = URL },
      people_linkedin_batch = { profiles = { URL } },
      people_linkedin_batch_v2 = { profiles = { URL } },
      people_linkedin_batch_v2_result = uuid, domain_enrich = { domains = { "b.example" } },
      people_search = {}, people_count = {}, decision_makers = { name = "x" },
      company_search = {}, people_person = { email = "a@b.example" },
      personal_email_status = { profile = URL }, work_email_status = { profile = URL },
      phone_status = { profile = URL }, email_verify = { email = "a@b.example" },
      email_verify_batch = { emails = { "a" } }, email_verify_batch_result = uuid, stats = {},
    } do
      assert_passes(name, args)
    end
  end)

  it("wants what is required, and not empty", function()
    assert_refused("linkedin_enrich", {}, "profile", "required")
    assert_refused("linkedin_enrich", { profile = "" }, "profile", "empty")
    assert_refused("domain_enrich", { domains = {} }, "domains", "required")
  end)

  it("knows no other names, unless lenient", function()
    assert_refused("stats", { month = "2024-01" }, "month")
    assert.is_nil(checks.check(ROUTES.stats, { month = "2024-01" }, true))
  end)

  it("holds the documented maxima", function()
    for name, case in pairs {
      people_linkedin_batch = { "profiles", 30, URL },
      people_linkedin_batch_v2 = { "profiles", 1000, URL },
      domain_enrich = { "domains", 30, "b.example" },
      email_verify_batch = { "emails", 1000, "a@b.example" },
      people_search = { "skills", 50, "Lua" }, company_search = { "industries", 50, "x" },
    } do
      assert_passes(name, { [case[1]] = many(case[2], case[3]) })
      assert_refused(name, { [case[1]] = many(case[2] + 1, case[3]) }, case[1], case[2])
    end
    assert_refused("people_enrich", { email = "a@b.example", company = many(11, "x") }, "company")
    assert_passes("people_search", { company_size = many(80, "1_10") })
  end)

  it("holds the types of a body", function()
    assert_refused("people_search", { skills = "Lua" }, "skills", "array")
    assert_refused("people_search", { reveal_info = "true" }, "reveal_info", "boolean")
    assert_refused("people_search", { page = "1" }, "page", "integer")
    assert_refused("people_search", { page = 1.5 }, "page", "integer")
    assert_refused("people_search", { page = 0 }, "page")
    assert_refused("people_search", { name = { "x" } }, "name", "string")
    assert_refused("people_search", { skills = { "Lua", 7 } }, "skills", "element 2")
    assert_refused("people_search", { name = require("cjson").null }, "name", "null")
    assert_refused("people_enrich", { email = "a@b.example", include = "phone" }, "include")
  end)

  it("gives a query's texts their types", function()
    local args = { profile = URL, profile_only = "true" }
    assert_passes("linkedin_enrich", args)
    assert.is_true(args.profile_only)
    local page = { name = "x", page = "3" }
    assert_passes("decision_makers", page)
    assert.equal(3, page.page)
  end)

  it("refuses other spellings of a boolean and an integer", function()
    for _, text in ipairs { "1", "True", "yes", "0" } do
      assert_refused("linkedin_enrich", { profile = URL, profile_only = text }, "boolean")
    end
    assert_refused("decision_makers", { name = "x", page = "3.0" }, "integer")
  end)

  it("holds the closed sets", function()
    assert_passes("people_linkedin", { profile = URL, email_type = "personal,work" })
    assert_refused("people_linkedin", { profile = URL, email_type = "both" }, "email_type")
    assert_refused("email_enrich", { email = "a@b.example", include = "phone" }, "include")
    assert_refused("people_enrich", { phone = "1", include = { "fax" } }, "include", "element 1")
  end)

  it("holds the forms of URLs, addresses, domains and months", function()
    for _, url in ipairs {
      "linkedin.com/in/x", "https://www.linkedin.com/company/x", "https://linkedin.com/in/",
      "https://www.linkedin.com/sales/lead/x", "https://x.example/",
    } do
      assert_refused("linkedin_enrich", { profile = url }, "profile")
    end
    assert_passes("linkedin_enrich", { profile = "http://uk.linkedin.com/pub/x" })
    assert_refused("decision_makers", { linkedin_url = URL }, "linkedin_url")
    assert_refused("people_person", { email = "nobody" }, "email")
    assert_refused("domain_enrich", { domains = { "https://b.example" } }, "domains")
    assert_refused("stats", { period = "2024-13" }, "period")
    assert_refused("stats", { period = "2024-1" }, "period")
  end)

  it("lets callbacks go to this machine only", function()
    local emails = { "a@b.example" }
    assert_passes("email_verify_batch", { emails = emails, callback_url = "http://127.0.0.1:9/x" })
    assert_refused("email_verify_batch", { emails = emails, callback_url = "http://b.example/" },
      "loopback")
    assert_refused("email_verify_batch",
      { emails = emails, callback_url = "http://127.0.0.1.b.example/" }, "loopback")
  end)

  it("wants a primary parameter, or a name and something beside it", function()
    assert_refused("people_enrich", {}, "required")
    assert_refused("people_enrich", { full_name = "A B" }, "requires")
    assert_refused("people_enrich", { first_name = "A", location = "x" }, "together")
    assert_passes("people_enrich", { first_name = "A", last_name = "B", job_title = "x" })
    assert_passes("people_enrich", { full_name = "A B", company = { "x" } })
  end)

  it("wants one of the three names of a company", function()
    assert_refused("decision_makers", {}, "linkedin_url", "domain", "name")
  end)

  it("wants ranges in order and years in bounds", function()
    assert_refused("company_search", { min_revenue = 2, max_revenue = 1 }, "min_revenue")
    assert_refused("company_search", { year_founded_from = 1984 }, "1985")
    assert_refused("company_search", { year_founded_to = 9999 }, "year_founded_to")
    assert_passes("company_search", { year_founded_from = 1985, year_founded_to = 2000 })
  end)
end)

describe("sandbox.query", function()
  it("decodes percent-encoding, and a plus as a blank", function()
    assert.same({ a = "x y+z&", b = "" }, (query.parse("a=x+y%2Bz%26&b=")))
  end)

  it("takes note of bytes that went unencoded", function()
    local _, notices = query.parse("profile=https://x")
    assert.same({ "unencoded profile" }, notices)
    local _, none = query.parse("profile=https%3A%2F%2Fx")
    assert.same({}, none)
  end)

  it("refuses a parameter twice, without a value, or badly encoded", function()
    for _, text in ipairs { "a=1&a=2", "a", "a=%", "a=%4", "a=%zz", "a=%4g" } do
      local args, message = query.parse(text)
      assert.is_nil(args, text)
      assert.is_string(message)
    end
  end)
end)
