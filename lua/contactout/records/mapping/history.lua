-- What stands in the lists of a person's profile: posts, schools, languages and so
-- on. Searches send sentences for the first two, unless asked for the details; a
-- text alone is the name of any of the others. Data alone.

local shapes = require "contactout.records.mapping.shapes"

local ITSELF, UNSHOWN = shapes.ITSELF, shapes.UNSHOWN
local OBJECTS, SEARCHED, WHOLE = shapes.OBJECTS, shapes.SEARCHED, shapes.WHOLE
local DETAILED = { "detailed" }

local M = {}

local SENTENCE = {
  name = "text", type = "string", from = { { ITSELF, SEARCHED } },
  doc = "all of it in one sentence; then nothing else is known",
}

---@type contactout.RecordType
M.Position = {
  class = "Position", doc = "a post that a person has or had",
  { name = "title", type = "string", from = { { "title", OBJECTS } }, doc = "what it is called" },
  { name = "company_name", type = "string", from = { { "company_name", OBJECTS } },
    doc = "the employer's name" },
  { name = "company_linkedin_url", type = "url", from = { { "linkedin_url", OBJECTS } },
    doc = "URL of the employer's page on LinkedIn" },
  { name = "summary", type = "string",
    from = { { "summary", OBJECTS }, { "description", UNSHOWN } },
    doc = "what the person says of it" },
  { name = "location", type = "string",
    from = { { "locality", OBJECTS }, { "location", UNSHOWN } }, doc = "where it is" },
  { name = "start", type = "date", from = { { shapes.START, OBJECTS } }, doc = "when it began" },
  { name = "finish", type = "date", from = { { shapes.FINISH, OBJECTS } }, doc = "when it ended" },
  { name = "current", type = "boolean", from = { { "is_current", OBJECTS } },
    doc = "whether the person has it still" },
  SENTENCE,
}

---@type contactout.RecordType
M.School = {
  class = "School", doc = "a school that a person went to",
  { name = "name", type = "string",
    from = { { "school_name", OBJECTS }, { "institution", UNSHOWN } }, doc = "its name" },
  { name = "degree", type = "string", from = { { "degree", OBJECTS } },
    doc = "what the person left with" },
  { name = "field", type = "string",
    from = { { "field_of_study", OBJECTS }, { "major", UNSHOWN } }, doc = "what was studied" },
  { name = "description", type = "string", from = { { "description", OBJECTS } },
    doc = "what the person says of it" },
  { name = "url", type = "string", from = { { "url", DETAILED }, { "profile_url", UNSHOWN } },
    doc = "URL of its page" },
  { name = "start", type = "date", from = { { shapes.START, OBJECTS } }, doc = "when it began" },
  { name = "finish", type = "date", from = { { shapes.FINISH, OBJECTS } }, doc = "when it ended" },
  SENTENCE,
}

---@type contactout.RecordType
M.Language = {
  class = "Language", doc = "a language that a person speaks",
  { name = "name", type = "string", from = { { "name", WHOLE }, { ITSELF, UNSHOWN } },
    doc = "its name" },
  { name = "proficiency", type = "string", from = { { "proficiency", WHOLE } }, doc = "how well" },
}

---@type contactout.RecordType
M.Certification = {
  class = "Certification", doc = "what a person is certified for",
  { name = "name", type = "string",
    from = { { "name", { "enriched", "found" } }, { "title", shapes.CAMEL }, { ITSELF, UNSHOWN } },
    doc = "what it is called" },
  { name = "authority", type = "string", from = { { "authority", WHOLE } }, doc = "who gave it" },
  { name = "license", type = "code", from = { { "license", WHOLE } }, doc = "its number" },
  { name = "start", type = "date", from = { { shapes.START, WHOLE } }, doc = "since when" },
  { name = "finish", type = "date", from = { { shapes.FINISH, WHOLE } }, doc = "until when" },
}

local PUBLISHED = {
  text = "published_on", year = "published_on_year", month = "published_on_month",
  day = "published_on_day",
}

---@type contactout.RecordType
M.Publication = {
  class = "Publication", doc = "what a person published",
  { name = "title", type = "string",
    from = { { "title", WHOLE }, { "name", UNSHOWN }, { ITSELF, UNSHOWN } },
    doc = "what it is called" },
  { name = "url", type = "string", from = { { "url", WHOLE } }, doc = "where it is" },
  { name = "description", type = "string", from = { { "description", WHOLE } },
    doc = "what it is about" },
  { name = "publisher", type = "string", from = { { "publisher", WHOLE } },
    doc = "who brought it out" },
  { name = "authors", type = "strings", from = { { "authors", WHOLE } }, doc = "who wrote it" },
  { name = "published", type = "date",
    from = { { PUBLISHED, WHOLE }, { { text = "date" }, UNSHOWN } }, doc = "when it came out" },
}

---@type contactout.RecordType
M.Project = {
  class = "Project", doc = "what a person worked on",
  { name = "title", type = "string", from = { { "title", WHOLE }, { ITSELF, UNSHOWN } },
    doc = "what it is called" },
  { name = "description", type = "string", from = { { "description", WHOLE } },
    doc = "what it is about" },
  { name = "start", type = "date", from = { { shapes.START, WHOLE } }, doc = "when it began" },
  { name = "finish", type = "date", from = { { shapes.FINISH, WHOLE } }, doc = "when it ended" },
}

return M
