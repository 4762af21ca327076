-- What every handler needs: this worker's client, and JSON answers. A client belongs
-- to the process that made it: never make one in init_by_lua, which the master runs.

local contactout = require "contactout"
local ngx = require "ngx"

local M = {}

local client

--- The client of this worker, made at its first use. All workers keep one budget.
---@return contactout.Client|nil
---@return contactout.Error|nil err
function M.client()
  if client then
    return client
  end
  local made, err = contactout.new {
    rate_limits = contactout.limits.shared_dict("contactout_limits"),
  }
  client = made
  return made, err
end

-- A visitor's mistake is a 400; that our credits are used up or our token is refused
-- is none of his doing.
local STATUS = {
  invalid_argument = 400, invalid_request = 400, not_found = 404, rate_limited = 503,
  out_of_credits = 503, cancelled = 503, timeout = 504,
}

-- What somebody must do something about.
local OURS = { out_of_credits = true, no_access = true, credentials = true, unsupported = true }

--- What a visitor is told of an error.
---@param err contactout.Error
---@return integer status
---@return table body
function M.refusal(err)
  if OURS[err.kind] then
    ngx.log(ngx.ERR, tostring(err))
  end
  return STATUS[err.kind] or 502, { error = err.kind, message = err.message }
end

--- Answers, and ends the request.
---@param status integer
---@param body table|string a string is JSON already
---@param retry_after? number seconds
function M.answer(status, body, retry_after)
  ngx.status = status
  ngx.header.retry_after = retry_after and math.ceil(retry_after) or nil
  ngx.say(type(body) == "string" and body or contactout.encode(body))
  return ngx.exit(ngx.HTTP_OK)
end

return M
