-- A person, from the profile of a reply: what the window shows, in one shape. The
-- API documents two, snake_case with lists and camelCase with single strings, and
-- lets anything be absent or empty. Pure.

local M = {}

---@class contactout_nvim.Person
---@field name string
---@field title? string
---@field headline? string
---@field company table {name?, industry?, size?, founded?, headquarters?, website?}
---@field location? string
---@field linkedin_url? string
---@field work_emails string[]
---@field personal_emails string[]
---@field emails string[] those whose kind isn't told
---@field phones string[]
---@field github string[]
---@field twitter string[]
---@field skills string[]
---@field experience table[] {when?, what}
---@field education table[] {when?, what}

-- On one line: tabs and line ends, and the "\n" that the vendor's texts have for
-- them, are blanks. Nil for what is blank, or no text at all.
local function text(value)
  if type(value) == "number" then
    return ("%d"):format(value)
  elseif type(value) ~= "string" then
    return nil
  end
  return value:gsub("\\n", " "):gsub("%c+", " "):gsub("  +", " "):match("^%s*(%S.-)%s*$")
end

-- The strings of a list, or of what stands for one.
local function list(value)
  local strings, is_there = {}, {}
  for _, one in ipairs(type(value) == "table" and value or { value }) do
    one = text(one)
    if one and not is_there[one] then
      is_there[one] = true
      table.insert(strings, one)
    end
  end
  return strings
end

-- Those of `strings` that are in none of the other lists.
local function others(strings, ...)
  local known = {}
  for _, known_list in ipairs({ ... }) do
    for _, one in ipairs(known_list) do
      known[one] = true
    end
  end
  local rest = {}
  for _, one in ipairs(strings) do
    if not known[one] then
      table.insert(rest, one)
    end
  end
  return rest
end

-- "2014–2018", "2018–now".
local function period(entry)
  local from, to = text(entry.start_date_year), text(entry.end_date_year)
  to = entry.is_current == true and "now" or to
  return from and to and from .. "–" .. to or from or to
end

local function joined(...)
  local parts = {}
  for i = 1, select("#", ...) do
    table.insert(parts, text((select(i, ...))))
  end
  return #parts > 0 and table.concat(parts, ", ") or nil
end

-- Stations of a life. Some replies have a sentence instead of a record.
local function stations(entries, describe)
  local found = {}
  for _, entry in ipairs(type(entries) == "table" and entries or {}) do
    local is_record = type(entry) == "table"
    local what = is_record and describe(entry) or text(entry)
    if what then
      table.insert(found, { when = is_record and period(entry) or nil, what = what })
    end
  end
  return found
end

local function position(entry)
  return joined(entry.title, entry.company_name)
end

local function school(entry)
  return joined(entry.degree, entry.field_of_study, entry.school_name)
end

local function company_of(profile)
  local company = type(profile.company) == "table" and profile.company or {}
  return {
    name = text(company.name), industry = text(company.industry) or text(profile.industry),
    size = text(company.size), founded = text(company.founded_at),
    headquarters = text(company.headquarter),
    website = text(company.domain) or text(company.website),
  }
end

local function title_of(profile)
  local latest = type(profile.experience) == "table" and profile.experience[1]
  return type(latest) == "table" and text(latest.title) or nil
end

local function add_contacts(person, profile)
  person.work_emails = list(profile.work_email or profile.workEmail)
  person.personal_emails = list(profile.personal_email)
  person.emails = others(list(profile.email), person.work_emails, person.personal_emails)
  person.phones = list(profile.phone)
  person.github, person.twitter = list(profile.github), list(profile.twitter)
  return person
end

--- The person of a reply's profile.
---@param profile any
---@return contactout_nvim.Person|nil person nil for an empty profile: nobody
function M.from(profile)
  if type(profile) ~= "table" or next(profile) == nil then
    return nil
  end
  return add_contacts({
    name = text(profile.full_name or profile.fullName) or "(no name)",
    title = title_of(profile), headline = text(profile.headline),
    company = company_of(profile),
    location = text(profile.location),
    linkedin_url = text(profile.url or profile.linkedinUrl),
    skills = list(profile.skills),
    experience = stations(profile.experience, position),
    education = stations(profile.education, school),
  }, profile)
end

--- Whether any e-mail address is known.
---@param person contactout_nvim.Person
function M.has_email(person)
  return #person.work_emails + #person.personal_emails + #person.emails > 0
end

return M
