-- What is known of each key of a run, where it has a journal: as answers.lua, but
-- what was asked stands on disk before it is sent, the id of a job before anything
-- else happens, and answers before they are handed out. In memory stand the keys that
-- are on their way, and those that have failed so that a later run may ask again, or are
-- asked for anew by this one.

local errors = require "contactout.errors"
local identity = require "contactout.journal.identity"
local journal = require "contactout.journal"
local packed = require "contactout.bulk.packed"
local unread = require "contactout.bulk.unread"

---@class contactout.Journaled
local Journaled = {}
Journaled.__index = Journaled
Journaled.__name = "contactout.Journaled"

-- Errors that are answers, and may have been paid for. A refusal is none: it is free to
-- ask again, and what was wrong may have been an option, as the callback's URL.
local FINAL = { not_found = true }

--- As those of answers.lua.
function Journaled:on_its_way(canonical)
  return self._entries[canonical]
end

function Journaled:enter(sent, canonical, item)
  local entry = { sent = sent, canonical = canonical, items = { item } }
  self._entries[canonical] = entry
  return entry
end

function Journaled:keep(canonical, _, err)
  if #self._entries[canonical].items > 0 then
    self:_is_first_row(canonical)
  end
  self._entries[canonical] = nil
  if err and not FINAL[err.kind] then
    self._failures[canonical] = err
  end
end

-- What is known ---------------------------------------------------------------------

local UNCERTAIN = "an earlier run sent this and was killed: it may have been charged, and the "
  .. "answer is not known; retry_charged = true asks again"
local UNFINISHED = "the job that was made for this has not told its answer; a later run asks for it"

-- By the journal's word: whether it is known, its value and its error.
local READ = {}

-- Whether a verdict that cost nothing, of an earlier run, is to be asked for again. Where a
-- later request may have been charged that is for `retry_charged` to allow.
local function is_tried_again(self, verdict, canonical, is_first)
  return self._retries_unknown and verdict == "unknown" and is_first
    and (self._asks_again or self._journal:is_awaited(canonical) == false)
end

function READ.answered(self, entry, canonical, is_first)
  if is_tried_again(self, entry.value, canonical, is_first) then
    return false
  end
  return true, unread.read(self._kind, entry.value)
end

function READ.failed(_, entry)
  return true, nil, entry.err
end

function READ.job(self, entry, canonical)
  if self._lost[canonical] then
    return false
  end
  return true, errors.fail("job_timeout", UNFINISHED,
    { job_uuid = entry.uuid, maybe_charged = true })
end

function READ.uncertain(self)
  if self._asks_again then
    return false
  end
  return true, errors.fail("uncertain", UNCERTAIN, { maybe_charged = true })
end

READ.sent = READ.uncertain

-- Whether a key has no row yet. In the first run of a journal each that is known has one.
function Journaled:_is_first_row(canonical)
  return self._is_resumed and self._journal:is_first(canonical)
end

-- As `recall`; `is_first`: the key has no row yet.
local function look_up(self, canonical, is_first)
  local failure = self._failures[canonical]
  if failure then
    return true, nil, errors.copy(failure)
  end
  local entry, problem = self._journal:get(canonical)
  if problem then
    return true, nil, problem
  elseif not entry then
    return false
  end
  return READ[entry.state](self, entry, canonical, is_first)
end

--- As that of answers.lua. What was known before this run isn't a duplicate's.
---@return boolean is_known
---@return any|nil value
---@return contactout.Error|nil err
---@return boolean|nil is_first its first row
function Journaled:recall(canonical)
  local is_first = self:_is_first_row(canonical)
  local is_known, value, err = look_up(self, canonical, is_first)
  return is_known, value, err, is_first
end

-- What is written ---------------------------------------------------------------------

--- A batch is about to be sent.
---@param batch contactout.Batch
---@param most contactout.Credits what it can cost
---@return true|nil
---@return contactout.Error|nil err
function Journaled:begin(batch, most)
  local keys = {}
  for i, entry in ipairs(batch) do
    keys[i] = entry.canonical
  end
  local number, err = self._journal:begin(keys, { job = self._job, at_most = most })
  batch.number = number
  return number and true, err
end

--- A batch is about to be sent once more, though it may have been charged.
---@param batch contactout.Batch
---@param uncertain contactout.Credits what it may have cost with that
---@return true|nil
---@return contactout.Error|nil err
function Journaled:doubted(batch, uncertain)
  return self._journal:doubted(batch.number, uncertain)
end

--- A batch has become a job.
---@param batch contactout.Batch
---@param uuid string
---@return true|nil
---@return contactout.Error|nil err
function Journaled:submitted(batch, uuid)
  return self._journal:submitted(batch.number, uuid)
end

--- A batch surely cost nothing.
---@param batch contactout.Batch
---@return true|nil
---@return contactout.Error|nil err
function Journaled:refused(batch)
  return self._journal:cleared(batch.number)
end

--- Nothing came of a batch, which may have been charged.
---@param batch contactout.Batch
---@return true|nil
---@return contactout.Error|nil err
function Journaled:left_in_doubt(batch)
  return self._journal:answered(batch.number, {}, batch.account:totals())
end

-- What was answered before stands where a second request came to nothing.
local function answered_before(self, canonical)
  local entry = self._journal:get(canonical)
  if entry and entry.state == "answered" then
    return entry.value
  end
end

--- A batch has ended, and these are its rows.
---@param batch contactout.Batch
---@param rows table
---@param spent? contactout.Credits where the batch's account doesn't tell
---@return table rows the same, once they are on disk
---@return contactout.Error|nil err if they couldn't be written
function Journaled:finish(batch, rows, spent)
  local kept, news = packed.new(), {}
  for entry, answer, err in rows.next, rows do
    local is_news = answer ~= nil or FINAL[err.kind]
    if not is_news then
      answer = answered_before(self, entry.canonical)
    end
    local json = kept:push(entry, answer, answer == nil and err or nil)
    if is_news then
      news[#news + 1] = { key = entry.canonical, json = json, err = err }
    end
  end
  local _, err = self._journal:answered(batch.number, news, spent or batch.account:totals())
  return kept, err
end

-- What is left of earlier runs ----------------------------------------------------------

--- The next job of an earlier run that hasn't told all, as a batch.
---@return contactout.Batch|nil
---@return contactout.Error|nil err
function Journaled:next_job()
  local job, err = self._journal:next_job(self._last_job)
  if not job then
    return nil, err
  end
  self._last_job = job.batch
  local batch = { number = job.batch, uuid = job.uuid, doubt = job.doubt }
  for i, canonical in ipairs(job.keys) do
    batch[i] = { canonical = canonical, items = {} }
    self._entries[canonical] = batch[i]
  end
  return batch
end

--- A job of an earlier run has ended without the answer to a key, which is to be asked
--- for anew.
---@param entry contactout.Entry
---@return boolean is_wanted false: nobody waits for it yet; who comes for it asks anew
function Journaled:lost(entry)
  local is_wanted = #entry.items > 0
  if not is_wanted then
    self._entries[entry.canonical], self._lost[entry.canonical] = nil, true
  end
  return is_wanted
end

--- What all runs have spent by the journal.
---@return table|nil
---@return contactout.Error|nil err
function Journaled:spent()
  return self._journal:spent()
end

function Journaled:close()
  self._journal:close()
end

local M = {}

-- By what a journal is told from another run's.
local function identity_of(client, name, opts)
  return identity.of(client, name,
    { version = opts.version, include_phone = opts.include_phone or nil }, opts.call.extra)
end

--- Opens a run's journal.
---@param client contactout.Client
---@param name string the method
---@param work contactout.Work
---@param opts table of the run
---@return contactout.Journaled|nil
---@return contactout.Error|nil err
function M.open(client, name, work, opts)
  local opened, err = journal.open(opts.journal, identity_of(client, name, opts))
  if not opened then
    return nil, err
  end
  return setmetatable({
    _journal = opened, _kind = work.kind, _job = work.resume and work.kind.name,
    _entries = {}, _failures = {}, _lost = {}, _last_job = 0,
    _is_resumed = opened:has_batches(), _asks_again = opts.call.retry_charged == true,
    _retries_unknown = opts.retry_unknown == true,
  }, Journaled)
end

return M
