-- Rows of a job without a server; what they are is in init_spec.lua.

local keys = require "contactout.keys"
local kinds = require "contactout.jobs.kinds"
local rows = require "contactout.jobs.rows"

-- A job that has ended, with so many verdicts.
local function ended_job(count)
  local wanted, result = keys.new(), {}
  for i = 1, count do
    local email = ("a%d@x.example"):format(i)
    wanted:add(email, email, email)
    result[email] = "valid"
  end
  return { kind = kinds.verification, keys = wanted, course = { status = "done", result = result } }
end

describe("rows", function()
  it("are let go of when they have been read", function()
    local held = setmetatable({}, { __mode = "k" })
    for _ = 1, 10 do
      local job, count = ended_job(200), 0
      held[job] = true
      for _ in rows.each(job) do
        count = count + 1
      end
      assert.equal(200, count)
    end
    collectgarbage()
    collectgarbage()
    assert.is_true(next(held) == nil, "a job is held")
  end)
end)
