-- The iterator that users hold: gives a run's rows, and ends the run when it is closed
-- or collected. The run and its tasks don't know it.

local compat = require "contactout.compat"
local run = require "contactout.bulk.run"
local source = require "contactout.bulk.source"

---@class contactout.BulkRows callable: `item, value, err` of the next row
local Rows = {}
Rows.__index = Rows
Rows.__name = "contactout.BulkRows"

function Rows:__call()
  if self._failure then
    error(self._failure, 0)
  end
  return self._run:next()
end

--- Ends the run: nothing more is sent, and further calls give nothing. What has been
--- sent is charged; its jobs go on, and a journal finds them again. Waits, if it can,
--- for requests whose reply names a job or is an answer.
function Rows:close()
  if self._run then
    self._run:close()
  end
end

Rows.__close = Rows.close

local M = {}

--- An iterator that only raises.
---@param failure contactout.Error
---@return contactout.BulkRows
function M.failing(failure)
  return setmetatable({ _failure = failure }, Rows)
end

---@param client contactout.Client
---@param work contactout.Work
---@param input any as contactout.bulk.source takes it
---@param opts table the run's
---@return contactout.BulkRows
function M.new(client, work, input, opts)
  local inputs, err = source.new(work.kind, input, opts)
  local made
  if inputs then
    made, err = run.new(client, work, inputs, opts)
  end
  if not made then
    return M.failing(err)
  end
  return setmetatable({ _run = made, _sentinel = compat.sentinel(function()
    made:forget()
  end) }, Rows)
end

return M
