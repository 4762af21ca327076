-- The shapes in which the API sends people and companies, by name, and what the
-- rows of the mapping have in common. Data alone.

local M = {}

---@class contactout.Shape
---@field endpoints string[] which answer so
---@field doc string what marks it

--- By name. A source in the mapping says in which of them it is documented.
---@type table<string, contactout.Shape>
M.SHAPES = {
  enriched = { endpoints = { "linkedin_enrich", "people_enrich" },
    doc = "snake_case; contacts are lists with names in the singular" },
  camel = { endpoints = { "email_enrich", "people_enrich" },
    doc = "camelCase, but for what is inside; contacts are texts, empty for none" },
  found = { endpoints = { "people_search" },
    doc = "under its URL; the contacts in contact_info; careers as sentences" },
  detailed = { endpoints = { "people_search" },
    doc = "as found, with detailed_experience and detailed_education: careers as objects" },
  decider = { endpoints = { "decision_makers" }, doc = "as found, with fewer fields" },
  looked_up = { endpoints = { "people_linkedin" },
    doc = "contacts alone: lists with names in the singular, and a map of statuses" },
  listed = { endpoints = { "people_linkedin_batch" },
    doc = "under the person's URL a bare list of addresses of any kind" },
  in_job = { endpoints = { "people_linkedin_batch_v2_result" },
    doc = "under the person's URL contacts alone, with names in the plural" },
  linked = { endpoints = { "people_person" },
    doc = "the person's URL beside the address that was asked about" },
  listed_company = { endpoints = { "company_search" }, doc = "a company by itself" },
  domain = { endpoints = { "domain_enrich" },
    doc = "a company under its domain; other names, revenue as a text" },
}

--- As the name of a source: the raw value itself.
M.ITSELF = {}

--- Shapes of a source that the documentation speaks of, but shows nowhere.
M.UNSHOWN = {}

-- Groups of shapes that rows have in common.
M.CAMEL = { "camel" }
M.ENRICHED = { "enriched", "camel" }
M.SEARCHED = { "found", "decider" }
M.SNAKE = { "enriched", "found", "decider" }
M.WHOLE = { "enriched", "camel", "found" }
M.PROFILES = { "enriched", "camel", "found", "decider" }
M.OBJECTS = { "enriched", "camel", "detailed" }

--- The parts of a date: integers (a school's are texts), and a text such as
--- "20204" or "202112": the year, and the month without a zero before it.
M.START = { text = "start_date", year = "start_date_year", month = "start_date_month" }
M.FINISH = { text = "end_date", year = "end_date_year", month = "end_date_month" }

return M
