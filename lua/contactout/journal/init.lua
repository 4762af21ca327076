-- The journal of one bulk run: what is asked, before it is sent, and what came of
-- it, before anybody sees it. Each change is durable when its method returns, so a
-- run that is killed at any instant can be taken up again: what is known is known,
-- jobs under way are found by their ids, and what nobody can know is told apart.
-- Keys are canonical texts; a page of a search has its number for a key.
--
--   begin -> [submitted ->] answered, in parts or at once; for a page answered_page
--         -> cleared, if it surely cost nothing
--
-- The methods wait for the disk alone, about a millisecond. They return `nil, err`
-- of kind journal if it fails, and then nothing has changed.

local changes = require "contactout.journal.changes"
local core = require "contactout.core"
local file = require "contactout.journal.file"
local lookup = require "contactout.journal.lookup"
local purge = require "contactout.journal.purge"

local M = {}

---@class contactout.Journal
local Journal = {}
Journal.__index = Journal
Journal.__name = "contactout.Journal"

for name, method in pairs(lookup.methods) do
  Journal[name] = method
end

function Journal:__tostring()
  return ("contactout.Journal (%s)"):format(self._is_closed and "closed" or self._path)
end

-- Asking ------------------------------------------------------------------------

--- Records that keys are about to be asked for in one request. To be called before
--- it is sent. An answer that is known to one of them stays known.
---@param keys string[]
---@param opts? table job: the kind of asynchronous job that the request makes;
---  at_most: what it may cost, credit -> how many
---@return integer|nil batch
---@return contactout.Error|nil err
function Journal:begin(keys, opts)
  local list, batch = {}, self._last_batch + 1
  changes.begin(list, batch, keys, opts and opts.at_most or {})
  if opts and opts.job then
    changes.set_job(list, batch, opts.job)
  end
  local ok, err = changes.commit(self._db, list)
  if not ok then
    return nil, err
  end
  self._last_batch = batch
  return batch
end

--- Records what a batch may have cost, before it is sent once more.
---@param batch integer
---@param uncertain table<string, integer>
---@return true|nil
---@return contactout.Error|nil err
function Journal:doubted(batch, uncertain)
  local list = {}
  changes.doubt(list, batch, uncertain)
  return changes.commit(self._db, list)
end

--- Records the id of the job that a batch has become. To be called before anything
--- else is done with the reply: a job that is paid for is lost without its id.
---@param batch integer
---@param uuid string
---@return true|nil
---@return contactout.Error|nil err
function Journal:submitted(batch, uuid)
  local ok, err = self._db:run("UPDATE batches SET uuid = ? WHERE id = ?", uuid, batch)
  return ok and true, err
end

--- Forgets what of a batch has no answer and surely was not charged (refused, or
--- never sent): those keys can be asked for again.
---@param batch integer
---@return true|nil
---@return contactout.Error|nil err
function Journal:cleared(batch)
  local list = {}
  changes.clear(list, batch)
  return changes.commit(self._db, list)
end

-- Answers -----------------------------------------------------------------------

--- The fields alone: of an error, without what makes it print.
local function plain(record)
  local fields = {}
  for name, value in pairs(record) do
    fields[name] = value
  end
  return fields
end

-- Adds what answers have cost to a list of changes, and makes all of them.
local function settle_and_commit(self, list, batch, spent)
  local certain = plain(spent or {})
  certain.uncertain = nil
  changes.settle(list, batch, certain, spent and spent.uncertain)
  return changes.commit(self._db, list)
end

---@class contactout.JournalAnswer
---@field key string
---@field value? any what came, as JSON can hold it
---@field json? string the same as JSON, where the caller has that
---@field err? contactout.Error instead of a value: what a later run should get, too

--- Records answers, in one commit. To be called before they are handed out. A
--- failure is recorded only if it is final; else the key stays as it is.
---@param batch integer
---@param answers contactout.JournalAnswer[]
---@param spent? table<string, integer> credits that these answers cost; `uncertain`: what
---  the batch may have cost besides, by now, where that is known
---@return true|nil
---@return contactout.Error|nil err
function Journal:answered(batch, answers, spent)
  local list = {}
  for _, answer in ipairs(answers) do
    local text, err = answer.json, nil
    if not text then
      text, err = core.encode(answer.err and plain(answer.err) or answer.value)
    end
    if not text then
      return nil, err
    end
    changes.answer(list, answer.key, answer.err and "failed" or "answered", text)
  end
  return settle_and_commit(self, list, batch, spent)
end

---@class contactout.JournalPage
---@field value any what the reply said of the whole, without the records
---@field records table[] value, and key, by which it can be purged ("": none)

--- Records a page, as `answered` does. Its records are kept one by one, so that one
--- of them can be purged.
---@param batch integer
---@param number integer the page's; its key is the number as a string
---@param page contactout.JournalPage
---@param spent? table<string, integer> as for `answered`
---@return true|nil
---@return contactout.Error|nil err
function Journal:answered_page(batch, number, page, spent)
  local list = {}
  local text, err = core.encode(page.value)
  if not text then
    return nil, err
  end
  changes.answer(list, tostring(number), "answered", text)
  for place, record in ipairs(page.records) do
    text, err = core.encode(record.value)
    if not text then
      return nil, err
    end
    changes.record(list, number, place, record.key, text)
  end
  return settle_and_commit(self, list, batch, spent)
end

--- Whether any run has asked for something before this one.
---@return boolean
function Journal:has_batches()
  return self._first_batch > 1
end

--- Whether this run comes to a key for the first time, by its calls of this. Such keys
--- are in a temporary file of SQLite's that has no name, since they are as many as there
--- are inputs: 7 us a call, and no commit.
---@param key string
---@return boolean is_first false, too, where no temporary file can be written
function Journal:is_first(key)
  if not self._counts_firsts then
    self._counts_firsts = true
    self._db:exec("CREATE TEMP TABLE met (key TEXT PRIMARY KEY) WITHOUT ROWID")
  end
  return self._db:run("INSERT OR IGNORE INTO met VALUES (?)", key) == 1
end

-- Opening and closing ---------------------------------------------------------------

--- Closes the file, for others to open. Safe twice.
---@return true|nil
---@return contactout.Error|nil err
function Journal:close()
  local ok, err = self._db:close()
  self._is_closed = self._is_closed or ok
  return ok, err
end

--- Opens the journal of a run, new or to be taken up again. Nobody else can open it
--- until it is closed or the process ends.
---@param path string
---@param identity table operation, base_url, options: what another run must have in
---  common to use the same file; see `contactout.journal.file`
---@return contactout.Journal|nil
---@return contactout.Error|nil err
function M.open(path, identity)
  local db, err = file.open(path, identity)
  if not db then
    return nil, err
  end
  local last
  last, err = db:first("SELECT max(seq) AS batch FROM sqlite_sequence")
  if not last then
    db:close()
    return nil, err
  end
  local batch = last.batch or 0
  return setmetatable(
    { _db = db, _path = path, _is_closed = false, _last_batch = batch, _first_batch = batch + 1 },
    Journal)
end

--- The kind of a job that a run with that journal has submitted.
---@param path string
---@param base_url string where the job must be
---@param uuid string
---@return string|nil kind nil: the journal knows nothing of it
---@return contactout.Error|nil err
function M.job_kind(path, base_url, uuid)
  return file.with(path, function(db)
    local row, err = db:first("SELECT job FROM batches WHERE uuid = ? AND EXISTS (SELECT * FROM "
      .. "identity WHERE name = 'base URL' AND value = ?)", uuid, base_url)
    return row and row.job, err
  end)
end

M.purge = purge

return M
