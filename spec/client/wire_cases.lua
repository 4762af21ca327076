-- One call of each endpoint: the parameters, what must stand on the wire, and
-- what the reply must hold. A fixture of wire_spec.lua; it loads nothing of the
-- client. `params` may be a function, which gets the client.

local data = require "contactout.sandbox.data"

local function encode(text)
  return (text:gsub("[^%w%-._~]", function(byte)
    return string.format("%%%02X", byte:byte())
  end))
end

local rich, other = data.person(6), data.person(9)
local URL, EMAIL = rich.linkedin_url, rich.personal_emails[1]
local company = data.company(1)

--- The parameters of a job's result, once it was submitted.
local function submitted(name, params)
  return function(client)
    return { job_uuid = assert(client[name](client, params)).job_id }
  end
end

local cases = {
  linkedin_enrich = {
    params = { profile = "  " .. URL .. "\n", profile_only = false },
    query = "profile=" .. encode(URL) .. "&profile_only=false",
    holds = { "profile", "followers", rich.followers },
  },
  email_enrich = {
    params = { email = other.personal_emails[1], include = "work_email" },
    query = "email=" .. encode(other.personal_emails[1]) .. "&include=work_email",
    holds = { "profile", "linkedinUrl", other.linkedin_url },
  },
  people_enrich = {
    params = {
      first_name = rich.first_name, last_name = rich.last_name,
      company = { rich.company.name }, include = { "phone", "work_email" },
    },
    body = '{"first_name":"' .. rich.first_name .. '","last_name":"' .. rich.last_name
      .. '","company":["' .. rich.company.name .. '"],"include":["phone","work_email"]}',
    holds = { "profile", "url", URL },
  },
  people_linkedin = {
    params = { profile = URL, include_phone = true, email_type = "personal,work" },
    query = "profile=" .. encode(URL) .. "&include_phone=true&email_type=personal%2Cwork",
    holds = { "profile", "phone", 1, rich.phones[1] },
  },
  people_linkedin_batch = {
    params = { profiles = { URL, data.person(10).linkedin_url } },
    body = '{"profiles":["' .. URL .. '","' .. data.person(10).linkedin_url .. '"]}',
    holds = { "profiles", URL, 1, rich.work_emails[1] },
    ordered = { "profiles", { URL, data.person(10).linkedin_url } },
  },
  people_linkedin_batch_v2 = {
    params = { profiles = URL, include_phone = true },
    body = '{"profiles":["' .. URL .. '"],"include_phone":true}',
    holds = { "status", "QUEUED" },
  },
  people_linkedin_batch_v2_result = {
    params = submitted("people_linkedin_batch_v2", { profiles = { URL } }),
    holds = { "data", "status", "SENT" },
    ordered = { "data", "result", { URL } },
  },
  domain_enrich = {
    params = { domains = { company.domain, data.company(2).domain } },
    body = '{"domains":["' .. company.domain .. '","' .. data.company(2).domain .. '"]}',
    holds = { "companies", company.domain, "founded_at", company.founded_at },
    ordered = { "companies", { company.domain, data.company(2).domain } },
  },
  people_search = {
    params = { page = 2.0, company = { company.name }, reveal_info = true },
    body = '{"page":2,"reveal_info":true,"company":["' .. company.name .. '"]}',
    holds = { "metadata", "page", 2 },
  },
  people_count = {
    params = { seniority = "CXO", location = { "Lisbon" } },
    body = '{"seniority":["CXO"],"location":["Lisbon"]}',
    holds = { "status_code", 200 },
  },
  decision_makers = {
    params = { domain = company.domain, page = 1, reveal_info = false },
    query = "domain=" .. company.domain .. "&page=1&reveal_info=false",
    holds = { "metadata", "page_size", 25 },
  },
  company_search = {
    params = { domain = { company.domain }, hq_only = false, min_revenue = 0 },
    body = '{"domain":["' .. company.domain .. '"],"hq_only":false,"min_revenue":0}',
    holds = { "companies", 1, "revenue", company.revenue },
  },
  people_person = {
    params = { email = EMAIL },
    query = "email=" .. encode(EMAIL),
    holds = { "profile", "linkedin", URL },
  },
  personal_email_status = {
    params = { profile = URL },
    query = "profile=" .. encode(URL),
    holds = { "profile", "email", true },
  },
  work_email_status = {
    params = { profile = URL },
    query = "profile=" .. encode(URL),
    holds = { "profile", "email_status", "Verified" },
  },
  phone_status = {
    params = { profile = URL },
    query = "profile=" .. encode(URL),
    holds = { "profile", "phone", true },
  },
  email_verify = {
    params = { email = EMAIL },
    query = "email=" .. encode(EMAIL),
    holds = { "data", "status", data.verdict(EMAIL) },
  },
  email_verify_batch = {
    params = { emails = { EMAIL, "someone@unknown.example" } },
    body = '{"emails":["' .. EMAIL .. '","someone@unknown.example"]}',
    holds = { "status", "QUEUED" },
  },
  email_verify_batch_result = {
    params = submitted("email_verify_batch", { emails = { EMAIL } }),
    holds = { "data", "result", EMAIL, data.verdict(EMAIL) },
    ordered = { "data", "result", { EMAIL } },
  },
  stats = {
    params = { period = "2024-02" },
    query = "period=2024-02",
    holds = { "usage", "search_over_quota", 0 },
  },
}

return cases
