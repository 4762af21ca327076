-- The bytes that go out, for each endpoint and for awkward values.

local core = require "contactout.core"

local PERSON = "https://www.linkedin.com/in/ann-lee"
local PERSON_ENCODED = "https%3A%2F%2Fwww.linkedin.com%2Fin%2Fann-lee"

local function build(...)
  local request, err = core.build(...)
  assert.is_nil(err and tostring(err))
  return request
end

local function refuses(param, pattern, ...)
  local request, err = core.build(...)
  assert.is_nil(request)
  assert.equal("invalid_argument", err.kind)
  assert.equal(param, err.param)
  assert.matches(pattern, err.message)
  return err
end

-- All parameters of each endpoint, and what they become.
local WHOLE = {
  {
    "linkedin_enrich", { profile = PERSON, profile_only = false },
    "GET", "/v1/linkedin/enrich?profile=" .. PERSON_ENCODED .. "&profile_only=false",
  },
  {
    "email_enrich", { email = "ann+x@acme.example", include = "work_email" },
    "GET", "/v1/email/enrich?email=ann%2Bx%40acme.example&include=work_email",
  },
  {
    "people_enrich",
    {
      linkedin_url = PERSON, email = " ann@acme.example ", phone = "+1 555 0100",
      full_name = "Ann Lee", first_name = "Ann", last_name = "Lee", company = { "Acme", "Emca" },
      company_domain = "acme.example", education = { "MIT" }, location = "Oslo",
      job_title = 'Head of "R&D"', include = { "phone", "work_email" },
    },
    "POST", "/v1/people/enrich",
    '{"linkedin_url":"' .. PERSON .. '","email":"ann@acme.example","phone":"+1 555 0100",'
      .. '"full_name":"Ann Lee","first_name":"Ann","last_name":"Lee","company":["Acme","Emca"],'
      .. '"company_domain":["acme.example"],"education":["MIT"],"location":"Oslo",'
      .. '"job_title":"Head of \\"R&D\\"","include":["phone","work_email"]}',
  },
  {
    "people_linkedin", { profile = PERSON, include_phone = true, email_type = "work,personal" },
    "GET", "/v1/people/linkedin?profile=" .. PERSON_ENCODED
      .. "&include_phone=true&email_type=personal%2Cwork",
  },
  {
    "people_linkedin_batch", { profiles = { PERSON, " " .. PERSON .. "\n" } },
    "POST", "/v1/people/linkedin/batch", '{"profiles":["' .. PERSON .. '","' .. PERSON .. '"]}',
  },
  {
    "people_linkedin_batch_v2",
    { callback_url = " https://h.example/?a=b ", include_phone = true, profiles = { PERSON } },
    "POST", "/v2/people/linkedin/batch",
    '{"profiles":["' .. PERSON .. '"],"include_phone":true,'
      .. '"callback_url":"https://h.example/?a=b"}',
  },
  {
    "people_linkedin_batch_v2_result", { job_uuid = " 7d0c-41 " },
    "GET", "/v2/people/linkedin/batch/7d0c-41",
  },
  {
    "domain_enrich", { domains = { "acme.example", "b\195\188.example" } },
    "POST", "/v1/domain/enrich", '{"domains":["acme.example","b\195\188.example"]}',
  },
  {
    "people_search",
    {
      page = 3, data_types = { "phone" }, reveal_info = false, name = "Ann", job_title = "CTO",
      job_function = "design", seniority = { "vp" }, current_titles_only = true,
      include_related_job_titles = false, match_experience = "both",
      skills = { "(Lua AND C) NOT Java" }, education = {}, location = "Oslo", company = "Acme",
      company_filter = "past", current_company_only = false, domain = "acme.example",
      industry = "Toys", keyword = "x", company_size = { "1_10", "11_50" },
      years_of_experience = "10", years_in_current_role = "1_2", detailed_experience = true,
      detailed_education = true, exclude_companies = "Emca", exclude_job_titles = "Intern",
      output_fields = { "title" },
    },
    "POST", "/v1/people/search",
    '{"page":3,"data_types":["phone"],"reveal_info":false,"name":"Ann","job_title":["CTO"],'
      .. '"job_function":["design"],"seniority":["vp"],"current_titles_only":true,'
      .. '"include_related_job_titles":false,"match_experience":"both",'
      .. '"skills":["(Lua AND C) NOT Java"],"education":[],"location":["Oslo"],'
      .. '"company":["Acme"],"company_filter":"past","current_company_only":false,'
      .. '"domain":["acme.example"],"industry":["Toys"],"keyword":"x",'
      .. '"company_size":["1_10","11_50"],"years_of_experience":["10"],'
      .. '"years_in_current_role":["1_2"],"detailed_experience":true,"detailed_education":true,'
      .. '"exclude_companies":["Emca"],"exclude_job_titles":["Intern"],"output_fields":["title"]}',
  },
  {
    "people_count", { name = "Ann", output_fields = "title" },
    "POST", "/v1/people/count", '{"name":"Ann","output_fields":["title"]}',
  },
  {
    "decision_makers",
    {
      linkedin_url = "https://linkedin.com/company/7", domain = "acme.example", name = "A & Co",
      page = 2, reveal_info = true,
    },
    "GET", "/v1/people/decision-makers?linkedin_url=https%3A%2F%2Flinkedin.com%2Fcompany%2F7"
      .. "&domain=acme.example&name=A%20%26%20Co&page=2&reveal_info=true",
  },
  {
    "company_search",
    {
      page = 1, name = "Acme", domain = "acme.example", size = "1_10", hq_only = false,
      location = "Oslo", industries = "Toys", industry = "Games", min_revenue = 1000000,
      max_revenue = 50000000000, year_founded_from = 1990, year_founded_to = 2024,
    },
    "POST", "/v1/company/search",
    '{"page":1,"name":["Acme"],"domain":["acme.example"],"size":["1_10"],"hq_only":false,'
      .. '"location":["Oslo"],"industries":["Toys"],"industry":["Games"],"min_revenue":1000000,'
      .. '"max_revenue":50000000000,"year_founded_from":1990,"year_founded_to":2024}',
  },
  {
    "people_person", { email = "ann@acme.example" },
    "GET", "/v1/people/person?email=ann%40acme.example",
  },
  {
    "personal_email_status", { profile = PERSON },
    "GET", "/v1/people/linkedin/personal_email_status?profile=" .. PERSON_ENCODED,
  },
  {
    "work_email_status", { profile = PERSON },
    "GET", "/v1/people/linkedin/work_email_status?profile=" .. PERSON_ENCODED,
  },
  {
    "phone_status", { profile = PERSON },
    "GET", "/v1/people/linkedin/phone_status?profile=" .. PERSON_ENCODED,
  },
  {
    "email_verify", { email = "ann@acme.example" },
    "GET", "/v1/email/verify?email=ann%40acme.example",
  },
  {
    "email_verify_batch",
    { emails = { "a@b.example", " c@d.example" }, callback_url = "http://h.example" },
    "POST", "/v1/email/verify/batch",
    '{"emails":["a@b.example","c@d.example"],"callback_url":"http://h.example"}',
  },
  {
    "email_verify_batch_result", { job_uuid = "a b\195\188+" },
    "GET", "/v1/email/verify/batch/a%20b%C3%BC%2B",
  },
  { "stats", { period = "2023-04" }, "GET", "/v1/stats?period=2023-04" },
}

local CHARGED = {
  linkedin_enrich = true, email_enrich = true, people_enrich = true, people_linkedin = true,
  people_linkedin_batch = true, people_linkedin_batch_v2 = true, domain_enrich = true,
  people_search = true, decision_makers = true, company_search = true, people_person = true,
  email_verify = true, email_verify_batch = true,
}

describe("build", function()
  for _, case in ipairs(WHOLE) do
    local name, params, method, target, body = case[1], case[2], case[3], case[4], case[5]
    local count = 0
    for _ in pairs(params) do
      count = count + 1
    end

    it("writes " .. count .. " parameters of " .. name, function()
      local request = build(name, params)
      assert.equal(method, request.method)
      assert.equal(target, request.target)
      assert.equal(body, request.body)
      assert.equal(name, request.endpoint)
    end)

    it("knows whether a repeat of " .. name .. " may be charged", function()
      assert.equal(CHARGED[name] or false, build(name, params).costs)
    end)
  end

  it("covers every endpoint", function()
    local names, covered = {}, {}
    for i, endpoint in ipairs(core.endpoints) do
      names[i], covered[i] = endpoint.name, WHOLE[i][1]
    end
    assert.same(names, covered)
  end)

  it("sends no default", function()
    assert.equal("/v1/stats", build("stats").target)
    assert.equal("/v1/stats", build("stats", {}).target)
    assert.equal("{}", build("people_search").body)
    assert.equal("{}", build("people_search", {}, {}).body)
  end)

  it("percent-encodes all but unreserved characters", function()
    local function query(text)
      return build("decision_makers", { name = text }).target:match("%?name=(.*)$")
    end
    assert.equal("azAZ09-._~", query("azAZ09-._~"))
    assert.equal("%2B%26%25%20%23%3D%3F%2F%3A%3B%2C%22%27%5B%5D%7B%7D%5C%40%21%24%2A%28%29",
      query("+&% #=?/:;,\"'[]{}\\@!$*()"))
    assert.equal("%00%01%0A%7F", query("\0\1\n\127"))
    assert.equal("J%C3%B6rg%20%F0%9F%99%82", query("J\195\182rg \240\159\153\130"))
    assert.equal(("%26"):rep(10000), query(("&"):rep(10000)))
  end)

  it("escapes what JSON needs escaped", function()
    local function body(text)
      return build("people_search", { name = text, skills = { text } }).body
    end
    local function both(json)
      return '{"name":' .. json .. ',"skills":[' .. json .. "]}"
    end
    assert.equal(both([["\"\\/\n\t\u0000\u0001"]]), body("\"\\/\n\t\0\1"))
    assert.equal(both('"J\195\182rg \240\159\153\130"'), body("J\195\182rg \240\159\153\130"))
    assert.equal(both('"' .. ("x"):rep(10000) .. '"'), body(("x"):rep(10000)))
  end)

  it("sends an optional empty value as it is", function()
    assert.equal('{"name":"","skills":[]}', build("people_search", { name = "", skills = {} }).body)
    assert.equal("/v1/people/decision-makers?domain=&name=A",
      build("decision_makers", { name = "A", domain = "" }).target)
  end)

  it("says where the server verifies while we wait", function()
    local function live(...)
      return build(...).live
    end
    assert.is_true(live("email_enrich", { email = "a@b.example", include = "work_email" }))
    assert.is_true(live("people_enrich", { email = "a@b.example", include = "phone" }))
    assert.is_true(live("people_linkedin", { profile = PERSON, email_type = "work" }))
    assert.is_true(live("people_linkedin", { profile = PERSON, email_type = "personal,work" }))
    assert.is_false(live("people_linkedin", { profile = PERSON, email_type = "personal" }))
    assert.is_false(live("people_linkedin", { profile = PERSON }))
    assert.is_false(live("people_enrich", { email = "a@b.example", include = {} }))
    assert.is_false(live("people_search", { reveal_info = true }))
  end)

  it("leaves the caller's tables as they are", function()
    local profiles = { " " .. PERSON .. " ", PERSON }
    local params = { profiles = profiles, include_phone = false }
    local headers = { ["X-Trace"] = "7" }
    local opts = { extra = { b = { "x", 2 }, a = 1 }, headers = headers, raw = true, timeout = 9 }
    build("people_linkedin_batch_v2", params, opts)
    assert.same({ profiles = profiles, include_phone = false }, params)
    assert.same({ " " .. PERSON .. " ", PERSON }, profiles)
    assert.same({ extra = { b = { "x", 2 }, a = 1 }, headers = { ["X-Trace"] = "7" }, raw = true,
      timeout = 9 }, opts)
    assert.is_nil(getmetatable(params) or getmetatable(profiles) or getmetatable(opts))
  end)

  it("takes a frozen table", function()
    local function freeze(t)
      return setmetatable(t, { __newindex = error, __index = error, __len = error })
    end
    assert.equal('{"skills":["C"]}', build("people_search", freeze({ skills = freeze({ "C" }) }),
      freeze({ extra = freeze({}) })).body)
  end)

  it("raises for an endpoint that isn't there", function()
    assert.is_false(pcall(core.build, "people_everything"))
    assert.is_false(pcall(core.build))
  end)
end)

describe("extra", function()
  it("is added to a query, in the order of its names", function()
    local extra = { b = "x y", a = 25, c = true, ["d&"] = { "p,q", 2 }, e = 0.5, f = 1e300 }
    assert.equal("/v1/stats?a=25&b=x%20y&c=true&d%26=p%2Cq%2C2&e=0.5&f=1e%2B300",
      build("stats", nil, { extra = extra }).target)
    assert.equal("/v1/stats?period=2023-04&a=25",
      build("stats", { period = "2023-04" }, { extra = { a = 25.0 } }).target)
    assert.equal("/v1/email/verify/batch/7?x=false",
      build("email_verify_batch_result", { job_uuid = "7" }, { extra = { x = false } }).target)
  end)

  it("is added to a body, in the order of its names", function()
    local extra = { page_size = 10, a = "x\"", c = { "p", 2, 0.5 }, d = {}, e = false, b = 1e300 }
    assert.equal('{"name":"A","a":"x\\"","b":1e+300,"c":["p",2,0.5],"d":[],"e":false,'
      .. '"page_size":10}', build("people_search", { name = "A" }, { extra = extra }).body)
    assert.equal('{"a":1}', build("people_search", nil, { extra = { a = 1 } }).body)
  end)

  it("holds no documented parameter", function()
    refuses("extra.page", "documented", "people_search", {}, { extra = { page = 1 } })
    refuses("extra.job_uuid", "documented", "email_verify_batch_result", { job_uuid = "7" },
      { extra = { job_uuid = "8" } })
    assert.equal('{"page":1}', build("people_count", {}, { extra = { page = 1 } }).body)
  end)

  it("holds nothing that can't be sent", function()
    for _, value in ipairs({ 0 / 0, 1 / 0, "\255", print, core.null, { true }, { {} }, { "\255" },
      { a = "b" }, { [2] = "b" } }) do
      refuses("extra.x", "must", "people_search", {}, { extra = { x = value } })
      refuses("extra.x", "must", "stats", {}, { extra = { x = value } })
    end
    refuses("extra", "by name", "stats", {}, { extra = { "x" } })
    refuses("extra.", "must have a name", "stats", {}, { extra = { [""] = 1 } })
    refuses("extra", "must be a table", "stats", {}, { extra = "x" })
  end)
end)

describe("opts", function()
  it("may be absent", function()
    local request = build("stats", nil, nil)
    assert.same({}, request.headers)
    assert.is_false(request.raw)
    assert.is_nil(request.timeout)
    assert.is_nil(request.body)
  end)

  it("sets headers, and leaves them out", function()
    local headers = { ["X-Trace"] = "a: b", authorization = false }
    assert.same(headers, build("stats", nil, { headers = headers }).headers)
  end)

  it("sets no header that is the client's", function()
    for _, name in ipairs({ "token", "Token", "HOST", "Content-Length", "transfer-encoding",
      "connection" }) do
      refuses("headers." .. name, "client", "stats", nil, { headers = { [name] = "x" } })
    end
  end)

  it("sets no header that breaks the request", function()
    for _, value in ipairs({ "a\r\nb: c", "a\nb", "a\0b", 7, true, {} }) do
      local err = refuses("headers.x", "headers.x", "stats", nil, { headers = { x = value } })
      assert.equal("stats", err.endpoint)
    end
    for _, name in ipairs({ "", "a b", "a:", "a\nb" }) do
      refuses("headers." .. name, "not the name", "stats", nil, { headers = { [name] = "x" } })
    end
    refuses("headers", "table", "stats", nil, { headers = "x: y" })
  end)

  it("sets raw and timeout", function()
    local request = build("stats", nil, { raw = true, timeout = 2.5 })
    assert.is_true(request.raw)
    assert.equal(2.5, request.timeout)
    refuses("raw", "true or false", "stats", nil, { raw = 1 })
    for _, value in ipairs({ 0, -1, 1 / 0, 0 / 0, "5", true }) do
      refuses("timeout", "seconds", "stats", nil, { timeout = value })
    end
  end)

  it("knows its names", function()
    refuses("timeuot", 'no option "timeuot"; did you mean "timeout"', "stats", nil, { timeuot = 1 })
    refuses("query", "known are extra, headers, raw, timeout$", "stats", nil, { query = {} })
    refuses("[1]", "name", "stats", nil, { "x" })
  end)

  it("raises where no table is", function()
    assert.is_false(pcall(core.build, "stats", nil, "x"))
    assert.is_false(pcall(core.build_path, "GET", "/v1/x", 7))
  end)
end)

describe("build_path", function()
  local function path(...)
    local request, err = core.build_path(...)
    assert.is_nil(err and tostring(err))
    return request
  end

  local function refuses_path(param, pattern, ...)
    local request, err = core.build_path(...)
    assert.is_nil(request)
    assert.equal("invalid_argument", err.kind)
    assert.equal(param, err.param)
    assert.matches(pattern, err.message)
    return err
  end

  it("takes each method, in any case", function()
    for _, method in ipairs({ "GET", "POST", "PUT", "PATCH", "DELETE" }) do
      assert.equal(method, path(method, "/v1/x").method)
      assert.equal(method, path(method:lower(), "/v1/x").method)
    end
    for _, method in ipairs({ "", "HEAD", "GET ", "G\0", 7, true }) do
      refuses_path("method", "DELETE", method, "/v1/x")
    end
  end)

  it("takes a path, and counts it as one that costs", function()
    local request = path("GET", "/v1/new/thing%20x")
    assert.equal("/v1/new/thing%20x", request.target)
    assert.equal("/v1/new/thing%20x", request.endpoint)
    assert.is_true(request.costs)
    assert.is_false(request.live)
    assert.is_nil(request.body)
  end)

  it("takes no path that leads elsewhere", function()
    for _, text in ipairs({ "", "/", "v1/x", "//evil.example/x", "https://evil.example", "/a b",
      "/a\nb", "/a\0b", "/a#b", "/\195\188", 7 }) do
      refuses_path("path", "^path must", "GET", text)
    end
    refuses_path("path", "string", "GET", nil)
  end)

  it("adds the query to that of the path", function()
    assert.equal("/v1/x?a=1&b=2%203", path("GET", "/v1/x", { query = { b = "2 3", a = 1 } }).target)
    local request = path("GET", "/v1/x?y=z", { query = { a = { "p", "q" } } })
    assert.equal("/v1/x?y=z&a=p%2Cq", request.target)
    assert.equal("/v1/x", request.endpoint)
    assert.equal("/v1/x?job_uuid=7", path("POST", "/v1/x", { query = { job_uuid = 7 } }).target)
    local err = refuses_path("query.a", "must", "GET", "/v1/x?y=z", { query = { a = print } })
    assert.equal("/v1/x", err.endpoint)
  end)

  it("writes any value as its body", function()
    assert.equal('{"a":["x",1]}', path("POST", "/v1/x", { json = { a = { "x", 1 } } }).body)
    assert.equal("false", path("PUT", "/v1/x", { json = false }).body)
    assert.is_nil(path("POST", "/v1/x").body)
    local err = refuses_path("json", "function", "POST", "/v1/x", { json = { a = print } })
    assert.equal("/v1/x", err.endpoint)
    refuses_path("json", "GET", "GET", "/v1/x", { json = {} })
  end)

  it("takes the other options", function()
    local request = path("GET", "/v1/x", { headers = { a = "b" }, raw = true, timeout = 3 })
    assert.same({ a = "b" }, request.headers)
    assert.is_true(request.raw)
    assert.equal(3, request.timeout)
    refuses_path("extra", "known are headers, json, query, raw, timeout$", "GET", "/v1/x",
      { extra = {} })
  end)
end)

describe("a request", function()
  it("has no other fields", function()
    assert.is_nil(build("stats").token)
    assert.is_false(pcall(function() build("stats").target = "/v1/else" end))
  end)

  it("is of no use once it was collected, and does no harm", function()
    local request = build("stats")
    local collect = debug.getmetatable(request).__gc
    collect(request)
    collect(request)
    collect({})
    assert.is_false(pcall(function() return request.target end))
  end)

  -- the leak checkers and `make valgrind` see if it doesn't
  it("gives its memory back", function()
    for _ = 1, 20 do
      build("people_search", { name = ("x"):rep(1e6) })
      core.build("people_search", { name = ("x"):rep(1e6), skills = { 7 } })
      collectgarbage()
    end
  end)
end)
