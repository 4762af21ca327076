-- The invented world, looked up: people and companies by number, URL, e-mail
-- address, telephone, name. Everything follows from a number (people.lua and
-- companies.lua say how), so a test names its person by arithmetic:
--
--   data.person(5).linkedin_url, data.person(5).work_emails[1] ...
--
-- A person: index, slug, linkedin_url, full_name, first_name, last_name,
-- headline, job_title, seniority, job_function, company, location, country,
-- industry, summary, experience, education, skills, languages, github,
-- twitter, followers, personal_emails, work_emails, live_work_emails,
-- work_email_status, phones, oddity. No reader may change one.

local companies = require "contactout.sandbox.companies"
local people = require "contactout.sandbox.people"

local M = {
  DEFAULT_PEOPLE = 20000,
  DISPOSABLE_DOMAIN = "disposable.example",
  UNKNOWN_DOMAIN = "unknown.example",
}

local population = M.DEFAULT_PEOPLE
local made = setmetatable({}, { __mode = "v" })
local briefs
local by_name

--- How many people there are.
function M.people()
  return population
end

--- Changes how many people there are (`main.lua --people N`).
function M.set_people(n)
  population, briefs, by_name = n, nil, nil
end

--- The person of that number | nil outside 1..people().
function M.person(i)
  if not i or i < 1 or i > population then
    return nil
  end
  local person = made[i]
  if not person then
    person = people.make(i)
    made[i] = person
  end
  return person
end

M.COMPANIES = companies.COUNT
M.company = companies.company
M.find_company = companies.find_company
M.find_company_by_url = companies.find_company_by_url
M.find_company_by_name = companies.find_company_by_name

--- What a search looks at: one entry for each person, in order of number.
function M.briefs()
  if not briefs then
    briefs = {}
    for i = 1, population do
      briefs[i] = people.brief(i)
    end
  end
  return briefs
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

--- The slug of a LinkedIn person URL in any usual spelling | nil.
function M.slug_of(url)
  local host, kind, slug = url:match("^%a[%w+.-]*://([^/]+)/(%a+)/([^/?#]+)")
  if not host then
    return nil
  end
  host = host:lower():gsub(":%d+$", "")
  if host ~= "linkedin.com" and not host:find("%.linkedin%.com$") then
    return nil
  end
  return (kind == "in" or kind == "pub") and unescape(slug):lower() or nil
end

--- The person behind a LinkedIn URL | nil. Scheme, www., country subdomain,
--- case, trailing slash and query make no difference.
function M.find_by_url(url)
  local slug = M.slug_of(url)
  local person = slug and M.person(tonumber(slug:match("%-(%d+)$")))
  return person and person.slug == slug and person or nil
end

local function holds(list, value)
  for i = 1, #list do
    if list[i] == value then
      return true
    end
  end
  return false
end

--- The person who has that e-mail address (in any case) | nil.
function M.find_by_email(email)
  email = email:lower()
  local person = M.person(tonumber(email:match("(%d+)@")))
  if not person then
    return nil
  end
  local known = holds(person.personal_emails, email) or holds(person.work_emails, email)
    or holds(person.live_work_emails, email)
  return known and person or nil
end

--- The person who has that telephone number | nil; only the digits count.
function M.find_by_phone(phone)
  local digits = phone:gsub("%D", "")
  local person = #digits >= 7 and M.person(tonumber(digits:sub(-7)))
  local own = person and person.phones[1]
  return own and own:gsub("%D", "") == digits and person or nil
end

--- The numbers of the people of that full name, in ascending order.
function M.find_by_name(full_name)
  if not by_name then
    by_name = {}
    for i, brief in ipairs(M.briefs()) do
      local name = brief.full_name:lower()
      by_name[name] = by_name[name] or {}
      table.insert(by_name[name], i)
    end
  end
  return by_name[full_name:lower()] or {}
end

local VERDICTS = { "valid", "invalid", "accept_all", "disposable", "unknown" }

local function verdict_in_name(email)
  for _, verdict in ipairs(VERDICTS) do
    if email:sub(1, #verdict) == verdict then
      return verdict
    end
  end
end

--- What verifying an address says. An address that begins with a verdict
--- ("unknown7@x.example") gets it; else the domain and the people decide.
function M.verdict(email)
  email = email:lower()
  local domain = email:match("@(.+)$") or ""
  local company = M.find_company(domain)
  if verdict_in_name(email) then
    return verdict_in_name(email)
  elseif domain == M.DISPOSABLE_DOMAIN then
    return "disposable"
  elseif domain == M.UNKNOWN_DOMAIN then
    return "unknown"
  elseif company and company.accepts_all_mail then
    return "accept_all"
  end
  return M.find_by_email(email) and "valid" or "invalid"
end

return M
