-- The options of bulk work: those that all of it takes, and each method's own. Data
-- alone; contactout.options reads them.

local budget = require "contactout.budget"
local options = require "contactout.options"
local tasks = require "contactout.tasks"

local RULES = options.RULES

local M = {}

local function version(value)
  return value == 1 or value == 2, "1 or 2"
end

local function callable(value)
  return tasks.is_callable(value), "a function"
end

local find = options.find

--- An option of other methods, as one of a method where it has nothing to bound: so one
--- table of options may serve several.
---@param option contactout.Option
---@param why string
---@return contactout.Option
function M.ignored(option, why)
  return { name = option.name, type = option.type, check = option.check, is_ignored = true,
    doc = "no effect: " .. why }
end

M.NO_JOB = "no job is made"

local MAX_RETRY_WAIT = { name = "max_retry_wait", type = "number", check = RULES.not_negative,
  doc = "seconds of pauses that the server wants, one after another, or of an outage, until "
    .. "which the run waits and after which it ends; an hour" }

--- Adds a call's options, of which one means more to a run, or a walk.
---@param own contactout.Option[]
---@return contactout.Option[] own
function M.with_call(own)
  for index, option in ipairs(options.with_call(own)) do
    own[index] = option.name == MAX_RETRY_WAIT.name and MAX_RETRY_WAIT or option
  end
  return own
end

-- The options of all bulk work after a method's own.
local function bulk_options(own)
  local common = {
    options.KEY,
    { name = "concurrency", type = "number", check = RULES.at_least_one,
      doc = "in flight at most: 4 jobs, or 8 requests where no job is made" },
    { name = "batch_size", type = "number", check = RULES.at_least_one,
      doc = "keys in one request at most; as many as the endpoint takes" },
    { name = "journal", type = "string",
      doc = "file that makes the run survive a kill: the same call takes it up again" },
    { name = "budget", type = "any", check = budget.check,
      doc = "credits this run may spend, by kind, with what its journal recorded" },
    { name = "limit", type = "number", check = RULES.count,
      doc = "inputs that are read at most; all" },
    { name = "on_progress", type = "any", check = callable,
      doc = "function(state), called ten times a second at most, and at the end; its credits "
        .. "are those of this run, with what its journal recorded" },
  }
  for _, option in ipairs(common) do
    own[#own + 1] = option
  end
  return M.with_call(own)
end

local JOB_TIMEOUT = { name = "job_timeout", type = "number", check = RULES.not_negative,
  default = 900,
  doc = "seconds, those of pauses and outages aside, until a job that has not ended is given up, "
    .. "with kind job_timeout; 900" }
local INTERVAL = find(options.JOB_WAIT, "interval")
local MAX_INTERVAL = find(options.JOB_WAIT, "max_interval")

---@type contactout.Option[]
M.CONTACTS = bulk_options {
  { name = "version", type = "number", check = version, default = 2,
    doc = "of the endpoint: 2, jobs of up to 1,000; or 1, which answers 30 at once, without "
      .. "telephones and without the kinds of addresses; 2" },
  find(options.CONTACTS_JOB, "include_phone"), options.CALLBACK_URL,
  JOB_TIMEOUT, INTERVAL, MAX_INTERVAL,
}

---@type contactout.Option[]
M.VERIFY = bulk_options {
  { name = "retry_unknown", type = "boolean",
    doc = "ask again for addresses whose verdict the journal has as unknown, which cost nothing; "
      .. "another verdict costs as the first would have" },
  options.CALLBACK_URL, JOB_TIMEOUT, INTERVAL, MAX_INTERVAL,
}

---@type contactout.Option[]
M.DOMAINS = bulk_options {
  M.ignored(options.CALLBACK_URL, M.NO_JOB), M.ignored(JOB_TIMEOUT, M.NO_JOB),
}

return M
