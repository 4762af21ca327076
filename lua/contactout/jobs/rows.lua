-- A job's result, row by row: each input of the job exactly once, duplicates
-- included, with what was found or with its error. A job that was taken up by its
-- id has no inputs here: its rows are the server's keys. No I/O.

local core = require "contactout.core"
local errors = require "contactout.errors"
local poll = require "contactout.jobs.poll"
local reply = require "contactout.jobs.reply"

local M = {}

-- Why a key has no answer, by the job's status.
local MISSING = {
  done = { kind = "job_failed",
    message = "the job ended without this key; a later poll may bring it" },
  failed = { kind = "job_failed", message = "the job failed, and has nothing of this key" },
  pending = { kind = "job_timeout",
    message = "the job has not ended, and has nothing of this key yet" },
}

local function nothing_known(state)
  return errors.new("not_found", "nothing is known", {
    endpoint = state.kind.poll, job_uuid = state.uuid,
  })
end

local function value_of(kind, raw, key)
  return kind.value(raw, key)
end

-- The value of an answer, or nil and the error in its place. That nothing is known
-- only a job that is done can say.
local function read(self, answer, key)
  local state, value, is_answer = self._state, nil, nil
  if answer ~= nil then
    value, is_answer = self._take(state.kind, answer, key)
  end
  if value ~= nil then
    return value
  elseif is_answer and state.course.status == "done" then
    return nil, nothing_known(state)
  end
  local missing = MISSING[state.course.status]
  return nil, poll.error(state, missing.kind, missing.message)
end

---@class contactout.JobRows callable: `item, value, err` of the next row
---@overload fun(): any, any, contactout.Error|nil
local Rows = {}
Rows.__index = Rows
Rows.__name = "contactout.JobRows"

function Rows:__call()
  return self:_next()
end

-- How rows are gone through. What is left is in the rows themselves and not in a function
-- of their own: LuaJIT's traces hold on to functions, and so to all of a result.

-- One row for each input.
local function next_input(self)
  local state, index = self._state, self._index + 1
  local place = state.keys.places[index]
  if not place then
    return nil
  end
  self._index = index
  local answer = state.keys:answer(self._answers, place)
  return state.keys.items[index], read(self, answer and answer.value, answer and answer.key)
end

-- One row for each key of the server's.
local function next_answer(self)
  local key, answer = self._each(self._map, self._key)
  self._key = key
  if key == nil then
    return nil
  end
  return key, read(self, answer, key)
end

local function nothing_left()
end

--- Ends the iteration: further calls give nothing.
function Rows:close()
  self._next = nothing_left
end

--- Iterates over what a job has found so far. Sends nothing, never yields.
---@param state contactout.JobState
---@param take? fun(kind: contactout.JobKind, raw: any, key: string): any|nil, boolean? what
---  stands in place of a value: as `kind.value`
---@return contactout.JobRows
function M.each(state, take)
  local result = state.course.result
  local rows = setmetatable({ _state = state, _take = take or value_of }, Rows)
  if state.keys then
    rows._next, rows._index = next_input, 0
    rows._answers = reply.answers(result, state.kind.form)
  else
    rows._next = next_answer
    rows._each, rows._map, rows._key = core.ordered(result)
  end
  return rows
end

return M
