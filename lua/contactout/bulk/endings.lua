-- By which errors a run ends: those by which all that follows would end, too. The keys
-- that they have kept back can be asked for by the same call, later.

local M = {}

local OF_REQUEST = {
  credentials = true, out_of_credits = true, no_access = true, unsupported = true,
  cancelled = true, -- the client was closed
}

local OF_WAIT = { credentials = true, no_access = true, cancelled = true }

-- Whether no request went out for want of a connection: to the Redis that keeps the rate
-- limits.
local function lacks_limits(err)
  return err.kind == "connection" and err.attempts == 0
end

--- Whether a request that came to nothing ends its run.
---@param err contactout.Error
---@return boolean
function M.is_of_request(err)
  return OF_REQUEST[err.kind] or lacks_limits(err)
end

--- Whether a wait for a job that came to nothing does.
---@param err contactout.Error
---@return boolean
function M.is_of_wait(err)
  return OF_WAIT[err.kind] or lacks_limits(err)
end

return M
