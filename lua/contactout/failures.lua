-- What a call that came to nothing shows of the server and the network: whether long work,
-- in bulk or through the pages of a search, does well to wait and make it again. Pure; how
-- long it waits is told in hold.lua.

local M = {}

-- Kinds without a complete reply. A certificate that is refused after others were trusted
-- is another network's, such as that of a hotel which wants a room number first.
local CUT = { connection = true, timeout = true, tls = true }

-- Whether the server, or the limiter for it, wants a pause before the same is sent again.
local function wants_pause(err)
  return err.kind == "rate_limited" or err.status == 503 and err.retry_after ~= nil
end

--- Whether a request was made that has brought no complete reply. One that is free, such
--- as a poll, is no worse for it if it was sent.
---@param err contactout.Error
---@return boolean
function M.has_no_reply(err)
  return CUT[err.kind] == true and (err.attempts or 0) > 0
end

-- Whether no connection came about, so that nothing was sent.
local function is_outage(err)
  return err.unsent == true and M.has_no_reply(err)
end

---@class contactout.PauseFacts what is known of the work
---@field retries_charged? boolean what is in doubt may be sent again
---@field is_reached? boolean the server has answered it before: else its address may be wrong

--- Why it may help to pause before the same is sent again.
---@param err contactout.Error `maybe_charged` if any attempt was left in doubt
---@param facts contactout.PauseFacts
---@return "pause"|"outage"|nil why nil: it can't, or it may not be sent again
function M.reason_to_pause(err, facts)
  if err.maybe_charged and not facts.retries_charged then
    return nil
  elseif wants_pause(err) then
    return "pause"
  end
  return facts.is_reached and is_outage(err) and "outage" or nil
end

return M
