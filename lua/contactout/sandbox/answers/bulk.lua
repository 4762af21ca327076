-- The calls that take a list: contacts (at once and as a job), domains,
-- verification. A job's result and price are settled when it is submitted.

local data = require "contactout.sandbox.data"
local json = require "contactout.sandbox.json"
local reply = require "contactout.sandbox.reply"
local company_shapes = require "contactout.sandbox.shapes.company"
local contact = require "contactout.sandbox.shapes.contact"

local M = {}

local profiles_answer = json.object { "status_code", "profiles" }
local companies_answer = json.object { "status_code", "companies" }
local verdict_answer = json.object { "status_code", "data" }
local verdict_data = json.object { "status" }
local queued = json.object { "status", "job_id" }

--- Which verdicts cost a credit; the other two are free.
local CHARGED = { valid = true, invalid = true, accept_all = true }

--- Keys as they were sent. A profile that is sent twice is charged twice.
function M.people_linkedin_batch(call)
  local shown, charges = json.keyed(), {}
  for _, url in ipairs(call.args.profiles) do
    local person = data.find_by_url(url)
    local selected = person and contact.select(person, { personal = true, work = true })
    shown:add(url, selected and selected.emails or {})
    if selected then
      reply.contact_charges({ emails = selected.emails, phones = {} }, url, charges)
    end
  end
  return reply.ok(profiles_answer { status_code = 200, profiles = shown }, charges)
end

--- The answer to a submission, which has no status_code. A job that is to
-- fail charges nothing.
local function submit(call, kind, result, charges)
  local job = call.jobs:add {
    kind = kind, token = call.token, result = result, course = call.plan,
    callback_url = call.args.callback_url,
  }
  local answer = reply.ok(queued { status = "QUEUED", job_id = job.id },
    call.plan["job-fail"] and {} or charges)
  answer.job = job
  return answer
end

--- The URL under which a job's result stands: with "www.", without a query,
-- whatever was sent.
local function result_key(url, as_sent)
  if as_sent then
    return url
  end
  return "https://www.linkedin.com/in/" .. (data.slug_of(url) or url)
end

--- Work e-mails that aren't known are searched for live.
function M.people_linkedin_batch_v2(call)
  local want = { personal = true, work = true, live = true, phone = call.args.include_phone }
  local result, charges = json.keyed(), {}
  for _, url in ipairs(call.args.profiles) do
    local person = data.find_by_url(url)
    local selected = person and contact.select(person, want)
      or { emails = {}, personal_emails = {}, work_emails = {}, phones = {} }
    result:add(result_key(url, call.plan["keys-as-sent"]), contact.in_job(selected))
    reply.contact_charges(selected, url, charges)
  end
  return submit(call, "contacts", result, charges)
end

local function job_result(kind)
  return function(call)
    local view = call.jobs:poll(call.args.job_uuid, call.token, kind)
    return view and reply.ok(M.job_document(view)) or reply.not_found()
  end
end

local job_answer = json.object { "data" }
local job_data = json.object { "uuid", "status", "result" }

--- A job as a poll answers it, and as a callback posts it.
function M.job_document(view)
  return job_answer { data = job_data(view) }
end

M.people_linkedin_batch_v2_result = job_result("contacts")
M.email_verify_batch_result = job_result("verification")

local function one_key_objects(companies)
  local list = {}
  for i, domain in ipairs(companies.keys) do
    list[i] = json.keyed()
    list[i]:add(domain, companies.values[domain])
  end
  return list
end

local function without_keys(companies)
  local list = {}
  for i, domain in ipairs(companies.keys) do
    list[i] = companies.values[domain]
  end
  return list
end

--- The page's table says an object by domain, its sample shows an array of
-- one-key objects. Here: the array for an odd number of companies, the object
-- for an even one; faults choose.
function M.domain_enrich(call)
  local companies, charges = json.keyed(), {}
  for _, domain in ipairs(call.args.domains) do
    local company = data.find_company(domain)
    if company then
      companies:add(call.plan["keys-other"] and company.email_domain .. "." or domain,
        company_shapes.domain(company))
      charges[#charges + 1] = call.plan["domain-charge"] and reply.charge("search", domain)
    end
  end
  local as_array = #companies.keys % 2 == 1
  if call.plan["companies-list"] then
    companies = without_keys(companies)
  elseif call.plan["companies-array"] or as_array and not call.plan["companies-object"] then
    companies = one_key_objects(companies)
  end
  return reply.ok(companies_answer { status_code = 200, companies = companies }, charges)
end

local function verdict_charges(email, verdict, charges)
  if CHARGED[verdict] then
    charges[#charges + 1] = reply.charge("verifier", email)
  end
  return charges
end

function M.email_verify(call)
  local email = call.args.email
  local verdict = data.verdict(email)
  return reply.ok(verdict_answer { status_code = 200, data = verdict_data { status = verdict } },
    verdict_charges(email, verdict, {}))
end

--- Keys in lower case, whatever was sent.
function M.email_verify_batch(call)
  local emails, most = call.args.emails, tonumber(call.plan["verify-limit"])
  if most and #emails > most then
    return reply.error(400,
      "Invalid parameter: emails must not have more than " .. most .. " elements.")
  end
  local result, charges = json.keyed(), {}
  for _, email in ipairs(emails) do
    local verdict = call.plan["unknown-verdicts"] and "unknown" or data.verdict(email)
    result:add(call.plan["keys-as-sent"] and email or email:lower(), verdict)
    verdict_charges(email, verdict, charges)
  end
  return submit(call, "verification", result, charges)
end

return M
