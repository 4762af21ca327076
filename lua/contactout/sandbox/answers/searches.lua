-- The searches: people, how many people, decision makers, companies.

local data = require "contactout.sandbox.data"
local json = require "contactout.sandbox.json"
local reply = require "contactout.sandbox.reply"
local search = require "contactout.sandbox.search"
local words = require "contactout.sandbox.words"
local company_shapes = require "contactout.sandbox.shapes.company"
local contact = require "contactout.sandbox.shapes.contact"
local person_shapes = require "contactout.sandbox.shapes.person"

local M = {}

local answer = json.object { "status_code", "metadata", "profiles", "companies", "total_results" }
local metadata = json.object { "page", "page_size", "total_results" }

local EVERYTHING = { personal = true, work = true, phone = true }

--- The profiles of one page, keyed by URL in rank order, and their price:
-- one search credit each, and the contacts if they are revealed.
local function profiles(numbers, reveal, url_of, show)
  local shown, charges = json.keyed(), {}
  for _, i in ipairs(numbers) do
    local person = data.person(i)
    local selected = reveal and contact.select(person, EVERYTHING) or nil
    local url = url_of(person)
    shown:add(url, show(person, selected))
    charges[#charges + 1] = reply.charge("search", url)
    if selected then
      reply.contact_charges(selected, url, charges)
    end
  end
  return shown, charges
end

--- The page that was asked for -> numbers, metadata; or what faults make of it.
local function page_of(call, numbers, size)
  local plan, page = call.plan, call.args.page
  local shown, meta = search.page(numbers, tonumber(plan["page-repeat"]) or page,
    tonumber(plan["page-size"]) or size)
  meta.page = page or meta.page
  if plan["total-zero"] then
    meta.total_results = 0
  end
  return plan["page-empty"] and {} or shown, meta
end

--- The keys of a people search have no "www.".
local function bare_url(person)
  return "https://linkedin.com/in/" .. person.slug
end

function M.people_search(call)
  local args = call.args
  local numbers, meta = page_of(call, search.people(args), tonumber(args.page_size))
  local shown, charges = profiles(numbers, args.reveal_info, bare_url, function(person, selected)
    return person_shapes.found(person, selected, args)
  end)
  return reply.ok(answer {
    status_code = 200, metadata = metadata(meta), profiles = shown,
  }, charges)
end

function M.people_count(call)
  return reply.ok(answer { status_code = 200, total_results = #search.people(call.args) })
end

local function company_of(args)
  return args.linkedin_url and data.find_company_by_url(args.linkedin_url)
    or args.domain and data.find_company(args.domain)
    or args.name and data.find_company_by_name(args.name)
end

--- The numbers of those who decide in a company; none if it is unknown.
local function deciders(company)
  if not company then
    return {}
  end
  local seniorities = {}
  for name in pairs(words.DECISION_MAKERS) do
    seniorities[#seniorities + 1] = name
  end
  table.sort(seniorities)
  return search.people { domain = { company.domain }, seniority = seniorities }
end

function M.decision_makers(call)
  local args = call.args
  local numbers, meta = page_of(call, deciders(company_of(args)))
  local shown, charges = profiles(numbers, args.reveal_info, function(person)
    return person.linkedin_url
  end, person_shapes.decider)
  return reply.ok(answer {
    status_code = 200, metadata = metadata(meta), profiles = shown,
  }, charges)
end

function M.company_search(call)
  local numbers, meta = page_of(call, search.companies(call.args))
  local companies, charges = {}, {}
  for n, i in ipairs(numbers) do
    local company = data.company(i)
    companies[n] = company_shapes.in_company_search(company)
    charges[n] = reply.charge("search", company.domain)
  end
  return reply.ok(answer {
    status_code = 200, metadata = metadata(meta), companies = companies,
  }, charges)
end

return M
