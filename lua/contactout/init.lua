-- The public face of the module: what `require "contactout"` gives. No logic.

local availability = require "contactout.availability"
local bulk = require "contactout.bulk"
local client = require "contactout.client"
local core = require "contactout.core"
local counts = require "contactout.counts"
local errors = require "contactout.errors"
local jobs = require "contactout.jobs"
local journal = require "contactout.journal"
local limits = require "contactout.limits"
local pages = require "contactout.pages"
local person = require "contactout.person"
local plans = require "contactout.plans"
local query = require "contactout.query"
local tasks = require "contactout.tasks"
local version = require "contactout.version"

client.extend(availability.methods)
client.extend(counts.methods)
client.extend(jobs.methods)
client.extend(bulk.methods)
client.extend(person.methods)
client.extend(pages.methods)
client.extend(plans.methods)

---@class contactout
---@field endpoints contactout.Endpoint[] what the API offers; read-only
---@field null lightuserdata what stands for `null` in an array
---@field empty_array_mt table metatable that marks an empty array
local M = {
  _VERSION = version,
  new = client.new,
  endpoints = core.endpoints,
  is_error = errors.is,
  ordered = core.ordered,
  encode = core.encode,
  limits = limits,
  query = query,
  null = core.null,
  empty_array_mt = core.empty_array_mt,
  purge = journal.purge,
  run = tasks.run,
  spawn = tasks.spawn,
  map = tasks.map,
  sleep = tasks.sleep,
  step = tasks.step,
}

-- The default client: made from the environment at the first call that needs
-- one, and kept. One that could not be made is tried again at the next call.
local default

local function default_client()
  if default then
    return default
  end
  local made, err = client.new()
  default = made
  return made, err
end

for _, row in ipairs(core.endpoints) do
  local name = row.name
  M[name] = function(params, opts)
    local made, err = default_client()
    if not made then
      return nil, err
    end
    return made[name](made, params, opts)
  end
end

return M
