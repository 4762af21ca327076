-- What each record is made of: its fields, and under which names each of the
-- API's shapes has them. A row's `from` are alternatives, of which the first
-- that holds something counts; `with` are fields of the record itself whose
-- elements belong into this list, too. Data alone; init.lua applies it.

local M = {}

--- As a name in `from`: the raw value itself.
M.ITSELF = {}

---@class contactout.Field
---@field name string
---@field type "string"|"strings"|"statuses"
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

return M
