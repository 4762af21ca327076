-- Every option of `contactout.new`, of a call and of a job, once: its type, its
-- default, its rule, and what it means. Unknown names are errors that name the
-- nearest known one. What a value must look like inside (a token, a URL, a header) the
-- core checks. Depends on the core, on budgets, copies and errors.

local budget = require "contactout.budget"
local copy = require "contactout.copy"
local core = require "contactout.core"
local errors = require "contactout.errors"
local rules = require "contactout.options.rules"

local M = {}

---@class contactout.Option
---@field name string
---@field type string type of the value, or "any"
---@field check? fun(value: any): boolean, string?, string? its rule: whether it
---  holds, what the value must be, and the kind of error if not invalid_argument
---@field default? any
---@field core? boolean passed on to the core, which knows the default
---@field is_ignored? boolean checked, and of no effect there: one table of options may serve
---  several methods
---@field doc string

---@type contactout.Option[]
M.CLIENT = {
  { name = "token", type = "string", core = true,
    doc = "API token; without it the environment's CONTACTOUT_TOKEN" },
  { name = "base_url", type = "string", core = true,
    doc = "where the API is; without it CONTACTOUT_BASE_URL, else the documented host" },
  { name = "timeout", type = "number", check = rules.positive, core = true,
    doc = "seconds for one attempt, from when it leaves the client's queue; 60, or 120 "
      .. "where the API verifies live" },
  { name = "connect_timeout", type = "number", check = rules.positive, core = true,
    doc = "seconds to get a connection; 10" },
  { name = "max_retries", type = "number", check = rules.count, default = 4,
    doc = "further attempts after the first; 4; 0: never" },
  { name = "max_retry_wait", type = "number", check = rules.not_negative, default = 120,
    doc = "seconds; where the server asks for a longer pause, the call ends; 120" },
  { name = "rate_limits", type = "any", check = rules.rate_limits,
    doc = "requests per minute by class: {search = 60, checker = 150, other = 1000}; `window`: "
      .. "seconds in that minute, for a sandbox; false: no limit; or a limiter of "
      .. "contactout.limits" },
  { name = "budget", type = "any", check = budget.check,
    doc = "credits that may be spent: {email =, phone =, search =, verifier =}" },
  { name = "cache", type = "table",
    doc = "keeps what single lookups found: {ttl =, not_found_ttl =, store =}" },
  { name = "max_connections", type = "number", check = rules.at_least_one, core = true,
    doc = "open connections at most; 64" },
  { name = "max_response_bytes", type = "number", check = rules.at_least_one, core = true,
    doc = "bytes of one reply, after decompression; 64 MiB" },
  { name = "ca_file", type = "string", core = true,
    doc = "file of certificates to trust; libcurl's" },
  { name = "ca_path", type = "string", core = true,
    doc = "folder of certificates to trust; libcurl's" },
  { name = "proxy", type = "string", core = true,
    doc = "URL of a proxy; the environment's. Never used for a loopback address" },
  { name = "user_agent", type = "string", core = true,
    doc = "the User-Agent header; contactout-lua/VERSION" },
  { name = "headers", type = "table", core = true,
    doc = "further headers by name; false leaves a default one out" },
  { name = "loop", type = "any",
    doc = "which host waits: a name or an adapter; detected at each call" },
  { name = "observe", type = "function",
    doc = "function(event), called for each request, response, retry and wait, and for jobs" },
  { name = "observe_data", type = "boolean", default = false,
    doc = "let events carry what was asked and answered: personal data" },
}

---@type contactout.Option[]
M.CACHE = {
  { name = "ttl", type = "number", check = rules.finite, default = 30 * 86400,
    doc = "seconds for which a reply is kept; 30 days; 0: not at all" },
  { name = "not_found_ttl", type = "number", check = rules.finite, default = 86400,
    doc = "seconds for which it is kept that there is nobody; a day; 0: not at all" },
  { name = "store", type = "string", check = rules.store, default = "memory",
    doc = "\"memory\", a file's name, or that of a shared dict of nginx; memory" },
}

---@type contactout.Option[]
M.CALL = {
  { name = "timeout", type = "number", check = rules.positive, core = true,
    doc = "seconds for one attempt" },
  { name = "headers", type = "table", core = true,
    doc = "further headers by name; false leaves a default one out" },
  { name = "extra", type = "table", core = true,
    doc = "undocumented parameters by name, passed through" },
  { name = "raw", type = "boolean", core = true,
    doc = "give the whole reply: status, headers, body, data, attempts, elapsed" },
  { name = "max_retries", type = "number", check = rules.count,
    doc = "as the client's option, for this call" },
  { name = "max_retry_wait", type = "number", check = rules.not_negative,
    doc = "as the client's option, for this call" },
  { name = "retry_charged", type = "boolean",
    doc = "repeat this call even where the first attempt may have been charged" },
}

---@type contactout.Option[]
M.REQUEST = {
  { name = "query", type = "table", core = true, doc = "query parameters by name" },
  { name = "json", type = "any", core = true, doc = "the body, as any value" },
}
for _, option in ipairs(M.CALL) do
  if option.name ~= "extra" then
    M.REQUEST[#M.REQUEST + 1] = option
  end
end

--- What work takes that makes calls of its own: its own options, and a call's.
---@param own contactout.Option[] to which the others are added
---@return contactout.Option[] own
function M.with_call(own)
  for _, option in ipairs(M.CALL) do
    if option.name ~= "raw" then
      own[#own + 1] = option
    end
  end
  return own
end

M.KEY = { name = "key", type = "function",
  doc = "function(item), gives the key of an item; without it the items are the keys" }
M.CALLBACK_URL = { name = "callback_url", type = "string",
  doc = "URL to which the server posts the result, too" }

---@type contactout.Option[]
M.CONTACTS_JOB = M.with_call {
  { name = "include_phone", type = "boolean",
    doc = "look for telephone numbers, which cost phone credits" },
  M.CALLBACK_URL, M.KEY,
}

---@type contactout.Option[]
M.VERIFICATION_JOB = M.with_call { M.CALLBACK_URL, M.KEY }

---@type contactout.Option[]
M.JOB_WAIT = {
  { name = "timeout", type = "number", check = rules.not_negative, default = 900,
    doc = "seconds until the wait ends with kind job_timeout; 900" },
  { name = "interval", type = "number", check = rules.positive, default = 2,
    doc = "seconds until the first poll, about; each further one waits half as long again; 2" },
  { name = "max_interval", type = "number", check = rules.positive, default = 30,
    doc = "seconds between two polls at most, about; 30" },
}

local function job_kind(value)
  return value == "contacts" or value == "verification", "\"contacts\" or \"verification\""
end

---@type contactout.Option[]
M.CALLBACK = {
  { name = "kind", type = "string", check = job_kind,
    doc = "\"contacts\" or \"verification\": take the news of a job that is not known here, too" },
  { name = "journal", type = "string",
    doc = "file of a bulk run, not under way, which may have submitted the job" },
}

--- The option of that name; nil if there is none. Finds an endpoint, or a parameter of
--- one, in their lists likewise.
---@param list contactout.Option[]|table[]
---@param name string
---@return contactout.Option|table|nil
function M.find(list, name)
  for _, option in ipairs(list) do
    if option.name == name then
      return option
    end
  end
end

--- Raises unless it is a table, or absent.
---@param value any
---@param name string of the argument
---@param level integer of the function to blame, as seen from the caller
function M.check_table(value, name, level)
  if value ~= nil and type(value) ~= "table" then
    error(name .. " must be a table, not a " .. type(value), level + 1)
  end
end

local function unknown(list, name, endpoint)
  local names = {}
  for i, option in ipairs(list) do
    names[i] = option.name
  end
  local nearest = type(name) == "string" and core.nearest(name, names)
  local hint = nearest and "did you mean " .. nearest .. "?"
    or "there are: " .. table.concat(names, ", ")
  return errors.fail("invalid_argument", "there is no option " .. tostring(name) .. "; " .. hint,
    { param = tostring(name), endpoint = endpoint })
end

local function check_value(option, value, endpoint)
  local holds, rule, kind = true, nil, nil
  if option.type ~= "any" and type(value) ~= option.type then
    holds, rule = false, (option.type:find("^[aeiou]") and "an " or "a ") .. option.type
  elseif option.check then
    holds, rule, kind = option.check(value)
  end
  if holds then
    return true
  end
  return errors.fail(kind or "invalid_argument", option.name .. " must be " .. rule,
    { param = option.name, endpoint = endpoint })
end

--- The options of a call among those of something larger. Tables are copied: work goes on
--- after its caller may have changed them.
---@param for_core table as from `read`
---@param rest table
---@return table opts
function M.of_call(for_core, rest)
  local opts = {}
  for _, option in ipairs(M.CALL) do
    local side = option.core and for_core or rest
    opts[option.name] = copy.deep(side[option.name])
  end
  return opts
end

--- Checks a table of options against a list, and parts it in two.
---@param list contactout.Option[]
---@param given? table
---@param endpoint? string for the error
---@return table|nil core options that the core reads; nil where one is wrong
---@return table|contactout.Error rest the others
function M.read(list, given, endpoint)
  local for_core, rest = {}, {}
  for name, value in pairs(given or {}) do
    local option = M.find(list, name)
    if not option then
      return unknown(list, name, endpoint)
    end
    local ok, err = check_value(option, value, endpoint)
    if not ok then
      return nil, err
    end
    if not option.is_ignored then
      local side = option.core and for_core or rest
      side[name] = value
    end
  end
  for _, option in ipairs(list) do
    if option.default ~= nil and rest[option.name] == nil then
      rest[option.name] = option.default
    end
  end
  return for_core, rest
end

return M
