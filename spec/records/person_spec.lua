-- What a person is read as from each shape; records/init.lua.

local core = require "contactout.core"
local records = require "contactout.records"
local samples = require "spec.records.samples"

local URL = "https://www.linkedin.com/in/ida-moor"

-- Without the originals, which have a spec of their own.
local function person(raw, url)
  local record = records.person(raw, url)
  record.raw = nil
  if record.company then
    record.company.raw = nil
  end
  return record
end

local function sample(name)
  return person(samples[name](), samples.KEYS[name])
end

local COMPANY = {
  name = "Moor & Sons", linkedin_url = "https://www.linkedin.com/company/moor",
  linkedin_id = 12345678, domain = "moor.example", email_domain = "post.moor.example",
  overview = "Lights\n\nsince 1936.", type = "Family", size = 50, country = "Norway",
  revenue = 6101000, founded = 1936, industry = "Shipping", headquarters = "1 Quay",
  website = "http://moor.example", logo_url = "https://pics.example/moor",
  specialties = { "Lamps", "Ropes" },
  locations = { { text = "1 Quay, Norway" }, { text = "2 Pier, Norway" } },
}

local PAST_POST = {
  title = "Helper", company_name = "Moor & Sons", summary = "Keeps\tthe light.\\n",
  company_linkedin_url = "https://www.linkedin.com/company/moor", location = "Quay, Norway",
  start = { year = 2018, month = 4 }, finish = { year = 2020, month = 12 }, current = false,
}

describe("person", function()
  it("reads the shape of linkedin_enrich", function()
    assert.same({
      linkedin_url = URL, vanity = "ida-moor", full_name = "Ida Moor",
      headline = "Keeper at Moor & Sons", summary = "Nineteen years of light.\\n",
      industry = "Shipping", location = "Quay", country = "Norway", seniority = "Manager",
      job_function = "Operations", work_status = "open_to_work", followers = 1200,
      picture_url = "https://pics.example/ida", updated_at = "2024-01-02 03:04:05",
      emails = { "ida@moor.example", "ida@home.example", "ida@club.example" },
      work_emails = { "ida@moor.example" }, personal_emails = { "ida@home.example" },
      email_status = {}, phones = { "+4712345" }, github = { "idam" },
      twitter = { "ida_m" }, skills = { "Knots", "Oil" },
      languages = { { name = "Norwegian", proficiency = "Native" } },
      experience = { {
        title = "Keeper", company_name = "Moor & Sons", summary = "Keeps\tthe light.\\n",
        company_linkedin_url = "https://www.linkedin.com/company/moor",
        location = "Quay, Norway", start = { year = 2020, month = 4 }, current = true,
      }, PAST_POST },
      education = { {
        name = "Harbour College", degree = "Diploma", field = "Tides", start = { year = 2002 },
        finish = { year = 2004 },
      } },
      certifications = { {
        name = "Able Keeper", authority = "Light Board", license = "0815",
        start = { year = 2018, month = 1 }, finish = { year = 2024, month = 2 },
      } },
      publications = { {
        title = "On Fog", url = "https://papers.example/1", description = "How it comes.",
        publisher = "Coast Review", authors = { "Ida Moor", "Ole Berg" },
        published = { year = 2022, month = 5, day = 10 },
      } },
      projects = { {
        title = "New lamp", description = "Replaced the lamp.",
        start = { year = 2019, month = 6 }, finish = { year = 2020, month = 2 },
      } },
      company = COMPANY,
    }, sample("enriched"))
  end)

  it("reads the shape of email_enrich", function()
    local record, plain = sample("camel"), sample("enriched")
    assert.same({ "ida@home.example", "ida@moor.example" }, record.emails)
    assert.same({ "ida@moor.example" }, record.work_emails)
    assert.same({}, record.personal_emails)
    assert.same({ ["ida@moor.example"] = "verified" }, record.email_status)
    assert.same({ "+47.12345" }, record.phones)
    assert.same({}, record.github)
    assert.same({}, record.twitter)
    assert.same({ PAST_POST }, record.experience)
    assert.same({ {
      city = "Quay", line1 = "1 Light Road", country = "Norway", postal_code = "N 12",
      description = "Headquarters",
    } }, record.company.locations)
    for _, name in ipairs {
      "linkedin_url", "vanity", "full_name", "headline", "industry", "location", "seniority",
      "job_function", "work_status", "followers", "picture_url", "updated_at", "languages",
      "education", "skills", "certifications", "publications", "projects",
    } do
      assert.same(plain[name], record[name], name)
    end
  end)

  it("reads the shape of people_search", function()
    local record = sample("found")
    assert.equal("https://linkedin.com/in/ida-moor", record.linkedin_url)
    assert.equal("ida-moor", record.vanity)
    assert.equal("Keeper", record.title)
    assert.same({ { text = "Keeper at Moor in 2020 - Present" } }, record.experience)
    assert.same({ { text = "Harbour College in 2002 - 2004" } }, record.education)
    assert.same({ personal_email = true, work_email = true, phone = false }, record.available)
    assert.same({ "ida@home.example", "ida@moor.example", "ida@club.example" }, record.emails)
    assert.same({ "ida@home.example" }, record.personal_emails)
    assert.same({ "ida@moor.example" }, record.work_emails)
    assert.same({ "+4712345" }, record.phones)
    assert.same({ ["ida@moor.example"] = "unverified" }, record.email_status)
    assert.same("Moor & Sons", record.company.name)
  end)

  it("reads the details that people_search was asked for", function()
    local record = sample("detailed")
    assert.equal("Keeper", record.experience[1].title)
    assert.same({ year = 2020, month = 4 }, record.experience[1].start)
    assert.equal("https://www.linkedin.com/school/harbour/", record.education[1].url)
  end)

  it("reads the few fields of output_fields", function()
    local record = sample("meagre")
    assert.equal("Keeper", record.title)
    assert.is_nil(record.company)
    assert.same({}, record.emails)
    assert.same({}, record.email_status)
  end)

  it("keeps the vanity as decision_makers has it, and the key's URL", function()
    local record = sample("decider")
    assert.equal("idamoor", record.vanity)
    assert.equal("https://linkedin.com/in/ida-moor", record.linkedin_url)
  end)

  it("finds no contact in the address that people_person was asked about", function()
    local record = sample("linked")
    assert.equal(URL, record.linkedin_url)
    assert.same({}, record.emails)
    assert.same({ "a@x.example" }, person({
      email = "a@x.example", linkedin = URL, fullName = "Ida Moor",
    }).emails)
  end)

  it("goes by the key rather than by a URL inside", function()
    local raw = { url = "https://www.linkedin.com/in/another" }
    assert.equal(URL, person(raw, URL).linkedin_url)
    assert.equal(raw.url, person(raw).linkedin_url)
  end)

  it("takes the vanity from a URL with /in/, and from no other", function()
    local url = "https://de.LinkedIn.com/in/j%C3%B6rg/en?x=1"
    assert.equal("j%C3%B6rg", person({ url = url }).vanity)
    assert.is_nil(person({ url = "https://www.linkedin.com/pub/ida/1/2/3" }).vanity)
  end)

  it("has contacts wherever they stand, each once", function()
    assert.same({ "a@x.example", "b@x.example", "c@x.example" }, person({
      email = "a@x.example", workEmail = "b@x.example",
      contact_info = { emails = { "b@x.example" }, work_emails = "c@x.example" },
    }).emails)
  end)

  it("gives a status alone to the one work address there is, else to none", function()
    assert.same({}, person({ workEmail = "", workEmailStatus = "Verified" }).email_status)
    assert.same({}, person({ work_email = { "a@x", "b@x" }, workEmailStatus = "Verified" })
      .email_status)
  end)

  it("has neither company nor availability where empty arrays stand for them", function()
    local record = person({ company = {}, contact_availability = {}, contact_info = {} })
    assert.is_nil(record.company)
    assert.is_nil(record.available)
  end)

  it("names a certification or a language of which there is but a text", function()
    local record = person({ languages = { "Norwegian" }, certifications = "Able Keeper" })
    assert.same({ { name = "Norwegian" } }, record.languages)
    assert.same({ { name = "Able Keeper" } }, record.certifications)
  end)

  it("reads names that the documentation speaks of, but shows nowhere", function()
    local record = person({
      education = { { institution = "Harbour College", major = "Tides", profile_url = "x/y" } },
      publications = { { name = "On Fog", date = "2022-05-10" } },
    })
    assert.same({ { name = "Harbour College", field = "Tides", url = "x/y" } }, record.education)
    assert.equal("On Fog", record.publications[1].title)
    assert.same({ year = 2022, month = 5, day = 10 }, record.publications[1].published)
  end)

  it("leaves out what is empty in a list, or of another kind", function()
    assert.same({ { title = "Keeper" } },
      person({ experience = { "", core.null, {}, 7, { title = "Keeper" } } }).experience)
  end)

  it("keeps the originals themselves", function()
    local raw = samples.found()
    local record = records.person(raw, URL)
    assert.equal(raw, record.raw)
    assert.equal(raw.company, record.company.raw)
    local linked = samples.linked()
    assert.equal(linked, records.person(linked).raw)
  end)
end)

describe("is_no_one", function()
  it("is true of an empty profile, even under a URL", function()
    for _, raw in ipairs { {}, core.null, { url = "", company = {}, skills = {} } } do
      assert.is_true(records.is_no_one(records.person(raw, URL)))
    end
    assert.is_true(records.is_no_one(records.person(nil)))
  end)

  it("is false as soon as the server says something", function()
    for _, name in ipairs(samples.OF_PEOPLE) do
      assert.is_false(records.is_no_one(records.person(samples[name]())), name)
    end
    assert.is_false(records.is_no_one(records.person({ url = URL })))
  end)
end)
