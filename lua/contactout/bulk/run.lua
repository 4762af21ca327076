-- One run of bulk work: keeps several batches in flight, each in a task of its own, and
-- hands out rows. Who asks for a row does the reading, so the caller's functions run in
-- his own coroutine. Where no task can wait (PUC 5.1) one batch goes after another. How
-- inputs get into batches is told in intake.lua, what is sent when in dispatch.lua, how
-- answers become rows in ready.lua.

local answers = require "contactout.bulk.answers"
local batches = require "contactout.batches"
local compat = require "contactout.compat"
local core = require "contactout.core"
local dispatch = require "contactout.bulk.dispatch"
local doubts = require "contactout.bulk.doubts"
local flight = require "contactout.bulk.flight"
local intake = require "contactout.bulk.intake"
local journaled = require "contactout.bulk.journaled"
local loops = require "contactout.loops"
local pausing = require "contactout.pausing"
local places = require "contactout.places"
local purse = require "contactout.bulk.purse"
local ready = require "contactout.bulk.ready"
local settling = require "contactout.bulk.settling"
local suspects = require "contactout.bulk.suspects"
local tally = require "contactout.tally"
local task = require "contactout.task"
local waiting = require "contactout.bulk.waiting"

---@class contactout.Outcome of a batch: `rows`, or `err`; neither where nobody asks
---@field rows? table with next(self), which gives a key's entry, its answer and its error
---@field spent? contactout.Credits what its rows cost, and `uncertain`, where its account
---  doesn't tell: of a job that an earlier run has submitted
---@field err? contactout.Error nothing came of it

---@class contactout.Run
---@field client contactout.Client
---@field work contactout.Work
---@field purse contactout.Purse
---@field opts table `call`, `params`, and what the method's options say
---@field is_closed boolean nobody wants a row any more
---@field hold contactout.Hold
---@field suspects contactout.Suspects
---@field doubts contactout.Doubts
---@field failure? table {what ends the run}
---@field active integer batches in flight
---@field in_flight table<contactout.Batch, string> "due", or "begun" once its task has
---@field due integer batches whose task hasn't begun
---@field has_jobs boolean an earlier run may have left some
---@field concurrency integer batches in flight at most
---@field consumers table<table, table> waiter -> its loop: who waits for rows
---@field news integer how often those have been told of any
---@field tally contactout.Tally
---@field turn_given number when others had a turn
local Run = {}
Run.__index = Run
Run.__name = "contactout.Run"

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
  self.failure = self.failure or { failure }
  self.intake:drop()
end

--- Ends the run where its journal fails. What was paid for is given all the same.
---@param ok any
---@param err? contactout.Error
function Run:check(ok, err)
  if not ok then
    self:stop(err)
  end
end

--- A batch has become a job.
---@param batch contactout.Batch
---@param uuid string
function Run:note_job(batch, uuid)
  batch.uuid = uuid
  self:check(self.answers:submitted(batch, uuid))
  settling.accepted(self)
end

--- A batch that came to nothing is to be sent before all others.
---@param batch contactout.Batch
function Run:send_first(batch)
  if not self.suspects:take_back(batch) then
    self.intake:send_first(batch)
  end
end

--- Whether nothing is sent, for a pause.
---@return boolean
function Run:is_held()
  return pausing.left(self) > 0
end

--- The loop on which the running code waits.
function Run:need_loop()
  return places.current(self.client)
end

-- Rows -----------------------------------------------------------------------------

local function has_ended(self)
  return self.active == 0
    and (self.failure ~= nil or self.suspects:is_empty() and self.intake:has_ended())
end

-- The end: what was left is forgotten, `on_progress` is told, which may raise, and a
-- failure is raised, each time.
local function finish(self)
  local is_news = not self.is_closed
  self.is_closed = true
  waiting.tell(self)
  if self.active == 0 then
    self.answers:close()
  end
  if is_news then
    self.tally:hold(nil)
    self.tally:report(true)
  end
  if self.failure then
    error(self.failure[1], 0)
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
    pausing.tell(self)
    waiting.give_turn(self)
    local news, was_held = self.news, self:is_held()
    dispatch.fill(self)
    local row = self.ready:take()
    if row then
      self.intake:release()
      if next(self.consumers) then
        waiting.tell(self) -- this one may want no more
      end
      self.tally:count(row.err, row.is_duplicate)
      return row.item, row.value, row.err
    elseif has_ended(self) then
      if not settling.leave_doubts(self) then
        break
      end
    elseif self.news == news and not dispatch.can_read(self)
      and waiting.for_news(self, was_held) then
      flight.call_off(self)
    end
  end
  return finish(self)
end

-- The end ---------------------------------------------------------------------------

--- Nobody wants a row any more: sends nothing more, nor tries again what has failed, and
--- the waits for jobs end when they next look. Wakes nobody, so that the collector may call
--- it.
function Run:forget()
  self.is_closed = true
  self.intake:drop()
  self.purse:close()
end

-- Seconds for which `close` waits for what is being sent.
local CLOSE_SECONDS = 60

--- Ends the run. Waits, where that is possible, for what is being sent: its reply names
--- a job, or is an answer that was paid for.
function Run:close()
  self:forget()
  for batch in pairs(self.in_flight) do
    if batch.is_waiting and batch.task then
      batch.task:cancel()
    end
  end
  local loop = loops.current(self.client._loop)
  local deadline = core.now() + CLOSE_SECONDS
  while loop and self.active > 0 and core.now() < deadline do
    if waiting.park(self, loop, deadline - core.now()) == "cancelled" then
      break
    end
  end
  waiting.tell(self)
  if self.active == 0 then
    self.answers:close()
  end
end

local M = {}

-- What is known of the run's keys: by its journal, if it has one.
local function open_answers(client, work, opts)
  if opts.journal then
    return journaled.open(client, opts.method, work, opts)
  end
  return answers.new(work.kind)
end

---@param client contactout.Client
---@param work contactout.Work
---@param source contactout.Source
---@param opts table
---@return contactout.Run|nil run
---@return contactout.Error|nil err kind `journal`, or `unsupported` without SQLite
function M.new(client, work, source, opts)
  local size = math.min(opts.batch_size or work.kind.max, work.kind.max)
  local concurrency = compat.CAN_YIELD and (opts.concurrency or work.concurrency) or 1
  local known, err = open_answers(client, work, opts)
  local recorded
  if known then
    recorded, err = known:spent()
  end
  if err then
    if known then
      known:close()
    end
    return nil, err
  end
  local rows = ready.new(known, work.kind)
  local wallet = purse.new(work, opts, client._spending.budget, recorded)
  return setmetatable({
    client = client, work = work, opts = opts, purse = wallet, is_closed = false,
    answers = known, ready = rows, has_jobs = true,
    intake = intake.new(source, known, rows, {
      sizes = batches.sizes(size, work.smaller), most_held = (concurrency + 1) * size,
    }),
    tally = tally.new(opts.on_progress, source.total, function()
      return wallet:spent()
    end, core.now),
    hold = pausing.new_hold(client, opts.call), suspects = suspects.new(), doubts = doubts.new(),
    in_flight = {}, active = 0, due = 0, concurrency = concurrency,
    group = task.new_group(function() end), consumers = {}, news = 0,
    failure = nil, turn_given = core.now(),
  }, Run)
end

return M
