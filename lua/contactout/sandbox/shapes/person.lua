-- A person as the endpoints show one:
--   enriched  linkedin_enrich, people_enrich: snake_case, contacts as arrays
--   camel     email_enrich: camelCase, contacts as single strings, "" for none
--   found     people_search: snake_case, history as sentences
--   decider   decision_makers: like found, with fewer members

local json = require "contactout.sandbox.json"
local company = require "contactout.sandbox.shapes.company"
local contact = require "contactout.sandbox.shapes.contact"
local history = require "contactout.sandbox.shapes.history"

local M = {}

local enriched = json.object {
  "url", "email", "work_email", "personal_email", "phone", "github", "twitter", "full_name",
  "headline", "industry", "company", "location", "languages", "country", "summary",
  "experience", "education", "skills", "certifications", "publications", "projects",
  "followers", "job_function", "seniority", "work_status", "profile_picture_url",
  "updated_at",
}

local camel = json.object {
  "email", "workEmail", "workEmailStatus", "fullName", "headline", "industry", "linkedinUrl",
  "profilePictureUrl", "confidenceLevel", "altMatches", "phone", "twitter", "github",
  "company", "location", "languages", "summary", "experience", "education", "skills",
  "certifications", "publications", "projects", "followers", "jobFunction", "seniority",
  "workStatus", "updatedAt",
}

local FOUND_FIELDS = {
  "li_vanity", "full_name", "title", "headline", "company", "location", "country", "industry",
  "experience", "education", "skills", "summary", "languages", "certifications",
  "publications", "projects", "followers", "updated_at", "profile_picture_url",
  "job_function", "seniority", "work_status", "contact_availability", "contact_info",
}
local found = json.object(FOUND_FIELDS)

local decider = json.object {
  "full_name", "li_vanity", "title", "headline", "company", "location", "industry",
  "experience", "education", "skills", "updated_at", "profile_picture_url", "job_function",
  "seniority", "contact_availability", "contact_info",
}

--- The headline as JSON text: half a surrogate pair can't be a Lua string.
local function headline(person)
  if person.oddity ~= "surrogate" then
    return person.headline
  end
  return json.raw('"\\ud83d ' .. json.encode(person.headline):sub(2))
end

--- The value, or null if this person's record is one of nulls.
local function or_null(person, value)
  return person.oddity == "nulls" and json.null or value
end

local function company_shown(person, shape)
  return person.oddity == "no_company" and {} or shape(person.company)
end

--- linkedin_enrich and people_enrich; `selected` as contact.select gives it.
function M.enriched(person, selected)
  return enriched {
    url = person.linkedin_url, email = selected.emails, work_email = selected.work_emails,
    personal_email = selected.personal_emails, phone = selected.phones,
    github = person.github, twitter = person.twitter, full_name = person.full_name,
    headline = headline(person), industry = or_null(person, person.industry),
    company = company_shown(person, company.profile), location = person.location,
    languages = history.languages(person), country = or_null(person, person.country),
    summary = or_null(person, person.summary), experience = history.experience(person),
    education = history.education(person), skills = person.skills,
    certifications = history.certifications(person, "name"),
    publications = history.publications(person), projects = history.projects(person),
    followers = or_null(person, person.followers), job_function = person.job_function,
    seniority = person.seniority, work_status = person.work_status or json.null,
    profile_picture_url = person.picture_url, updated_at = person.updated_at,
  }
end

--- email_enrich. `asked` is the address of the request, shown when there is
-- no personal one. The status is there only with the work e-mail.
function M.camel(person, selected, asked)
  local work = selected.work_emails[1]
  return camel {
    email = selected.personal_emails[1] or asked or "", workEmail = work or "",
    workEmailStatus = work and person.work_email_status or nil, fullName = person.full_name,
    headline = headline(person), industry = or_null(person, person.industry),
    linkedinUrl = person.linkedin_url, profilePictureUrl = person.picture_url,
    confidenceLevel = "", altMatches = {}, phone = selected.phones[1] or "",
    twitter = person.twitter[1] or "", github = person.github[1] or "",
    company = company_shown(person, company.enriched), location = person.location,
    languages = history.languages(person), summary = or_null(person, person.summary),
    experience = history.experience(person), education = history.education(person),
    skills = person.skills, certifications = history.certifications(person, "title"),
    publications = history.publications(person), projects = history.projects(person),
    followers = or_null(person, person.followers), jobFunction = person.job_function,
    seniority = person.seniority, workStatus = person.work_status or json.null,
    updatedAt = person.updated_at,
  }
end

local function common(person, selected)
  return {
    li_vanity = person.slug, full_name = person.full_name, title = person.job_title,
    headline = headline(person), location = person.location,
    industry = or_null(person, person.industry), skills = person.skills,
    experience = history.experience_sentences(person),
    education = history.education_sentences(person), updated_at = person.updated_at,
    profile_picture_url = person.picture_url, job_function = person.job_function,
    seniority = person.seniority, contact_availability = contact.availability(person),
    contact_info = selected and contact.info(person, selected) or contact.no_info(person),
  }
end

--- The members a search was asked for; the two about contacts come anyway.
local function only(members, output_fields)
  local shown = {
    contact_availability = members.contact_availability, contact_info = members.contact_info,
  }
  for _, name in ipairs(output_fields) do
    shown[name] = members[name]
  end
  return shown
end

--- people_search. opts: detailed_experience, detailed_education,
-- output_fields; `selected` nil if contacts aren't revealed.
function M.found(person, selected, opts)
  local shown = common(person, selected)
  shown.company = company_shown(person, company.in_search)
  shown.country, shown.summary = person.country, or_null(person, person.summary)
  shown.languages = history.languages(person)
  shown.certifications = history.certifications(person, "name")
  shown.publications = history.publications(person)
  shown.projects = history.projects(person)
  shown.followers = or_null(person, person.followers)
  shown.work_status = person.work_status or json.null
  if opts.detailed_experience then
    shown.experience = history.experience(person, true)
  end
  if opts.detailed_education then
    shown.education = history.education(person, true)
  end
  return found(opts.output_fields and only(shown, opts.output_fields) or shown)
end

--- decision_makers. Every fourth li_vanity is spelled without hyphens, unlike
-- the key it stands under.
function M.decider(person, selected)
  local shown = common(person, selected)
  shown.company = company_shown(person, company.short)
  if person.index % 4 == 0 then
    shown.li_vanity = person.slug:gsub("%-", "")
  end
  return decider(shown)
end

return M
