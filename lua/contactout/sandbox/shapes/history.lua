-- A person's experience, education and the lists beside them, as objects
-- (enrich, detailed search) and as sentences (plain search).

local json = require "contactout.sandbox.json"

local M = {}

local experience = json.object {
  "start_date", "end_date", "title", "summary", "locality", "company_name", "linkedin_url",
  "start_date_year", "start_date_month", "end_date_year", "end_date_month", "is_current",
  "logo_url",
}

local education = json.object {
  "field_of_study", "description", "start_date_year", "end_date_year", "degree", "school_name",
  "url",
}

local language = json.object { "name", "proficiency" }

local certification = json.object {
  "name", "title", "authority", "license", "start_date_year", "start_date_month",
  "end_date_year", "end_date_month",
}

local publication = json.object {
  "url", "title", "description", "publisher", "authors", "published_on_year",
  "published_on_month", "published_on_day",
}

local project = json.object {
  "title", "description", "start_date_year", "start_date_month", "end_date_year",
  "end_date_month",
}

--- Year and month run together, the month without a leading zero.
local function odd_date(year, month)
  return year and (year .. "" .. month) or nil
end

--- As objects. In a detailed search there is a logo instead of the two
-- run-together dates, and null for an end that hasn't come.
function M.experience(person, detailed)
  local list = {}
  for i, job in ipairs(person.experience) do
    local absent = detailed and json.null or nil
    list[i] = experience {
      start_date = not detailed and odd_date(job.start_year, job.start_month) or nil,
      end_date = not detailed and odd_date(job.end_year, job.end_month) or nil,
      title = job.title, summary = job.summary, locality = job.locality,
      company_name = job.company.name, linkedin_url = job.company.linkedin_url,
      start_date_year = job.start_year, start_date_month = job.start_month,
      end_date_year = job.end_year or absent, end_date_month = job.end_month or absent,
      is_current = job.is_current, logo_url = detailed and job.company.logo_url or nil,
    }
  end
  return list
end

--- As objects; the years are strings. In a detailed search with a URL.
function M.education(person, detailed)
  local list = {}
  for i, study in ipairs(person.education) do
    list[i] = education {
      field_of_study = study.field, description = study.description or json.null,
      start_date_year = tostring(study.start_year), end_date_year = tostring(study.end_year),
      degree = study.degree, school_name = study.school,
      url = detailed and "https://www.linkedin.com/school/" .. study.school:gsub("%W+", "-"):lower()
        or nil,
    }
  end
  return list
end

--- "Data Analyst at Kestrel Foods in 2019 - Present".
function M.experience_sentences(person)
  local list = {}
  for i, job in ipairs(person.experience) do
    list[i] = job.title .. " at " .. job.company.name .. " in " .. job.start_year .. " - "
      .. (job.end_year or "Present")
  end
  return list
end

--- "Diploma at Brightwater College in 2004 - 2007".
function M.education_sentences(person)
  local list = {}
  for i, study in ipairs(person.education) do
    list[i] = study.degree .. " at " .. study.school .. " in " .. study.start_year .. " - "
      .. study.end_year
  end
  return list
end

function M.languages(person)
  local list = {}
  for i, name in ipairs(person.languages) do
    list[i] = language { name = name, proficiency = "Full professional proficiency" }
  end
  return list
end

--- One for every third person. `named` is the member that holds its name:
-- "title" in email_enrich, "name" elsewhere.
function M.certifications(person, named)
  if person.index % 3 ~= 0 then
    return {}
  end
  return { certification {
    [named] = "Certified Lighthouse Keeper", authority = "Board of Northern Lights",
    license = "NL-" .. person.index, start_date_year = 2019, start_date_month = 2,
    end_date_year = 2026, end_date_month = 2,
  } }
end

--- One for every fourth person.
function M.publications(person)
  if person.index % 4 ~= 0 then
    return {}
  end
  return { publication {
    url = "https://papers.sandbox.example/" .. person.index, title = "On Quiet Harbours",
    description = "What a harbour does when nobody looks.", publisher = "Tidewater Review",
    authors = { person.full_name, "A. N. Other" }, published_on_year = 2021,
    published_on_month = 9, published_on_day = 3,
  } }
end

--- One for every fifth person.
function M.projects(person)
  if person.index % 5 ~= 0 then
    return {}
  end
  return { project {
    title = "New Lamp", description = "Replaced the lamp; ships come home 12% sooner.",
    start_date_year = 2020, start_date_month = 1, end_date_year = 2020, end_date_month = 11,
  } }
end

return M
