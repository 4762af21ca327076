-- The options of bulk work: those that all of it takes, and each method's own. Data
-- alone; contactout.options reads them.

local options = require "contactout.options"
local rules = require "contactout.options.rules"
local work = require "contactout.options.work"

local M = {}

local function version(value)
  return value == 1 or value == 2, "1 or 2"
end

local find = options.find

-- The options of all bulk work after a method's own.
local function bulk_options(own)
  local common = {
    options.KEY, work.CONCURRENCY,
    { name = "batch_size", type = "number", check = rules.at_least_one,
      doc = "keys in one request at most; as many as the endpoint takes" },
    work.JOURNAL, work.BUDGET,
    { name = "limit", type = "number", check = rules.count,
      doc = "inputs that are read at most; all" },
    work.ON_PROGRESS,
  }
  for _, option in ipairs(common) do
    own[#own + 1] = option
  end
  return work.with_call(own)
end

local INTERVAL = find(options.JOB_WAIT, "interval")
local MAX_INTERVAL = find(options.JOB_WAIT, "max_interval")

---@type contactout.Option[]
M.CONTACTS = bulk_options {
  { name = "version", type = "number", check = version, default = 2,
    doc = "of the endpoint: 2, jobs of up to 1,000; or 1, which answers 30 at once, without "
      .. "telephones and without the kinds of addresses; 2" },
  find(options.CONTACTS_JOB, "include_phone"), options.CALLBACK_URL,
  work.JOB_TIMEOUT, INTERVAL, MAX_INTERVAL,
}

---@type contactout.Option[]
M.VERIFY = bulk_options {
  { name = "retry_unknown", type = "boolean",
    doc = "ask again for addresses whose verdict the journal has as unknown, which cost nothing; "
      .. "another verdict costs as the first would have" },
  options.CALLBACK_URL, work.JOB_TIMEOUT, INTERVAL, MAX_INTERVAL,
}

---@type contactout.Option[]
M.DOMAINS = bulk_options {
  work.ignored(options.CALLBACK_URL, work.NO_JOB), work.ignored(work.JOB_TIMEOUT, work.NO_JOB),
}

return M
