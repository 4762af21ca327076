-- A program that does bulk work of any size and says how much memory it has taken: see
-- memory_spec.lua, which runs it. What to do is in the environment, as JSON.

local contactout = require "contactout"
local core = require "contactout.core"
local data = require "contactout.sandbox.data"

local job = assert(core.decode(os.getenv("SPEC_JOB")))
data.set_people(job.count)

-- The most memory that this process has had so far, in kB.
local function peak()
  for line in io.lines("/proc/self/status") do
    local size = line:match("^VmHWM:%s+(%d+) kB")
    if size then
      return size
    end
  end
end

local asked = 0

local function next_url()
  asked = asked + 1
  local person = data.person(asked)
  return person and person.linkedin_url
end

local client = assert(contactout.new { base_url = job.url, token = job.token, rate_limits = false })
local rows, marks = 0, {}
for _, mark in ipairs(job.marks) do
  marks[mark] = true
end
for _ in client:contacts(next_url, job.opts) do
  rows = rows + 1
  if marks[rows] then
    print(("%d rows: %s kB"):format(rows, peak()))
  end
end
print("end")
