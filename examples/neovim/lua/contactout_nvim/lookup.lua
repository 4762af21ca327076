-- Lookups: which call answers a question and what it costs, and the answers of
-- this session, so that what was paid for is not paid for twice. A lookup runs in
-- a task of contactout, so the editor goes on; nothing here knows a window.

local contactout = require "contactout"
local people = require "contactout_nvim.person"
local queries = require "contactout_nvim.query"

local CONTACTS = "at most 1 e-mail + 1 phone credit"

-- What the contacts of a person cost, `otherwise` if there are none.
local function cost_of_contacts(person, otherwise)
  local has_email, has_phone = people.has_email(person), #person.phones > 0
  return has_email and has_phone and "1 e-mail + 1 phone credit"
    or has_email and "1 e-mail credit" or has_phone and "1 phone credit" or otherwise
end

-- By what is asked with, and whether contacts are wanted: the call, what it may
-- cost, and what it did cost, by the API's price list.
local WAYS = {
  url = {
    profile = {
      endpoint = "linkedin_enrich", price = "1 search credit",
      params = function(value) return { profile = value, profile_only = true } end,
    },
    contacts = {
      endpoint = "linkedin_enrich", price = CONTACTS .. ", else 1 search",
      params = function(value) return { profile = value } end,
      cost = function(person) return cost_of_contacts(person, "1 search credit") end,
    },
  },
  email = {
    profile = {
      endpoint = "people_enrich", price = "1 search credit",
      params = function(value) return { email = value } end,
    },
    contacts = {
      endpoint = "email_enrich", price = CONTACTS,
      params = function(value) return { email = value, include = "work_email" } end,
      cost = function(person) return cost_of_contacts(person, "nothing") end,
    },
  },
}

---@class contactout_nvim.Lookup
---@field query contactout_nvim.Query
---@field what "profile"|"contacts"
---@field person? contactout_nvim.Person once it has been found
---@field time? string when it was: "10:32"
---@field in_flight boolean it was sent, and its reply isn't there
---@field on_end? fun(person, err) who waits for it
local Lookup = {}
Lookup.__index = Lookup

local M = {}

-- By key: those that run, and those that found someone.
local kept = {}

-- By the coroutine in which each runs.
local running = setmetatable({}, { __mode = "k" })

local function key_of(query, what)
  return what .. " " .. queries.key(query)
end

-- Never sends it, or not again.
local function cancel(lookup)
  kept[lookup.key] = nil
  lookup.task:cancel()
end

--- An option of the client: tells a lookup whether a request of its is under way.
function M.observe(event)
  local thread = coroutine.running()
  local lookup = thread and running[thread]
  if not lookup then
    return
  end
  lookup.in_flight = event.type == "request"
  if event.type == "retry" and not lookup.on_end then
    cancel(lookup)
  end
end

--- What it may cost to look up.
---@param query contactout_nvim.Query
---@param what "profile"|"contacts"
---@return string
function M.price(query, what)
  return WAYS[query.kind][what].price
end

--- What one that found someone did cost.
---@return string
function Lookup:cost()
  local way = WAYS[self.query.kind][self.what]
  return way.cost and way.cost(self.person) or way.price
end

--- One that runs or has found someone, if there is one. Who has the contacts has
--- the profile.
function M.known(query, what)
  return kept[key_of(query, "contacts")] or kept[key_of(query, what)]
end

local function ask(client, query, what)
  local way = WAYS[query.kind][what]
  local body, err = client[way.endpoint](client, way.params(query.value))
  if err then
    return nil, err
  end
  local person = people.from(body.profile)
  if not person then
    return nil, { kind = "not_found", message = "ContactOut knows no profile for it" }
  end
  return person
end

-- Keeps a person; tells who waits, or, of an error that may have cost, the user.
function Lookup:finish(person, err)
  self.in_flight = false
  self.person, self.time = person, os.date("%H:%M")
  if not person and kept[self.key] == self then
    kept[self.key] = nil
  end
  if self.on_end then
    self.on_end(person, err)
  elseif err and err.maybe_charged then
    vim.notify(("ContactOut: looking up %s may have cost credits: %s")
      :format(self.query.value, tostring(err)), vim.log.levels.WARN)
  end
end

--- Nobody waits for it any more. What was sent goes on, since it may be paid for,
--- and its answer is kept for the next time; what wasn't sent never is.
function Lookup:leave()
  self.on_end = nil
  if not self.person and not self.in_flight then
    cancel(self)
  end
end

--- Starts a lookup, or takes up the one that is known.
---@param client contactout.Client made with the option `observe`
---@param query contactout_nvim.Query
---@param what "profile"|"contacts"
---@param on_end fun(person: contactout_nvim.Person|nil, err: table|nil) called
---  later, once; not at all after `leave`, or where the person is known already
---@return contactout_nvim.Lookup
function M.start(client, query, what, on_end)
  local lookup = M.known(query, what)
  if lookup then
    lookup.on_end = on_end
    return lookup
  end
  lookup = setmetatable({
    query = query, what = what, key = key_of(query, what), in_flight = false, on_end = on_end,
  }, Lookup)
  kept[lookup.key] = lookup
  lookup.task = contactout.spawn(function()
    running[coroutine.running()] = lookup
    lookup:finish(ask(client, query, what))
  end)
  return lookup
end

return M
