-- What each record is made of: its fields, and under which names each of the
-- API's shapes has them. A row's `from` are alternatives, of which the first
-- that holds something counts; `with` are fields of the record itself whose
-- elements belong into this list, too. Data alone; init.lua applies it.

local M = {}

--- As a name in `from`: the raw value itself.
M.ITSELF = {}

---@class contactout.Field
---@field name string
---@field type string a reader of init.lua
---@field of? contactout.Field[] what each element of a list of records is made of
---@field from any[] names in the raw shapes, or ITSELF
---@field with? string[] fields, earlier in the list, to be united with this one
---@field doc string

-- A person's contact details come in four shapes: in the singular, with a map of
-- statuses (people_linkedin); as a bare list of addresses of unknown kind
-- (people_linkedin_batch); in the plural (a job's result); and that with
-- statuses (`contact_info` of a search). In all but the first the person's URL
-- is the key under which it stands.
---@type contactout.Field[]
M.Contact = {
  { name = "linkedin_url", type = "string", from = { "url" },
    doc = "URL of the person, as the server writes it" },
  { name = "work_emails", type = "strings", from = { "work_emails", "work_email" },
    doc = "addresses at work" },
  { name = "personal_emails", type = "strings", from = { "personal_emails", "personal_email" },
    doc = "private addresses" },
  { name = "emails", type = "strings", from = { "emails", "email", M.ITSELF },
    with = { "work_emails", "personal_emails" },
    doc = "all addresses, in the server's order" },
  { name = "phones", type = "strings", from = { "phones", "phone" },
    doc = "telephone numbers, as the server writes them" },
  { name = "github", type = "strings", from = { "github" },
    doc = "URLs or names on GitHub" },
  { name = "email_status", type = "statuses", from = { "work_email_status" },
    doc = "address -> verified or unverified, where the server says so" },
}

--- The fields of which a contact must have one to be any.
M.CONTACT_DETAILS = { "emails", "phones", "github" }

-- Where a company is: a text in most shapes.
---@type contactout.Field[]
M.Place = {
  { name = "text", type = "string", from = { M.ITSELF }, doc = "the place in one line" },
  { name = "city", type = "string", from = { "city" }, doc = "its city" },
  { name = "country", type = "string", from = { "country" }, doc = "its country" },
  { name = "primary", type = "boolean", from = { "isPrimary" }, doc = "whether it is the first" },
}

-- A company, as domain_enrich has it.
---@type contactout.Field[]
M.Company = {
  { name = "name", type = "string", from = { "name" }, doc = "its name" },
  { name = "linkedin_url", type = "string", from = { "li_vanity" }, doc = "URL of its page" },
  { name = "domain", type = "string", from = { "domain" }, doc = "its domain" },
  { name = "website", type = "string", from = { "website" }, doc = "URL of its website" },
  { name = "overview", type = "string", from = { "description" }, doc = "what it says of itself" },
  { name = "type", type = "string", from = { "type" }, doc = "such as Privately Held" },
  { name = "size", type = "integer", from = { "size" }, doc = "how many work there" },
  { name = "country", type = "string", from = { "country" }, doc = "where it is" },
  { name = "revenue", type = "dollars", from = { "revenue" }, doc = "dollars a year" },
  { name = "revenue_text", type = "string", from = { "revenue" },
    doc = "the same in the server's words, such as $5.4M" },
  { name = "founded", type = "integer", from = { "founded_at" }, doc = "the year" },
  { name = "industry", type = "string", from = { "industry" }, doc = "what it works in" },
  { name = "headquarters", type = "string", from = { "headquarter" }, doc = "where it sits" },
  { name = "logo_url", type = "string", from = { "logo_url" }, doc = "URL of a picture" },
  { name = "specialties", type = "strings", from = { "specialties" }, doc = "what it is good at" },
  { name = "locations", type = "records", of = M.Place, from = { "locations" },
    doc = "where else it is" },
}

--- The fields of which a company must have one to be any.
M.COMPANY_NAMES = { "name", "domain", "linkedin_url", "website" }

return M
