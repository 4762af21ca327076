-- Error objects, made by the core, in the words of the Lua layer. An error is a
-- table with `kind`, `message` and what else is known, and a __tostring that
-- gives one line a person can act on. Depends on the core alone.

local core = require "contactout.core"

local M = {}

--- Every kind: what happened, and what to do about it (nothing, where there is nothing).
---@type {name: string, doc: string, advice: string?}[]
M.KINDS = {
  { name = "invalid_argument", doc = "refused here; nothing was sent",
    advice = "correct `err.param`" },
  { name = "credentials", doc = "token or headers refused", advice = "check the token" },
  { name = "invalid_request", doc = "the server refused the input", advice = "correct the input" },
  { name = "out_of_credits", doc = "a pool of credits is empty", advice = "stop, and buy some" },
  { name = "no_access", doc = "the account may not use this endpoint",
    advice = "ask ContactOut" },
  { name = "not_found", doc = "nobody, nothing", advice = "go on" },
  { name = "rate_limited", doc = "429, and waiting did not help",
    advice = "try after `err.retry_after` seconds" },
  { name = "server", doc = "5xx, a redirect, an unknown status",
    advice = "try later, unless `err.maybe_charged`" },
  { name = "timeout", doc = "no complete reply in time",
    advice = "try later, unless `err.maybe_charged`" },
  { name = "connection", doc = "no complete reply: no connection, or it broke",
    advice = "try later, unless `err.maybe_charged`" },
  { name = "tls", doc = "no connection that can be trusted", advice = "check certificates" },
  { name = "malformed_response", doc = "a reply that can't be read",
    advice = "report it; see `err.body`" },
  { name = "too_large", doc = "a reply over `max_response_bytes`",
    advice = "ask for less, or allow more" },
  { name = "cancelled", doc = "the client was closed, or the task cancelled" },
  { name = "budget", doc = "it could pass the budget; nothing was sent",
    advice = "ask for less, or allow more" },
  { name = "job_failed", doc = "a job ended badly, or without this key",
    advice = "see `err.job_uuid`; it may have been charged" },
  { name = "job_timeout", doc = "a job did not end in time", advice = "wait for it again" },
  { name = "uncertain", doc = "an earlier run sent it, and its answer isn't known",
    advice = "allow `retry_charged`, or leave it" },
  { name = "unsupported", doc = "can't be done here", advice = "the message names the way out" },
  { name = "journal", doc = "the journal can't be read or written, is in use, or is another run's",
    advice = "the message says what" },
}

---@class contactout.Error `tostring` gives it as one line
---@field kind contactout.ErrorKind
---@field message string what happened and what to do about it
---@field endpoint? string name of the endpoint, or the path of `client:request`
---@field status? integer HTTP status, or the body's own `status_code`
---@field param? string the parameter or option that broke a rule
---@field request_id? string by which the server's operators find the request
---@field retry_after? number seconds the server asks to wait
---@field attempts? integer requests that were made
---@field retryable? boolean whether the same call may well succeed later
---@field body? string the reply's first 2 KiB
---@field job_uuid? string the job that it is about
---@field page? integer the page of a search with which it came
---@field maybe_charged? boolean the server may have done, and charged, the work
---@field unsent? boolean nothing of the last attempt has left this machine

---@param kind contactout.ErrorKind
---@param message string
---@param fields? table further fields
---@return contactout.Error
function M.new(kind, message, fields)
  return core.error(kind, message, fields)
end

--- What a function returns when it fails: `nil, err`.
---@param kind contactout.ErrorKind
---@param message string
---@param fields? table further fields
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

--- Whether a value is an error of this module.
---@param value any
---@return boolean
function M.is(value)
  return core.is_error(value)
end

return M
