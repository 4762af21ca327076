-- Records: one shape for a thing whatever the endpoint. Applies mapping.lua to a
-- raw value of any shape: never raises, and what isn't as it should be is as if
-- it weren't there. Texts are without blanks around them, or absent; lists are
-- always there; `raw` is the original, unchanged. Pure.

local mapping = require "contactout.records.mapping"
local reading = require "contactout.records.reading"
local values = require "contactout.records.values"

local M = {}

local read_contact = reading.reader(mapping.Contact)
local read_person = reading.reader(mapping.Person)
local read_company = reading.reader(mapping.Company)

local function has_any(record, names)
  for _, name in ipairs(names) do
    local value = record[name]
    if type(value) == "table" and #value > 0 or type(value) == "string" then
      return true
    end
  end
  return false
end

-- Without the address that people_person was asked about, which stands there alone
-- beside its answer and was not found by anybody.
local function without_echo(raw)
  if type(raw) ~= "table" or type(raw.email) ~= "string" or raw.linkedin == nil then
    return raw
  end
  for name in pairs(raw) do
    if name ~= "email" and name ~= "linkedin" then
      return raw
    end
  end
  return { linkedin = raw.linkedin }
end

local function read_somebody(read, raw, linkedin_url)
  local record = read(without_echo(raw), { linkedin_url = values.url(linkedin_url) })
  record.raw = raw
  return record
end

--- The contact details of a person, from any shape in which the API gives them.
---@param raw any
---@param linkedin_url? string the key under which `raw` stood, which counts for more than
---  a URL inside it
---@return contactout.Contact
function M.contact(raw, linkedin_url)
  return read_somebody(read_contact, raw, linkedin_url)
end

-- Whether a text stands there, alone or first in a list.
local function is_text(value)
  return values.string(type(value) == "table" and value[1] or value) ~= nil
end

-- Where details mostly stand.
local USUAL_DETAILS = { "emails", "work_emails", "personal_emails", "phones" }

--- Whether a raw value has details of a contact, by a look that hardly costs anything.
---@param raw any
---@return boolean surely false: it may have some all the same
function M.has_details(raw)
  if type(raw) ~= "table" then
    return false
  end
  for _, name in ipairs(USUAL_DETAILS) do
    if is_text(raw[name]) then
      return true
    end
  end
  return values.string(raw[1]) ~= nil -- a bare list of addresses
end

--- Whether a raw value has a company's name, by such a look.
---@param raw any
---@return boolean
function M.has_name(raw)
  return type(raw) == "table" and values.string(raw.name) ~= nil
end

--- Whether a contact has no details at all.
---@param contact contactout.Contact
---@return boolean
function M.is_empty(contact)
  return not has_any(contact, mapping.CONTACT_DETAILS)
end

--- A person: from `profile` of linkedin_enrich, email_enrich, people_enrich or
--- people_person, or from one of the `profiles` of people_search or decision_makers.
---@param raw any
---@param linkedin_url? string as for contact
---@return contactout.Person
function M.person(raw, linkedin_url)
  return read_somebody(read_person, raw, linkedin_url)
end

-- What a person may have from the caller's URL alone.
local MAYBE_GIVEN = { linkedin_url = true, vanity = true }

--- Whether a person is none at all: the server said nothing, not even a URL. That is
--- how linkedin_enrich says that it knows nobody.
---@param person contactout.Person
---@return boolean
function M.is_no_one(person)
  return not reading.says_anything(person, MAYBE_GIVEN)
    and not reading.says_anything(M.person(person.raw))
end

--- A company: a person's employer, or one of company_search or domain_enrich.
---@param raw any
---@param domain? string the key under which `raw` stood, for where `raw` has no domain
---@return contactout.Company
function M.company(raw, domain)
  local company = read_company(raw)
  company.domain = company.domain or values.string(domain)
  return company
end

--- Whether a company is none at all. A domain that its caller gave doesn't count.
---@param company contactout.Company
---@return boolean
function M.is_nobody(company)
  return not has_any(company, mapping.COMPANY_NAMES) and not M.company(company.raw).domain
end

return M
