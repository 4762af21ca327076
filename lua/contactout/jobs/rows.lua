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

-- The value of an answer, or nil and the error in its place. That nothing is known
-- only a job that is done can say.
local function read(state, answer, key)
  local value, is_answer
  if answer ~= nil then
    value, is_answer = state.kind.value(answer, key)
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
  return self._next()
end

--- Ends the iteration: further calls give nothing.
function Rows:close()
  self._next = function() end
end

-- One row for each input.
local function next_input(state)
  local keys, index = state.keys, 0
  local answers = reply.answers(state.course.result, state.kind.form)
  return function()
    index = index + 1
    local place = keys.places[index]
    if not place then
      return nil
    end
    local answer = keys:answer(answers, place)
    return keys.items[index], read(state, answer and answer.value, answer and answer.key)
  end
end

-- One row for each key of the server's.
local function next_answer(state)
  local each, map, key = core.ordered(state.course.result)
  return function()
    local answer
    key, answer = each(map, key)
    if key == nil then
      return nil
    end
    return key, read(state, answer, key)
  end
end

--- Iterates over what a job has found so far. Sends nothing, never yields.
---@param state contactout.JobState
---@return contactout.JobRows
function M.each(state)
  local advance = state.keys and next_input or next_answer
  return setmetatable({ _next = advance(state) }, Rows)
end

return M
