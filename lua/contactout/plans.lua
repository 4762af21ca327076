-- What work of any kind would do and cost, beforehand: finds who plans a method.
-- contactout/init.lua gives the method to the client.

local bulk = require "contactout.bulk"
local core = require "contactout.core"
local errors = require "contactout.errors"
local pages = require "contactout.pages"
local person_plan = require "contactout.person.plan"

local M = {}

local METHODS = { "contacts", "verify", "domains", "person", "each_person", "each_company",
  "each_decision_maker" }

local IS_METHOD = {}
for _, name in ipairs(METHODS) do
  IS_METHOD[name] = true
end

local function unknown(method)
  local nearest = type(method) == "string" and core.nearest(method, METHODS)
  return errors.fail("invalid_argument", "there is no method " .. tostring(method) .. " to plan; "
    .. (nearest and "did you mean " .. nearest .. "?"
      or "there are: " .. table.concat(METHODS, ", ")), { param = "method" })
end

---@class contactout.Client
local methods = {}

---@class contactout.Plan
---@field keys number different ones; of a search, the records it will give
---@field duplicates integer
---@field invalid integer
---@field known integer whose answer, or job, is in the journal
---@field requests integer at least
---@field seconds number that these take within the rate limit
---@field credits table<string, {min: number, max: number}> by kind
---@field spent? table with a journal: what all its runs have spent, as client:spent() tells it

--- Counts what one of these methods would do, and what it would cost. Spends nothing. Reads
--- all of its input, if that is a list or an iterator, and sends nothing then unless
--- `opts.check` wants it. How many people a search would find is asked of the server,
--- which costs nothing but yields in a host. For other searches nobody can say: what
--- neither `limit` nor the journal bounds is `math.huge`.
---@param method "contacts"|"verify"|"domains"|"person"|"each_person"|"each_company"|string
---@param input any as that method takes it; of `person` also a list of those, or an iterator
---@param opts? table that method's, of which a journal is read if it is there; and
---  `check = true`, for contacts: the three free checkers are asked about each new key,
---  50 people a minute, and the credits are narrowed by what they say; yields in a host
---@return contactout.Plan|nil plan
---@return contactout.Error|nil err
function methods:plan(method, input, opts)
  if not IS_METHOD[method] then
    return unknown(method)
  end
  local planner = pages.has(method) and pages or method == "person" and person_plan or bulk
  return planner.plan(self, method, input, opts)
end

M.methods = methods

return M
