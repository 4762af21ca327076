-- Whether an attempt that failed is repeated, and after how long. What may have
-- been charged is never repeated unless the caller asked for it. Pure: the
-- random numbers are an argument, and nobody waits here.

local M = {}

-- Exponential back-off with full jitter, in seconds.
local FIRST_WAIT = 0.5
local FACTOR = 2
local LONGEST_WAIT = 30
-- How far past the server's own time callers are spread, so that those who were
-- refused together don't come back together.
local SPREAD = 0.1

-- Kinds that end an attempt without a complete reply. A certificate that was
-- refused will be refused again, and is `permanent`.
local CUT = { connection = true, timeout = true, tls = true }

---@class contactout.AttemptOutcome how an attempt failed
---@field kind string the error's kind
---@field status? integer HTTP status, where a reply came
---@field retry_after? number seconds the server asks for
---@field sent? boolean false: surely no byte of the request was written
---@field costs? boolean the endpoint may charge for the request
---@field permanent? boolean it would fail again the same way

---@class contactout.RetryPolicy
---@field max_retries integer attempts after the first
---@field max_retry_wait number seconds
---@field retry_charged? boolean repeat what may have been charged, too

-- A word for why this may be repeated; nil and a word for why it may not.
local function reason_to_repeat(outcome, policy)
  local status = outcome.status
  if outcome.permanent then
    return nil, "permanent"
  elseif outcome.kind == "rate_limited" then
    return "rate_limited"
  elseif status == 503 and outcome.retry_after then
    return "unavailable"
  elseif CUT[outcome.kind] and outcome.sent == false then
    return "unsent"
  end
  local may_pass = CUT[outcome.kind]
    or outcome.kind == "server" and status and status >= 500 and status < 600
  if not may_pass then
    return nil, "permanent"
  elseif outcome.costs and not policy.retry_charged then
    return nil, "charged"
  end
  return "repeatable"
end

--- Whether the same call may be made again with a chance, and without being
--- charged twice unless the policy accepts that.
---@param outcome contactout.AttemptOutcome
---@param policy contactout.RetryPolicy
---@return boolean
function M.is_retryable(outcome, policy)
  return reason_to_repeat(outcome, policy) ~= nil
end

--- How long to wait before the next attempt.
---@param outcome contactout.AttemptOutcome
---@param attempts integer made so far, this one included
---@param policy contactout.RetryPolicy
---@param random fun(): number from 0 up to 1
---@return number|nil seconds nil: give up
---@return string reason one of "rate_limited", "unavailable", "unsent", "repeatable"; or
---  why not: "permanent", "charged", "exhausted", "too_long"
function M.delay(outcome, attempts, policy, random)
  local reason, why_not = reason_to_repeat(outcome, policy)
  if not reason then
    return nil, why_not
  elseif attempts > policy.max_retries then
    return nil, "exhausted"
  end
  local asked = outcome.retry_after or 0
  if asked > policy.max_retry_wait then
    return nil, "too_long"
  end
  local longest = math.min(FIRST_WAIT * FACTOR ^ (attempts - 1), LONGEST_WAIT,
    policy.max_retry_wait)
  return math.max(random() * longest, asked * (1 + SPREAD * random())), reason
end

return M
