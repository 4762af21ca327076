-- Searches with pages: the iterators over all that a search finds, one record each. How
-- the pages are got is told in pages/walk.lua; contactout/init.lua gives the methods to
-- the client.

local iterator = require "contactout.iterator"
local kinds = require "contactout.pages.kinds"
local options = require "contactout.options"
local plan = require "contactout.pages.plan"
local search = require "contactout.pages.search"
local walk = require "contactout.pages.walk"

local M = {}

-- What is wrong with the call's shape raises in the caller's name.
local function check(method, query, opts)
  options.check_table(opts, "opts", 3)
  local problem = search.problem(method, query)
  if problem then
    error("query " .. problem, 3)
  end
end

-- All else the iterator raises, since a `for` would hide an error that came in its place.
local function iterate(client, method, query, opts)
  local wanted, err = search.new(client, method, query, opts)
  local begun
  if wanted then
    begun, err = walk.new(client, wanted)
  end
  return begun and iterator.of(begun) or iterator.failing(err)
end

-- The iterators that users hold, by what they give: for editors alone.

---@class contactout.PersonIterator: contactout.Iterator
---@overload fun(): contactout.Person|nil

---@class contactout.CompanyIterator: contactout.Iterator
---@overload fun(): contactout.Company|nil

---@class contactout.Client
local methods = {}

--- Gives the people that a search finds, page after page, in the order of their ranking,
--- each once. A page costs a search credit for each profile on it, also for those that
--- aren't read; and with `reveal_info` up to 1 e-mail and 1 phone credit for each. The next
--- page is got when it is needed; with `prefetch`, one ahead. The iterator's calls yield in
--- a host. It is closed by `:close()`, to be called after a `break`.
---@param query contactout.params.people_search `page`: the one to begin with
---@param opts? contactout.PagesOptions
---@return contactout.PersonIterator people raises an error that ends it, once all that
---  was paid for is given: `err.page` is the page with which it came
function methods:each_person(query, opts)
  check("each_person", query, opts)
  return iterate(self, "each_person", query, opts)
end

--- Gives those who decide in a company. As `each_person` otherwise.
---@param query string|contactout.params.decision_makers a domain, a company's LinkedIn URL,
---  or parameters
---@param opts? contactout.PagesOptions
---@return contactout.PersonIterator people
function methods:each_decision_maker(query, opts)
  check("each_decision_maker", query, opts)
  return iterate(self, "each_decision_maker", query, opts)
end

--- Gives the companies that a search finds. As `each_person` otherwise; a page costs a
--- search credit for each company on it.
---@param query contactout.params.company_search
---@param opts? contactout.PagesOptions
---@return contactout.CompanyIterator companies
function methods:each_company(query, opts)
  check("each_company", query, opts)
  return iterate(self, "each_company", query, opts)
end

M.methods = methods

--- Whether a method is one of these.
---@param method string
---@return boolean
function M.has(method)
  return kinds[method] ~= nil
end

--- Plans one of these methods: see contactout/plans.lua.
---@param client contactout.Client
---@param method string
---@param query any as that method takes it
---@param opts? contactout.PagesOptions
---@return table|nil plan
---@return contactout.Error|nil err
function M.plan(client, method, query, opts)
  check(method, query, opts)
  local wanted, err = search.new(client, method, query, opts)
  if not wanted then
    return nil, err
  end
  return plan.make(client, wanted)
end

return M
