-- A company, by itself and as a person's employer, and where it is. Data alone.

local shapes = require "contactout.records.mapping.shapes"

local CAMEL, UNSHOWN = shapes.CAMEL, shapes.UNSHOWN
local DOMAIN = { "domain" }
-- decision_makers has eight fields, domain_enrich some that no other has.
local ALL = { "enriched", "camel", "found", "decider", "listed_company", "domain" }
local LONG = { "enriched", "camel", "found", "listed_company", "domain" }
local NAMED_URL = { "enriched", "camel", "found", "listed_company" }

local M = {}

---@type contactout.RecordType
M.Place = {
  class = "Place", doc = "where a company is: a text, or the parts of an address",
  { name = "text", type = "string",
    from = { { shapes.ITSELF, { "enriched", "found", "listed_company", "domain" } } },
    doc = "the place in one line; absent where its parts are given" },
  { name = "line1", type = "string", from = { { "line1", CAMEL } }, doc = "street and number" },
  { name = "line2", type = "string", from = { { "line2", CAMEL } }, doc = "such as a floor" },
  { name = "city", type = "string", from = { { "city", CAMEL } }, doc = "its city" },
  { name = "state", type = "string", from = { { "state", CAMEL } }, doc = "its state or region" },
  { name = "country", type = "string", from = { { "country", CAMEL } }, doc = "its country" },
  { name = "postal_code", type = "code",
    from = { { "postalCode", CAMEL }, { "postal_code", UNSHOWN } }, doc = "its postal code" },
  { name = "description", type = "string", from = { { "description", CAMEL } },
    doc = "what is there, such as Headquarters" },
  { name = "primary", type = "boolean",
    from = { { "isPrimary", UNSHOWN }, { "is_primary", UNSHOWN } },
    doc = "whether it is the first of them" },
}

---@type contactout.RecordType
M.Company = {
  class = "Company", keeps_raw = true, doc = "a company",
  { name = "name", type = "string", from = { { "name", ALL } }, doc = "its name" },
  { name = "linkedin_url", type = "url", from = { { "url", NAMED_URL }, { "li_vanity", DOMAIN } },
    doc = "URL of its page on LinkedIn" },
  { name = "linkedin_id", type = "integer",
    from = { { "linkedin_company_id", shapes.ENRICHED } }, doc = "its number on LinkedIn" },
  { name = "domain", type = "string", from = { { "domain", ALL } }, doc = "its domain" },
  { name = "email_domain", type = "string",
    from = { { "email_domain", { "enriched", "camel", "found", "decider", "listed_company" } } },
    doc = "the domain of its e-mail addresses" },
  { name = "website", type = "string", from = { { "website", ALL } }, doc = "URL of its website" },
  { name = "overview", type = "string",
    from = { { "overview", NAMED_URL }, { "description", DOMAIN } },
    doc = "what it says of itself" },
  { name = "type", type = "string", from = { { "type", LONG } },
    doc = "such as Privately Held" },
  { name = "size", type = "integer", unit = "people", from = { { "size", ALL } },
    doc = "how many work there, about" },
  { name = "country", type = "string", from = { { "country", LONG } }, doc = "where it is" },
  { name = "revenue", type = "dollars", unit = "dollars", from = { { "revenue", ALL } },
    doc = "dollars a year" },
  { name = "revenue_text", type = "string", from = { { "revenue", DOMAIN } },
    doc = "the same in the server's words, such as $5.4M, where it used words" },
  { name = "founded", type = "year", unit = "year", from = { { "founded_at", LONG } },
    doc = "the year" },
  { name = "industry", type = "string", from = { { "industry", ALL } }, doc = "what it works in" },
  { name = "headquarters", type = "string", from = { { "headquarter", ALL } },
    doc = "where it sits" },
  { name = "location", type = "string", from = { { "location", { "listed_company" } } },
    doc = "the place that a search matched" },
  { name = "logo_url", type = "string", from = { { "logo_url", LONG } }, doc = "URL of a picture" },
  { name = "specialties", type = "strings", from = { { "specialties", LONG } },
    doc = "what it is good at" },
  { name = "locations", type = "records", of = M.Place, from = { { "locations", LONG } },
    doc = "where it is, all of it" },
}

return M
