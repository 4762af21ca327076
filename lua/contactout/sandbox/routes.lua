-- The 20 endpoints as the vendor's page lists them, copied by hand from it
-- and from nothing else: the client has a table of its own, and a spec holds
-- one against the other. Plain data, loadable on any Lua.
--
-- A parameter: type ("string", "boolean", "integer", "list" of strings),
-- required, max (most elements), min (least value), values (the closed set),
-- format (see formats.lua), place = "path" if it is the path's {name}.
-- `rule` names a rule over several parameters (see checks.lua). `credits` are
-- the pools it can charge, `class` its rate limit, `paid_only` self-evident.

local function profile_url()
  return { type = "string", required = true, format = "linkedin_profile" }
end

local function email()
  return { type = "string", required = true, format = "email" }
end

local function job_uuid()
  return { type = "string", required = true, place = "path" }
end

local function list(max, format)
  return { type = "list", max = max, format = format }
end

local function required_list(max, format)
  return { type = "list", max = max, format = format, required = true }
end

local function text(format)
  return { type = "string", format = format }
end

local function flag()
  return { type = "boolean" }
end

--- What people search and people count have in common.
local function search_params()
  return {
    name = text(),
    job_title = list(50), job_function = list(50), seniority = list(50),
    current_titles_only = flag(), include_related_job_titles = flag(),
    match_experience = text(),
    skills = list(50), education = list(50), location = list(50),
    company = list(50), company_filter = text(), current_company_only = flag(),
    domain = list(50), industry = list(50), keyword = text(),
    company_size = list(), years_of_experience = list(), years_in_current_role = list(),
    detailed_experience = flag(), detailed_education = flag(),
    exclude_companies = list(), exclude_job_titles = list(),
    output_fields = list(), -- only in a sample
  }
end

local function with(params, more)
  for name, param in pairs(more) do
    params[name] = param
  end
  return params
end

return {
  {
    name = "linkedin_enrich", method = "GET", path = "/v1/linkedin/enrich",
    class = "other", credits = { "email", "phone", "search" },
    params = { profile = profile_url(), profile_only = flag() },
  },
  {
    name = "email_enrich", method = "GET", path = "/v1/email/enrich",
    class = "other", credits = { "email", "phone" },
    params = { email = email(), include = { type = "string", values = { "work_email" } } },
  },
  {
    name = "people_enrich", method = "POST", path = "/v1/people/enrich",
    class = "other", credits = { "search", "email", "phone" }, rule = "identifies_a_person",
    params = {
      linkedin_url = text("linkedin_profile"), email = text("email"), phone = text(),
      full_name = text(), first_name = text(), last_name = text(),
      company = list(10), company_domain = list(10), education = list(10),
      location = text(), job_title = text(),
      include = { type = "list", values = { "work_email", "personal_email", "phone" } },
    },
  },
  {
    name = "people_linkedin", method = "GET", path = "/v1/people/linkedin",
    class = "other", credits = { "email", "phone" },
    params = {
      profile = profile_url(), include_phone = flag(),
      email_type = { type = "string", values = { "personal", "work", "personal,work", "none" } },
    },
  },
  {
    name = "people_linkedin_batch", method = "POST", path = "/v1/people/linkedin/batch",
    class = "other", credits = { "email" },
    params = { profiles = required_list(30, "linkedin_profile") },
  },
  {
    name = "people_linkedin_batch_v2", method = "POST", path = "/v2/people/linkedin/batch",
    class = "other", credits = { "email", "phone" },
    params = {
      profiles = required_list(1000, "linkedin_profile"), include_phone = flag(),
      callback_url = text("callback"),
    },
  },
  {
    name = "people_linkedin_batch_v2_result", method = "GET",
    path = "/v2/people/linkedin/batch/{job_uuid}",
    class = "other", credits = {}, params = { job_uuid = job_uuid() },
  },
  {
    name = "domain_enrich", method = "POST", path = "/v1/domain/enrich",
    class = "other", credits = {},
    params = { domains = required_list(30, "domain") },
  },
  {
    name = "people_search", method = "POST", path = "/v1/people/search",
    class = "search", credits = { "search", "email", "phone" },
    params = with(search_params(), {
      page = { type = "integer", min = 1 }, data_types = list(), reveal_info = flag(),
    }),
  },
  {
    name = "people_count", method = "POST", path = "/v1/people/count",
    class = "other", credits = {}, paid_only = true, params = search_params(),
  },
  {
    name = "decision_makers", method = "GET", path = "/v1/people/decision-makers",
    class = "other", credits = { "search", "email", "phone" }, rule = "names_a_company",
    params = {
      linkedin_url = text("linkedin_company"), domain = text(), name = text(),
      page = { type = "integer", min = 1 }, reveal_info = flag(),
    },
  },
  {
    name = "company_search", method = "POST", path = "/v1/company/search",
    class = "other", credits = { "search" }, rule = "ranges_in_order",
    params = {
      name = list(50), domain = list(50), size = list(), hq_only = flag(),
      location = list(50), industries = list(50),
      industry = list(50), -- only in the sample, where the table says industries
      min_revenue = { type = "integer" }, max_revenue = { type = "integer" },
      year_founded_from = { type = "integer", min = 1985 },
      year_founded_to = { type = "integer" }, -- at most the current year
      page = { type = "integer", min = 1 }, -- only in the sample
    },
  },
  {
    name = "people_person", method = "GET", path = "/v1/people/person",
    class = "other", credits = { "email" }, params = { email = email() },
  },
  {
    name = "personal_email_status", method = "GET",
    path = "/v1/people/linkedin/personal_email_status",
    class = "checker", credits = {}, paid_only = true, params = { profile = profile_url() },
  },
  {
    name = "work_email_status", method = "GET", path = "/v1/people/linkedin/work_email_status",
    class = "checker", credits = {}, paid_only = true, params = { profile = profile_url() },
  },
  {
    name = "phone_status", method = "GET", path = "/v1/people/linkedin/phone_status",
    class = "checker", credits = {}, paid_only = true, params = { profile = profile_url() },
  },
  {
    name = "email_verify", method = "GET", path = "/v1/email/verify",
    class = "other", credits = { "verifier" }, params = { email = email() },
  },
  {
    name = "email_verify_batch", method = "POST", path = "/v1/email/verify/batch",
    class = "other", credits = { "verifier" },
    params = { emails = required_list(1000), callback_url = text("callback") },
  },
  {
    name = "email_verify_batch_result", method = "GET",
    path = "/v1/email/verify/batch/{job_uuid}",
    class = "other", credits = {}, params = { job_uuid = job_uuid() },
  },
  {
    name = "stats", method = "GET", path = "/v1/stats",
    class = "other", credits = {}, params = { period = text("period") },
  },
}
