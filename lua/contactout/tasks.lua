-- Side by side: run, spawn, map and sleep, on whatever loop is there. What a task
-- is, and how one waits, is task.lua's; which loop it is, loops/init.lua's.

local compat = require "contactout.compat"
local errors = require "contactout.errors"
local loops = require "contactout.loops"
local options = require "contactout.options"
local plain = require "contactout.loops.plain"
local task = require "contactout.task"

local M = { park = task.park, take_cancel = task.take_cancel }

local CONCURRENCY = 16

-- Failed tasks of plain Lua, outside of any `run`, for which nobody has waited.
local unclaimed = {}

--- Whether a value can be called: a function, or an object that is like one.
---@return boolean
function M.is_callable(value)
  local meta = getmetatable(value)
  return type(value) == "function" or type(meta) == "table" and meta.__call ~= nil
end

local is_callable = M.is_callable

local function check_callable(value, level)
  if not is_callable(value) then
    error("fn must be a function, not " .. type(value), level + 1)
  end
end

--- Waits without blocking the host; outside of one it blocks.
---@param seconds number
---@return true|nil
---@return contactout.Error|nil err kind `cancelled`
function M.sleep(seconds)
  task.check_seconds(seconds, 2)
  local loop, message = loops.current()
  if not loop then
    return errors.fail("unsupported", message)
  elseif task.park(loop, loop.waiter(), seconds) == "cancelled" then
    return nil, task.cancelled_error()
  end
  return true
end

-- Errors that nobody waited for -------------------------------------------------

local function report(failed)
  if failed.loop.report then
    failed.loop.report(failed:failure())
  elseif failed.loop == plain then
    table.insert(unclaimed, failed)
  else
    io.stderr:write("contactout: error in a task: ", tostring(failed:failure()), "\n")
  end
end

local function raise_unclaimed()
  local failed = task.first_unwaited(unclaimed)
  unclaimed = {}
  if failed then
    error(failed:failure(), 0)
  end
end

-- The group of the running task, or a new one outside of any.
local function current_group()
  local running = task.running()
  return running and running.group or task.new_group(function(group)
    local failed = task.first_unwaited(group.failed)
    if failed then
      report(failed)
    end
  end)
end

-- Running -----------------------------------------------------------------------

--- Starts a coroutine on the current loop. Where plain Lua's isn't running, its
--- next `run`, `step` or `wait` moves it on.
---@param fn function
---@param ... any its arguments
---@return contactout.Task
function M.spawn(fn, ...)
  check_callable(fn, 2)
  local loop = task.need_loop(loops.for_tasks)
  return task.start(loop, current_group(), compat.pack(fn, ...))
end

--- Runs `fn` and all that it spawned to the end: on plain Lua's own scheduler or,
--- inside a host, on that one. Then raises the first error nobody waited for,
--- `fn`'s own first.
---@param fn function
---@param ... any its arguments
---@return any ... the function's values
function M.run(fn, ...)
  check_callable(fn, 2)
  task.need_loop(loops.for_tasks)
  local loop = task.need_loop(loops.current)
  local waiter = loop.waiter()
  local group = task.new_group(function()
    loop.wake(waiter)
  end)
  local first = task.start(loop.blocks and plain or loop, group, compat.pack(fn, ...))
  while group.live > 0 do
    if task.park(loop, waiter) == "cancelled" then
      first:cancel()
    end
  end
  local failed = first:is_ok() and task.first_unwaited(group.failed)
  if failed then
    error(failed:failure(), 0)
  elseif first:is_ok() and loop.blocks then
    raise_unclaimed()
  end
  return first:result()
end

--- Moves every task, sleeper and client of plain Lua's scheduler on, and never
--- waits: for hosts with a frame of their own. Raises an error nobody waited for.
function M.step()
  plain.step()
  raise_unclaimed()
end

-- Mapping -----------------------------------------------------------------------

-- A function that gives the next item, and whatever comes with it, or nil.
local function iterator_of(source)
  if is_callable(source) then
    return source
  elseif type(source) ~= "table" then
    error("map needs a list or an iterator, not " .. type(source), 3)
  end
  local index = 0
  return function()
    index = index + 1
    return source[index]
  end
end

local function read_concurrency(opts)
  options.check_table(opts, "opts", 3)
  for name in pairs(opts or {}) do
    if name ~= "concurrency" then
      error("map has no option " .. tostring(name) .. ", only concurrency", 3)
    end
  end
  local concurrency = opts and opts.concurrency or CONCURRENCY
  local is_valid = type(concurrency) == "number" and concurrency >= 1
  if not is_valid then
    error("concurrency must be a number of 1 or more", 3)
  end
  return concurrency
end

-- One `map` on its way: {loop, waiter, group, fn, results, active, in_flight,
-- failure}. Items are taken by the mapping coroutine alone, one after another:
-- an iterator may itself wait.
local function start_item(mapping, call)
  local index = mapping.results.n + 1
  mapping.results.n = index
  mapping.active = mapping.active + 1
  local item = task.start(mapping.loop, mapping.group, call, function(ended)
    mapping.active = mapping.active - 1
    mapping.in_flight[ended] = nil
    local ok, value = pcall(ended.result, ended)
    if ok then
      mapping.results[index] = value
    else
      mapping.failure = mapping.failure or { value }
    end
    mapping.loop.wake(mapping.waiter)
  end)
  if not item:has_ended() then
    mapping.in_flight[item] = true
  end
end

-- Waits until fewer than `limit` items are in flight. A cancel is passed on to
-- them, and is a failure like any other.
local function wait_below(mapping, limit)
  while mapping.active >= limit do
    if task.park(mapping.loop, mapping.waiter) == "cancelled" then
      mapping.failure = mapping.failure or { task.cancelled_error() }
      for item in pairs(mapping.in_flight) do
        item:cancel()
      end
    end
  end
end

local function map_here(next_item, fn, concurrency)
  local loop = task.need_loop(loops.current)
  local mapping = {
    loop = loop, waiter = loop.waiter(), group = current_group(),
    results = { n = 0 }, active = 0, in_flight = {}, failure = nil,
  }
  while not mapping.failure do
    local call = compat.pack(pcall(next_item))
    local ok, item = call[1], call[2]
    call[1] = fn
    if not ok then
      mapping.failure = { item }
    elseif item == nil then
      break
    else
      start_item(mapping, call)
      wait_below(mapping, concurrency)
    end
  end
  wait_below(mapping, 1)
  if mapping.failure then
    error(mapping.failure[1], 0)
  end
  return mapping.results
end

--- Calls `fn` for each item, several at a time. An error raised by `fn` or by the
--- iterator stops new items, and is raised when those in flight have ended; so
--- is a cancel, which they get too. Outside of a loop map runs its own.
---@param source table|function a list, or a function called until it gives nil
---@param fn function called with the item and what else the iterator gave
---@param opts? table `concurrency`: how many at once; 16
---@return table results `fn`'s first values in the order of the items; `n`: how many
function M.map(source, fn, opts)
  local next_item = iterator_of(source)
  check_callable(fn, 2)
  local concurrency = read_concurrency(opts)
  if task.need_loop(loops.current).blocks then
    return M.run(map_here, next_item, fn, concurrency)
  end
  return map_here(next_item, fn, concurrency)
end

return M
