-- What a walk through a search would do and cost: from its journal, from what the server
-- says for free of how many there are, and from the limit. Spends nothing. What nothing
-- bounds is math.huge.

local forecast = require "contactout.forecast"
local walks = require "contactout.pages.walk"

local M = {}

-- Walks through the pages that the journal has. Only what isn't known to it would be asked
-- for; and nothing more after a page that is uncertain.
---@return table|nil seen `pages`, `records` on them, `ends`: nothing would be asked for
---@return contactout.Error|nil err
local function replay(walk)
  local found, seen = walk.found, { pages = 0, records = 0, ends = false }
  while found:wants_more() do
    local page, err = walk.book:recall(found.first + seen.pages)
    if err and err.kind ~= "uncertain" then
      return nil, err
    elseif not page then
      seen.ends = err ~= nil
      return seen
    end
    found:mark(page)
    found:open(page)
    seen.pages, seen.records = seen.pages + 1, seen.records + page.count
  end
  seen.ends = true
  return seen
end

-- How many records the search has from its first page on; math.huge: nobody can say.
---@return number|nil total
---@return contactout.Error|nil err
local function count(walk, size)
  local search, total, err = walk.search, walk.found.total, nil
  if not total and search.method == "each_person" then
    total, err = search:count(walk.client)
  end
  if err and err.kind ~= "no_access" then -- counting is for paying accounts
    return nil, err
  end
  return math.max(0, (total or math.huge) - (search.first - 1) * size)
end

-- How many pages are still to be asked for. A walk that doesn't begin with the first one is
-- ended by an empty page, unless by its limit: it can't see all that there is.
local function pages_left(found, total, size)
  local unseen, unlimited = total - found.distinct, found.limit - found:count()
  local needed = math.min(unseen, unlimited)
  if needed == math.huge then
    return math.huge
  end
  local is_ended_by_page = found.first > 1 and unseen < unlimited
  return math.max(1, math.ceil(needed / size) + (is_ended_by_page and 1 or 0))
end

-- What those pages cost: at most all that fits on them, as each is reserved whole.
local function price(walk, seen, most, total)
  local pages = pages_left(walk.found, total, most.search)
  local is_sure = total < math.huge and walk.search:is_counted()
  local surely = is_sure and math.max(0, math.min(pages * most.search, total - seen.records)) or 0
  local credits = {}
  for kind, of_page in pairs(most) do
    credits[kind] = { min = kind == "search" and surely or 0, max = pages * of_page }
  end
  return pages < math.huge and pages or 1, credits
end

-- Nothing would be sent.
local function nothing(most)
  local credits = {}
  for kind in pairs(most) do
    credits[kind] = { min = 0, max = 0 }
  end
  return 0, credits
end

local function make(walk)
  local seen, err = replay(walk)
  if not seen then
    return nil, err
  end
  local found = walk.found
  local known = math.min(found:count(), found.limit)
  local plan = { keys = known, duplicates = 0, invalid = 0, known = known }
  local most = found:most(walk.search:most(walk.client))
  if seen.ends then
    plan.requests, plan.credits = nothing(most)
  else
    local total
    total, err = count(walk, most.search)
    if not total then
      return nil, err
    end
    plan.keys = math.max(known, math.min(total, found.limit))
    plan.requests, plan.credits = price(walk, seen, most, total)
  end
  plan.seconds = forecast.seconds(walk.client, walk.search.kind.row, plan.requests)
  return plan
end

--- Plans a walk.
---@param client contactout.Client
---@param search contactout.Search
---@return contactout.Plan|nil plan
---@return contactout.Error|nil err
function M.make(client, search)
  local opts = search.opts
  local has_journal = opts.journal ~= nil
  if has_journal and not forecast.is_file(opts.journal) then
    opts.journal = nil -- a plan makes none
  end
  local walk, err = walks.new(client, search)
  if not walk then
    return nil, err
  end
  local plan
  plan, err = make(walk)
  walk:close()
  if plan then
    plan.spent = has_journal and walk.budget:totals() or nil
  end
  return plan, err
end

return M
