-- One raw value of each shape in which the API sends people and companies, as it comes
-- from the decoder, with words of our own. Each is made anew, so that it can be changed.
--
--   samples.found()          the raw value
--   samples.KEYS.found       the key under which it stands, if it does

local core = require "contactout.core"

local M = { KEYS = {
  found = "https://linkedin.com/in/ida-moor", detailed = "https://linkedin.com/in/ida-moor",
  decider = "https://linkedin.com/in/ida-moor", listed = "https://www.linkedin.com/in/ida-moor",
  in_job = "https://www.linkedin.com/in/ida-moor", domain = "moor.example",
} }

local function empty()
  return setmetatable({}, core.empty_array_mt)
end

-- The members of both, those of the second in place of the first's.
local function merged(first, second)
  for name, value in pairs(second) do
    first[name] = value
  end
  return first
end

local function post()
  return {
    title = "Keeper", summary = "Keeps\tthe light.\\n", locality = "Quay, Norway",
    company_name = "Moor & Sons", linkedin_url = "https://www.linkedin.com/company/moor",
    start_date_year = 2020, start_date_month = 4, is_current = true,
  }
end

local function past_post()
  return merged(post(), {
    title = "Helper", start_date = "20184", end_date = "202012", is_current = false,
    start_date_year = 2018, start_date_month = 4, end_date_year = 2020, end_date_month = 12,
  })
end

local function school()
  return {
    field_of_study = "Tides", start_date_year = "2002", end_date_year = "2004",
    degree = "Diploma", school_name = "Harbour College",
  }
end

-- What all profiles have; `certified` is what the name of a certification is called.
local function lists(certified)
  return {
    languages = { { name = "Norwegian", proficiency = "Native" } }, skills = { "Knots", "Oil" },
    certifications = { {
      [certified] = "Able Keeper", authority = "Light Board", license = "0815",
      start_date_year = 2018, start_date_month = 1, end_date_year = 2024, end_date_month = 2,
    } },
    publications = { {
      url = "https://papers.example/1", title = "On Fog", description = "How it comes.",
      publisher = "Coast Review", authors = { "Ida Moor", "Ole Berg" }, published_on_year = 2022,
      published_on_month = 5, published_on_day = 10,
    } },
    projects = { {
      title = "New lamp", description = "Replaced the lamp.", start_date_year = 2019,
      start_date_month = 6, end_date_year = 2020, end_date_month = 2,
    } },
    followers = 1200,
  }
end

local function employer()
  return {
    name = "Moor & Sons", url = "https://www.linkedin.com/company/moor", domain = "moor.example",
    email_domain = "post.moor.example", overview = "Lights\n\nsince 1936.", type = "Family",
    size = 50, country = "Norway", revenue = 6101000, founded_at = 1936, industry = "Shipping",
    headquarter = "1 Quay", website = "http://moor.example", logo_url = "https://pics.example/moor",
    specialties = { "Lamps", "Ropes" }, locations = { "1 Quay, Norway", "2 Pier, Norway" },
  }
end

--- linkedin_enrich, people_enrich.
function M.enriched()
  return merged(lists("name"), {
    url = "https://www.linkedin.com/in/ida-moor",
    email = { "ida@moor.example", "ida@home.example", "ida@club.example" },
    work_email = { "ida@moor.example" }, personal_email = { "ida@home.example" },
    phone = { "+4712345" }, github = { "idam" },
    twitter = { "ida_m" }, full_name = "Ida Moor", headline = "Keeper at Moor & Sons",
    industry = "Shipping", company = merged(employer(), { linkedin_company_id = 12345678 }),
    location = "Quay", country = "Norway", summary = "Nineteen years of light.\\n",
    experience = { post(), past_post() }, education = { school() }, job_function = "Operations",
    seniority = "Manager", work_status = "open_to_work",
    profile_picture_url = "https://pics.example/ida", updated_at = "2024-01-02 03:04:05",
  })
end

--- email_enrich; people_enrich, as its table has it.
function M.camel()
  return merged(lists("title"), {
    email = "ida@home.example", workEmail = "ida@moor.example", workEmailStatus = "Verified",
    fullName = "Ida Moor", headline = "Keeper at Moor & Sons", industry = "Shipping",
    linkedinUrl = "https://www.linkedin.com/in/ida-moor",
    profilePictureUrl = "https://pics.example/ida", confidenceLevel = "", altMatches = empty(),
    phone = " +47.12345", twitter = "", github = "",
    company = merged(employer(), { linkedin_company_id = 12345678, locations = {
      { city = "Quay", line1 = "1 Light Road", line2 = "", state = "", country = "Norway",
        postalCode = "N 12", description = "Headquarters" },
    } }),
    location = "Quay", summary = "Nineteen years of light.", experience = { past_post() },
    education = { school() }, jobFunction = "Operations", seniority = "Manager",
    workStatus = "open_to_work", updatedAt = "2024-01-02 03:04:05",
  })
end

local function contact_info()
  return {
    emails = { "ida@home.example", "ida@moor.example", "ida@club.example" },
    personal_emails = { "ida@home.example" },
    work_emails = { "ida@moor.example" }, phones = { "+4712345" },
    work_email_status = { ["ida@moor.example"] = "Unverified" },
  }
end

--- decision_makers.
function M.decider()
  return {
    full_name = "Ida Moor", li_vanity = "idamoor", title = "Keeper", headline = "Keeps the light",
    company = { name = "Moor & Sons", domain = "moor.example", size = 96, revenue = 10000 },
    location = "Quay", industry = "Shipping", experience = { "Keeper at Moor in 2020 - Present" },
    education = { "Harbour College in 2002 - 2004" }, skills = { "Knots" },
    updated_at = "2024-01-02 03:04:05", profile_picture_url = "https://pics.example/ida",
    job_function = "Operations", seniority = "Manager", contact_info = contact_info(),
    contact_availability = { personal_email = true, work_email = true, phone = false },
  }
end

--- people_search.
function M.found()
  return merged(M.decider(), merged(lists("name"), {
    li_vanity = "ida-moor", company = employer(), country = "Norway", summary = "Light.",
    work_status = "open_to_work",
  }))
end

--- people_search with detailed_experience and detailed_education.
function M.detailed()
  return merged(M.found(), {
    experience = { merged(post(), { logo_url = "https://pics.example/moor" }) },
    education = { merged(school(), { description = "Fog and tides",
      url = "https://www.linkedin.com/school/harbour/" }) },
  })
end

--- people_search with output_fields, and without contacts.
function M.meagre()
  return {
    li_vanity = "ida-moor", title = "Keeper",
    contact_availability = { personal_email = true, work_email = true, phone = true },
    contact_info = { emails = empty(), personal_emails = empty(), work_emails = empty(),
      work_email_status = empty(), phones = empty() },
  }
end

--- people_person.
function M.linked()
  return { email = "ida@home.example", linkedin = "https://www.linkedin.com/in/ida-moor" }
end

--- people_linkedin.
function M.looked_up()
  return {
    url = "https://www.linkedin.com/in/ida-moor", email = { "ida@home.example" },
    work_email = { "ida@moor.example" }, personal_email = { "ida@home.example" },
    work_email_status = { ["ida@moor.example"] = "Verified" }, phone = { "+4712345" },
    github = { "idam" },
  }
end

--- people_linkedin_batch.
function M.listed()
  return { "ida@moor.example", "ida@home.example" }
end

--- people_linkedin_batch_v2_result.
function M.in_job()
  return {
    emails = { "ida@moor.example", "ida@home.example" }, personal_emails = { "ida@home.example" },
    work_emails = { "ida@moor.example" }, phones = empty(),
  }
end

--- company_search.
function M.listed_company()
  return merged(employer(), { location = "Quay Norway" })
end

--- domain_enrich, with the three kinds of places.
function M.domain()
  return {
    li_vanity = "https://www.linkedin.com/company/moor", name = "Moor & Sons",
    domain = "moor.example", description = "Lights since 1936.", website = "http://moor.example",
    logo_url = "https://pics.example/moor", type = "Family", headquarter = "1 Quay",
    country = "Norway", size = 89, founded_at = 1936, industry = "Shipping",
    specialties = empty(), revenue = "$5.4M",
    locations = { "1 Quay, Norway", { city = "Quay", country = "Norway", isPrimary = true } },
  }
end

--- By the function that reads them.
M.OF_PEOPLE = { "enriched", "camel", "decider", "found", "detailed", "meagre", "linked" }
M.OF_CONTACTS = { "looked_up", "listed", "in_job", "camel", "found", "linked" }
M.OF_COMPANIES = { "listed_company", "domain" }

return M
