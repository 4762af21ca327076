-- Bulk work of any size: the methods by which a client looks up as many people,
-- addresses or domains as there are, each different one once. How it is done is told
-- in bulk/run.lua; contactout/init.lua gives the methods to the client.

local errors = require "contactout.errors"
local iterator = require "contactout.iterator"
local options = require "contactout.options"
local plan = require "contactout.bulk.plan"
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

-- The work of a call, and its options; nil and an error where they are wrong.
local function read(name, given)
  local opts, err = read_options(name, given)
  if not opts then
    return nil, err
  end
  local work, problem = works[name].pick(opts)
  return work, work and opts or problem
end

-- What is wrong with the call's shape raises in the caller's name; all else the
-- iterator raises, since a `for` would hide an error that came in its place.
local function iterate(client, name, input, given)
  local work, opts = read(name, given)
  if not work then
    return iterator.failing(opts)
  end
  return rows.new(client, work, input, opts)
end

local function check(input, argument, opts)
  options.check_table(opts, "opts", 3)
  local problem = source.problem(input)
  if problem then
    error(argument .. " " .. problem, 3)
  end
end

-- The iterators that users hold, by what they give: for editors alone.

---@class contactout.ContactRows: contactout.Iterator
---@overload fun(): any, contactout.Contact|nil, contactout.Error|nil

---@class contactout.VerdictRows: contactout.Iterator
---@overload fun(): any, string|nil, contactout.Error|nil

---@class contactout.CompanyRows: contactout.Iterator
---@overload fun(): any, contactout.Company|nil, contactout.Error|nil

---@class contactout.Client
local methods = {}

--- Looks up the contacts of people, any number of them. Costs at most an e-mail credit
--- for each different URL, and with `include_phone` a phone credit. The iterator's calls
--- yield in a host. It is closed by `:close()`, to be called after a `break`.
---@param urls any[]|string|fun(): any LinkedIn URLs, a list or what gives the next one;
---  or, with `opts.key`, whatever that gives the URL of
---@param opts? contactout.ContactsOptions
---@return contactout.ContactRows rows `item, contact, err`, one for each input, in any
---  order; raises an error that ends the run
function methods:contacts(urls, opts)
  check(urls, "urls", opts)
  return iterate(self, "contacts", urls, opts)
end

--- Verifies e-mail addresses, any number of them. Costs at most a verifier credit for
--- each different one; the verdicts `unknown` and `disposable` are free. As `contacts`
--- otherwise.
---@param emails any[]|string|fun(): any
---@param opts? contactout.VerifyOptions
---@return contactout.VerdictRows rows `item, verdict, err`; the verdict is `valid`,
---  `invalid`, `accept_all`, `disposable` or `unknown`
function methods:verify(emails, opts)
  check(emails, "emails", opts)
  return iterate(self, "verify", emails, opts)
end

--- Looks up companies by domain, any number of them. Documented as free, but seen to
--- cost a search credit for each company. As `contacts` otherwise.
---@param domains any[]|string|fun(): any domains, or URLs of websites
---@param opts? contactout.DomainsOptions
---@return contactout.CompanyRows rows `item, company, err`
function methods:domains(domains, opts)
  check(domains, "domains", opts)
  return iterate(self, "domains", domains, opts)
end

-- The options of a plan: those of the method, and `check`.
local function plan_options(method, given)
  local opts = {}
  for name, value in pairs(given or {}) do
    opts[name] = value
  end
  local is_checked = opts.check
  opts.check = nil
  if is_checked ~= nil and type(is_checked) ~= "boolean" then
    return errors.fail("invalid_argument", "check must be a boolean", { param = "check" })
  elseif is_checked and method ~= "contacts" then
    return errors.fail("invalid_argument", "check is for contacts: there are no free checkers of "
      .. "other things", { param = "check" })
  end
  return opts, is_checked
end

--- Plans one of these methods: see contactout/plans.lua.
---@param client contactout.Client
---@param method string
---@param input any as that method takes it
---@param opts? table that method's; and `check`, for contacts
---@return table|nil plan
---@return contactout.Error|nil err
function M.plan(client, method, input, opts)
  check(input, "input", opts)
  local own, is_checked = plan_options(method, opts)
  if not own then
    return nil, is_checked
  end
  local work, read_opts = read(method, own)
  if not work then
    return nil, read_opts
  end
  return plan.make(client, work, input, read_opts, is_checked)
end

M.methods = methods

return M
