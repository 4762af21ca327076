-- Rows that are ready to be handed out. Those of a batch are made as they are asked
-- for, one key after another; a key has one for each input that waits for its answer.

local copy = require "contactout.copy"
local errors = require "contactout.errors"
local queue = require "contactout.queue"
local unread = require "contactout.bulk.unread"

---@class contactout.Row
---@field item any the input
---@field value any|nil
---@field err? contactout.Error
---@field is_duplicate boolean

---@class contactout.Ready
local Ready = {}
Ready.__index = Ready
Ready.__name = "contactout.Ready"

--- Adds a row.
function Ready:push(item, value, err, is_duplicate)
  self._queue:push({
    is_row = true, item = item, value = value, err = err, is_duplicate = is_duplicate,
  })
end

--- Adds the rows of a batch.
---@param rows table with next(self), which gives a key's entry, its answer, unread, and its
---  error
function Ready:push_batch(rows)
  self._queue:push(rows)
end

-- The rows of one key. From now on its answer is known instead of its entry. Each row has
-- a value of its own, for its caller to change; an error may be that of other keys, too.
local function spread(self, entry, answer, err)
  self._answers:keep(entry.canonical, answer, err)
  local value = unread.read(self._kind, answer)
  for index, item in ipairs(entry.items) do
    local is_duplicate = index > 1
    self._spread:push({
      item = item, value = is_duplicate and copy.deep(value) or value,
      err = err and errors.copy(err), is_duplicate = is_duplicate,
    })
  end
end

--- Takes out the next row.
---@return contactout.Row|nil
function Ready:take()
  local row = self._spread:pop()
  while not row do
    local first = self._queue:first()
    if not first or first.is_row then
      return self._queue:pop()
    end
    local entry, answer, err = first:next()
    if entry then
      spread(self, entry, answer, err)
    else
      self._queue:pop()
    end
    row = self._spread:pop()
  end
  return row
end

--- Whether nothing is left.
---@return boolean
function Ready:is_empty()
  return not self._spread:first() and not self._queue:first()
end

local M = {}

---@param answers contactout.Answers told of each key's
---@param kind contactout.JobKind what answers are read as
---@return contactout.Ready
function M.new(answers, kind)
  return setmetatable(
    { _answers = answers, _kind = kind, _queue = queue.new(), _spread = queue.new() }, Ready)
end

-- Rows of a list.
local ListedRows = {}
ListedRows.__index = ListedRows

function ListedRows:next()
  self._index = self._index + 1
  local row = self._list[self._index]
  if row then
    return row.entry, row.answer, row.err
  end
end

--- Rows that were read already.
---@param list {entry: contactout.Entry, answer: any, err: contactout.Error|nil}[]
---@return table rows
function M.rows(list)
  return setmetatable({ _list = list, _index = 0 }, ListedRows)
end

-- The same error for each key of a batch.
local ErrorRows = {}
ErrorRows.__index = ErrorRows

function ErrorRows:next()
  self._index = self._index + 1
  return self._batch[self._index], nil, self._err
end

--- Rows of a batch that all have the same error.
---@param batch contactout.Batch
---@param err contactout.Error
---@return table rows
function M.failed(batch, err)
  return setmetatable({ _batch = batch, _err = err, _index = 0 }, ErrorRows)
end

return M
