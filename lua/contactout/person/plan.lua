-- What it would cost to look up people one by one: which endpoint each takes, what that
-- costs, and whether the cache has them. Sends nothing.

local clients = require "contactout.client"
local core = require "contactout.core"
local credits = require "contactout.credits"
local errors = require "contactout.errors"
local forecast = require "contactout.forecast"
local options = require "contactout.options"
local person = require "contactout.person"
local question = require "contactout.question"
local tasks = require "contactout.tasks"

local M = {}

local OPTIONS = { options.KEY }
for _, option in ipairs(person.OPTIONS) do
  OPTIONS[#OPTIONS + 1] = option
end

-- Whether that is somebody, and no list of people.
local function is_person(input)
  return type(input) == "string"
    or type(input) == "table" and input[1] == nil and next(input) ~= nil
end

-- What gives the next input; nil: it is none.
local function iterator_of(input)
  if tasks.is_callable(input) then
    return input
  elseif is_person(input) then
    input = { input }
  elseif type(input) ~= "table" then
    return nil
  end
  local index = 0
  return function()
    index = index + 1
    return input[index]
  end
end

local function add(sums, row, params)
  local least = credits.least(row, params)
  for kind, most in pairs(credits.most(row, params)) do
    local sum = sums[kind] or { min = 0, max = 0 }
    sums[kind] = { min = sum.min + (least[kind] or 0), max = sum.max + most }
  end
end

-- Counts one input, and what it costs if nobody has asked for it before -> the endpoint
local function count(plan, client, who, given, seen)
  local endpoint, params = person.request(who, given.contacts)
  local row = endpoint and options.find(core.endpoints, endpoint)
  local call = row and clients.prepare(client, row, params)
  if not call then
    plan.invalid = plan.invalid + 1
    return
  end
  local name = question.text(question.of(row, params) or call.request)
  if seen[name] then
    plan.duplicates = plan.duplicates + 1
    return
  end
  seen[name], plan.keys = true, plan.keys + 1
  if client._lookups and client._lookups:knows(call, given.retry_charged) then
    plan.known = plan.known + 1
    return
  end
  plan.requests = plan.requests + 1
  add(plan.credits, row, params)
  return row
end

--- Plans calls of `client:person`: see contactout/plans.lua.
---@param client contactout.Client
---@param input any one person as `person` takes them, a list of people, or what gives the
---  next
---@param opts? table that method's; and `key`, a function that gives the `who` of an input
---@return contactout.Plan|nil plan
---@return contactout.Error|nil err
function M.plan(client, _, input, opts)
  options.check_table(opts, "opts", 2)
  local next_input = iterator_of(input)
  if not next_input then
    return errors.fail("invalid_argument", "input must be somebody, a list or an iterator, "
      .. "not a " .. type(input), { param = "input" })
  end
  local for_core, rest = options.read(OPTIONS, opts)
  if not for_core then
    return nil, rest
  end
  local plan = {
    keys = 0, duplicates = 0, invalid = 0, known = 0, requests = 0, seconds = 0, credits = {},
  }
  local seen, row = {}, nil
  for item in next_input do
    local who = item
    if rest.key then
      who = rest.key(item)
    end
    row = count(plan, client, who, rest, seen) or row
  end
  plan.seconds = row and forecast.seconds(client, row, plan.requests) or 0
  return plan
end

return M
