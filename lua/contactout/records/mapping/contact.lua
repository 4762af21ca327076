-- A person's contact details, which come by themselves and as a part of profiles:
-- in the singular or the plural, as lists or single texts, in the record itself or
-- in `contact_info`, with the kinds of addresses or without. Data alone.

local shapes = require "contactout.records.mapping.shapes"

local CAMEL, SEARCHED, UNSHOWN = shapes.CAMEL, shapes.SEARCHED, shapes.UNSHOWN
local SINGULAR = { "enriched", "looked_up" }
local JOB = { "in_job" }
local INFO = "contact_info"

local M = {}

-- Where the URL is not here, the person stands under it as a key.
M.LINKEDIN_URL = {
  name = "linkedin_url", type = "url",
  from = {
    { "url", SINGULAR }, { "linkedinUrl", CAMEL }, { "linkedin", { "linked" } },
    { "linkedin_url", UNSHOWN },
  },
  doc = "URL of the person, as the server writes it",
}

M.WORK_EMAILS = {
  name = "work_emails", type = "strings",
  from = {
    { "work_email", SINGULAR }, { "workEmail", CAMEL }, { "work_emails", JOB },
    { "work_emails", SEARCHED, within = INFO }, { "work_email", UNSHOWN, within = INFO },
  },
  doc = "addresses at work",
}

M.PERSONAL_EMAILS = {
  name = "personal_emails", type = "strings",
  from = {
    { "personal_email", SINGULAR }, { "personal_emails", JOB },
    { "personal_emails", SEARCHED, within = INFO },
    { "personal_email", UNSHOWN, within = INFO },
  },
  doc = "private addresses",
}

-- What email_enrich calls `email` is a private address or only the one that was
-- asked about: it stands here alone, since nothing says which.
local EMAILS_FROM = {
  { "email", { "enriched", "camel", "looked_up" } }, { "emails", JOB },
  { "emails", SEARCHED, within = INFO }, { "email", UNSHOWN, within = INFO },
}

M.EMAILS = {
  name = "emails", type = "strings", from = EMAILS_FROM,
  with = { "work_emails", "personal_emails" },
  doc = "all addresses in the server's order, those of unknown kind, too",
}

local PHONES = {
  name = "phones", type = "codes",
  from = {
    { "phone", { "enriched", "camel", "looked_up" } }, { "phones", JOB },
    { "phones", SEARCHED, within = INFO }, { "phone", UNSHOWN, within = INFO },
  },
  doc = "telephone numbers, as the server writes them",
}

local GITHUB = {
  name = "github", type = "strings",
  from = {
    { "github", { "enriched", "camel", "looked_up" } }, { "github", UNSHOWN, within = INFO },
  },
  doc = "names or URLs on GitHub",
}

local EMAIL_STATUS = {
  name = "email_status", type = "statuses",
  from = {
    { "work_email_status", { "looked_up" } }, { "workEmailStatus", CAMEL },
    { "work_email_status", SEARCHED, within = INFO },
  },
  with = { "work_emails" },
  doc = "address -> verified or unverified, where the server says so",
}

-- Somebody's bare list is all his addresses, which in a whole profile it can't be.
local LISTED_EMAILS = {
  name = "emails", type = "strings", with = M.EMAILS.with, doc = M.EMAILS.doc,
  from = { { shapes.ITSELF, { "listed" } } },
}
for _, source in ipairs(EMAILS_FROM) do
  LISTED_EMAILS.from[#LISTED_EMAILS.from + 1] = source
end

M.PHONES, M.GITHUB, M.EMAIL_STATUS = PHONES, GITHUB, EMAIL_STATUS

---@type contactout.RecordType
M.Contact = {
  class = "Contact", keeps_raw = true, doc = "how to reach a person",
  M.LINKEDIN_URL, M.WORK_EMAILS, M.PERSONAL_EMAILS, LISTED_EMAILS, PHONES, GITHUB, EMAIL_STATUS,
}

--- What the contact checkers and searches say of somebody's details.
---@type contactout.RecordType
M.Availability = {
  class = "Availability", doc = "which contact details the server has",
  { name = "personal_email", type = "boolean", from = { { "personal_email", SEARCHED } },
    doc = "whether there is a private address" },
  { name = "work_email", type = "boolean", from = { { "work_email", SEARCHED } },
    doc = "whether there is an address at work" },
  { name = "phone", type = "boolean", from = { { "phone", SEARCHED } },
    doc = "whether there is a telephone number" },
}

return M
