-- The two kinds of jobs, once: their endpoints, what their keys are, and what one
-- answer means. Depends on the core, keys and records; no I/O.

local core = require "contactout.core"
local keys = require "contactout.keys"
local options = require "contactout.options"
local records = require "contactout.records"

---@class contactout.JobKind
---@field name "contacts"|"verification"
---@field submit string the endpoint that starts such a job
---@field poll string the endpoint that tells of it
---@field param string the parameter of `submit` that holds the keys
---@field argument string what the keys are called in our own functions
---@field max integer keys in one job
---@field form fun(text: string): string, string one of contactout.keys
---@field options contactout.Option[] of a submission
---@field tells? fun(raw: any): boolean at a look, whether there surely is a value
---@field value fun(raw: any, key: string): any|nil, boolean? what an answer means:
---  its value; or nil, and whether it is an answer all the same: nothing is known
local M = {}

local find = options.find

local function contact_of(raw, key)
  if type(raw) ~= "table" then
    return nil, false
  end
  local contact = records.contact(raw, key)
  if records.is_empty(contact) then
    return nil, true
  end
  return contact
end

-- The documented verdict is a word; a table around it costs nothing to tolerate.
local function verdict_of(raw)
  local word = type(raw) == "table" and raw.status or raw
  if type(word) ~= "string" or word == "" then
    return nil, false
  end
  return word:lower()
end

M.contacts = {
  name = "contacts", submit = "people_linkedin_batch_v2",
  poll = "people_linkedin_batch_v2_result", param = "profiles", argument = "urls",
  form = keys.profile, options = options.CONTACTS_JOB, value = contact_of,
  tells = records.has_details,
}

M.verification = {
  name = "verification", submit = "email_verify_batch",
  poll = "email_verify_batch_result", param = "emails", argument = "emails",
  form = keys.email, options = options.VERIFICATION_JOB, value = verdict_of,
}

for _, kind in pairs(M) do
  local submit = find(core.endpoints, kind.submit)
  kind.max, kind.submit_row = find(submit.params, kind.param).max, submit
  kind.row = find(core.endpoints, kind.poll)
end

return M
