-- A program that does bulk work, or walks through a search, to be killed: see soak.lua,
-- which runs it. What to do is in the environment, as JSON. It prints a line for each row,
-- as soon as it gets it.

local contactout = require "contactout"
local core = require "contactout.core"
local inputs = require "spec.soak.inputs"

local job = assert(core.decode(os.getenv("SPEC_JOB")))

local client = assert(contactout.new {
  base_url = job.url, token = job.token, rate_limits = false, max_retry_wait = 0.02,
})

local function say(text)
  io.stdout:write(text, "\n")
  io.stdout:flush()
end

local function do_bulk_work()
  local list = inputs.list(job.method, job.count)
  for item, value, err in client[job.method](client, list, job.opts) do
    say(inputs.row_text(item, value, err))
  end
end

local function walk()
  for record in client[job.method](client, job.query, job.opts) do
    say(inputs.row_text(record.linkedin_url, record))
  end
end

local ok, failure = pcall(job.query and walk or do_bulk_work)
say(ok and "end" or "failure " .. tostring(failure))
