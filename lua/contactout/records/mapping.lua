-- What each record is made of, field by field: its type and unit, what it means, and
-- under which name each of the API's shapes has it. This file has the types of fields
-- and the list of records, whose rows are in mapping/. Data alone: init.lua applies
-- it, and the types for editors are written from it.

local company = require "contactout.records.mapping.company"
local contact = require "contactout.records.mapping.contact"
local history = require "contactout.records.mapping.history"
local person = require "contactout.records.mapping.person"
local shapes = require "contactout.records.mapping.shapes"

---@class contactout.FieldSource where a field comes from
---@field [1] string|table a name in the raw shape; ITSELF; or a date's parts: names by
---  `text`, `year`, `month`, `day`
---@field [2] string[] names of the shapes in which it is documented; UNSHOWN: in words only
---@field within? string name of the object, beside the other fields, in which it stands

---@class contactout.Field
---@field name string
---@field type string a key of TYPES
---@field unit? string of a number
---@field of? contactout.RecordType what it, or each of its elements, is made of
---@field from contactout.FieldSource[] of which the first that says something counts; of a
---  list of texts or codes all are united
---@field with? string[] fields, earlier in the record, from which it is read, too
---@field doc string

---@class contactout.RecordType : contactout.Field[] fields in the order of reading
---@field class string its name
---@field keeps_raw? boolean whether it has the original, as `raw`
---@field doc string

---@class contactout.FieldType
---@field lua? string the type in Lua; of a record, and of its elements, the class of `of`
---@field always? boolean whether the field is there even if nothing is known
---@field doc string

local M = { SHAPES = shapes.SHAPES, ITSELF = shapes.ITSELF, UNSHOWN = shapes.UNSHOWN }

--- What a field's value can be.
---@type table<string, contactout.FieldType>
M.TYPES = {
  string = { lua = "string", doc = "a text without blanks around it, never empty" },
  code = { lua = "string", doc = "a text, also where the server sends a whole number" },
  url = { lua = "string", doc = "a text with a slash in it" },
  slug = { lua = "string", doc = "a text without a slash, or what stands after /in/ in a URL" },
  boolean = { lua = "boolean", doc = "true or false" },
  integer = { lua = "integer", doc = "a whole number, also where the server sends a text" },
  year = { lua = "integer", doc = "a year of four digits" },
  dollars = { lua = "integer", doc = "whole dollars: 5400000 for $5.4M" },
  date = { lua = "contactout.Date", doc = "year, and month and day where they are known" },
  strings = { lua = "string[]", always = true, doc = "texts, none of them twice" },
  codes = { lua = "string[]", always = true, doc = "codes, none of them twice" },
  statuses = { lua = "table<string, string>", always = true,
    doc = "address -> verified or unverified" },
  record = { doc = "a record, absent if it would be empty" },
  records = { always = true, doc = "records, none of them empty" },
}

M.Person, M.Contact, M.Company = person.Person, contact.Contact, company.Company

--- All kinds of records, each after those that it is made of. Dates, which are made of
--- numbers and not of fields, aren't among them.
---@type contactout.RecordType[]
M.RECORDS = {
  M.Contact, contact.Availability, company.Place, M.Company,
  history.Position, history.School, history.Language, history.Certification,
  history.Publication, history.Project, M.Person,
}

---@class contactout.Date a day, or what is known of it
---@field year integer
---@field month? integer 1 to 12
---@field day? integer 1 to 31

--- The fields of which a contact must have one to be any.
M.CONTACT_DETAILS = { "emails", "phones", "github" }

--- The fields of which a company must have one to be any; the domain, too, if it is the
--- server that says it.
M.COMPANY_NAMES = { "name", "linkedin_url", "website" }

return M
