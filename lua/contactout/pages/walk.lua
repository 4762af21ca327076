-- A walk through the pages of a search: hands out their records one by one, each once (what
-- is ready is found.lua's), and gets the next page when it is needed, or with `prefetch` one
-- ahead. One page is on its way at a time (turn.lua); how it is got is told in fetch.lua, and
-- when it is asked for again, in pause.lua.

local budget = require "contactout.budget"
local books = require "contactout.pages.book"
local core = require "contactout.core"
local errors = require "contactout.errors"
local fetch = require "contactout.pages.fetch"
local founds = require "contactout.pages.found"
local pauses = require "contactout.pages.pause"
local places = require "contactout.places"
local tallies = require "contactout.tally"
local turns = require "contactout.pages.turn"

---@class contactout.Walk
---@field client contactout.Client
---@field search contactout.Search
---@field budget contactout.Budget the walk's
---@field book contactout.Book
---@field found contactout.Found
---@field turn? contactout.Turn the page on its way
---@field failure? table {what ends it, once what is ready is given}
---@field is_closed boolean nobody wants a record any more
local Walk = {}
Walk.__index = Walk
Walk.__name = "contactout.Walk"

-- A page on its way ---------------------------------------------------------------------

-- Gets the page of a turn, unless nobody wants it any more.
local function get(self, turn)
  if self.is_closed then
    return
  end
  local page, err = fetch.page(self, turn)
  if not page and not self.is_closed then
    err = self._pause:bear(err)
  elseif page and turn.call then
    self._pause:accepted()
  end
  turn.page, turn.failure = page, err and { err }
end

-- Begins to get the next page.
local function begin(self, place)
  self.turn = turns.new(self._number, function(turn)
    get(self, turn)
  end, function()
    if self.is_closed then
      self.book:close()
    end
  end)
  self.turn:start(place)
end

-- Begins to get a page. Raises where there is no place for that by now: nothing is lost, the
-- next call tries again.
local function begin_now(self)
  local place, err = places.for_task(self.client)
  if err then
    error(err, 0)
  end
  begin(self, place)
end

-- Begins to get a page that isn't needed yet, if it can have a task.
local function begin_ahead(self)
  local place, err = places.for_task(self.client)
  if place and not err then
    begin(self, place)
    self.turn:let_move_on(self.client)
  end
end

-- Turning over ---------------------------------------------------------------------------

local function wants_more(self)
  return not self.failure and self.found:wants_more()
end

local function open(self, page)
  self._number = self._number + 1
  self.found:open(page)
  self._tally:skip(page.count - page.fresh)
  self._tally:expect(self.found:expected())
end

-- Takes what came of a turn: nothing, if it was called off, or is to be asked for again.
local function settle(self, turn)
  self.turn, self.failure = nil, turn.failure
  if turn.failure and errors.is(turn.failure[1]) then
    turn.failure[1].page = turn.number
  end
  if turn.page then
    open(self, turn.page)
    if self.search.opts.prefetch and wants_more(self) then
      begin_ahead(self)
    end
  end
end

-- Waits for the next page, and opens it. Who is cancelled meanwhile leaves it to the next
-- call.
local function turn_over(self)
  if not self.turn then
    begin_now(self)
  end
  local turn = self.turn
  turn:wait()
  if self.turn == turn and not self.is_closed then -- nobody else was quicker
    settle(self, turn)
  end
end

-- The end -----------------------------------------------------------------------------

-- Sets the journal free; where a page is being got, that one's end does (see `begin`).
local function close_book(self)
  if not self.turn or self.turn.state ~= "begun" then
    self.book:close()
  end
end

-- The end: a failure is raised, each time. The last report may raise, too.
local function finish(self)
  local was_closed = self.is_closed
  self.is_closed = true
  close_book(self)
  if not was_closed then
    self._tally:report(true)
  end
  if self.failure then
    error(self.failure[1], 0)
  end
end

--- The next record; nothing at the end. Yields in a host; outside of one it blocks.
--- Raises what ends the walk, and kind `cancelled` if its task is cancelled, after which
--- it may be called again: the page goes on.
---@return table|nil record
function Walk:next()
  while not self.is_closed do
    local seconds = self._pause:tell() -- whose function may close this
    if self.turn then
      self.turn:let_move_on(self.client)
    end
    local record = self.found:take()
    if record then
      self._tally:count(nil, false)
      return record
    elseif self.is_closed or not wants_more(self) then
      break
    elseif not self.turn and self._pause:is_held() then
      self._pause:wait(seconds)
    else
      turn_over(self)
    end
  end
  return finish(self)
end

--- Nobody wants a record any more, so a page on its way isn't sent, or not again. Waits
--- for nothing and wakes nobody, so that the collector may call it.
function Walk:forget()
  self.is_closed = true
  self.budget:close()
  if self.turn then
    self.turn:leave()
  end
  close_book(self)
end

--- Ends the walk. A page that wasn't sent is called off; one that was is waited for, where
--- that is possible, so that it gets into the journal; it isn't sent again.
function Walk:close()
  self.is_closed = true
  self.budget:close()
  self._pause:wake()
  if self.turn then
    self.turn:close()
  end
  close_book(self)
end

-- Making one --------------------------------------------------------------------------

-- The budget of the walk, in which counts what its journal recorded.
local function budget_of(client, search, book)
  local recorded, err = book:spent()
  if err then
    return nil, err
  end
  local made = budget.new(search.opts.budget, client._spending.budget)
  if recorded then
    local uncertain = recorded.uncertain
    recorded.uncertain = nil
    made:count_elsewhere(recorded, uncertain)
  end
  return made
end

local M = {}

---@param client contactout.Client
---@param search contactout.Search
---@return contactout.Walk|nil walk
---@return contactout.Error|nil err kind `journal`, or `unsupported` without SQLite
function M.new(client, search)
  local book, err = books.open(client, search)
  if not book then
    return nil, err
  end
  local wallet
  wallet, err = budget_of(client, search, book)
  if not wallet then
    book:close()
    return nil, err
  end
  local tally = tallies.new(search.opts.on_progress, nil, function()
    return wallet:totals()
  end, core.now)
  return setmetatable({
    client = client, search = search, budget = wallet, book = book,
    found = founds.new(search.first, search.opts.limit), turn = nil, failure = nil,
    is_closed = false, _number = search.first, _tally = tally,
    _pause = pauses.new(client, search.opts.call, tally),
  }, Walk)
end

return M
