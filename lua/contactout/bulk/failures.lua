-- What it means for a run that a request came to nothing, or a wait for a job: the one
-- place that decides. Pure; settling.lua and job_wait.lua do what is decided.

local failures = require "contactout.failures"

local M = {}

-- Errors by which all that follows would end, too: the keys that they have kept back can
-- be asked for by the same call, later.
local ENDS_RUN = {
  credentials = true, out_of_credits = true, no_access = true, unsupported = true,
  cancelled = true, -- the client was closed
}

local ENDS_WAITS = { credentials = true, no_access = true, cancelled = true }

-- What is no key's fault, or may be only one's, and is sent again in another way.
local FREE = { invalid_request = "refusal", budget = "budget" }

-- Whether no request went out for want of a connection: to the Redis that keeps the rate
-- limits.
local function lacks_limits(err)
  return err.kind == "connection" and err.attempts == 0
end

---@alias contactout.Meaning
---| "pause" the server wants one: all wait, and the same is sent again
---| "outage" nothing can be sent: likewise
---| "refusal" of a key, an option or a size: what is sent again is smaller
---| "budget" it is cut to what is left
---| "end" of the run
---| "row" an error for each of its keys

--- What the failure of a batch means.
---@param err contactout.Error `maybe_charged` if any attempt was left in doubt
---@param facts contactout.PauseFacts
---@return contactout.Meaning
function M.meaning(err, facts)
  local why = failures.reason_to_pause(err, facts)
  if why then
    return why
  elseif FREE[err.kind] and not err.maybe_charged then
    return FREE[err.kind]
  end
  return (ENDS_RUN[err.kind] or lacks_limits(err)) and "end" or "row"
end

--- Whether the run ends by the failure of a wait for a job.
---@param err contactout.Error
---@return boolean
function M.is_end_of_waits(err)
  return ENDS_WAITS[err.kind] or lacks_limits(err)
end

return M
