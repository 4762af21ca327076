-- The iterator that users hold: gives what a run gives, and ends the run when it is closed
-- or collected. The run and its tasks don't know it. A run has
--
--   next(self)     what comes next, as the iterator gives it; nothing at the end
--   close(self)    ends it, and waits for what is being sent, if it can
--   forget(self)   ends it and waits for nothing: the collector may call it

local compat = require "contactout.compat"

---@class contactout.Iterator callable
local Iterator = {}
Iterator.__index = Iterator
Iterator.__name = "contactout.Iterator"

function Iterator:__call()
  if self._failure then
    error(self._failure, 0)
  end
  return self._run:next()
end

--- Ends the run: nothing more is sent, and further calls give nothing. What has been
--- sent is charged; jobs go on, and a journal finds them again. Waits, if it can, for
--- requests whose reply names a job or is an answer.
function Iterator:close()
  if self._run then
    self._run:close()
  end
end

Iterator.__close = Iterator.close

local M = {}

--- An iterator that only raises.
---@param failure contactout.Error
---@return contactout.Iterator
function M.failing(failure)
  return setmetatable({ _failure = failure }, Iterator)
end

---@param run table
---@return contactout.Iterator
function M.of(run)
  return setmetatable({ _run = run, _sentinel = compat.sentinel(function()
    run:forget()
  end) }, Iterator)
end

return M
