-- A program that does bulk work, to be killed: see soak.lua, which runs it. What to do is
-- in the environment, as JSON. It prints a line for each row, as soon as it gets it.

local contactout = require "contactout"
local core = require "contactout.core"
local inputs = require "spec.soak.inputs"

local job = assert(core.decode(os.getenv("SPEC_JOB")))

local client = assert(contactout.new {
  base_url = job.url, token = job.token, rate_limits = false, max_retry_wait = 0.02,
})
local ok, failure = pcall(function()
  local list = inputs.list(job.method, job.count)
  for item, value, err in client[job.method](client, list, job.opts) do
    io.stdout:write(inputs.row_text(item, value, err), "\n")
    io.stdout:flush()
  end
end)
io.stdout:write(ok and "end" or "failure " .. tostring(failure), "\n")
