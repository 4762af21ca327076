-- A page on its way: got in a task of its own, where there can be one, so that what is
-- paid for arrives though nobody waits for it any more. Works on a walk (walk.lua), which
-- looks whether it is there. How a page is got is told in fetch.lua.

local compat = require "contactout.compat"
local errors = require "contactout.errors"
local fetch = require "contactout.pages.fetch"
local places = require "contactout.places"
local plain = require "contactout.loops.plain"
local task = require "contactout.task"

---@class contactout.Turn
---@field number integer the page's
---@field call? contactout.Call once it is recorded as sent
---@field page? contactout.Page
---@field failure? table {what ends the walk after this page}
---@field has_begun boolean
---@field has_ended boolean
local Turn = {}
Turn.__index = Turn
Turn.__name = "contactout.Turn"

-- Seconds within which nginx should begin with a task that outlives its visitor.
local PATIENCE = 5
-- Seconds for which `close` waits for a page that is paid for.
local CLOSE_SECONDS = 60

-- Getting it ------------------------------------------------------------------------

-- Gets the page. Whatever is raised on the way, want of memory included, ends the walk.
local function get(turn, walk)
  local ok, page, err = pcall(fetch.page, walk, turn)
  if ok then
    turn.page, turn.failure = page, err and { err }
  else
    turn.failure = { page }
  end
  if turn.failure and errors.is(turn.failure[1]) then
    turn.failure[1].page = turn.number
  end
end

-- Sees to the page, unless it was called off or its walk has ended meanwhile.
local function process(turn, walk)
  if turn.has_ended then
    return
  end
  turn.has_begun = true
  if not walk.is_closed then
    get(turn, walk)
  end
  turn.has_ended = true
  if walk.is_closed then
    walk.book:close()
  end
end

-- Where a page may have a task; nil: nowhere. Raises where there is no place by now:
-- nothing is lost, the next call tries again.
local function find_place(walk)
  local place, err = places.for_task(walk.client)
  if err then
    error(err, 0)
  end
  return place
end

-- Calls off what hasn't begun: the walk is as before it.
local function call_off(turn)
  local walk = turn._walk
  turn.has_ended = true
  walk.turn, walk.next_number = nil, turn.number
end

-- Waiting ---------------------------------------------------------------------------

-- Waits for a task that may not begin.
local function wait_for_begin(turn)
  local ok, problem = pcall(turn._task.wait, turn._task, PATIENCE)
  local is_late = not ok and errors.is(problem) and problem.kind == "timeout"
  if is_late and not turn.has_begun then
    call_off(turn)
    error(places.never_began({ page = turn.number }), 0)
  elseif not ok and not is_late then
    error(problem, 0)
  end
end

--- Waits until it is there. Raises kind `cancelled` if the running task is cancelled; the
--- page goes on.
function Turn:wait()
  if not self.has_begun and self._task.loop.detached then
    wait_for_begin(self)
  end
  if not self.has_ended then
    self._task:wait()
  end
end

--- Outside of any host it moves on while somebody lets it.
function Turn:let_move_on()
  if not self.has_ended and places.current(self._walk.client).blocks then
    plain.step()
  end
end

--- Nobody wants it. One that wasn't sent is called off; one that was is waited for, where
--- that is possible.
function Turn:close()
  if not self.has_begun then
    return call_off(self)
  elseif self.has_ended then
    return
  elseif not (self.call and self.call.is_out) then
    self._task:cancel()
  end
  pcall(self._task.wait, self._task, CLOSE_SECONDS) -- it goes on if that is in vain
end

local M = {}

--- Begins to get the walk's next page: all of it at once, where it can have no task.
---@param walk contactout.Walk gets the turn
function M.start(walk)
  local place = find_place(walk)
  local turn = setmetatable({
    number = walk.next_number, has_begun = false, has_ended = false, _walk = walk,
  }, Turn)
  walk.turn, walk.next_number = turn, turn.number + 1
  if place then
    turn._task = task.start(place, task.group_of_request(), compat.pack(process, turn, walk))
  else
    process(turn, walk)
  end
end

--- Begins to get a page that isn't needed yet, if it can have a task.
---@param walk contactout.Walk
function M.start_ahead(walk)
  if find_place(walk) then
    M.start(walk)
    walk.turn:let_move_on()
  end
end

return M
