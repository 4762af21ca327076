-- The table of endpoints against a second one, written out by hand from the
-- vendor's documentation: a slip in either shows here.

local core = require "contactout.core"

-- name | method, path | rate class, and the one it may belong to | $ credits | keyed member
local ENDPOINTS = [[
linkedin_enrich | GET /v1/linkedin/enrich | other | $ email phone search |
email_enrich | GET /v1/email/enrich | other | $ email phone |
people_enrich | POST /v1/people/enrich | other | $ search email phone |
people_linkedin | GET /v1/people/linkedin | other | $ email phone |
people_linkedin_batch | POST /v1/people/linkedin/batch | other | $ email | profiles
people_linkedin_batch_v2 | POST /v2/people/linkedin/batch | other | $ email phone |
people_linkedin_batch_v2_result | GET /v2/people/linkedin/batch/{job_uuid} | other | free | result
domain_enrich | POST /v1/domain/enrich | other | $ search | companies
people_search | POST /v1/people/search | search | $ search email phone | profiles
people_count | POST /v1/people/count | other search? | free |
decision_makers | GET /v1/people/decision-makers | other search? | $ search email phone | profiles
company_search | POST /v1/company/search | other search? | $ search |
people_person | GET /v1/people/person | other | $ email |
personal_email_status | GET /v1/people/linkedin/personal_email_status | checker | free |
work_email_status | GET /v1/people/linkedin/work_email_status | checker | free |
phone_status | GET /v1/people/linkedin/phone_status | checker | free |
email_verify | GET /v1/email/verify | other checker? | $ verifier |
email_verify_batch | POST /v1/email/verify/batch | other checker? | $ verifier |
email_verify_batch_result | GET /v1/email/verify/batch/{job_uuid} | other checker? | free | result
stats | GET /v1/stats | other | free |
]]

local FILTERS = [[
name string; job_title list max=50 boolean; job_function list max=50; seniority list max=50;
current_titles_only boolean; include_related_job_titles boolean; match_experience string;
skills list max=50 boolean; education list max=50 boolean; location list max=50;
company list max=50; company_filter string; current_company_only boolean; domain list max=50;
industry list max=50 boolean; keyword string boolean; company_size list; years_of_experience list;
years_in_current_role list; detailed_experience boolean; detailed_education boolean;
exclude_companies list; exclude_job_titles list; output_fields list]]

-- In the order in which they are sent.
local PARAMS = {
  linkedin_enrich = "profile string required; profile_only boolean",
  email_enrich = "email string required; include string values=work_email",
  people_enrich = "linkedin_url string; email string; phone string; full_name string; "
    .. "first_name string; last_name string; company list max=10; company_domain list max=10; "
    .. "education list max=10; location string; job_title string; "
    .. "include list values=work_email,personal_email,phone",
  people_linkedin = "profile string required; include_phone boolean; "
    .. "email_type string values=personal,work,none",
  people_linkedin_batch = "profiles list required max=30",
  people_linkedin_batch_v2 = "profiles list required max=1000; include_phone boolean; "
    .. "callback_url string",
  people_linkedin_batch_v2_result = "job_uuid string required",
  domain_enrich = "domains list required max=30",
  people_search = "page integer min=1; data_types list; reveal_info boolean; " .. FILTERS,
  people_count = FILTERS,
  decision_makers = "linkedin_url string; domain string; name string; page integer min=1; "
    .. "reveal_info boolean",
  company_search = "page integer min=1; name list max=50; domain list max=50; size list; "
    .. "hq_only boolean; location list max=50; industries list max=50; industry list max=50; "
    .. "min_revenue integer; max_revenue integer; year_founded_from integer min=1985; "
    .. "year_founded_to integer",
  people_person = "email string required",
  personal_email_status = "profile string required",
  work_email_status = "profile string required",
  phone_status = "profile string required",
  email_verify = "email string required",
  email_verify_batch = "emails list required max=1000; callback_url string",
  email_verify_batch_result = "job_uuid string required",
  stats = "period string",
}

local CREDITS = {
  linkedin_enrich = "0..1 email unless profile_only=true; 0..1 phone unless profile_only=true; "
    .. "0..1 search",
  email_enrich = "0..1 email; 0..1 phone",
  people_enrich = "0..1 search; 0..1 email when include=work_email,personal_email; "
    .. "0..1 phone when include=phone",
  people_linkedin = "0..1 email unless email_type=none; 0..1 phone when include_phone",
  people_linkedin_batch = "0..1 email per profiles",
  people_linkedin_batch_v2 = "0..1 email per profiles; "
    .. "0..1 phone per profiles when include_phone",
  domain_enrich = "0..1 search per domains",
  people_search = "0..1 search per page; 0..1 email per page when reveal_info; "
    .. "0..1 phone per page when reveal_info",
  decision_makers = "0..1 search per page; 0..1 email per page when reveal_info; "
    .. "0..1 phone per page when reveal_info",
  company_search = "0..1 search per page",
  people_person = "0..1 email",
  email_verify = "0..1 verifier",
  email_verify_batch = "0..1 verifier per emails",
}

local function render_endpoint(endpoint)
  local cost = endpoint.costs and "$ " .. table.concat(endpoint.credits, " ") or "free"
  local line = endpoint.name .. " | " .. endpoint.method .. " " .. endpoint.path
    .. " | " .. endpoint.rate_class
    .. (endpoint.rate_doubt and " " .. endpoint.rate_doubt .. "?" or "")
    .. " | " .. cost .. " |"
  return line .. (endpoint.keyed and " " .. endpoint.keyed or "")
end

local function render_param(param)
  return param.name .. " " .. param.type
    .. (param.required and " required" or "")
    .. (param.max and " max=" .. param.max or "")
    .. (param.min and " min=" .. param.min or "")
    .. (param.values and " values=" .. table.concat(param.values, ",") or "")
    .. (param.boolean and " boolean" or "")
end

local function render_rule(rule)
  local values = rule.when_values and "=" .. table.concat(rule.when_values, ",") or ""
  return rule.least .. ".." .. rule.most .. " " .. rule.kind
    .. (rule.per and " per " .. rule.per or "")
    .. (rule.when and " when " .. rule.when .. values or "")
    .. (rule.unless and " unless " .. rule.unless .. "=" .. rule.unless_value or "")
end

local function render(list, render_item)
  local texts = {}
  for i, item in ipairs(list) do
    texts[i] = render_item(item)
  end
  return table.concat(texts, "; ")
end

describe("endpoints", function()
  it("marks those whose reply is about one person or address", function()
    local names = {}
    for _, endpoint in ipairs(core.endpoints) do
      names[#names + 1] = endpoint.lookup and endpoint.name or nil
    end
    assert.equal("linkedin_enrich email_enrich people_enrich people_linkedin people_person "
      .. "personal_email_status work_email_status phone_status email_verify",
      table.concat(names, " "))
  end)

  it("says which parameters name something that has more than one spelling", function()
    local named = {}
    for _, endpoint in ipairs(core.endpoints) do
      for _, param in ipairs(endpoint.params) do
        local form = param.form
        if form then
          named[form] = (named[form] or "") .. endpoint.name .. "." .. param.name .. " "
        end
      end
    end
    assert.same({
      profile = "linkedin_enrich.profile people_enrich.linkedin_url people_linkedin.profile "
        .. "people_linkedin_batch.profiles people_linkedin_batch_v2.profiles "
        .. "personal_email_status.profile work_email_status.profile phone_status.profile ",
      company = "decision_makers.linkedin_url ",
      email = "email_enrich.email people_enrich.email people_person.email email_verify.email "
        .. "email_verify_batch.emails ",
      domain = "people_enrich.company_domain domain_enrich.domains people_search.domain "
        .. "people_count.domain decision_makers.domain company_search.domain ",
    }, named)
  end)

  -- The documentation says of both that they are; question.lua relies on it.
  it("has no other switches for lookups than those that are false unless given", function()
    local switches = ""
    for _, endpoint in ipairs(core.endpoints) do
      for _, param in ipairs(endpoint.lookup and endpoint.params or {}) do
        switches = switches .. (param.type == "boolean" and param.name .. " " or "")
      end
    end
    assert.equal("profile_only include_phone ", switches)
  end)

  it("has the twenty documented ones", function()
    local lines = {}
    for i, endpoint in ipairs(core.endpoints) do
      lines[i] = render_endpoint(endpoint)
    end
    assert.equal(ENDPOINTS, table.concat(lines, "\n") .. "\n")
  end)

  for i = 1, #core.endpoints do
    local endpoint = core.endpoints[i]

    it("gives " .. endpoint.name .. " its documented parameters", function()
      local expected = PARAMS[endpoint.name]:gsub("%s+", " ")
      assert.equal(expected, render(endpoint.params, render_param))
    end)

    it("gives " .. endpoint.name .. " its price", function()
      assert.equal(CREDITS[endpoint.name] or "", render(endpoint.credit_rules, render_rule))
    end)

    it("has a line of documentation for " .. endpoint.name, function()
      assert.matches("^%l.*%w$", endpoint.summary)
      for _, param in ipairs(endpoint.params) do
        assert.matches("^%w.*%S$", param.doc)
        assert.is_nil(param.doc:find("\n"))
      end
    end)
  end

  it("says in words what must be there together", function()
    local texts = {}
    for _, endpoint in ipairs(core.endpoints) do
      texts[endpoint.name] = endpoint.requires
    end
    assert.same({
      people_enrich = "linkedin_url, email or phone; or a name (full_name, or first_name and "
        .. "last_name) and one of company, company_domain, education, location and job_title",
      decision_makers = "linkedin_url, domain or name",
    }, texts)
  end)

  it("works with pairs", function()
    local count = 0
    for _ in pairs(core.endpoints) do
      count = count + 1
    end
    assert.equal(20, count)
  end)

  it("refuses additions on every level", function()
    local search = core.endpoints[3]
    local tables = { core.endpoints, search, search.params, search.params[1],
      search.params[12].values, search.credits, search.credit_rules, search.credit_rules[1] }
    for _, t in ipairs(tables) do
      local done, err = pcall(function() t.new_field = true end)
      assert.is_false(done)
      assert.matches("read%-only", err)
      assert.is_false(pcall(setmetatable, t, {}))
    end
    assert.is_false(pcall(function() core.endpoints[21] = {} end))
  end)
end)

describe("nearest", function()
  local names = { "email", "phone", "include_phone", "linkedin_url" }

  it("finds the name behind a typo", function()
    assert.equal("email", core.nearest("emial", names))
    assert.equal("email", core.nearest("e_mail", names))
    assert.equal("phone", core.nearest("phones", names))
    assert.equal("include_phone", core.nearest("includePhone", names))
    assert.equal("linkedin_url", core.nearest("linkedin", names))
  end)

  it("finds nothing where no name is near", function()
    assert.is_nil(core.nearest("budget", names))
    assert.is_nil(core.nearest("", names))
    assert.is_nil(core.nearest(("email"):rep(1000), names))
    assert.is_nil(core.nearest("email", {}))
  end)

  it("raises for what is no list", function()
    assert.is_false(pcall(core.nearest, "email", "phone"))
  end)
end)
