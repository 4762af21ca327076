-- What the tables of endpoints, options, records and errors say, in words: what the
-- README, the types for editors, the pages and Neovim's help have in common. Pure.

local bulk_options = require "contactout.bulk.options"
local core = require "contactout.core"
local mapping = require "contactout.records.mapping"
local options = require "contactout.options"
local rules = require "contactout.options.rules"
local page_options = require "contactout.pages.options"
local person = require "contactout.person"
local redis = require "contactout.limits.redis"

local M = {}

-- Endpoints -------------------------------------------------------------------------

-- "1 email", "1 phone with `include_phone`", "1 search for each of `domains`".
local function cost(rule)
  local words = { rule.most .. " " .. rule.kind }
  if rule.per == "page" then
    words = { rule.kind .. " for each result" }
  elseif rule.per then
    words = { "1 " .. rule.kind .. " for each of `" .. rule.per .. "`" }
  end
  if rule.when then
    words[#words + 1] = "with `" .. rule.when .. "`"
  end
  return table.concat(words, " ")
end

--- What a call of an endpoint costs at most.
---@param row table
---@return string
function M.costs(row)
  local words = {}
  for i, rule in ipairs(row.credit_rules) do
    words[i] = cost(rule)
  end
  return #words > 0 and table.concat(words, "; ") or "free"
end

--- What an endpoint gives, as a sentence.
---@param row table
---@return string
function M.summary(row)
  return (row.summary:gsub("^%l", string.upper)) .. "."
end

--- What there is to know of a call of an endpoint, in sentences.
---@param row table
---@return string[]
function M.facts(row)
  local facts = {
    ("Request: %s %s."):format(row.method, row.path),
    ("Credits at most: %s."):format(M.costs(row)),
    ("%d a minute."):format(core.rates[row.rate_class]),
  }
  facts[#facts + 1] = row.requires and ("Required: %s."):format(row.requires)
  return facts
end

--- Whether an endpoint needs any parameter.
---@param row table
---@return boolean
function M.needs_params(row)
  for _, param in ipairs(row.params) do
    if param.required then
      return true
    end
  end
  return row.requires ~= nil
end

--- The type of a parameter, in Lua.
---@param param table
---@return string
function M.param_type(param)
  local name = param.type == "list" and "string[]|string" or param.type
  return param.boolean and name .. "|contactout.Equation" or name
end

--- What a parameter means, with its rules.
---@param param table
---@return string
function M.param_doc(param)
  local words = { param.doc }
  if param.boolean then
    words[#words + 1] = "takes AND, OR, NOT"
  end
  if param.max then
    words[#words + 1] = "at most " .. param.max
  end
  if param.min then
    words[#words + 1] = "at least " .. param.min
  end
  if param.values then
    words[#words + 1] = "of: " .. table.concat(param.values, ", ")
  end
  return table.concat(words, "; ")
end

-- Options -----------------------------------------------------------------------------

--- All lists of options, each with the name of its class and what takes it.
M.OPTIONS = {
  { class = "Options", list = options.CLIENT, doc = "the options of `contactout.new`" },
  { class = "CacheOptions", list = options.CACHE, doc = "the client's option `cache`" },
  { class = "CallOptions", list = options.CALL, doc = "the options of a call" },
  { class = "ContactsJobOptions", list = options.CONTACTS_JOB,
    doc = "the options of `client:submit_contacts`" },
  { class = "VerificationJobOptions", list = options.VERIFICATION_JOB,
    doc = "the options of `client:submit_verification`" },
  { class = "JobWaitOptions", list = options.JOB_WAIT, doc = "the options of `job:wait`" },
  { class = "CallbackOptions", list = options.CALLBACK, doc = "the options of `client:callback`" },
  { class = "ContactsOptions", list = bulk_options.CONTACTS,
    doc = "the options of `client:contacts`" },
  { class = "VerifyOptions", list = bulk_options.VERIFY, doc = "the options of `client:verify`" },
  { class = "DomainsOptions", list = bulk_options.DOMAINS,
    doc = "the options of `client:domains`" },
  { class = "PersonOptions", list = person.OPTIONS, doc = "the options of `client:person`" },
  { class = "PagesOptions", list = page_options,
    doc = "the options of `client:each_person`, `each_company` and `each_decision_maker`" },
  { class = "RedisOptions", list = redis.OPTIONS,
    doc = "the options of `contactout.limits.redis`" },
}

-- What editors should know of options whose rules say more than their type.
local OPTION_TYPES = {
  budget = "contactout.Credits", cache = "contactout.CacheOptions",
  headers = "table<string, string|false>", key = "fun(item: any): string",
  alone = "contactout.RateLimits", search = "number|false", checker = "number|false",
  other = "number|false", window = "number", loop = "string|table", observe = "fun(event: table)",
  on_progress = "fun(state: contactout.ProgressState)", contacts = "boolean|string[]",
  version = "integer",
  rate_limits = "contactout.RateLimits|contactout.SharedDictLimits|"
    .. "contactout.RedisLimits|false",
}

--- The type of an option, in Lua.
---@param option contactout.Option
---@return string
function M.option_type(option)
  local is_whole = option.check == rules.count
    or option.check == rules.at_least_one
  return OPTION_TYPES[option.name] or is_whole and "integer" or option.type
end

-- Records -----------------------------------------------------------------------------

--- The type of a record's field, in Lua.
---@param field contactout.Field
---@return string
function M.field_type(field)
  local name = mapping.TYPES[field.type].lua
  if name then
    return name
  end
  return "contactout." .. field.of.class .. (field.type == "records" and "[]" or "")
end

--- Whether a record has a field only where something is known.
---@param field contactout.Field
---@return boolean
function M.may_be_absent(field)
  return not mapping.TYPES[field.type].always
end

M.RECORDS = mapping.RECORDS

--- What stands in the field `raw`.
M.RAW = "the original, as the server sent it"

return M
