-- The invented people: person i is computed from the number i alone.
-- What decides what, so that a test can choose its person by arithmetic:
--
--   i % 10   0 no contact at all; 1, 2 personal e-mail only; 3, 4 work e-mail
--            only; 5..9 both. 1 also has a work e-mail that only a live search
--            finds (see `live_work_emails`)
--   i % 3    0 has a telephone (unless i % 10 is 0)
--   i % 4    3 the work e-mail is "Unverified", else "Verified"
--   i % 25   9 a "+" in the e-mail's local part
--   i % 50   see ODDITIES: records with awkward values
--   i % 5    0 works for one of the ten large companies

local companies = require "contactout.sandbox.companies"
local words = require "contactout.sandbox.words"

local M = {}

--- What is awkward about person i, by i % 50; shapes show it.
M.ODDITIES = {
  [7] = "surrogate", -- half a surrogate pair in the headline
  [11] = "tabs", -- tabs and a literal backslash-n in the summary
  [13] = "no_company", -- company is an empty array
  [17] = "nulls", -- null wherever null was ever seen
  [19] = "emoji", -- beyond the basic plane, in name and headline
  [23] = "bare", -- no experience, education, skills, languages
  [29] = "long", -- a summary of 20,000 bytes
  [31] = "right_to_left", -- a Hebrew headline with direction marks
  [37] = "camel", -- people_enrich answers in the camelCase of email_enrich
}

local function pick(list, n)
  return list[n % #list + 1]
end

local function name_of(i)
  local first, first_ascii = pick(words.FIRST_NAMES, i):match("^(.-)|(.*)$")
  local turn = i + math.floor(i / #words.FIRST_NAMES)
  local last, last_ascii = pick(words.LAST_NAMES, turn):match("^(.-)|(.*)$")
  return first, last, first_ascii, last_ascii
end

local function company_of(i)
  if i % 5 == 0 then
    return companies.company(math.floor(i / 5) % 10 + 1)
  end
  return companies.company(i * 31 % companies.COUNT + 1)
end

local function is_bare(i)
  return M.ODDITIES[i % 50] == "bare"
end

local function skills_of(i)
  if is_bare(i) then
    return {}
  end
  local skills = words.SKILLS
  return { pick(skills, i), pick(skills, i * 3 + 2), pick(skills, i * 7 + 5) }
end

--- What a search looks at, without the cost of a whole record.
function M.brief(i)
  local first, last = name_of(i)
  local title = pick(words.TITLES, i)
  local place = pick(words.LOCATIONS, i * 5)
  return {
    index = i,
    full_name = first .. " " .. last,
    job_title = title[1],
    seniority = title[2],
    job_function = title[3],
    company = company_of(i),
    past_company = companies.company((i * 17 + 40) % companies.COUNT + 1),
    location = place[1],
    country = place[2],
    school = pick(words.SCHOOLS, i),
    skills = skills_of(i),
    years_of_experience = i % 30,
    years_in_current_role = i % 11,
  }
end

local function personal_emails_of(i, mailbox)
  local class = i % 10
  if class == 0 or class == 3 or class == 4 then
    return {}
  end
  local second = i % 7 == 0 and ("hello." .. mailbox .. "@inbox.example") or nil
  return { mailbox .. "@post.example", second }
end

local function phones_of(i)
  if i % 10 == 0 or i % 3 ~= 0 then
    return {}
  end
  return { string.format(i % 2 == 0 and "+1555%07d" or " +61.555%07d", i) }
end

local function add_contacts(person, i, first, last)
  local class = i % 10
  local mailbox = (first .. (i % 25 == 9 and "+" or ".") .. last):gsub("%-", "") .. i
  local work = mailbox .. "@" .. person.company.email_domain
  person.personal_emails = personal_emails_of(i, mailbox)
  person.work_emails = class >= 3 and { work } or {}
  person.live_work_emails = class == 1 and { work } or {}
  person.work_email_status = i % 4 == 3 and "Unverified" or "Verified"
  person.phones = phones_of(i)
end

local function experience_of(brief)
  local started = 2024 - brief.years_in_current_role
  local past = brief.past_company
  return {
    {
      title = brief.job_title, company = brief.company, locality = brief.location,
      start_year = started, start_month = brief.index % 12 + 1, is_current = true,
      summary = "Looks after\tplans\tpeople and\tparcels.\\n",
    },
    {
      title = pick(words.TITLES, brief.index + 2)[1], company = past,
      locality = past.headquarter, start_year = started - 4, start_month = 4,
      end_year = started, end_month = 12, is_current = false,
      summary = "Learned the trade at " .. past.name .. ".",
    },
  }
end

local function education_of(brief)
  local i = brief.index
  return { {
    school = brief.school, field = pick(words.FIELDS, i), degree = pick(words.DEGREES, i),
    start_year = 2001 + i % 12, end_year = 2004 + i % 12,
    description = i % 2 == 0 and "Wrote a thesis about lighthouses." or nil,
  } }
end

local function add_history(person)
  if is_bare(person.index) then
    person.experience, person.education, person.languages = {}, {}, {}
  else
    person.experience, person.education = experience_of(person), education_of(person)
    person.languages = { pick(words.LANGUAGES, person.index) }
  end
end

local function summary_of(brief, oddity)
  if oddity == "tabs" then
    return "One\ttab,\ttwo tabs.\\nA backslash and an n.\nA line end.\127"
  elseif oddity == "long" then
    return ("A long story, told again. "):rep(770):sub(1, 20000)
  end
  return brief.full_name .. " has worked in " .. brief.company.industry .. " for "
    .. brief.years_of_experience .. " years."
end

local function headline_of(brief, oddity)
  local headline = brief.job_title .. " at " .. brief.company.name
  if oddity == "emoji" then
    return headline .. " \240\159\154\128"
  elseif oddity == "right_to_left" then
    return "\226\128\143\215\169\215\156\215\149\215\157 " .. headline .. "\226\128\142"
  end
  return headline
end

--- The whole neutral record of person i (any i >= 1).
function M.make(i)
  local person = M.brief(i)
  local first, last, first_ascii, last_ascii = name_of(i)
  local oddity = M.ODDITIES[i % 50]
  person.oddity = oddity
  person.first_name, person.last_name = first, last
  if oddity == "emoji" then
    person.full_name = person.full_name .. " \240\159\166\134"
  end
  person.slug = first_ascii .. "-" .. last_ascii .. "-" .. i
  person.linkedin_url = "https://www.linkedin.com/in/" .. person.slug
  person.headline = headline_of(person, oddity)
  person.summary = summary_of(person, oddity)
  person.industry = person.company.industry
  add_history(person)
  person.github = i % 4 == 0 and { first_ascii .. "-" .. i } or {}
  person.twitter = i % 6 == 0 and { first_ascii .. "_" .. i } or {}
  person.followers = (i * 37) % 5000
  person.work_status = i % 9 == 0 and "open_to_work" or nil
  person.picture_url = string.format("https://images.sandbox.example/profiles/%08x", i)
  person.updated_at = string.format("2024-%02d-%02d 07:30:00", i % 12 + 1, i % 28 + 1)
  add_contacts(person, i, first_ascii, last_ascii)
  return person
end

return M
