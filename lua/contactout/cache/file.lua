-- A cache's store in a journal's file, which is its own: one process at a time has
-- it, only its owner can read it, and each change is durable when its method returns,
-- about a millisecond later. What is over is deleted when the file is opened.

local M = {}

-- By which a journal's file says what it is for.
local IDENTITY = { operation = "cache" }

-- A text's value begins with the time, in seconds of the system's clock, at which
-- it is over: SQLite takes such a beginning for the number.
local GET = "SELECT value FROM results WHERE key = ? AND CAST(value AS INTEGER) > ?"
local SET = "INSERT OR REPLACE INTO results (key, state, value) VALUES (?, 'answered', ?)"
local REMOVE = "DELETE FROM results WHERE key = ?"
local SWEEP = "DELETE FROM results WHERE CAST(value AS INTEGER) <= ?"

---@class contactout.FileStore
local File = {}
File.__index = File

--- The text that is kept under a key.
---@param key string
---@return string|nil text
---@return contactout.Error|nil err kind `journal`
function File:get(key)
  local row, err = self._db:first(GET, key, self._time())
  if not row then
    return nil, err
  end
  return (row.value:gsub("^%d+ ", "", 1))
end

--- Keeps a text, in place of what was there.
---@param key string
---@param text string
---@param seconds number
---@return true|nil
---@return contactout.Error|nil err kind `journal`
function File:set(key, text, seconds)
  local ends = ("%.0f "):format(math.ceil(self._time() + seconds))
  local ok, err = self._db:run(SET, key, ends .. text)
  return ok and true or nil, err
end

--- Keeps nothing under a key any more.
---@param key string
---@return true|nil
---@return contactout.Error|nil err kind `journal`
function File:remove(key)
  local ok, err = self._db:run(REMOVE, key)
  return ok and true or nil, err
end

--- Closes the file, for others to open.
function File:close()
  self._db:close()
end

local IN_USE = "%s is in use: a cache's file is one client's at a time; share that client, "
  .. "close it first, or name another file"

-- What a journal says to a run, who shall wait for another to end, to one who makes clients.
local function in_words_of_a_cache(err, path)
  if err.message:find(" is in use: ", 1, true) then
    err.message = IN_USE:format(path)
  end
  return err
end

---@param path string
---@param time fun(): number seconds of the system's clock
---@return contactout.FileStore|nil
---@return contactout.Error|nil err
function M.new(path, time)
  -- loaded only here: not every machine has SQLite
  local db, err = require("contactout.journal.file").open(path, IDENTITY)
  if not db then
    return nil, in_words_of_a_cache(err, path)
  end
  local ok
  ok, err = db:run(SWEEP, time())
  if not ok then
    db:close()
    return nil, err
  end
  return setmetatable({ _db = db, _time = time }, File)
end

return M
