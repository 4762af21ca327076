-- Error objects, made by the core, in the words of the Lua layer. An error is a
-- table with `kind`, `message` and what else is known, and a __tostring that
-- gives one line a person can act on. Depends on the core alone.

local core = require "contactout.core"

local M = {}

---@class contactout.Error
---@field kind string one of the documented kinds, such as "rate_limited"
---@field message string what happened and what to do about it
---@field endpoint? string name of the endpoint, or the path of `client:request`
---@field status? integer HTTP status, or the body's own `status_code`
---@field param? string the parameter or option that broke a rule
---@field request_id? string by which the server's operators find the request
---@field retry_after? number seconds the server asks to wait
---@field attempts? integer requests that were made
---@field retryable? boolean whether the same call may well succeed later
---@field body? string the reply's first 2 KiB
---@field job_uuid? string
---@field page? integer the page of a search with which it came
---@field maybe_charged? boolean the server may have done, and charged, the work

---@param kind string
---@param message string
---@param fields? table further fields
---@return contactout.Error
function M.new(kind, message, fields)
  return core.error(kind, message, fields)
end

--- What a function returns when it fails: `nil, err`.
---@return nil
---@return contactout.Error
function M.fail(kind, message, fields)
  return nil, core.error(kind, message, fields)
end

--- Another error that says the same.
---@param err contactout.Error
---@return contactout.Error
function M.copy(err)
  return core.error(err.kind, err.message, err)
end

---@param value any
---@return boolean
function M.is(value)
  return core.is_error(value)
end

return M
