-- One run of bulk work: keeps several batches in flight, each in a task of its own, and
-- hands out rows. Who asks for a row does the reading, so the caller's functions run in
-- his own coroutine. Where no task can wait (PUC 5.1) one batch goes after another. How
-- inputs get into batches is told in intake.lua, how answers become rows in ready.lua.

local answers = require "contactout.bulk.answers"
local batches = require "contactout.batches"
local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"
local intake = require "contactout.bulk.intake"
local loops = require "contactout.loops"
local plain = require "contactout.loops.plain"
local ready = require "contactout.bulk.ready"
local tally = require "contactout.bulk.tally"
local task = require "contactout.task"

---@class contactout.Outcome of a batch: `rows`, or `err`; neither where nobody asks
---@field rows? table with next(self), which gives a key's entry, its value and its error
---@field err? contactout.Error nothing came of it

---@class contactout.Run
---@field client contactout.Client
---@field work contactout.Work
---@field opts table `call`, `params`, and what the method's options say
---@field is_closed boolean nobody wants a row any more
local Run = {}
Run.__index = Run
Run.__name = "contactout.Run"

-- By an error of that kind all that follows would end, too.
local ENDS_RUN = {
  credentials = true, out_of_credits = true, no_access = true, unsupported = true,
  cancelled = true, -- the client was closed
}

-- Seconds after which the consumer of rows that are ready lets others have a turn.
local TURN_SECONDS = 0.005

--- The parameters of a request, without its keys.
---@return table
function Run:params()
  local params = {}
  for name, value in pairs(self.opts.params) do
    params[name] = value
  end
  return params
end

--- Sends nothing more. What is in flight goes on, and its rows are given; then the
--- failure is raised, the first one if there are several.
---@param failure any
function Run:stop(failure)
  self._failure = self._failure or { failure }
  self._intake:drop()
end

-- Batches ---------------------------------------------------------------------------

local function need_loop(self)
  return task.need_loop(function()
    return loops.current(self.client._loop)
  end)
end

local function wake_consumers(self)
  for waiter, loop in pairs(self._consumers) do
    loop.wake(waiter)
  end
end

-- A batch was not taken. Nothing was charged for one that was refused: it may be sent
-- again in parts.
local function settle_failure(self, batch, err)
  local parts = err.kind == "invalid_request" and self._intake.sizes:after_refusal(batch)
  if parts then
    if not self._failure then
      self._intake:send_again(parts)
    end
    return
  elseif ENDS_RUN[err.kind] then
    self:stop(err)
  end
  if not ENDS_RUN[err.kind] or err.maybe_charged then
    self._ready:push_batch(ready.failed(batch, err))
  end
end

-- Sends a batch, sees it to its end, and notes what came of it.
local function process(self, batch)
  local ok, outcome = pcall(self.work.send, self, batch)
  if not ok then
    self:stop(outcome) -- raised before anything was sent: an observer's error
  elseif outcome.rows then
    self._ready:push_batch(outcome.rows)
  elseif outcome.err then
    settle_failure(self, batch, outcome.err)
  end
  self._in_flight[batch] = nil
  self._active = self._active - 1
  wake_consumers(self)
end

local function start(self, batch)
  self._in_flight[batch] = true
  self._active = self._active + 1
  if not compat.CAN_YIELD then
    return process(self, batch)
  end
  local loop = need_loop(self)
  batch.task = task.start(loop.blocks and plain or loop, self._group,
    compat.pack(process, self, batch))
end

-- Starts as many batches as may be in flight. One coroutine reads at a time.
local function fill(self)
  while self._active < self._concurrency and not self._intake.is_reading
    and not self._failure do
    local batch, failure = self._intake:next_batch(self._active == 0)
    if failure then
      self:stop(failure[1])
    elseif not batch or self.is_closed then
      return
    else
      start(self, batch)
    end
  end
end

-- Waiting ---------------------------------------------------------------------------

local function cancelled()
  return errors.new("cancelled", "the wait for the next row was cancelled; what is in flight goes "
    .. "on, and the iterator can be called again")
end

-- Parks until a batch has ended.
local function park(self, loop, seconds)
  local waiter = loop.waiter()
  self._consumers[waiter] = loop
  local outcome = task.park(loop, waiter, seconds)
  self._consumers[waiter] = nil
  return outcome
end

local function wait_for_news(self)
  if park(self, need_loop(self)) == "cancelled" then
    error(cancelled(), 0)
  end
end

-- Lets others have a turn from time to time: the host, and our own tasks.
local function give_turn(self)
  local now = core.now()
  if now - self._turn_given < TURN_SECONDS or not compat.CAN_YIELD then
    return
  end
  local loop = need_loop(self)
  if loop.blocks then
    plain.step()
  elseif task.park(loop, loop.waiter(), 0) == "cancelled" then
    error(cancelled(), 0)
  end
  self._turn_given = core.now()
end

local function has_ended(self)
  return self._active == 0 and (self._failure ~= nil or self._intake:has_ended())
end

-- The end: what was left is forgotten, and a failure is raised, each time.
local function finish(self)
  if not self.is_closed then
    self._tally:report(true)
  end
  self.is_closed = true
  self._answers:close()
  if self._failure then
    error(self._failure[1], 0)
  end
end

--- The next row; nothing at the end. Yields in a host; outside of one it blocks, and
--- the work goes on meanwhile. Raises what ends the run, the caller's own errors, and
--- kind `cancelled` if its task is cancelled, after which it may be called again.
---@return any|nil item
---@return any|nil value
---@return contactout.Error|nil err
function Run:next()
  while not self.is_closed do
    self._tally:report()
    give_turn(self)
    fill(self)
    local row = self._ready:take()
    if row then
      self._intake:release()
      self._tally:count(row.err, row.is_duplicate)
      return row.item, row.value, row.err
    elseif has_ended(self) then
      break
    end
    wait_for_news(self)
  end
  return finish(self)
end

-- The end ---------------------------------------------------------------------------

--- Nobody wants a row any more: sends nothing more, and the waits for jobs end when
--- they next look. Wakes nobody, so that the collector may call it.
function Run:forget()
  self.is_closed = true
  self._intake:drop()
end

-- Seconds for which `close` waits for what is being sent.
local CLOSE_SECONDS = 60

--- Ends the run. Waits, where that is possible, for what is being sent: its reply names
--- a job, or is an answer that was paid for.
function Run:close()
  self:forget()
  for batch in pairs(self._in_flight) do
    if batch.is_waiting and batch.task then
      batch.task:cancel()
    end
  end
  local loop = loops.current(self.client._loop)
  local deadline = core.now() + CLOSE_SECONDS
  while loop and self._active > 0 and core.now() < deadline do
    if park(self, loop, deadline - core.now()) == "cancelled" then
      break
    end
  end
  self._answers:close()
end

local M = {}

---@param client contactout.Client
---@param work contactout.Work
---@param source contactout.Source
---@param opts table
---@return contactout.Run
function M.new(client, work, source, opts)
  local size = math.min(opts.batch_size or work.kind.max, work.kind.max)
  local concurrency = compat.CAN_YIELD and (opts.concurrency or work.concurrency) or 1
  local function credits()
    return {}
  end
  local known = answers.new(work.kind.value)
  local rows = ready.new(known)
  return setmetatable({
    client = client, work = work, opts = opts, is_closed = false,
    _answers = known, _ready = rows,
    _intake = intake.new(source, known, rows, {
      sizes = batches.sizes(size, work.smaller), most_held = (concurrency + 1) * size,
    }),
    _tally = tally.new(opts.on_progress, source.total, credits, core.now),
    _in_flight = {}, _active = 0, _concurrency = concurrency,
    _group = task.new_group(function() end), _consumers = {},
    _failure = nil, _turn_given = core.now(),
  }, Run)
end

return M
