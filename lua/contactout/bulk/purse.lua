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

--- What the run has spent, with what its journal recorded, by kind; and in `uncertain`
--- what it may have besides.
---@return table
function Purse:spent()
  return self.budget:totals()
end

--- Nothing more may be spent: what is about to be sent, or tried again, isn't.
function Purse:close()
  self.budget:close()
end

-- Adds to what earlier runs have spent -> the sums
local function add(sums, amounts, sign)
  local new = {}
  for _, kind in ipairs(credits.KINDS) do
    new[kind] = (sums[kind] or 0) + sign * (amounts[kind] or 0)
  end
  return new
end

local function count_earlier(self, charged, uncertain)
  self._charged, self._uncertain = charged, uncertain
  self.budget:count_elsewhere(charged, uncertain)
end

--- An account of a batch's own, for its requests: one that is tried again may be charged
--- for each time, which is to be on record before.
---@param batch contactout.Batch
---@param answers contactout.Answers that keep the record
---@return contactout.Budget account within the run's budget
function Purse:open_account(batch, answers)
  local account = budget.new(nil, self.budget)
  account:watch(function(uncertain)
    return answers:doubted(batch, uncertain)
  end)
  batch.account = account
  return account
end

--- A job of an earlier run has told what it cost.
---@param doubt contactout.Credits what it may have cost by what was known before
---@param spent table what it did cost besides; `uncertain`: what it may have, still
function Purse:settle_earlier(doubt, spent)
  local uncertain = add(self._uncertain, doubt, -1)
  count_earlier(self, add(self._charged, spent, 1), add(uncertain, spent.uncertain, 1))
end

local M = {}

---@param work contactout.Work
---@param opts table of the run: `params`, `call`, `budget`
---@param within contactout.Budget the client's
---@param recorded? table what earlier runs have spent by their journal
---@return contactout.Purse
function M.new(work, opts, within, recorded)
  local params = { [work.kind.param] = { "one" }, include_phone = opts.params.include_phone }
  local purse = setmetatable({
    budget = budget.new(opts.budget, within),
    _each = credits.most(work.row, params, opts.call.extra),
  }, Purse)
  if recorded then
    count_earlier(purse, add({}, recorded, 1), add({}, recorded.uncertain, 1))
  end
  return purse
end

return M
