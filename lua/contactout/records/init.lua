-- Records: one shape for a thing whatever the endpoint. Applies mapping.lua to a
-- raw value of any shape: never raises, and what isn't as it should be is as if
-- it weren't there. Texts are without blanks around them, or absent; lists are
-- always there. Pure.

local core = require "contactout.core"
local mapping = require "contactout.records.mapping"

local M = {}

local STATUS = { verified = "verified", unverified = "unverified" }

-- A text that says something, or nil.
local function text_of(value)
  local text = type(value) == "string" and value:match("^%s*(.-)%s*$")
  return text ~= "" and text or nil
end

-- An empty one carries the mark of empty arrays, for contactout.encode.
local function list_of(texts)
  return #texts > 0 and texts or setmetatable(texts, core.empty_array_mt)
end

local function add_new(texts, seen, value)
  local text = text_of(value)
  if text and not seen[text] then
    seen[text] = true
    texts[#texts + 1] = text
  end
end

-- How a type's values are read from the alternatives, `{value, …}` without holes.
local READERS = {}

function READERS.string(values)
  for _, value in ipairs(values) do
    local text = text_of(value)
    if text then
      return text
    end
  end
end

-- The texts of the first list that has any, and those of fields to be united. A
-- text that stands alone is a list of one.
function READERS.strings(values, others)
  local texts, seen = {}, {}
  for _, value in ipairs(values) do
    for _, element in ipairs(type(value) == "table" and value or { value }) do
      add_new(texts, seen, element)
    end
    if #texts > 0 then
      break
    end
  end
  for _, list in ipairs(others) do
    for _, text in ipairs(list) do
      add_new(texts, seen, text)
    end
  end
  return list_of(texts)
end

function READERS.statuses(values)
  local statuses = {}
  for _, value in ipairs(values) do
    for address, word in pairs(type(value) == "table" and value or {}) do
      word = text_of(word)
      if text_of(address) and word then
        statuses[text_of(address)] = STATUS[word:lower()]
      end
    end
  end
  return statuses
end

function READERS.boolean(values)
  return type(values[1]) == "boolean" and values[1] or nil
end

-- An integer where the Lua has them, whether it came as a number or as a text.
function READERS.integer(values)
  local number = type(values[1]) ~= "boolean" and tonumber(values[1])
  return number and number % 1 == 0 and math.floor(number) or nil
end

local MAGNITUDES = { [""] = 1, K = 1e3, M = 1e6, B = 1e9, T = 1e12 }

-- "$5.4M" is 5400000.
function READERS.dollars(values)
  local text = tostring(values[1]):upper():gsub("[%s,]", "")
  local digits, magnitude = text:match("^%$?(%d[%d.]*)([KMBT]?)")
  local number = tonumber(digits)
  return number and math.floor(number * MAGNITUDES[magnitude] + 0.5) or nil
end

-- The raw values of a field, in the order of its alternatives.
local function alternatives(field, raw)
  local values = {}
  for _, name in ipairs(field.from) do
    local value
    if name == mapping.ITSELF then
      value = raw
    elseif type(raw) == "table" then
      value = raw[name]
    end
    values[#values + 1] = value
  end
  return values
end

local function read(fields, raw)
  local record = { raw = raw }
  for _, field in ipairs(fields) do
    local others = {}
    for i, name in ipairs(field.with or {}) do
      others[i] = record[name]
    end
    record[field.name] = READERS[field.type](alternatives(field, raw), others, field)
  end
  return record
end

-- A list of records; of a value that is no list, none.
function READERS.records(values, _, field)
  local records = {}
  for _, value in ipairs(type(values[1]) == "table" and values[1] or {}) do
    local record = read(field.of, value)
    record.raw = nil
    records[#records + 1] = next(record) and record
  end
  return list_of(records)
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

--- The contact details of a person, from any shape in which the API gives them.
---@param raw any
---@param linkedin_url? string whose they are, where `raw` doesn't say it
---@return contactout.Contact
function M.contact(raw, linkedin_url)
  local contact = read(mapping.Contact, raw)
  contact.linkedin_url = contact.linkedin_url or text_of(linkedin_url)
  return contact
end

--- Whether a contact has no details at all.
---@param contact contactout.Contact
---@return boolean
function M.is_empty(contact)
  return not has_any(contact, mapping.CONTACT_DETAILS)
end

--- A company, from the shape in which domain_enrich gives it.
---@param raw any
---@return contactout.Company
function M.company(raw)
  return read(mapping.Company, raw)
end

--- Whether a company is none at all.
---@param company contactout.Company
---@return boolean
function M.is_nobody(company)
  return not has_any(company, mapping.COMPANY_NAMES)
end

return M
