-- A page on its way: it is got in a task of its own, where there can be one, so that what is
-- paid for arrives though nobody waits for it any more. Knows no walk: it is told what gets
-- the page, and tells when that has ended.
--
--   due -> begun -> ended
--       -> called off: its task, should it ever begin, does nothing

local compat = require "contactout.compat"
local errors = require "contactout.errors"
local places = require "contactout.places"
local plain = require "contactout.loops.plain"
local task = require "contactout.task"

---@class contactout.Turn
---@field number integer the page's
---@field state "due"|"begun"|"ended"|"called off"
---@field call? contactout.Call once it is recorded as sent
---@field page? contactout.Page what came of it; without that and a failure, nothing by now
---@field failure? table {what ends the walk after this page}
local Turn = {}
Turn.__index = Turn
Turn.__name = "contactout.Turn"

-- Seconds within which nginx should begin with a task that outlives its visitor.
local PATIENCE = 5
-- Seconds for which `close` waits for a page that is paid for.
local CLOSE_SECONDS = 60

-- Sees to the page, unless it was called off. Whatever is raised on the way, want of memory
-- included, ends the walk.
local function process(turn)
  if turn.state ~= "due" then
    return
  end
  turn.state = "begun"
  local ok, problem = pcall(turn._get, turn)
  if not ok then
    turn.failure = { problem }
  end
  turn.state = "ended"
  turn._on_end()
end

--- Begins with it: does all of it at once, where it can have no task.
---@param place? table loop
function Turn:start(place)
  if place then
    self._task = task.start(place, task.group_of_request(), compat.pack(process, self))
  else
    process(self)
  end
end

-- Waits for a task that may never begin, and calls it off then.
local function wait_for_begin(turn)
  local ok, problem = pcall(turn._task.wait, turn._task, PATIENCE)
  local is_late = not ok and errors.is(problem) and problem.kind == "timeout"
  if is_late and turn.state == "due" then
    turn.state = "called off"
    error(places.never_began({ page = turn.number }), 0)
  elseif not ok and not is_late then
    error(problem, 0)
  end
end

--- Waits until it has ended, or was called off. Raises kind `cancelled` if the running task
--- is cancelled, and the page goes on; and why, if no task has begun with it.
function Turn:wait()
  if self.state == "begun" and not self._task then
    error(errors.new("unsupported", "the iterator was called amid its own request"), 0)
  elseif self.state == "due" and self._task.loop.detached then
    wait_for_begin(self)
  end
  if self:is_on_its_way() then
    self._task:wait()
  end
end

--- Whether something may still come of it.
---@return boolean
function Turn:is_on_its_way()
  return self.state == "due" or self.state == "begun"
end

--- Outside of any host it moves on while somebody lets it.
---@param client contactout.Client
function Turn:let_move_on(client)
  if self:is_on_its_way() and places.current(client).blocks then
    plain.step()
  end
end

--- Nobody wants it: its call isn't made again, whatever comes of it.
function Turn:leave()
  if self.call then
    self.call.policy.max_retries = 0
  end
end

--- Nobody wants it. One that wasn't sent is called off; one that was is waited for, where
--- that is possible.
function Turn:close()
  self:leave()
  if self.state == "due" then
    self.state = "called off"
  elseif self.state == "begun" and self._task then
    if not (self.call and self.call.is_out) then
      self._task:cancel()
    end
    pcall(self._task.wait, self._task, CLOSE_SECONDS) -- it goes on if that is in vain
  end
end

local M = {}

---@param number integer the page's
---@param get fun(turn: contactout.Turn) gets the page, and notes on the turn what came of it
---@param on_end fun() it has ended
---@return contactout.Turn
function M.new(number, get, on_end)
  return setmetatable({ number = number, state = "due", _get = get, _on_end = on_end }, Turn)
end

return M
