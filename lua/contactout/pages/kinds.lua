-- The kinds of searches: which endpoint gives the pages, where its records stand, what
-- they are, and by what two of them are told to be the same.

local core = require "contactout.core"
local errors = require "contactout.errors"
local keys = require "contactout.keys"
local options = require "contactout.options"
local records = require "contactout.records"

---@class contactout.SearchKind
---@field row table of the endpoint
---@field answers string where a page has its records
---@field is_list? boolean they are a list; else a table by URL
---@field record fun(raw: any, name: string|nil): table `name`: under which it stood, if any
---@field key fun(record: table, name: string|nil): string|nil canonical; nil: it has none
---@field read? fun(text: string): table|nil, contactout.Error|nil a query that is a text

local M = {}

local function row_of(name)
  return options.find(core.endpoints, name)
end

-- By the URL under which it stood or that it says itself; else by its name in such a URL.
local function person_key(person, name)
  local url, vanity = person.linkedin_url, name or person.vanity
  if not url and vanity then
    url = "https://www.linkedin.com/in/" .. vanity
  end
  return url and select(2, keys.profile(url))
end

-- Some companies have no page on LinkedIn.
local function company_key(company)
  local name = company.linkedin_url or company.domain
  return name and select(2, keys.company(name))
end

-- A company's LinkedIn URL, or else its domain.
local function read_company(text)
  local sent = keys.company(text)
  if sent:find("/", 1, true) then
    return { linkedin_url = sent }
  elseif text:find("@", 1, true) or not sent:find("^[^%s.]+%.[^%s]*[^%s.]$") then
    return errors.fail("invalid_argument", "a query that is a text must be a domain or the "
      .. "LinkedIn URL of a company; give its name as {name = ...}", { param = "query" })
  end
  return { domain = sent }
end

-- By method.
M.each_person = {
  row = row_of("people_search"), answers = "profiles", record = records.person, key = person_key,
}
M.each_decision_maker = {
  row = row_of("decision_makers"), answers = "profiles", record = records.person,
  key = person_key, read = read_company,
}
M.each_company = {
  row = row_of("company_search"), answers = "companies", is_list = true,
  record = records.company, key = company_key,
}

return M
