-- Changes of a journal's file, as lists of statements with their values, and the
-- one way to make them: all or none, and durable. Each function that adds to a
-- list only says what is to change. Depends on no store: it is given one.

local compat = require "contactout.compat"

local M = {}

--- Makes changes in one commit. They are durable when this returns.
---@param db table of contactout.store
---@param list table[] statements, each followed by its values
---@return true|nil
---@return contactout.Error|nil err nothing has changed then
function M.commit(db, list)
  local ok, err = db:begin()
  for i = 1, #list do
    if not ok then
      break
    end
    ok, err = db:run(compat.unpack(list[i]))
  end
  if ok then
    ok, err = db:commit()
  end
  if ok then
    return true
  end
  db:rollback()
  return nil, err
end

-- The caller builds the change: from varargs LuaJIT does it a hundred times slower.
local function add(list, change)
  list[#list + 1] = change
end

--- A batch of keys is about to be sent; a key twice in it is there once. That one
--- has failed before no longer counts; that it was answered always does.
---@param list table[]
---@param batch integer
---@param keys string[]
---@param at_most table<string, integer> what it may cost
function M.begin(list, batch, keys, at_most)
  add(list, { "INSERT INTO batches (id) VALUES (?)", batch })
  for _, key in ipairs(keys) do
    add(list, { "INSERT OR IGNORE INTO sent VALUES (?, ?)", batch, key })
    add(list, { "DELETE FROM results WHERE key = ? AND state = 'failed'", key })
  end
  for credit, count in pairs(at_most) do
    add(list, { "INSERT INTO charges (batch, credit, at_most) VALUES (?, ?, ?)",
      batch, credit, count })
  end
end

--- The batch is of that kind of job.
function M.set_job(list, batch, kind)
  add(list, { "UPDATE batches SET job = ? WHERE id = ?", kind, batch })
end

--- A batch surely was not charged for what hasn't been answered.
---@param list table[]
---@param batch integer
function M.clear(list, batch)
  add(list, { "DELETE FROM sent WHERE batch = ?", batch })
  add(list, { "UPDATE charges SET at_most = spent WHERE batch = ?", batch })
end

-- What was answered once, and may have been paid for, no failure replaces, only another
-- answer.
local STORE_RESULT = [[
INSERT INTO results (key, state, value) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET state = excluded.state, value = excluded.value
WHERE excluded.state = 'answered' OR results.state <> 'answered']]

--- A key has its answer; whoever was asked for it, nobody waits any more.
---@param list table[]
---@param key string
---@param state "answered"|"failed"
---@param text string JSON
function M.answer(list, key, state, text)
  add(list, { STORE_RESULT, key, state, text })
  add(list, { "DELETE FROM sent WHERE key = ?", key })
end

--- A record of a page, with the key by which it can be purged.
---@param list table[]
---@param page integer
---@param place integer
---@param key string
---@param text string JSON
function M.record(list, page, place, key, text)
  add(list, { "INSERT OR IGNORE INTO records (page, place, key, value) VALUES (?, ?, ?, ?)",
    page, place, key, text })
end

local ADD_SPENT = [[
INSERT INTO charges (batch, credit, at_most, spent) VALUES (?1, ?2, ?3, ?3)
ON CONFLICT (batch, credit) DO UPDATE SET spent = spent + ?3]]

local SETTLE = [[
UPDATE batches SET settled = 1
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sent WHERE batch = ?1)]]

--- What a batch has cost for sure is the most that it can have, but for what is in doubt.
---@param list table[]
---@param batch integer
---@param uncertain table<string, integer>
function M.doubt(list, batch, uncertain)
  add(list, { "UPDATE charges SET at_most = spent WHERE batch = ?", batch })
  for credit, count in pairs(uncertain) do
    if count > 0 then
      add(list, { "UPDATE charges SET at_most = spent + ? WHERE batch = ? AND credit = ?",
        count, batch, credit })
    end
  end
end

--- Answers of a batch have cost something. What it may have cost besides, they say; or
--- else nothing is in doubt any more after the last of them.
---@param list table[]
---@param batch integer
---@param spent table<string, integer>
---@param uncertain? table<string, integer>
function M.settle(list, batch, spent, uncertain)
  for credit, count in pairs(spent) do
    if count > 0 then
      add(list, { ADD_SPENT, batch, credit, count })
    end
  end
  if uncertain then
    M.doubt(list, batch, uncertain)
  else
    add(list, { SETTLE, batch })
  end
end

return M
