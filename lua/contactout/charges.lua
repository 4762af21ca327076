-- What a reply shows that its request was charged: a count of what the endpoint is
-- documented to charge for, in whatever shape that came. A job's submission shows
-- nothing; the job's result does. What can't be told for sure is kept apart, and so
-- is what can't be told at all. Pure; raises for no reply.

local credits = require "contactout.credits"
local job_reply = require "contactout.jobs.reply"

local M = {}

local NONE = {}

-- Contacts -----------------------------------------------------------------------

local EMAILS = {
  "emails", "work_email", "work_emails", "personal_email", "personal_emails", "workEmail",
  "personalEmail",
}
local PHONES = { "phone", "phones" }

-- Whether anything stands there: a text, a number, or a list with one.
local function is_filled(value)
  if type(value) == "table" then
    for _, element in pairs(value) do
      if is_filled(element) then
        return true
      end
    end
    return false
  end
  return type(value) == "number" or type(value) == "string" and value:find("%S") ~= nil
end

local function has_any(record, names)
  for _, name in ipairs(names) do
    if is_filled(record[name]) then
      return true
    end
  end
  return false
end

-- Whether an address is at the person's employer; true too where that isn't known.
local function may_be_at_work(address, company)
  local known = type(company) == "table" and (company.email_domain or company.domain)
  local host = address:match("@(.*)$")
  return not known or host == company.email_domain or host == company.domain
end

-- Whether e-mails were found, and whether that is only possible: the address that
-- was asked for is shown again in place of one that wasn't found. An address of
-- the person's own that is shown was found, since `email` is the personal one.
local function finds_email(record, asked)
  local email = record.email
  if type(email) == "table" and is_filled(email) or has_any(record, EMAILS) then
    return true
  elseif type(email) ~= "string" or type(asked) ~= "string" then
    return is_filled(email)
  end
  local address = email:lower()
  local is_echo = address == asked:lower():match("^%s*(.-)%s*$")
    and may_be_at_work(address, record.company)
  return is_filled(email) and not is_echo, is_echo
end

-- What the contacts in a record cost: one credit of each kind, however many.
local function contacts(record, params)
  local email, maybe = finds_email(record, params.email)
  local phone = has_any(record, PHONES)
  return { email = email and 1 or nil, phone = phone and 1 or nil }, maybe and { email = 1 } or nil
end

-- Counting -----------------------------------------------------------------------

local function add(sums, amounts)
  for kind, amount in pairs(amounts) do
    sums[kind] = (sums[kind] or 0) + amount
  end
end

-- The member of that name; nil where it is no table, and so shows nothing.
local function member(reply, name)
  local value = reply[name]
  return type(value) == "table" and value or nil
end

-- How many records there are: in a list, or in a table by key; nil where something else is.
local function count(records)
  local n = 0
  for _, record in pairs(records) do
    n = n + (type(record) == "table" and 1 or 0)
  end
  return (n > 0 or next(records) == nil) and n or nil
end

-- How many elements of a parameter stand in it before.
local function repeats(list)
  local seen, n = {}, 0
  for _, element in ipairs(type(list) == "table" and list or {}) do
    n = n + (seen[element] and 1 or 0)
    seen[element] = true
  end
  return n
end

-- The same table, without the kinds that can't be charged, and those of 0.
local function keep_only(amounts, most)
  for kind, amount in pairs(amounts) do
    if amount <= 0 or not most[kind] then
      amounts[kind] = nil
    end
  end
  return amounts
end

-- What each endpoint charges for ---------------------------------------------------
-- By name: (reply, params) -> what was surely charged and, if there is any, what may
-- have been besides, in tables of their own; nil where the reply doesn't show it.

-- The verdicts, and whether they cost.
local VERDICTS = { valid = 1, invalid = 1, accept_all = 1, disposable = 0, unknown = 0 }

local function verdict_cost(verdict)
  if type(verdict) == "table" then
    verdict = verdict.status
  end
  return type(verdict) == "string" and VERDICTS[verdict:lower()] or nil
end

-- People on a page, and their contacts.
local function page_of_people(reply, params)
  local profiles = member(reply, "profiles")
  local found = profiles and count(profiles)
  if not found then
    return nil
  end
  local sums = { search = found }
  for _, profile in pairs(profiles) do
    local info = type(profile) == "table" and member(profile, "contact_info")
    add(sums, info and contacts(info, params) or NONE)
  end
  return sums
end

-- A counter for replies with one profile, which is empty where nobody was found.
local function of_one(price)
  return function(reply, params)
    local profile = member(reply, "profile")
    if profile and next(profile) ~= nil then
      return price(profile, params)
    end
    return profile and {}
  end
end

local COUNTERS = {
  people_search = page_of_people,
  decision_makers = page_of_people,
  email_enrich = of_one(contacts),
  people_linkedin = of_one(contacts),
}

-- A search credit only for someone of whom no contact is shown.
COUNTERS.linkedin_enrich = of_one(function(profile, params)
  local found = contacts(profile, params)
  if params.profile_only or next(found) == nil then
    return { search = 1 }
  end
  return found
end)

COUNTERS.people_enrich = of_one(function(profile, params)
  local found, maybe = contacts(profile, params)
  found.search = 1
  return found, maybe
end)

COUNTERS.people_person = of_one(function()
  return { email = 1 }
end)

-- What was sent twice stands there once, and may have been charged twice.
function COUNTERS.people_linkedin_batch(reply, params)
  local profiles, found = member(reply, "profiles"), 0
  for _, emails in pairs(profiles or NONE) do
    found = found + (is_filled(emails) and 1 or 0)
  end
  return profiles and { email = found }, found > 0 and { email = repeats(params.profiles) } or nil
end

-- Documented as free; users have seen a search credit go for each company.
function COUNTERS.domain_enrich(reply)
  local companies = member(reply, "companies")
  if companies then
    return {}, { search = count(companies) }
  end
end

function COUNTERS.company_search(reply)
  local companies = member(reply, "companies")
  local found = companies and count(companies)
  return found and { search = found }
end

function COUNTERS.email_verify(reply)
  local cost = verdict_cost(member(reply, "data") or reply)
  return cost and { verifier = cost }
end

-- When a job is charged isn't documented; for what, its result shows.
function COUNTERS.people_linkedin_batch_v2()
  return nil
end

COUNTERS.email_verify_batch = COUNTERS.people_linkedin_batch_v2

--- What a reply shows that its request was charged, by the API's rules.
---@param row table the endpoint's, in `contactout.endpoints`
---@param params? table of the request
---@param reply any the decoded body of a success, in any shape
---@param most? contactout.Credits of the request, where that is known already
---@return contactout.Credits|nil charged nil where the reply doesn't show it, as that
---  of a job's submission: reckon with the most
---@return contactout.Credits|nil maybe what may have been charged besides
function M.charged(row, params, reply, most)
  local counter = COUNTERS[row.name]
  if not counter then
    return NONE, NONE
  end
  local found, maybe = counter(type(reply) == "table" and reply or NONE, params or NONE)
  if not found then
    return nil
  end
  most = most or credits.most(row, params)
  return keep_only(found, most), maybe and keep_only(maybe, most) or NONE
end

-- Jobs ---------------------------------------------------------------------------

-- Words of the vendor for a job of which nothing more is to come.
local ENDED = { SENT = true, DONE = true, COMPLETED = true, FINISHED = true }

-- What one entry of a job's result cost; nil where it doesn't say.
local ENTRIES = {
  people_linkedin_batch_v2_result = function(entry)
    if type(entry) == "table" then
      return #entry > 0 and { email = 1 } or (contacts(entry, NONE))
    end
  end,
  email_verify_batch_result = function(verdict)
    local cost = verdict_cost(verdict)
    return cost and { verifier = cost }
  end,
}

--- Whether the endpoint tells of a job.
---@param row table
---@return boolean
function M.is_job_result(row)
  return ENTRIES[row.name] ~= nil
end

--- What a job cost, by its result so far.
---@param row table the endpoint that told of it
---@param most contactout.Credits of the job's submission
---@param reply any the decoded body
---@return contactout.Credits charged for what was found
---@return contactout.Credits maybe for what the result doesn't tell of, or not yet
function M.job_charged(row, most, reply)
  local view = job_reply.read(type(reply) == "table" and reply or NONE)
  local has_ended = ENDED[(view.word or ""):upper()]
  local charged, maybe, told = {}, {}, 0
  for _, entry in pairs(view.result) do
    local cost = ENTRIES[row.name](entry)
    add(charged, cost or NONE)
    told = told + (cost and 1 or 0)
  end
  keep_only(charged, most)
  for kind, amount in pairs(most) do
    maybe[kind] = amount - (has_ended and told or charged[kind] or 0)
  end
  return charged, keep_only(maybe, most)
end

return M
