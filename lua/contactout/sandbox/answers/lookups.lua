-- The lookups of one person: what each finds, shows and charges.
-- Each function takes a call (see app.lua): args, token, plan, jobs ...

local data = require "contactout.sandbox.data"
local json = require "contactout.sandbox.json"
local reply = require "contactout.sandbox.reply"
local contact = require "contactout.sandbox.shapes.contact"
local person_shapes = require "contactout.sandbox.shapes.person"

local M = {}

local answer = json.object { "status_code", "profile" }
local link = json.object { "email", "linkedin" }
local availability = json.object { "email", "email_status", "phone" }

local EVERYTHING = { personal = true, work = true, phone = true }
local NOTHING = {}

local function found(profile, charges)
  return reply.ok(answer { status_code = 200, profile = profile }, charges)
end

--- One search credit if no contact was asked for or there is none, else one
-- for the e-mails and one for the telephones. Nobody found costs nothing.
function M.linkedin_enrich(call)
  local url = call.args.profile
  local person = data.find_by_url(url)
  if not person then
    return found({})
  end
  local selected = contact.select(person, call.args.profile_only and NOTHING or EVERYTHING)
  local charges = reply.contact_charges(selected, url)
  if #charges == 0 then
    charges[1] = reply.charge("search", url)
  end
  return found(person_shapes.enriched(person, selected), charges)
end

--- The work e-mail only if asked for, and then searched for live.
function M.email_enrich(call)
  local email = call.args.email
  local person = data.find_by_email(email)
  if not person then
    return reply.not_found()
  end
  local work = call.args.include == "work_email"
  local selected = contact.select(person, {
    personal = true, phone = true, work = work, live = true,
  })
  return found(person_shapes.camel(person, selected, email),
    reply.contact_charges(selected, email))
end

local function any_of(list, test)
  for _, value in ipairs(list or {}) do
    if test(value) then
      return true
    end
  end
  return list == nil
end

local function has(text, wanted)
  return wanted == nil or text:lower():find(wanted:lower(), 1, true) ~= nil
end

--- Whether everything said about a person besides the name is true.
local function agrees(person, args)
  return any_of(args.company, function(name)
    return has(person.company.name, name)
  end) and any_of(args.company_domain, function(domain)
    return data.find_company(domain) == person.company
  end) and any_of(args.education, function(school)
    return has(person.school, school)
  end) and has(person.location, args.location) and has(person.job_title, args.job_title)
end

local function find_by_name(args)
  local name = args.full_name or (args.first_name or "") .. " " .. (args.last_name or "")
  for _, i in ipairs(data.find_by_name(name)) do
    local person = data.person(i)
    if agrees(person, args) then
      return person
    end
  end
end

--- By the first of the primary parameters that finds someone, else by name.
local function identify(args)
  return args.linkedin_url and data.find_by_url(args.linkedin_url)
    or args.email and data.find_by_email(args.email)
    or args.phone and data.find_by_phone(args.phone)
    or find_by_name(args)
end

local WANTED = { work_email = "work", personal_email = "personal", phone = "phone" }

function M.people_enrich(call)
  local person = identify(call.args)
  if not person then
    return reply.not_found()
  end
  local want = { live = true }
  for _, name in ipairs(call.args.include or {}) do
    want[WANTED[name]] = true
  end
  local selected = contact.select(person, want)
  local url = person.linkedin_url
  local charges = reply.contact_charges(selected, url, { reply.charge("search", url) })
  local camel = person.oddity == "camel" or call.plan["people-camel"]
  return found(person_shapes[camel and "camel" or "enriched"](person, selected), charges)
end

--- "work" alone is searched for live; no email_type means both, not live.
function M.people_linkedin(call)
  local args = call.args
  local person = data.find_by_url(args.profile)
  if not person then
    return reply.not_found()
  end
  local email_type = args.email_type or "personal,work"
  local selected = contact.select(person, {
    personal = email_type:find("personal", 1, true) ~= nil,
    work = email_type:find("work", 1, true) ~= nil,
    live = email_type == "work", phone = args.include_phone,
  })
  local charges = reply.contact_charges(selected, args.profile)
  if #charges == 0 and email_type ~= "none" then
    return reply.not_found()
  end
  return found(contact.single(person, args.profile, selected), charges)
end

function M.people_person(call)
  local email = call.args.email
  local person = data.find_by_email(email)
  if not person then
    return reply.not_found()
  end
  return found(link { email = email, linkedin = person.linkedin_url },
    { reply.charge("email", email) })
end

--- A checker: free; an unknown profile is a 404, or "false" by fault.
local function checker(show)
  return function(call)
    local person = data.find_by_url(call.args.profile)
    if not person and not call.plan["checker-false"] then
      return reply.not_found()
    end
    return found(availability(show(person)))
  end
end

M.personal_email_status = checker(function(person)
  return { email = person ~= nil and #person.personal_emails > 0 }
end)

M.work_email_status = checker(function(person)
  local known = person ~= nil and #person.work_emails > 0
  return { email = known, email_status = known and person.work_email_status or json.null }
end)

M.phone_status = checker(function(person)
  return { phone = person ~= nil and #person.phones > 0 }
end)

return M
