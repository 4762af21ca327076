-- Records: one shape for a thing whatever the endpoint. Applies mapping.lua to a
-- raw value of any shape: never raises, and what isn't as it should be is as if
-- it weren't there. Texts are without blanks around them, or absent; lists are
-- always there; `raw` is the original, unchanged. Pure.

local lists = require "contactout.records.lists"
local mapping = require "contactout.records.mapping"
local values = require "contactout.records.values"

local M = {}

local ITSELF = mapping.ITSELF

-- Of a raw value that has no members, none.
local function member(raw, name)
  if type(raw) == "table" then
    return raw[name]
  end
end

local function parts_of(raw, names)
  local parts = {}
  for part, name in pairs(names) do
    parts[part] = member(raw, name)
  end
  return parts
end

-- The raw value at a source, which may be of any type.
local function value_at(source, raw)
  local name = source[1]
  if source.within then
    raw = member(raw, source.within)
  end
  if type(name) == "string" then
    return member(raw, name)
  elseif name == ITSELF then
    return raw
  end
  return parts_of(raw, name)
end

-- How a field of each type is read, from a raw value and the record so far.
local READERS = {}

-- The first source that says something; failing that, the fields named by `with`.
local function read_first(value_of)
  return function(field, raw, record)
    for _, source in ipairs(field.from) do
      local value = value_of(value_at(source, raw))
      if value ~= nil then
        return value
      end
    end
    for _, name in ipairs(field.with or {}) do
      local value = value_of(record[name])
      if value ~= nil then
        return value
      end
    end
  end
end

for _, name in ipairs {
  "string", "code", "url", "slug", "boolean", "integer", "year", "dollars", "date",
} do
  READERS[name] = read_first(values[name])
end

-- All sources united, and the fields named by `with`.
local function read_all(value_of)
  return function(field, raw, record)
    local union = lists.union(value_of)
    for _, source in ipairs(field.from) do
      union:add(value_at(source, raw))
    end
    for _, name in ipairs(field.with or {}) do
      union:add(record[name])
    end
    return union:list()
  end
end

READERS.strings = read_all(values.string)
READERS.codes = read_all(values.code)

-- A word alone is of the one address there is, or of none that could be named.
local function only_address(field, record)
  local addresses = record[field.with[1]]
  return #addresses == 1 and addresses[1] or nil
end

local function add_status(statuses, address, word)
  address = values.string(address)
  if address then
    statuses[address] = statuses[address] or values.status(word)
  end
end

function READERS.statuses(field, raw, record)
  local statuses = {}
  for _, source in ipairs(field.from) do
    local value = value_at(source, raw)
    if type(value) == "table" then
      for address, word in pairs(value) do
        add_status(statuses, address, word)
      end
    else
      add_status(statuses, only_address(field, record), value)
    end
  end
  return statuses
end

-- Whether any field of a record says something.
local function says_anything(record)
  for name, value in pairs(record) do
    if name ~= "raw" and (type(value) ~= "table" or next(value) ~= nil) then
      return true
    end
  end
  return false
end

-- Fields of which the record has a value already keep it.
local function read(record_type, raw, record)
  record = record or {}
  record.raw = record_type.keeps_raw and raw or nil
  for _, field in ipairs(record_type) do
    if record[field.name] == nil then
      record[field.name] = READERS[field.type](field, raw, record)
    end
  end
  return record
end

function READERS.record(field, raw)
  local record = read(field.of, value_at(field.from[1], raw))
  return says_anything(record) and record or nil
end

-- An object in place of a list is its one element.
function READERS.records(field, raw)
  local records, value = {}, value_at(field.from[1], raw)
  local elements, is_object = lists.elements(value)
  for _, element in ipairs(is_object and { value } or elements) do
    local record = read(field.of, element)
    if says_anything(record) then
      records[#records + 1] = record
    end
  end
  return lists.marked(records)
end

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

local function read_somebody(record_type, raw, linkedin_url)
  local record = read(record_type, without_echo(raw), { linkedin_url = values.url(linkedin_url) })
  record.raw = raw
  return record
end

--- The contact details of a person, from any shape in which the API gives them.
---@param raw any
---@param linkedin_url? string the key under which `raw` stood, which counts for more than
---  a URL inside it
---@return contactout.Contact
function M.contact(raw, linkedin_url)
  return read_somebody(mapping.Contact, raw, linkedin_url)
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
  return read_somebody(mapping.Person, raw, linkedin_url)
end

--- Whether a person is none at all: the server said nothing, not even a URL. That is
--- how linkedin_enrich says that it knows nobody.
---@param person contactout.Person
---@return boolean
function M.is_no_one(person)
  return not says_anything(M.person(person.raw))
end

--- A company: a person's employer, or one of company_search or domain_enrich.
---@param raw any
---@param domain? string the key under which `raw` stood, for where `raw` has no domain
---@return contactout.Company
function M.company(raw, domain)
  local company = read(mapping.Company, raw)
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
