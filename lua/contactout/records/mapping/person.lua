-- A person, as all the endpoints that tell of people have one. Data alone.

local company = require "contactout.records.mapping.company"
local contact = require "contactout.records.mapping.contact"
local history = require "contactout.records.mapping.history"
local shapes = require "contactout.records.mapping.shapes"

local CAMEL, SEARCHED, SNAKE = shapes.CAMEL, shapes.SEARCHED, shapes.SNAKE
local PROFILES, WHOLE = shapes.PROFILES, shapes.WHOLE

local M = {}

---@type contactout.RecordType
M.Person = {
  class = "Person", keeps_raw = true, doc = "a person",
  contact.LINKEDIN_URL,
  { name = "vanity", type = "slug", from = { { "li_vanity", SEARCHED } },
    with = { "linkedin_url" },
    doc = "the person's name in LinkedIn's URLs, as the server gives it or after /in/" },
  { name = "full_name", type = "string",
    from = { { "full_name", SNAKE }, { "fullName", CAMEL } }, doc = "the person's name" },
  { name = "title", type = "string", from = { { "title", SEARCHED } },
    doc = "what the present post is called" },
  { name = "headline", type = "string", from = { { "headline", PROFILES } },
    doc = "the line under the name" },
  { name = "summary", type = "string", from = { { "summary", WHOLE } },
    doc = "what the person says of himself or herself" },
  { name = "industry", type = "string", from = { { "industry", PROFILES } },
    doc = "what the person works in" },
  { name = "location", type = "string", from = { { "location", PROFILES } },
    doc = "where the person is" },
  { name = "country", type = "string", from = { { "country", { "enriched", "found" } } },
    doc = "the country of that" },
  { name = "seniority", type = "string", from = { { "seniority", PROFILES } },
    doc = "how high the post is, such as Manager" },
  { name = "job_function", type = "string",
    from = { { "job_function", SNAKE }, { "jobFunction", CAMEL } },
    doc = "what the post is about, such as Marketing" },
  { name = "work_status", type = "string",
    from = { { "work_status", { "enriched", "found" } }, { "workStatus", CAMEL } },
    doc = "open_to_work, where the person says so" },
  { name = "followers", type = "integer", unit = "people", from = { { "followers", WHOLE } },
    doc = "how many follow the person on LinkedIn" },
  { name = "picture_url", type = "string",
    from = { { "profile_picture_url", SNAKE }, { "profilePictureUrl", CAMEL } },
    doc = "URL of a picture" },
  { name = "updated_at", type = "string",
    from = { { "updated_at", SNAKE }, { "updatedAt", CAMEL } },
    doc = "YYYY-MM-DD HH:MM:SS in an unknown time zone, as the server writes it" },
  contact.WORK_EMAILS, contact.PERSONAL_EMAILS, contact.EMAILS, contact.EMAIL_STATUS,
  contact.PHONES, contact.GITHUB,
  { name = "twitter", type = "strings", from = { { "twitter", shapes.ENRICHED } },
    doc = "names on Twitter" },
  { name = "available", type = "record", of = contact.Availability,
    from = { { "contact_availability", SEARCHED } },
    doc = "which contact details there are, where a search says so" },
  { name = "skills", type = "strings", from = { { "skills", PROFILES } },
    doc = "what the person can do" },
  { name = "languages", type = "records", of = history.Language,
    from = { { "languages", WHOLE } }, doc = "what the person speaks" },
  { name = "experience", type = "records", of = history.Position,
    from = { { "experience", PROFILES } }, doc = "posts, in the server's order" },
  { name = "education", type = "records", of = history.School,
    from = { { "education", PROFILES } }, doc = "schools, in the server's order" },
  { name = "certifications", type = "records", of = history.Certification,
    from = { { "certifications", WHOLE } }, doc = "what the person is certified for" },
  { name = "publications", type = "records", of = history.Publication,
    from = { { "publications", WHOLE } }, doc = "what the person published" },
  { name = "projects", type = "records", of = history.Project,
    from = { { "projects", WHOLE } }, doc = "what the person worked on" },
  { name = "company", type = "record", of = company.Company, from = { { "company", PROFILES } },
    doc = "the present employer" },
}

return M
