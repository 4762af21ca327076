-- The file of a journal: made, recognised or refused. A file belongs to one
-- operation on one base URL with one set of options, and to one process at a time.
-- What is not this run's own is refused before a byte of it is changed. What the
-- rows mean is for journal/init.lua. Depends on contactout.store, which is loaded
-- only here, since not every machine has it.

local changes = require "contactout.journal.changes"
local core = require "contactout.core"
local errors = require "contactout.errors"

local M = {}

-- In the header of every journal: "coJ1", by which SQLite files are told apart,
-- and the version of the tables below.
local APPLICATION = 0x636f4a31
local FORMAT = 1

-- sent: who waits for an answer; a row goes when its answer comes. results: what
-- is known, as JSON. charges: what a batch has cost, and the most that it may have; once
-- it is settled, what it has is all.
-- Ids of batches are never used again, so that their order is that of the runs.
local TABLES = {
  { "CREATE TABLE identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID" },
  { "CREATE TABLE batches (id INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT, uuid TEXT, "
    .. "settled INTEGER NOT NULL DEFAULT 0)" },
  { "CREATE TABLE charges (batch INTEGER, credit TEXT, at_most INTEGER NOT NULL, "
    .. "spent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (batch, credit)) WITHOUT ROWID" },
  { "CREATE TABLE sent (batch INTEGER, key TEXT, PRIMARY KEY (batch, key)) WITHOUT ROWID" },
  { "CREATE INDEX sent_by_key ON sent (key)" },
  { "CREATE TABLE results (key TEXT PRIMARY KEY, state TEXT NOT NULL, value TEXT NOT NULL)" },
  { "CREATE TABLE records (page INTEGER, place INTEGER, key TEXT, value TEXT NOT NULL, "
    .. "PRIMARY KEY (page, place))" },
  { "CREATE INDEX records_by_key ON records (key)" },
  { "PRAGMA application_id = " .. APPLICATION },
  { "PRAGMA user_version = " .. FORMAT },
}

-- A commit in the write-ahead log is one write and one fsync, and then durable.
-- What is deleted is overwritten.
local SETTINGS = [[
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
PRAGMA secure_delete = ON]]

local HEADER = [[
SELECT (SELECT application_id FROM pragma_application_id) AS application,
  (SELECT user_version FROM pragma_user_version) AS format,
  (SELECT count(*) FROM sqlite_master) AS tables]]

local function load_store()
  local is_there, store = pcall(require, "contactout.store")
  if is_there then
    return store
  end
  return errors.fail("unsupported", "a journal needs contactout.store, which can't be loaded: "
    .. "install libsqlite3 (Debian: libsqlite3-dev) and build contactout again", { cause = store })
end

-- What a file is ----------------------------------------------------------------

local function refuse(path, reason)
  return errors.fail("journal", ("%s %s; name another file"):format(path, reason))
end

--- Whether the file holds a journal: true, false if it holds nothing yet; nil and
--- the error if it holds something else.
local function is_journal(db, path)
  local header, err = db:first(HEADER)
  if not header then
    return nil, err
  elseif header.application == APPLICATION then
    if header.format ~= FORMAT then
      return refuse(path, ("has format %d, and this version of contactout knows %d")
        :format(header.format, FORMAT))
    end
    return true
  elseif header.tables > 0 or header.application ~= 0 or header.format ~= 0 then
    return refuse(path, "is an SQLite file, but not a journal")
  end
  return false
end

--- An identity as text, by name; the options under names of their own.
local function flatten(identity)
  local flat = { operation = identity.operation, ["base URL"] = identity.base_url }
  for name, value in pairs(identity.options or {}) do
    flat["option " .. name] = assert(core.encode(value))
  end
  return flat
end

local function describe_difference(name, was, is)
  return ("belongs to another run: its %s is %s, not %s"):format(name, was or "unset",
    is or "unset")
end

--- The first difference in the order of names, so that the message is always the
--- same; nil if there is none. Another operation has other options, too: it goes first.
local function find_difference(flat, rows)
  local known, names = {}, {}
  for _, row in ipairs(rows) do
    known[row.name] = row.value
    names[#names + 1] = row.name
  end
  for name in pairs(flat) do
    if not known[name] then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  table.insert(names, 1, "operation")
  for _, name in ipairs(names) do
    if known[name] ~= flat[name] then
      return describe_difference(name, known[name], flat[name])
    end
  end
end

local function check_identity(db, path, flat)
  local rows, err = db:rows("SELECT name, value FROM identity")
  if not rows then
    return nil, err
  end
  local difference = find_difference(flat, rows)
  if difference then
    return refuse(path, difference)
  end
  return true
end

-- Opening -------------------------------------------------------------------------

-- Path -> its file, open here, until the collector finds it.
local open_here = setmetatable({}, { __mode = "v" })

-- Path -> when the collector may be asked for it again. Who tries in a loop spends a
-- twentieth of his time on that at most.
local ask_again_at = {}
local PAUSE = 20

-- Frees a file that is open here, if nobody holds it any more. Whether that is so.
local function try_to_free(path)
  local began = core.now()
  if began < (ask_again_at[path] or 0) then
    return false
  end
  collectgarbage()
  if open_here[path] then
    ask_again_at[path] = began + (core.now() - began) * PAUSE
    return false
  end
  collectgarbage() -- for finalizers that held it
  return true
end

-- Opens a file. Who had it in this program may be gone, and only the collector can tell:
-- nginx ends coroutines without a word when a visitor leaves, and where nothing else is
-- done nobody moves the collector. So it is asked.
local function take(open, path)
  local db, err = open(path)
  if not db and open_here[path] and try_to_free(path) then
    db, err = open(path)
  end
  if db then
    open_here[path], ask_again_at[path] = db, nil
  end
  return db, err
end

--- From here on the file is ours to write.
function M.adopt(db)
  local ok, err = db:adopt()
  if not ok then
    return nil, err
  end
  return db:exec(SETTINGS)
end

--- All of it or nothing: who is killed here leaves an empty file.
local function fill(db, flat)
  local list = {}
  for i, statement in ipairs(TABLES) do
    list[i] = statement
  end
  for name, value in pairs(flat) do
    list[#list + 1] = { "INSERT INTO identity VALUES (?, ?)", name, value }
  end
  return changes.commit(db, list)
end

local function prepare(db, path, flat)
  local is_ours, err = is_journal(db, path)
  local ok = is_ours ~= nil
  if is_ours then
    ok, err = check_identity(db, path, flat)
  end
  if ok then
    ok, err = M.adopt(db)
  end
  if ok and not is_ours then
    ok, err = fill(db, flat)
  end
  return ok, err
end

--- Opens a journal's file, or makes it. It is locked until it is closed, or the
--- process ends.
---@param path string
---@param identity table operation, base_url, and options that change the answers,
---  whose values are strings, numbers, booleans or lists of such
---@return table|nil db of contactout.store
---@return contactout.Error|nil err
function M.open(path, identity)
  local flat = flatten(identity)
  local store, problem = load_store()
  if not store then
    return nil, problem
  end
  local db, err = take(store.create, path)
  if not db then
    return nil, err
  end
  local ok
  ok, err = prepare(db, path, flat)
  if not ok then
    db:close()
    return nil, err
  end
  return db
end

-- Looking into one that is there ----------------------------------------------------

--- Opens a journal's file that is there, whichever run it belongs to, calls `fn` and
--- closes it.
---@param path string
---@param fn fun(db: table): any, contactout.Error|nil
---@return any|nil what `fn` gives; nil without an error, too, if the file holds nothing
---@return contactout.Error|nil err
function M.with(path, fn)
  local store, problem = load_store()
  if not store then
    return nil, problem
  end
  local db, err = take(store.open, path)
  if not db then
    return nil, err
  end
  local is_ours, value
  is_ours, err = is_journal(db, path)
  if is_ours then
    value, err = fn(db)
  end
  db:close()
  return value, err
end

return M
