-- One task: a function that runs in a coroutine of its own on some loop, and can
-- be waited for and cancelled. Everything that waits, here and elsewhere, does so
-- through `park`, which is where a cancel arrives. Knows loops by their contract
-- only; tasks.lua has what users call.

local compat = require "contactout.compat"
local errors = require "contactout.errors"
local loops = require "contactout.loops"

local M = {}

---@class contactout.Task
local Task = {}
Task.__index = Task
Task.__name = "contactout.Task"

-- The task that a coroutine runs.
local task_of = setmetatable({}, { __mode = "k" })

-- The waiter on which a task is parked. Weak both ways: in Lua versions without
-- ephemeron tables a coroutine reachable from its own task would live for ever.
local parked_on = setmetatable({}, { __mode = "kv" })

--- The task that is running; nil in a coroutine that is none.
---@return contactout.Task|nil
function M.running()
  local thread = compat.running()
  return thread and task_of[thread]
end

--- Raises unless `value` is a number of seconds.
---@param level integer of the function to blame, as seen from the caller
function M.check_seconds(value, level)
  local is_valid = type(value) == "number" and value >= 0
  if not is_valid then
    error("seconds must be a number of 0 or more, not " .. tostring(value), level + 1)
  end
end

function M.cancelled_error()
  return errors.new("cancelled", "the task was cancelled")
end

--- The loop that `find` finds; raises kind `unsupported` if nothing can wait here.
---@param find fun(): table|nil, string|nil
---@return table loop
function M.need_loop(find)
  local loop, message = find()
  if not loop then
    error(errors.new("unsupported", message), 0)
  end
  return loop
end

-- Waiting -----------------------------------------------------------------------

--- Whether the running task was cancelled and no wait has told it so: this does,
--- so that nothing needs to be begun first.
---@return boolean cancelled
function M.take_cancel()
  local task = M.running()
  local cancelled = task ~= nil and task._cancelled
  if cancelled then
    task._cancelled = false
  end
  return cancelled
end

--- Parks the running coroutine until `loop.wake(waiter)`, until `seconds` have
--- passed or its task is cancelled. A cancel ends one wait: the current one, or
--- the next if the task isn't waiting. So does the user's interrupt of a host.
---@param loop table
---@param waiter table from `loop.waiter()`
---@param seconds? number
---@return string outcome "woken", "timeout" or "cancelled"
function M.park(loop, waiter, seconds)
  local task = M.running()
  if not task then
    local woken, why = loop.park(waiter, seconds)
    return woken and "woken" or why == "interrupted" and "cancelled" or "timeout"
  elseif M.take_cancel() then
    return "cancelled"
  end
  parked_on[task], task._parking_loop = waiter, loop
  local woken = loop.park(waiter, seconds)
  parked_on[task] = nil
  if task._interrupted then
    task._interrupted = false
    return "cancelled"
  end
  return woken and "woken" or "timeout"
end

--- Makes the task's current wait, or if it isn't waiting its next one, end with
--- `cancelled`. The task goes on.
function Task:cancel()
  if self._result then
    return
  end
  local waiter = parked_on[self]
  if waiter and not self._interrupted and self._parking_loop.wake(waiter) ~= false then
    self._interrupted = true
  else
    self._cancelled = true
  end
end

-- Groups ------------------------------------------------------------------------
-- A task and all that it and its own have spawned. When the last one ends it is
-- known which errors nobody waited for.

---@param on_end fun(group: table) called when the last one has ended
function M.new_group(on_end)
  return { live = 0, failed = {}, on_end = on_end }
end

--- The group of a task that makes a request: that of whoever needs it, so that `run` ends
--- with what was paid for kept.
function M.group_of_request()
  local running = M.running()
  return running and running.group or M.new_group(function() end)
end

--- The first of a list of failed tasks for which nobody has waited.
---@return contactout.Task|nil
function M.first_unwaited(failed)
  for _, task in ipairs(failed) do
    if not task._waited then
      return task
    end
  end
end

local function leave(group, task)
  group.live = group.live - 1
  if not task:is_ok() then
    table.insert(group.failed, task)
  end
  if group.live == 0 then
    group.on_end(group)
  end
end

-- A task's life -------------------------------------------------------------------

--- Starts a task.
---@param loop table on which it runs
---@param group table to which it and its own belong
---@param call table packed: a function and its arguments
---@param on_end? fun(task: contactout.Task) called before anybody is woken
---@return contactout.Task
function M.start(loop, group, call, on_end)
  local task = setmetatable({
    group = group, loop = loop, _result = nil, _waited = false, _waiting = {},
    _cancelled = false, _interrupted = false,
  }, Task)
  group.live = group.live + 1
  loop.spawn(function()
    local thread = compat.running()
    task_of[thread] = task
    task._result = compat.pack(pcall(compat.unpack(call, 1, call.n)))
    if on_end then
      on_end(task)
    end
    for _, one in ipairs(task._waiting) do
      task._waited = true
      one.loop.wake(one.waiter)
    end
    leave(group, task)
    task_of[thread] = nil -- nginx keeps an ended coroutine for as long as its parent
  end)
  return task
end

--- Whether it has ended, with or without an error.
---@return boolean
function Task:has_ended()
  return self._result ~= nil
end

--- Whether it has ended without an error.
---@return boolean
function Task:is_ok()
  return self._result ~= nil and self._result[1]
end

--- The values of a task that has ended; raises its error, as it was raised.
---@return any ...
function Task:result()
  self._waited = true
  local result = self._result
  if not result[1] then
    error(result[2], 0)
  end
  return compat.unpack(result, 2, result.n)
end

--- The error with which it ended.
---@return any
function Task:failure()
  return self._result[2]
end

-- Parks until the task ends, in no host by running the task's own loop. Returns
-- what park does.
local function await(task, loop, seconds)
  if loop.blocks and task.loop.drive then
    local done = task.loop.drive(function()
      return task._result ~= nil
    end, seconds)
    return done and "woken" or "timeout"
  end
  local one = { loop = loop, waiter = loop.waiter() }
  table.insert(task._waiting, one)
  local outcome = M.park(loop, one.waiter, seconds)
  for i = #task._waiting, 1, -1 do
    if task._waiting[i] == one then
      table.remove(task._waiting, i)
    end
  end
  return outcome
end

--- Waits for the task's end. Raises its error; or kind `timeout` after `seconds`,
--- or `cancelled` if the waiting task is cancelled, and the task goes on.
---@param seconds? number
---@return any ... the function's values
function Task:wait(seconds)
  if seconds ~= nil then
    M.check_seconds(seconds, 2)
  end
  if self._result then
    return self:result()
  end
  local loop = M.need_loop(loops.current)
  if M.running() == self then
    error("a task can't wait for itself", 2)
  end
  local outcome = await(self, loop, seconds)
  if self._result then
    return self:result()
  elseif outcome == "cancelled" then
    error(M.cancelled_error(), 0)
  end
  error(errors.new("timeout", "the task did not end in time"), 0)
end

function Task:__tostring()
  local state = not self._result and "running" or self._result[1] and "done" or "failed"
  return "contactout.Task (" .. state .. ")"
end

return M
