-- What it means for a run that a request came to nothing, or a wait for a job: the one
-- place that decides. Pure; settling.lua and job_wait.lua do what is decided.

local M = {}

-- Errors by which all that follows would end, too: the keys that they have kept back can
-- be asked for by the same call, later.
local ENDS_RUN = {
  credentials = true, out_of_credits = true, no_access = true, unsupported = true,
  cancelled = true, -- the client was closed
}

local ENDS_WAITS = { credentials = true, no_access = true, cancelled = true }

-- Kinds without a complete reply. A certificate that is refused after others were trusted
-- is another network's, such as that of a hotel which wants a room number first.
local CUT = { connection = true, timeout = true, tls = true }

-- What is no key's fault, or may be only one's, and is sent again in another way.
local FREE = { invalid_request = "refusal", budget = "budget" }

-- Whether no request went out for want of a connection: to the Redis that keeps the rate
-- limits.
local function lacks_limits(err)
  return err.kind == "connection" and err.attempts == 0
end

--- Whether the server, or the limiter for it, wants a pause before the same is sent again.
---@param err contactout.Error
---@return boolean
function M.wants_pause(err)
  return err.kind == "rate_limited" or err.status == 503 and err.retry_after ~= nil
end

--- Whether a request was made that has brought no complete reply. One that is free, such
--- as a poll, is no worse for it if it was sent.
---@param err contactout.Error
---@return boolean
function M.has_no_reply(err)
  return CUT[err.kind] == true and (err.attempts or 0) > 0
end

--- Whether no connection came about, so that nothing was sent.
---@param err contactout.Error
---@return boolean
function M.is_outage(err)
  return err.unsent == true and M.has_no_reply(err)
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
---@param facts table `retries_charged`: what is in doubt may be sent again; `is_reached`:
---  the server has answered this run before
---@return contactout.Meaning
function M.meaning(err, facts)
  if facts.retries_charged or not err.maybe_charged then
    if M.wants_pause(err) then
      return "pause"
    elseif facts.is_reached and M.is_outage(err) then
      return "outage"
    end
  end
  if FREE[err.kind] and not err.maybe_charged then
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
