-- What a run may spend, and what it has: a budget within its client's, in terms of
-- keys. Pure.

local budget = require "contactout.budget"
local credits = require "contactout.credits"

---@class contactout.Purse
---@field budget contactout.Budget the run's, for its calls
local Purse = {}
Purse.__index = Purse
Purse.__name = "contactout.Purse"

--- The most that so many keys can cost.
---@param count integer
---@return contactout.Credits
function Purse:most(count)
  local most = {}
  for kind, cost in pairs(self._each) do
    most[kind] = cost * count
  end
  return most
end

--- How many of so many keys may be asked for by now. What is in flight counts as
--- spent until its answers tell, so it may be more later.
---@param count integer
---@return integer fitting
---@return contactout.Error|nil err kind `budget`, where not even one may
function Purse:fitting(count)
  local fitting = count
  for kind, cost in pairs(self._each) do
    fitting = math.min(fitting, math.floor(self.budget:left(kind) / cost))
  end
  if fitting > 0 then
    return fitting
  end
  return 0, select(2, self.budget:fits(self._each))
end

--- What the run has spent, by kind, and in `uncertain` what it may have besides.
---@return table
function Purse:spent()
  return self.budget:totals()
end

-- What is left of limits after what a journal recorded, all that is uncertain included.
local function remaining(limits, recorded)
  local left = {}
  for kind, limit in pairs(limits) do
    left[kind] = math.max(0, limit - (recorded[kind] or 0) - (recorded.uncertain[kind] or 0))
  end
  return left
end

local M = {}

---@param work contactout.Work
---@param opts table of the run: `params`, `call`, `budget`
---@param within contactout.Budget the client's
---@param recorded? table what earlier runs have spent by their journal
---@return contactout.Purse
function M.new(work, opts, within, recorded)
  local params = { [work.kind.param] = { "one" }, include_phone = opts.params.include_phone }
  local limits = opts.budget
  if limits and recorded then
    limits = remaining(limits, recorded)
  end
  return setmetatable({
    budget = budget.new(limits, within),
    _each = credits.most(work.row, params, opts.call.extra),
  }, Purse)
end

return M
