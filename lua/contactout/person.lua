-- One person, from whatever is known of them: which endpoint finds them, for which
-- contacts, and their record from its reply. Depends on the client's endpoints alone;
-- contactout/init.lua gives the method to the client.

local errors = require "contactout.errors"
local keys = require "contactout.keys"
local options = require "contactout.options"
local records = require "contactout.records"

local M = {}

local CONTACTS = { "work_email", "personal_email", "phone" }

local IS_CONTACT = {}
for _, name in ipairs(CONTACTS) do
  IS_CONTACT[name] = true
end

-- The option `contacts`: nothing, all there is, or some kinds.
local function contacts(value)
  local rule = 'true, false, or a list of "' .. table.concat(CONTACTS, '", "') .. '"'
  if type(value) == "boolean" or IS_CONTACT[value] then
    return true
  elseif type(value) ~= "table" then
    return false, rule
  end
  local count = 0
  for _, name in pairs(value) do
    if not IS_CONTACT[name] then
      return false, rule
    end
    count = count + 1
  end
  return count == #value, rule
end

---@type contactout.Option[]
M.OPTIONS = options.with_call {
  { name = "contacts", type = "any", check = contacts,
    doc = "which contacts to find: false, true for all, or a list of work_email, personal_email "
      .. "and phone; false" },
}

-- Who ---------------------------------------------------------------------------

local WHO = "who must be a LinkedIn URL, an e-mail address, or a table of parameters of "
  .. "people_enrich"

local NOT_WHO = { string = "another text", table = "an empty table", ["nil"] = "nothing" }

local function refuse(who)
  return errors.fail("invalid_argument", ("%s, not %s"):format(WHO,
    NOT_WHO[type(who)] or "a " .. type(who)), { param = "who" })
end

-- What a text says of a person, as a parameter of people_enrich.
local function read_text(text)
  if text:lower():find("linkedin.com/", 1, true) then
    return "linkedin_url", (keys.profile(text))
  elseif text:find("^%s*[^%s@]+@[^%s@]+%s*$") then
    return "email", (keys.email(text))
  end
end

-- The parameters that say who it is, and the only one of them, if `who` is a text.
local function read_who(who)
  local params = {}
  if type(who) == "string" then
    local name, value = read_text(who)
    if not name then
      return refuse(who)
    end
    params[name] = value
    return params, name
  elseif type(who) ~= "table" or next(who) == nil then
    return refuse(who)
  end
  for name, value in pairs(who) do
    params[name] = value
  end
  return params
end

-- How to ask ----------------------------------------------------------------------

-- Where another endpoint than people_enrich is asked: by what is known, without any
-- contacts (false) or with all (true). `name` is what is known there, `with` goes along.
local ELSEWHERE = {
  linkedin_url = {
    [false] = { endpoint = "linkedin_enrich", name = "profile", with = { profile_only = true } },
    [true] = { endpoint = "linkedin_enrich", name = "profile", with = {} },
  },
  email = {
    [true] = { endpoint = "email_enrich", name = "email", with = { include = "work_email" } },
  },
}

-- The kinds to ask people_enrich for; nil: none.
local function included(wanted)
  if wanted == true then
    return CONTACTS
  end
  return wanted and #wanted > 0 and wanted or nil -- a text is a list of one to the core
end

-- The endpoint that gives what is wanted, and its parameters. Among these may be an
-- `include` of the caller's, which stands unless the option says something.
local function route(params, only, wanted)
  local elsewhere = only and ELSEWHERE[only][wanted or false]
  if elsewhere then
    local own = { [elsewhere.name] = params[only] }
    for name, value in pairs(elsewhere.with) do
      own[name] = value
    end
    return elsewhere.endpoint, own
  end
  if wanted ~= nil then
    params.include = included(wanted)
  end
  return "people_enrich", params
end

-- What came -------------------------------------------------------------------------

-- A reply without the person: some endpoints say so by an empty profile.
local function nobody(endpoint, reply)
  return errors.fail("not_found", "nobody is known by that", {
    endpoint = endpoint, retryable = false,
    maybe_charged = type(reply.profile) ~= "table" or nil, -- it doesn't say what it cost
  })
end

-- `who` is what the caller knows, whatever the endpoint calls it.
local function in_callers_words(err, only)
  if only and err.kind == "invalid_argument" and
      (err.param == "profile" or err.param == only) then
    err.param = "who"
  end
  return err
end

---@class contactout.KnownOfPerson
---@field only? string the parameter of people_enrich that `who` is, if it is a text
---@field url? string

--- How somebody would be asked for.
---@param who any as `person` takes it
---@param wanted any the option `contacts`
---@return string|nil endpoint
---@return table|contactout.Error params
---@return contactout.KnownOfPerson|nil known
function M.request(who, wanted)
  local params, only = read_who(who)
  if not params then
    return nil, only
  end
  local endpoint, own = route(params, only, wanted)
  return endpoint, own, { only = only, url = params.linkedin_url }
end

---@class contactout.Client
local methods = {}

--- Looks up one person. Costs 1 search credit; with all contacts, for a LinkedIn URL at
--- most 1 e-mail and 1 phone credit, or 1 search credit if there is no contact; for an
--- e-mail address at most 1 e-mail and 1 phone credit; for a table, or with a list of
--- contacts, 1 search credit and what is found of these. Nobody found costs nothing.
--- Kept by the client's cache. Yields in a host.
---@param who string|table a LinkedIn URL, an e-mail address, or parameters of people_enrich
---@param opts? contactout.PersonOptions
---@return contactout.Person|nil person
---@return contactout.Error|nil err kind `not_found` if nobody is known by that
function methods:person(who, opts)
  options.check_table(opts, "opts", 2)
  local for_core, rest = options.read(M.OPTIONS, opts)
  if not for_core then
    return nil, rest
  end
  local endpoint, params, known = M.request(who, rest.contacts)
  if not endpoint then
    return nil, params
  end
  local reply, err = self[endpoint](self, params, options.of_call(for_core, rest))
  if not reply then
    return nil, in_callers_words(err, known.only)
  end
  local person = records.person(reply.profile)
  if records.is_no_one(person) then
    return nobody(endpoint, reply)
  end
  person.linkedin_url = person.linkedin_url or known.url
  return person
end

M.methods = methods

return M
