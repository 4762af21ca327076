-- Getting one page: out of the journal, or from the server, within the budget. What it
-- cost and what it holds is written down before anybody sees it. Works on a walk
-- (walk.lua), of which one page is on its way at a time.

local budget = require "contactout.budget"
local clients = require "contactout.client"
local errors = require "contactout.errors"
local events = require "contactout.events"
local pages = require "contactout.pages.page"

local M = {}

-- The call for a page. It has an account of its own in the walk's budget: one that is
-- tried again may be charged for each time, which is to be on record before.
local function prepare(walk, number)
  local call, err = walk.search:call(walk.client, number)
  if not call then
    return nil, err
  end
  call.budget, call.most = budget.new(nil, walk.budget), walk.found:most(call.most)
  return call
end

local UNREAD = "page %d has no %s that can be read, though the server says that there are more; it "
  .. "may have been charged: with a journal retry_charged = true asks for it again, without one "
  .. "page = %d in the query"

-- The page of a reply. One that should have records and has none that can be read isn't empty.
local function read(walk, turn, reply)
  local kind, call = walk.search.kind, turn.call
  local page = pages.read(kind, reply)
  if page.is_unread and walk.found:expects(turn.number, page, call.most.search) then
    return errors.fail("malformed_response", UNREAD:format(turn.number, kind.answers, turn.number),
      { endpoint = call.name, attempts = call.attempts, maybe_charged = true, retryable = false })
  end
  return page
end

-- Nothing came of a call. Forgets that it was sent, but for what may have been charged.
local function refuse(walk, turn, batch, err)
  local is_noted, problem
  if err.maybe_charged then
    is_noted, problem = walk.book:doubted(batch, turn.call.budget:totals().uncertain)
  else
    is_noted, problem = walk.book:refused(batch)
  end
  return nil, is_noted and err or problem
end

-- Sends a call that was recorded as sent -> the page, if there is one; and an error. One that
-- can't be read stays on record as sent: it may have been charged.
local function send(walk, turn, batch)
  local page
  local reply, err = clients.run(walk.client, turn.call)
  if reply then
    page, err = read(walk, turn, reply)
  elseif err.kind == "not_found" then
    page = pages.none()
  else
    return refuse(walk, turn, batch, err)
  end
  if not page then
    return nil, err
  end
  walk.found:mark(page)
  local spent = turn.call.budget:totals()
  return page, select(2, walk.book:keep(batch, turn.number, page, spent))
end

-- Asks for a page, once that fits the budget and is recorded as sent. An observer's error,
-- which keeps the request back, is raised before.
local function ask(walk, turn)
  local call, err = prepare(walk, turn.number)
  if not call then
    return nil, err
  end
  local fits, batch
  fits, err = call.budget:fits(call.most)
  if not fits then
    return nil, err
  end
  events.raise(walk.client)
  batch, err = walk.book:begin(turn.number, call.most)
  if not batch then
    return nil, err
  end
  call.budget:watch(function(uncertain)
    return walk.book:doubted(batch, uncertain)
  end)
  turn.call = call
  return send(walk, turn, batch)
end

--- Gets a page.
---@param walk contactout.Walk
---@param turn contactout.Turn
---@return contactout.Page|nil page what was paid for, even with an error
---@return contactout.Error|nil err what ends the walk after that page
function M.page(walk, turn)
  local page, err = walk.book:recall(turn.number)
  if page then
    walk.found:mark(page)
    return page
  elseif err then
    return nil, err
  end
  return ask(walk, turn)
end

return M
