-- Which people or companies a search finds, and the page of them. Within one
-- filter any of its values will do, and every filter must hold. Some filters'
-- values may be equations of AND, OR, NOT and brackets (equations.lua). Pure.

local data = require "contactout.sandbox.data"
local equations = require "contactout.sandbox.equations"
local json = require "contactout.sandbox.json"

local M = { PAGE_SIZE = 25 }

local function has(text, wanted)
  return text:lower():find(wanted:lower(), 1, true) ~= nil
end

local compiled = setmetatable({}, { __mode = "k" })

--- The tests of a filter's equations, compiled once for a search.
local function tests_of(values)
  local list = compiled[values]
  if not list then
    list = {}
    for i, equation in ipairs(values) do
      list[i] = equations.compile(equation)
    end
    compiled[values] = list
  end
  return list
end

local function any_equation(values, text)
  text = text:lower()
  for _, test in ipairs(tests_of(values)) do
    if test(text) then
      return true
    end
  end
  return false
end

local function any(values, text)
  for _, value in ipairs(values) do
    if has(text, value) then
      return true
    end
  end
  return false
end

--- "6_10" holds 6 to 10, "10" holds 10 and above.
local function in_bands(bands, number)
  for _, band in ipairs(bands) do
    local least, most = band:match("^(%d+)_(%d+)$")
    least = tonumber(least or band)
    if least and number >= least and (not most or number <= tonumber(most)) then
      return true
    end
  end
  return false
end

local function has_domain(domains, company)
  for _, domain in ipairs(domains) do
    if data.find_company(domain) == company then
      return true
    end
  end
  return false
end

local function has_contacts(kinds, person)
  for _, kind in ipairs(kinds) do
    local list = person[kind == "phone" and "phones" or kind .. "s"]
    if list and #list == 0 then
      return false
    end
  end
  return true
end

--- One test for each filter: value of the filter, brief of the person, all
-- the filters -> does it hold? Parameters that aren't here filter nothing.
local PEOPLE = {
  name = function(value, brief)
    return has(brief.full_name, value)
  end,
  job_title = function(values, brief)
    return any_equation(values, brief.job_title)
  end,
  job_function = function(values, brief)
    return any(values, brief.job_function)
  end,
  seniority = function(values, brief)
    return any(values, brief.seniority)
  end,
  skills = function(values, brief)
    return any_equation(values, table.concat(brief.skills, ", "))
  end,
  education = function(values, brief)
    return any_equation(values, brief.school)
  end,
  location = function(values, brief)
    return any(values, brief.location)
  end,
  company = function(values, brief, filters)
    local current = filters.company_filter ~= "past" and any(values, brief.company.name)
    local past = (filters.company_filter == "past" or filters.company_filter == "both")
      and any(values, brief.past_company.name)
    return current or past
  end,
  domain = function(values, brief)
    return has_domain(values, brief.company)
  end,
  industry = function(values, brief)
    return any_equation(values, brief.company.industry)
  end,
  keyword = function(values, brief)
    return any_equation(values, table.concat({
      brief.full_name, brief.job_title, brief.company.name, brief.company.industry,
      table.concat(brief.skills, " "),
    }, " "))
  end,
  company_size = function(values, brief)
    return in_bands(values, brief.company.size)
  end,
  years_of_experience = function(values, brief)
    return in_bands(values, brief.years_of_experience)
  end,
  years_in_current_role = function(values, brief)
    return in_bands(values, brief.years_in_current_role)
  end,
  data_types = function(values, brief)
    return has_contacts(values, data.person(brief.index))
  end,
  exclude_companies = function(values, brief)
    return not any(values, brief.company.name)
  end,
  exclude_job_titles = function(values, brief)
    return not any(values, brief.job_title)
  end,
}

local COMPANIES = {
  name = function(values, company)
    return any(values, company.name)
  end,
  domain = has_domain,
  size = function(values, company)
    return in_bands(values, company.size)
  end,
  location = function(values, company, filters)
    return any(values, company.headquarter)
      or not filters.hq_only and any(values, company.addresses[2].text)
  end,
  industries = function(values, company)
    return any(values, company.industry)
  end,
  min_revenue = function(value, company)
    return company.revenue >= value
  end,
  max_revenue = function(value, company)
    return company.revenue <= value
  end,
  year_founded_from = function(value, company)
    return company.founded_at >= value
  end,
  year_founded_to = function(value, company)
    return company.founded_at <= value
  end,
}
COMPANIES.industry = COMPANIES.industries

local function passes(tests, filters, item)
  for name, value in pairs(filters) do
    local test = tests[name]
    if test and not test(value, item, filters) then
      return false
    end
  end
  return true
end

--- The last few searches' results: a page costs no second look at everybody.
local recent, recent_keys = {}, {}
local MAX_RECENT = 32

local function remember(key, numbers)
  if #recent_keys >= MAX_RECENT then
    recent[table.remove(recent_keys, 1)] = nil
  end
  recent[key] = numbers
  recent_keys[#recent_keys + 1] = key
end

local function cache_key(filters)
  local relevant = { population = data.people() }
  for name, value in pairs(filters) do
    if PEOPLE[name] or name == "company_filter" then
      relevant[name] = value
    end
  end
  return json.encode(relevant)
end

--- The filters with `keyword` as the list of one that the tests expect.
local function as_lists(filters)
  local copy = {}
  for name, value in pairs(filters) do
    copy[name] = name == "keyword" and { value } or value
  end
  return copy
end

--- The numbers of all people that the filters let through, in rank order.
function M.people(filters)
  local key = cache_key(filters)
  if recent[key] then
    return recent[key]
  end
  local numbers = {}
  filters = as_lists(filters)
  for i, brief in ipairs(data.briefs()) do
    if passes(PEOPLE, filters, brief) then
      numbers[#numbers + 1] = i
    end
  end
  remember(key, numbers)
  return numbers
end

--- The numbers of all companies that the filters let through.
function M.companies(filters)
  local numbers = {}
  for i = 1, data.COMPANIES do
    if passes(COMPANIES, filters, data.company(i)) then
      numbers[#numbers + 1] = i
    end
  end
  return numbers
end

--- One page of a list of numbers -> its slice, and the metadata about it.
function M.page(numbers, page, size)
  page, size = page or 1, size or M.PAGE_SIZE
  local slice = {}
  for i = (page - 1) * size + 1, math.min(page * size, #numbers) do
    slice[#slice + 1] = numbers[i]
  end
  return slice, { page = page, page_size = size, total_results = #numbers }
end

return M
