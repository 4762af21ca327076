-- Asynchronous jobs: the methods by which a client submits them and takes them up
-- again. What was submitted is paid for, so nothing of it gets lost: the id is
-- told to the observer before anything else, and every error of a job names it.
-- contactout/init.lua gives the methods to the client.

local callback = require "contactout.jobs.callback"
local clients = require "contactout.client"
local core = require "contactout.core"
local errors = require "contactout.errors"
local job = require "contactout.jobs.job"
local keys = require "contactout.keys"
local kinds = require "contactout.jobs.kinds"
local options = require "contactout.options"
local reply = require "contactout.jobs.reply"

local M = {}

-- The keys of a submission --------------------------------------------------------

local function refuse(kind, index, message)
  local param = index and ("%s[%d]"):format(kind.argument, index) or kind.argument
  return errors.fail("invalid_argument", param .. " " .. message,
    { param = param, endpoint = kind.submit })
end

--- The key of one item, as it is sent and in canonical form; nil and the error if
--- the endpoint would refuse it.
---@param kind contactout.JobKind
---@param item any
---@param index integer of the item, for the error
---@param key_of? fun(item: any): string
---@return string|nil sent
---@return string|contactout.Error canonical
function M.key(kind, item, index, key_of)
  local text = item
  if key_of then
    text = key_of(item)
  end
  if type(text) ~= "string" then
    return refuse(kind, index, "must be a string, not a " .. type(text))
  end
  local sent, canonical = kind.form(text)
  local request, err = core.build(kind.submit, { [kind.param] = { sent } })
  if not request then
    return refuse(kind, index, (err.message:gsub("^%S+ ", "")))
  end
  return sent, canonical
end

--- How many elements a list has; nil and an error if it isn't one.
---@param kind contactout.JobKind
---@param list table
---@return integer|nil count
---@return contactout.Error|nil err
function M.count(kind, list)
  local count = 0
  for key in pairs(list) do
    if type(key) ~= "number" then
      return refuse(kind, nil, "must be a list, not a table with keys")
    end
    count = count + 1
  end
  for index = 1, count do
    if list[index] == nil then
      return refuse(kind, index, "is missing: a list must have no hole")
    end
  end
  return count
end

-- The keys of a list of items.
local function collect(kind, list, key_of)
  local count, problem = M.count(kind, list)
  if not count then
    return nil, problem
  elseif count == 0 then
    return refuse(kind, nil, "must not be empty")
  end
  local collected = keys.new()
  for index = 1, count do
    local sent, canonical = M.key(kind, list[index], index, key_of)
    if not sent then
      return nil, canonical
    end
    collected:add(list[index], sent, canonical)
  end
  return collected
end

-- Submitting ------------------------------------------------------------------------

-- Bytes of a reply that an error shows.
local MAX_BODY = 2048

-- The submission went well, but what job it made can't be asked after.
local function without_id(kind, answer, uuid)
  return errors.fail("malformed_response", "the server took the job, but named no id of it that "
    .. "could be asked after", { endpoint = kind.submit, job_uuid = uuid, maybe_charged = true,
      body = core.encode(answer):sub(1, MAX_BODY) })
end

--- Submits one job. Costs what the endpoint costs; yields in a host.
---@param client contactout.Client
---@param kind contactout.JobKind
---@param wanted contactout.Keys at most `kind.max` of them
---@param params table the endpoint's other parameters
---@param how table `call`: a call's options; `budget` for it; `on_uuid`, told of the
---  job's id before anybody else is
---@return contactout.Job|nil
---@return contactout.Error|nil err
function M.submit(client, kind, wanted, params, how)
  params[kind.param] = wanted.sent
  local answer, err = clients.send(client, kind.submit_row, params, how.call, how.budget)
  if not answer then
    return nil, err
  end
  local view = reply.read(answer)
  if not view.uuid or not core.build(kind.poll, { job_uuid = view.uuid }) then
    return without_id(kind, answer, view.uuid)
  end
  if how.on_uuid then
    how.on_uuid(view.uuid)
  end
  local made = job.new(client, kind, view.uuid,
    { keys = wanted, word = view.word, submitted_at = core.now() })
  job.tell(made, { endpoint = kind.submit, keys = #wanted.sent })
  callback.remember(client, made)
  return made
end

-- Parts a submission's options: the endpoint's parameters, the call's options and
-- the function that gives the keys.
local function part_options(kind, opts)
  local for_core, rest = options.read(kind.options, opts, kind.submit)
  if not for_core then
    return nil, rest
  end
  local params = { include_phone = rest.include_phone, callback_url = rest.callback_url }
  return params, options.of_call(for_core, rest), rest.key
end

local function submit_list(client, kind, list, opts)
  if type(list) == "string" then
    list = { list }
  elseif type(list) ~= "table" then
    error(kind.argument .. " must be a list, not a " .. type(list), 3)
  end
  options.check_table(opts, "opts", 3)
  local params, call_opts, key_of = part_options(kind, opts)
  if not params then
    return nil, call_opts
  end
  local wanted, err = collect(kind, list, key_of)
  if not wanted then
    return nil, err
  elseif #wanted.sent > kind.max then
    return refuse(kind, nil, ("takes at most %d different ones, not %d: make several jobs of them")
      :format(kind.max, #wanted.sent))
  end
  return M.submit(client, kind, wanted, params, { call = call_opts })
end

M.wait, M.rows = job.wait, job.rows

--- Takes up a job whose keys are known.
---@param client contactout.Client
---@param kind contactout.JobKind
---@param uuid string
---@param wanted contactout.Keys
---@return contactout.Job
function M.resume(client, kind, uuid, wanted)
  local taken_up = job.new(client, kind, uuid, { keys = wanted, submitted_at = core.now() })
  callback.remember(client, taken_up)
  return taken_up
end

-- The client's methods ----------------------------------------------------------------

---@class contactout.Client
local methods = {}

--- Submits a job that finds the contacts of people. Costs at most an e-mail credit
--- for each different URL, and with `include_phone` a phone credit. Yields in a host.
---@param urls any[]|string LinkedIn URLs, at most 1,000 different ones; or, with
---  `opts.key`, whatever that gives the URL of
---@param opts? contactout.ContactsJobOptions
---@return contactout.Job|nil job
---@return contactout.Error|nil err
function methods:submit_contacts(urls, opts)
  return submit_list(self, kinds.contacts, urls, opts)
end

--- Submits a job that verifies e-mail addresses. Costs at most a verifier credit for
--- each different address. Yields in a host.
---@param emails any[]|string addresses, at most 1,000 different ones; or, with
---  `opts.key`, whatever that gives the address of
---@param opts? contactout.VerificationJobOptions
---@return contactout.Job|nil job
---@return contactout.Error|nil err
function methods:submit_verification(emails, opts)
  return submit_list(self, kinds.verification, emails, opts)
end

--- Takes up a job that was submitted before, by anybody with the same token. Sends
--- nothing. What it was asked isn't known here: `results` gives the server's keys,
--- and where the server's word is SENT, it is done once its result has stayed the
--- same for 10 s, which takes two polls.
---@param kind "contacts"|"verification"
---@param uuid string
---@return contactout.Job|nil job
---@return contactout.Error|nil err
function methods:job(kind, uuid)
  local known = kinds[kind]
  if not known then
    return errors.fail("invalid_argument", "kind must be \"contacts\" or \"verification\", not "
      .. tostring(kind), { param = "kind" })
  end
  local request, err = core.build(known.poll, { job_uuid = uuid })
  if not request then
    return nil, err
  end
  local made = job.new(self, known, (uuid:gsub("^%s+", ""):gsub("%s+$", "")))
  callback.remember(self, made)
  return made
end

methods.callback = callback.take

M.methods = methods

return M
