-- Bulk work of any size: the methods by which a client looks up as many people,
-- addresses or domains as there are, each different one once. How it is done is told
-- in bulk/run.lua; contactout/init.lua gives the methods to the client.

local options = require "contactout.options"
local rows = require "contactout.bulk.rows"
local source = require "contactout.bulk.source"
local works = require "contactout.bulk.works"

local M = {}

-- The options of a run, from those of its method: `params` of the endpoint, `call`
-- options, and the rest.
local function read_options(name, given)
  local method = works[name]
  local for_core, opts = options.read(method.options, given)
  if not for_core then
    return nil, opts
  end
  opts.call = options.of_call(for_core, opts)
  opts.method = name
  opts.params = { include_phone = opts.include_phone, callback_url = opts.callback_url }
  return opts
end

-- What is wrong with the call's shape raises in the caller's name; all else the
-- iterator raises, since a `for` would hide an error that came in its place.
local function iterate(client, name, input, given)
  local opts, err = read_options(name, given)
  local work
  if opts then
    work, err = works[name].pick(opts)
  end
  if not work then
    return rows.failing(err)
  end
  return rows.new(client, work, input, opts)
end

local function check(input, argument, opts)
  if opts ~= nil and type(opts) ~= "table" then
    error("opts must be a table, not a " .. type(opts), 3)
  end
  local problem = source.problem(input)
  if problem then
    error(argument .. " " .. problem, 3)
  end
end

---@class contactout.Client
local methods = {}

--- Looks up the contacts of people, any number of them. Costs at most an e-mail credit
--- for each different URL, and with `include_phone` a phone credit. The iterator's calls
--- yield in a host. It is closed by `:close()`, to be called after a `break`.
---@param urls any[]|string|fun(): any LinkedIn URLs, a list or what gives the next one;
---  or, with `opts.key`, whatever that gives the URL of
---@param opts? contactout.ContactsOptions
---@return fun(): any, contactout.Contact|nil, contactout.Error|nil rows one for each
---  input, in any order; raises an error that ends the run
function methods:contacts(urls, opts)
  check(urls, "urls", opts)
  return iterate(self, "contacts", urls, opts)
end

--- Verifies e-mail addresses, any number of them. Costs at most a verifier credit for
--- each different one. As `contacts` otherwise.
---@param emails any[]|string|fun(): any
---@param opts? contactout.VerifyOptions
---@return fun(): any, string|nil, contactout.Error|nil rows the value is `valid`,
---  `invalid`, `accept_all`, `disposable` or `unknown`
function methods:verify(emails, opts)
  check(emails, "emails", opts)
  return iterate(self, "verify", emails, opts)
end

--- Looks up companies by domain, any number of them. Documented as free, but seen to
--- cost a search credit for each company. As `contacts` otherwise.
---@param domains any[]|string|fun(): any domains, or URLs of websites
---@param opts? contactout.DomainsOptions
---@return fun(): any, contactout.Company|nil, contactout.Error|nil rows
function methods:domains(domains, opts)
  check(domains, "domains", opts)
  return iterate(self, "domains", domains, opts)
end

M.methods = methods

return M
