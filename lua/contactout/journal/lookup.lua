-- What a journal knows: the answer to a key, jobs that are under way, keys whose
-- answer nobody knows, what it all has cost. Reads only. The methods by which it
-- is asked; journal/init.lua gives them to journals.

local core = require "contactout.core"
local errors = require "contactout.errors"

local M = {}

---@class contactout.Journal
local methods = {}

--- A row of `results` as an entry.
local function read_result(row)
  local value, err = core.decode(row.value)
  if err then
    return nil, err
  elseif row.state == "failed" then
    return { state = "failed", err = errors.new(value.kind, value.message, value) }
  end
  return { state = "answered", value = value }
end

-- A job will tell; else the request that was sent last counts.
local FIND_SENT = [[
SELECT batch, job, uuid FROM sent JOIN batches ON id = batch WHERE key = ?
ORDER BY uuid IS NULL, batch DESC LIMIT 1]]

---@class contactout.JournalEntry
---@field state "answered"|"failed"|"job"|"sent"|"uncertain"
---@field value? any of "answered"
---@field err? contactout.Error of "failed"
---@field batch? integer of the other states
---@field job? string the kind of job that was to be made
---@field uuid? string of "job"

--- What is known of a key: its answer; that a job is at work on it; that this run
--- has asked for it; or that an earlier one had, and its answer is not known.
---@param key string
---@return contactout.JournalEntry|nil entry nil: nothing
---@return contactout.Error|nil err
function methods:get(key)
  local row, err = self._db:first("SELECT state, value FROM results WHERE key = ?", key)
  if row then
    return read_result(row)
  elseif err then
    return nil, err
  end
  row, err = self._db:first(FIND_SENT, key)
  if not row then
    return nil, err
  end
  row.state = row.uuid and "job" or row.batch >= self._first_batch and "sent" or "uncertain"
  return row
end

--- Whether somebody was asked for a key and has not answered, whatever else is known of it.
---@param key string
---@return boolean|nil
---@return contactout.Error|nil err
function methods:is_awaited(key)
  local row, err = self._db:first(FIND_SENT, key)
  if err then
    return nil, err
  end
  return row ~= nil
end

--- What is known of a page: as `get`, and if it is there, the records that have not
--- been purged.
---@param number integer
---@return contactout.JournalEntry|nil entry with `records`, a list of key and value
---@return contactout.Error|nil err
function methods:page(number)
  local entry, err = self:get(tostring(number))
  if not entry or entry.state ~= "answered" then
    return entry, err
  end
  local rows
  rows, err = self._db:rows("SELECT key, value FROM records WHERE page = ? ORDER BY place", number)
  for _, row in ipairs(rows or {}) do
    row.value, err = core.decode(row.value)
    if err then
      return nil, err
    end
  end
  entry.records = rows
  return rows and entry, err
end

-- A key that several jobs were asked for waits for the last one of them.
local LAST = [[NOT EXISTS (
  SELECT 1 FROM sent JOIN batches ON id = batch
  WHERE key = this.key AND id > this.batch AND uuid IS NOT NULL)]]

local KEYS_OF_JOB = "SELECT key FROM sent AS this WHERE batch = ? AND " .. LAST .. " ORDER BY key"

local NEXT_JOB = [[
SELECT id AS batch, job, uuid FROM batches
WHERE id > ? AND uuid IS NOT NULL
  AND EXISTS (SELECT 1 FROM sent AS this WHERE batch = batches.id AND ]] .. LAST .. [[)
ORDER BY id LIMIT 1]]

--- The keys of rows, in place of them.
local function keys_of(rows)
  for i, row in ipairs(rows) do
    rows[i] = row.key
  end
  return rows
end

--- What a batch may have cost besides what it has.
local function doubt_of(db, batch)
  local rows, err = db:rows("SELECT credit, at_most - spent AS count FROM charges WHERE batch = ? "
    .. "AND at_most > spent", batch)
  local doubt = {}
  for _, row in ipairs(rows or {}) do
    doubt[row.credit] = row.count
  end
  return rows and doubt, err
end

--- The first unfinished job after a batch: submitted, and some of its keys have no
--- answer.
---@param after integer a batch; 0: from the start
---@return table|nil job batch, job (its kind), uuid, keys (those without an answer), doubt
---  (credit -> how many it may have cost besides what is recorded); nil: there are no more
---@return contactout.Error|nil err
function methods:next_job(after)
  local job, err = self._db:first(NEXT_JOB, after)
  if not job then
    return nil, err
  end
  local rows
  rows, err = self._db:rows(KEYS_OF_JOB, job.batch)
  if not rows then
    return nil, err
  end
  job.keys = keys_of(rows)
  job.doubt, err = doubt_of(self._db, job.batch)
  return job.doubt and job, err
end

local NEXT_UNCERTAIN = [[
SELECT DISTINCT key FROM sent AS this WHERE key > ?1 AND NOT EXISTS (
  SELECT 1 FROM sent JOIN batches ON id = batch
  WHERE key = this.key AND (uuid IS NOT NULL OR id >= ?2))
ORDER BY key LIMIT 500]]

--- The next keys after one that an earlier run has sent, whose answer nobody knows.
---@param after string a key; "": from the start
---@return string[]|nil keys some of them, in their order; empty: there are no more
---@return contactout.Error|nil err
function methods:next_uncertain(after)
  local rows, err = self._db:rows(NEXT_UNCERTAIN, after, self._first_batch)
  if not rows then
    return nil, err
  end
  return keys_of(rows)
end

local SPENT = [[
SELECT credit, sum(spent) AS spent,
  sum(CASE WHEN settled = 0 AND id < ? THEN max(at_most - spent, 0) ELSE 0 END) AS uncertain
FROM charges JOIN batches ON id = batch GROUP BY credit]]

--- The credits that all runs have spent, by what was recorded; and those that
--- earlier runs may have spent besides, with no answer to show for it: at most so
--- many, jobs that are still to be taken up included.
---@return table|nil spent credit -> how many; `uncertain`: the same of those
---@return contactout.Error|nil err
function methods:spent()
  local rows, err = self._db:rows(SPENT, self._first_batch)
  if not rows then
    return nil, err
  end
  local spent = { uncertain = {} }
  for _, row in ipairs(rows) do
    spent[row.credit], spent.uncertain[row.credit] = row.spent, row.uncertain
  end
  return spent
end

M.methods = methods

return M
