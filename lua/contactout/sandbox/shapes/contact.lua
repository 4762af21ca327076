-- Contact details as the endpoints show them. Which addresses a request may
-- see is decided once, in `select`; the shapes only name them differently.

local json = require "contactout.sandbox.json"

local M = {}

local contact = json.object {
  "url", "email", "work_email", "work_email_status", "personal_email", "phone", "github",
}

local job_result = json.object { "emails", "personal_emails", "work_emails", "phones" }

local info = json.object {
  "emails", "personal_emails", "work_emails", "work_email_status", "phones",
}

local availability = json.object { "personal_email", "work_email", "phone" }

local function joined(first, second)
  local list = {}
  for _, value in ipairs(first) do
    list[#list + 1] = value
  end
  for _, value in ipairs(second) do
    list[#list + 1] = value
  end
  return list
end

--- The details of a person that a request sees. want: personal, work, phone
-- (booleans), live (search for work e-mail live where none is known).
function M.select(person, want)
  local work = want.work and person.work_emails or {}
  if want.work and want.live and #work == 0 then
    work = person.live_work_emails
  end
  local personal = want.personal and person.personal_emails or {}
  return {
    emails = joined(work, personal), work_emails = work, personal_emails = personal,
    phones = want.phone and person.phones or {},
  }
end

--- {address: "Verified"} in order, or [] if there is no work e-mail.
function M.statuses(person, work_emails)
  local statuses = json.keyed()
  for _, email in ipairs(work_emails) do
    statuses:add(email, person.work_email_status)
  end
  return statuses
end

--- people_linkedin: singular names, arrays.
function M.single(person, url, selected)
  return contact {
    url = url, email = selected.emails, work_email = selected.work_emails,
    work_email_status = M.statuses(person, selected.work_emails),
    personal_email = selected.personal_emails, phone = selected.phones, github = person.github,
  }
end

--- The v2 batch's result: plural names, no status.
function M.in_job(selected)
  return job_result {
    emails = selected.emails, personal_emails = selected.personal_emails,
    work_emails = selected.work_emails, phones = selected.phones,
  }
end

--- `contact_info` of a search.
function M.info(person, selected)
  return info {
    emails = selected.emails, personal_emails = selected.personal_emails,
    work_emails = selected.work_emails,
    work_email_status = M.statuses(person, selected.work_emails), phones = selected.phones,
  }
end

--- `contact_info` of a search that reveals nothing: undocumented, so by the
-- person's number absent, an empty array, or an object of empty arrays.
function M.no_info(person)
  local form = person.index % 3
  if form == 0 then
    return nil
  elseif form == 1 then
    return {}
  end
  return info {
    emails = {}, personal_emails = {}, work_emails = {}, work_email_status = {}, phones = {},
  }
end

--- `contact_availability` of a search.
function M.availability(person)
  return availability {
    personal_email = #person.personal_emails > 0,
    work_email = #person.work_emails > 0,
    phone = #person.phones > 0,
  }
end

return M
