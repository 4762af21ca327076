-- Webhooks: what was posted to a job's callback_url. Anybody can post there, so a
-- body is only a hint that a job may have news: its id is read, and the rest comes
-- from the API itself. So each client remembers the jobs it has had to do with.

local core = require "contactout.core"
local errors = require "contactout.errors"
local journal = require "contactout.journal"
local job = require "contactout.jobs.job"
local kinds = require "contactout.jobs.kinds"
local options = require "contactout.options"
local reply = require "contactout.jobs.reply"

local M = {}

-- Jobs in one generation. The last two are kept: the latest 20,000 jobs at least,
-- in at most about 5 MB.
local GENERATION = 20000
-- Bytes of a body, a hundred times those of a job's thousand contacts, so that
-- nobody keeps the host busy with reading; and of an id, which the vendor's are a
-- fraction of.
local MAX_BODY, MAX_UUID = 16 * 1024 * 1024, 256

-- What a client remembers ----------------------------------------------------------

---@class contactout.JobMemory
---@field count integer in `recent`
---@field recent table<string, string> uuid -> name of the kind
---@field older table<string, string> the generation before
---@field alive table<string, contactout.Job> those that somebody still holds

local function memory_of(client)
  client._jobs = client._jobs or {
    count = 0, recent = {}, older = {}, alive = setmetatable({}, { __mode = "v" }),
  }
  return client._jobs
end

--- Remembers that a client has had to do with a job.
---@param client contactout.Client
---@param made contactout.Job
function M.remember(client, made)
  local memory = memory_of(client)
  if memory.count >= GENERATION then
    memory.older, memory.recent, memory.count = memory.recent, {}, 0
  end
  if not memory.recent[made.uuid] then
    memory.recent[made.uuid], memory.count = made.kind, memory.count + 1
  end
  memory.alive[made.uuid] = memory.alive[made.uuid] or made
end

-- Reading a body -------------------------------------------------------------------

local function refuse(message)
  return errors.fail("invalid_argument", "body " .. message, { param = "body" })
end

local function read_body(body)
  if type(body) == "table" then
    return body
  elseif type(body) ~= "string" then -- nil, where nothing was posted
    return refuse("must be a string or a table, not a " .. type(body))
  elseif #body > MAX_BODY then
    return refuse(("has %d bytes, more than a job's result ever has"):format(#body))
  end
  local value, err = core.decode(body)
  if err then
    return refuse("is not JSON: " .. err.message)
  elseif type(value) ~= "table" then
    return refuse("is not a JSON object")
  end
  return value
end

local function read_uuid(body)
  local value, err = read_body(body)
  if not value then
    return nil, err
  end
  local uuid = reply.read(value).uuid
  if not uuid then
    return refuse("names no job: it has neither uuid nor job_id nor job_uuid")
  elseif #uuid > MAX_UUID then
    return refuse("names a job by an id of more than 256 bytes")
  end
  return uuid:match("^%s*(.-)%s*$")
end

-- The name of a job's kind; nil where nobody knows of it.
local function kind_of(client, uuid, opts)
  local memory = memory_of(client)
  local kind = memory.recent[uuid] or memory.older[uuid] or opts.kind
  if not kind and opts.journal then
    return journal.job_kind(opts.journal, client._base_url, uuid)
  end
  return kind
end

-- The job of that id: the very one that somebody holds and maybe waits for, if it is.
local function find_job(client, uuid, opts)
  local kind, err = kind_of(client, uuid, opts)
  if err then
    return nil, err
  elseif not kind then
    return refuse(("names the job %s, of which this client knows nothing; if another one "
      .. "submitted it, give opts.journal or opts.kind"):format((uuid:gsub("%c", "?"))))
  elseif not core.build(kinds[kind].poll, { job_uuid = uuid }) then
    return refuse("names a job by an id that none can have")
  end
  return memory_of(client).alive[uuid] or job.new(client, kinds[kind], uuid)
end

--- The client's method `callback`: takes what was posted to a job's `callback_url`,
--- and asks the API itself how that job stands: a posted body is never trusted.
--- Whoever waits for the job gets the news too. Free; sends one request; yields in
--- a host.
---@param self contactout.Client
---@param body string|table as it was posted, or decoded
---@param opts? contactout.CallbackOptions for a job that this client has had nothing
---  to do with: `kind`, or the `journal` of the run that submitted it
---@return contactout.Job|nil job as the API tells it
---@return contactout.Error|nil err `invalid_argument`, with nothing sent, for a body
---  that names no job or an unknown one; else as from `job:poll`
function M.take(self, body, opts)
  options.check_table(opts, "opts", 2)
  local for_core, rest = options.read(options.CALLBACK, opts, "callback")
  if not for_core then
    return nil, rest
  end
  local uuid, err = read_uuid(body)
  if not uuid then
    return nil, err
  end
  local found, problem = find_job(self, uuid, rest)
  if not found then
    return nil, problem
  end
  return found:poll()
end

return M
