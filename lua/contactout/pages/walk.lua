-- A walk through the pages of a search: hands out their records one by one, each once,
-- and gets the next page when it is needed, or with `prefetch` one ahead. How one is got
-- is told in turn.lua and fetch.lua.

local budget = require "contactout.budget"
local books = require "contactout.pages.book"
local core = require "contactout.core"
local queue = require "contactout.queue"
local tally = require "contactout.bulk.tally"
local turns = require "contactout.pages.turn"

---@class contactout.Walk
---@field client contactout.Client
---@field search contactout.Search
---@field budget contactout.Budget the walk's
---@field book contactout.Book
---@field turn? contactout.Turn a page on its way
---@field next_number integer of the page after that
---@field limit number records that are given at most
---@field page_size? integer how many records a page can have, by the server's word
---@field total? integer how many there are in all, likewise
local Walk = {}
Walk.__index = Walk
Walk.__name = "contactout.Walk"

-- Pages ---------------------------------------------------------------------------------

--- A page has arrived. Keeps those of its records that have not been seen.
---@param page contactout.Page
function Walk:mark(page)
  local new = {}
  for _, entry in ipairs(page.entries) do
    if not self._seen[entry.key] then
      self._seen[entry.key] = true
      new[#new + 1] = entry
    end
  end
  page.entries = new
  page.fresh = page.fresh or #new
end

-- How many will be given in all, where that can be told: pages before the first one
-- may hold any number.
local function expected(self)
  return self.total and self.search.first == 1 and math.min(self.total, self.limit) or nil
end

-- What a full page holds, by the server's word; or more, if more came.
local function largest(known, page)
  return page.size and math.max(known or 0, page.size, page.count) or known
end

--- Opens a page that has been marked. It may be the last one, whatever it says of the
--- whole: one without anything new is, or nothing would end a search that repeats a page.
---@param page contactout.Page
function Walk:open(page)
  for _, entry in ipairs(page.entries) do
    self._ready:push(entry.record)
  end
  self._distinct = self._distinct + page.fresh
  self.total = page.total or self.total
  self.page_size = largest(self.page_size, page)
  self._is_last = page.fresh == 0 or self.total ~= nil and self._distinct >= self.total
  self._tally:skip(page.count - page.fresh)
  self._tally:expect(expected(self))
end

--- What the next page can cost. The server's word for how many records a page has counts.
---@param most? contactout.Credits of its call
---@return contactout.Credits
function Walk:most(most)
  most = most or self.search:call(self.client, self.next_number).most
  if not self.page_size then
    return most
  end
  local known = {}
  for kind in pairs(most) do
    known[kind] = self.page_size
  end
  return known
end

--- Whether another page is needed for all that is wanted.
---@return boolean
function Walk:wants_more()
  return not self._is_last and not self.failure and self:count() < self.limit
end

--- How many records it has given, or has ready.
---@return integer
function Walk:count()
  return self._given + self._ready:count()
end

-- Turning over ---------------------------------------------------------------------------

-- Waits for the next page, and opens it. Who is cancelled meanwhile leaves it to the next
-- call.
local function turn_over(self)
  if not self.turn then
    turns.start(self)
  end
  local turn = self.turn
  if not turn.has_ended then
    turn:wait()
  end
  if self.turn ~= turn or self.is_closed then
    return -- somebody else was quicker, or has closed it
  end
  self.turn, self.failure = nil, turn.failure
  if turn.page then
    self:open(turn.page)
  end
  if self.search.opts.prefetch and self:wants_more() then
    turns.start_ahead(self)
  end
end

-- The end -----------------------------------------------------------------------------

local function close_book(self)
  if not self.turn or self.turn.has_ended then
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
    self._tally:report()
    if self.turn then
      self.turn:let_move_on()
    end
    if self._given >= self.limit then
      break
    end
    local record = self._ready:pop()
    if record then
      self._given = self._given + 1
      self._tally:count(nil, false)
      return record
    elseif not self:wants_more() then
      break
    end
    turn_over(self)
  end
  return finish(self)
end

--- Nobody wants a record any more, so a page on its way isn't sent, or not again. Waits
--- for nothing and wakes nobody, so that the collector may call it.
function Walk:forget()
  self.is_closed = true
  self.budget:close()
  close_book(self)
end

--- Ends the walk. A page that wasn't sent is called off; one that was is waited for, where
--- that is possible, so that it gets into the journal; it isn't sent again.
function Walk:close()
  self.is_closed = true
  self.budget:close()
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
  return setmetatable({
    client = client, search = search, budget = wallet, book = book, is_closed = false,
    failure = nil, page_size = nil, total = nil, limit = search.opts.limit or math.huge,
    turn = nil, next_number = search.first,
    _seen = {}, _distinct = 0, _is_last = false, _ready = queue.new(), _given = 0,
    _tally = tally.new(search.opts.on_progress, nil, function()
      return wallet:totals()
    end, core.now),
  }, Walk)
end

return M
