-- A batch as one request that is answered at once. The answers come under keys of the
-- server's own spelling, in a table by key or in a list of tables with one key each, or
-- in a list of records, each with its key as its domain; a key without an answer is one
-- of which nothing is known.

local charges = require "contactout.charges"
local clients = require "contactout.client"
local errors = require "contactout.errors"
local keys = require "contactout.keys"
local reply = require "contactout.jobs.reply"
local unread = require "contactout.bulk.unread"

local M = {}

-- The answers by the server's keys, from any of the shapes.
local function by_key(answers)
  if type(answers) ~= "table" then
    return {}
  elseif #answers == 0 then
    return answers
  end
  local map = {}
  for _, element in ipairs(answers) do
    local entry = type(element) == "table" and element or {}
    if type(entry.domain) == "string" then
      entry = { [entry.domain] = entry }
    end
    for key, value in pairs(entry) do
      map[key] = value
    end
  end
  return map
end

-- Lets an answer be found by what it says of itself, too: the server may know the same
-- thing under another key than the one that was asked for.
local function add_aliases(answers, work)
  local aliases = {}
  for _, answer in pairs(answers) do
    for _, alias in ipairs(work.aliases(answer.value)) do
      local _, canonical = work.kind.form(alias)
      aliases[canonical] = aliases[canonical] or answer
    end
  end
  for canonical, answer in pairs(aliases) do
    answers[canonical] = answers[canonical] or answer
  end
end

-- The answer and the error of a key. A reply that lacks them all doesn't show either
-- that nothing was charged.
local function read(rows, answer)
  local kind, value = rows._work.kind, nil
  if answer then
    value = unread.take(kind, answer.value, answer.key)
  end
  if value == nil then
    return errors.fail("not_found", "nothing is known",
      { endpoint = kind.submit, maybe_charged = rows._maybe_charged })
  end
  return value
end

-- The rows of a batch's keys, unread.
local ReplyRows = {}
ReplyRows.__index = ReplyRows

function ReplyRows:next()
  local index, wanted = self._index + 1, self._wanted
  self._index = index
  local entry = wanted.items[index]
  if entry then
    return entry, read(self, wanted:answer(self._answers, index))
  end
end

--- Sends a batch.
---@param run contactout.Run
---@param batch contactout.Batch
---@return contactout.Outcome
function M.send(run, batch)
  local work, wanted, params = run.work, keys.new(), run:params()
  for _, entry in ipairs(batch) do
    wanted:add(entry, entry.sent, entry.canonical)
  end
  params[work.kind.param] = wanted.sent
  local answer, err = clients.send(run.client, work.row, params, run.opts.call,
    run.purse:open_account(batch, run.answers))
  if not answer then
    return { err = err }
  end
  local answers = reply.answers(by_key(answer[work.answers]), work.kind.form)
  if work.aliases then
    add_aliases(answers, work)
  end
  local is_told = charges.charged(work.row, params, answer) ~= nil
  return { rows = setmetatable({
    _work = work, _wanted = wanted, _answers = answers, _index = 0,
    _maybe_charged = not is_told or nil,
  }, ReplyRows) }
end

return M
