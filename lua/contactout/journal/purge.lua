-- Purging a journal's file of what it knows of people. Depends on file.lua.

local changes = require "contactout.journal.changes"
local errors = require "contactout.errors"
local file = require "contactout.journal.file"
local keys = require "contactout.keys"
local question = require "contactout.question"

-- What the keys are of whose canonical form a person need not know.
local FORMS = {
  contacts = keys.profile, each_person = keys.profile, each_decision_maker = keys.profile,
  verify = keys.email, domains = keys.domain, each_company = keys.company,
}

local HOLD_KEYS = { "sent", "results", "records" }
local HOLD_ANYTHING = { "sent", "results", "records", "charges", "batches", "identity" }

-- A cache's keys are what was asked: so many of them are read at once.
local NEXT_KEYS = "SELECT key FROM results WHERE key > ? ORDER BY key LIMIT 1000"

-- Adds the statements that delete what a cache knows of somebody.
local function delete_lookups(db, name, list)
  local rows, err = db:rows(NEXT_KEYS, "")
  while rows and rows[1] do
    for _, row in ipairs(rows) do
      if question.is_about(row.key:match(" (.*)$") or "", name) then
        list[#list + 1] = { "DELETE FROM results WHERE key = ?", row.key }
      end
    end
    rows, err = db:rows(NEXT_KEYS, rows[#rows].key)
  end
  return rows and true, err
end

local function delete_key(db, key)
  local row, err = db:first("SELECT value FROM identity WHERE name = 'operation'")
  if err then
    return nil, err
  end
  local operation = row and row.value
  local form = FORMS[operation]
  local canonical = form and select(2, form(key)) or key
  local list = {}
  for i, name in ipairs(HOLD_KEYS) do
    list[i] = { "DELETE FROM " .. name .. " WHERE key IN (?, ?)", key, canonical }
  end
  local ok = true
  if operation == "cache" then
    ok, err = delete_lookups(db, key, list)
  end
  if ok then
    ok, err = changes.commit(db, list)
  end
  return ok, err
end

local function delete_everything(db)
  local list = {}
  for i, name in ipairs(HOLD_ANYTHING) do
    list[i] = { "DELETE FROM " .. name }
  end
  return changes.commit(db, list)
end

-- Pages are rewritten, so that nothing stays in their gaps; the log is emptied.
local REWRITE = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)"

--- The log goes before the file does: nothing is left that has a name.
local function remove(db, path)
  local ok, err = db:exec("PRAGMA journal_mode = DELETE")
  if ok then
    ok, err = os.remove(path)
  end
  if type(err) == "string" then
    return errors.fail("journal", "emptied, but not removed: " .. err)
  end
  return ok, err
end

local function purge(db, path, key)
  local ok, err = file.adopt(db)
  if ok and key then
    ok, err = delete_key(db, key)
  elseif ok then
    ok, err = delete_everything(db)
  end
  if ok then
    ok, err = db:exec(REWRITE)
  end
  if ok and not key then
    ok, err = remove(db, path)
  end
  return ok, err
end

--- Deletes what a journal knows of one key, wherever it stands in the file, and from a
--- cache's file what was asked about it; or, of all, and the file itself. A run that
--- comes later asks anew, and pays anew. Takes time in proportion to the file. A key that
--- is nil raises: it must not be taken for none.
---@param path string
---@param ... string the key, in any spelling
---@return true|nil
---@return contactout.Error|nil err
return function(path, ...)
  local key = ...
  if select("#", ...) > 0 and type(key) ~= "string" then
    error("key must be a string, not a " .. type(key), 2)
  elseif type(path) ~= "string" then
    return errors.fail("invalid_argument", "file must be a string, not a " .. type(path),
      { param = "file" })
  end
  local _, err = file.with(path, function(db)
    return purge(db, path, key)
  end)
  if err then
    return nil, err
  end
  return true
end
