-- Counts that cost nothing: what an account has used and has left, and how many people
-- a search would find. Depends on the client's endpoints alone; contactout/init.lua
-- gives the methods to the client.

local core = require "contactout.core"
local errors = require "contactout.errors"

local M = {}

-- Usage ---------------------------------------------------------------------------

-- Where the kinds of credits stand among the reply's names: `count`, `phone_count`...
local PREFIXES = { email = "", phone = "phone_", search = "search_" }

local function integer_of(value)
  return type(value) == "number" and value % 1 == 0 and value or nil
end

-- `quota` is the allowance where there is also a `remaining`: with a postpaid plan.
-- With a prepaid one it is what is left itself.
local function usage_of(usage, prefix)
  local quota, remaining = integer_of(usage[prefix .. "quota"]),
    integer_of(usage[prefix .. "remaining"])
  return {
    used = integer_of(usage[prefix .. "count"]), quota = remaining and quota,
    left = remaining or quota, over = integer_of(usage[prefix .. "over_quota"]),
  }
end

local function malformed(endpoint, missing)
  return errors.fail("malformed_response", "the reply has no " .. missing,
    { endpoint = endpoint })
end

---@class contactout.Usage what an account has used and has left
---@field plan "prepaid"|"postpaid" how the account pays
---@field period {first: string?, last: string?} days, as the server writes them
---@field email contactout.UsageOfKind e-mail credits
---@field phone contactout.UsageOfKind phone credits
---@field search contactout.UsageOfKind search credits
---@field raw table the reply

---@class contactout.UsageOfKind the same, of one kind of credits
---@field used? integer requests that used such a credit
---@field quota? integer what the plan allows in the period; a prepaid one doesn't say
---@field left? integer what is left of them
---@field over? integer beyond the quota

---@class contactout.Client
local methods = {}

--- What the account has used and has left: one shape for both kinds of plans. Verifier
--- credits aren't told. Costs nothing; yields in a host.
---@param period? string a month, YYYY-MM; the current one
---@param opts? contactout.CallOptions
---@return contactout.Usage|nil usage
---@return contactout.Error|nil err
function methods:usage(period, opts)
  local reply, err = self:stats({ period = period }, opts)
  if not reply then
    return nil, err
  elseif type(reply.usage) ~= "table" then
    return malformed("stats", "usage")
  end
  local span = type(reply.period) == "table" and reply.period or {}
  local usage = { period = { first = span.start, last = span["end"] }, raw = reply }
  for kind, prefix in pairs(PREFIXES) do
    usage[kind] = usage_of(reply.usage, prefix)
  end
  usage.plan = reply.usage.remaining and "postpaid" or "prepaid"
  return usage
end

-- How many people -----------------------------------------------------------------

local function names_of(endpoint)
  local names = {}
  for _, row in ipairs(core.endpoints) do
    for _, param in ipairs(row.name == endpoint and row.params or {}) do
      names[param.name] = true
    end
  end
  return names
end

local SEARCH, COUNT = names_of("people_search"), names_of("people_count")

--- How many people a search would find: an estimate of the server's. Parameters of a
--- search that only say what to show are left out. Costs nothing, but is for paying
--- accounts; yields in a host.
---@param query contactout.params.people_search
---@param opts? contactout.CallOptions
---@return integer|nil count
---@return contactout.Error|nil err
function methods:count(query, opts)
  if type(query) ~= "table" then
    error("query must be a table, not a " .. type(query), 2)
  end
  local params = {}
  for name, value in pairs(query) do
    if COUNT[name] or not SEARCH[name] then -- what is unknown is refused with its name
      params[name] = value
    end
  end
  local reply, err = self:people_count(params, opts)
  if not reply then
    return nil, err
  end
  local total = integer_of(reply.total_results)
  if not total then
    return malformed("people_count", "total_results")
  end
  return total
end

M.methods = methods

return M
