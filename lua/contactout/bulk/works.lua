-- The kinds of bulk work: which endpoint does it and how, what its keys are, what a
-- value is, and which options there are.

local bulk_options = require "contactout.bulk.options"
local by_job = require "contactout.bulk.by_job"
local by_request = require "contactout.bulk.by_request"
local core = require "contactout.core"
local errors = require "contactout.errors"
local keys = require "contactout.keys"
local kinds = require "contactout.jobs.kinds"
local options = require "contactout.options"
local records = require "contactout.records"

---@class contactout.Work
---@field kind contactout.JobKind its keys and values
---@field row? table of the endpoint that is charged
---@field resume? fun(run: contactout.Run, batch: contactout.Batch): contactout.Outcome where
---  batches become jobs
---@field send fun(run: contactout.Run, batch: contactout.Batch): contactout.Outcome
---@field concurrency integer batches in flight, unless the caller says
---@field smaller? integer a limit on keys that the server may turn out to have
---@field answers? string where a reply that comes at once has its answers
---@field aliases? fun(raw: any): string[] what else an answer may be known by

local M = {}

local function company_of(raw)
  if type(raw) ~= "table" then
    return nil
  end
  local company = records.company(raw)
  return not records.is_nobody(company) and company or nil
end

-- What a company says of itself that names its domain.
local function domains_of(raw)
  local company, domains = records.company(raw), {}
  domains[1] = company.domain
  domains[#domains + 1] = company.website
  return domains
end

local BY_JOB = {
  kind = kinds.contacts, row = kinds.contacts.submit_row, concurrency = 4,
  send = by_job.send, resume = by_job.resume,
}

local AT_ONCE = {
  row = options.find(core.endpoints, "people_linkedin_batch"), concurrency = 8,
  send = by_request.send, answers = "profiles",
  kind = {
    name = "contacts", submit = "people_linkedin_batch", param = "profiles", argument = "urls",
    form = keys.profile, value = kinds.contacts.value, tells = kinds.contacts.tells,
  },
}

-- The vendor's page says 1000 in one place and 100 in another.
local VERIFICATION = {
  kind = kinds.verification, row = kinds.verification.submit_row, concurrency = 4, smaller = 100,
  send = by_job.send, resume = by_job.resume,
}

local DOMAINS = {
  row = options.find(core.endpoints, "domain_enrich"), concurrency = 8,
  send = by_request.send, answers = "companies", aliases = domains_of,
  kind = {
    name = "domains", submit = "domain_enrich", param = "domains", argument = "domains",
    form = keys.domain, value = company_of, tells = records.has_name,
  },
}

for _, work in ipairs { AT_ONCE, DOMAINS } do
  work.kind.max = options.find(work.row.params, work.kind.param).max
end

-- By method: `options`, and pick(opts), which gives the work, or nil and an error.
M.contacts = { options = bulk_options.CONTACTS }

function M.contacts.pick(opts)
  if opts.version ~= 1 then
    return BY_JOB
  end
  for _, name in ipairs { "include_phone", "callback_url" } do
    if opts[name] then
      return errors.fail("invalid_argument", name .. " needs version 2 of the endpoint",
        { param = name })
    end
  end
  return AT_ONCE
end

M.verify = { options = bulk_options.VERIFY }

function M.verify.pick(opts)
  if opts.retry_unknown and not opts.journal then
    return errors.fail("invalid_argument", "retry_unknown needs a journal, in which the verdicts "
      .. "of an earlier run are", { param = "retry_unknown" })
  end
  return VERIFICATION
end

M.domains = { options = bulk_options.DOMAINS }

function M.domains.pick()
  return DOMAINS
end

return M
