-- Credits that may be spent, and those that were: a tally with limits. Each request
-- reserves the most it can cost; until it is known what it did cost, all of that
-- counts as uncertain, and uncertain counts as spent. A budget may lie within
-- another, as a run's within its client's: then both must suffice, and both count.
-- Pure: nobody waits here, so any number of coroutines may share one.

local credits = require "contactout.credits"
local errors = require "contactout.errors"

---@class contactout.Budget
local Budget = {}
Budget.__index = Budget

---@class contactout.Reservation what one request counts for
---@field charged contactout.Credits
---@field uncertain contactout.Credits
---@field within? contactout.Reservation the same in the budget around

local NONE = {}

local M = {}

local function zeros()
  local sums = {}
  for _, kind in ipairs(credits.KINDS) do
    sums[kind] = 0
  end
  return sums
end

local function copy(amounts)
  local same = {}
  for kind, amount in pairs(amounts) do
    same[kind] = amount
  end
  return same
end

--- Whether a table may be the limits of a budget.
---@param limits any
---@return boolean
---@return string|nil rule what it must be
function M.check(limits)
  local rule = "a table of credits by kind (" .. table.concat(credits.KINDS, ", ") .. ")"
  if type(limits) ~= "table" then
    return false, rule
  end
  local known = zeros()
  for kind, limit in pairs(limits) do
    if not known[kind] then
      return false, rule .. ": there is no kind " .. tostring(kind)
    end
    local is_count = type(limit) == "number" and limit >= 0
      and (limit % 1 == 0 or limit == math.huge)
    if not is_count then
      return false, rule .. ": " .. kind .. " must be an integer of 0 or more"
    end
  end
  return true
end

---@class contactout.Spent: contactout.Credits what was spent, by kind
---@field uncertain contactout.Credits what may have been charged besides

--- Makes a budget.
---@param limits? contactout.Credits a kind that is left out has no limit, nor has one of
---  math.huge, as plans tell it; 0 forbids it
---@param within? contactout.Budget one that counts, and limits, the same requests
---@return contactout.Budget
function M.new(limits, within)
  return setmetatable({
    _limits = copy(limits or NONE), _within = within, _charged = zeros(), _uncertain = zeros(),
  }, Budget)
end

--- How many credits of a kind may still be spent.
---@param kind string
---@return number left math.huge: no limit
function Budget:left(kind)
  local limit = self._limits[kind]
  local left = limit and math.max(0, limit - self._charged[kind] - self._uncertain[kind])
    or math.huge
  return self._within and math.min(left, self._within:left(kind)) or left
end

local function refusal(kind, cost, left)
  return errors.new("budget", ("not sent: it could cost %d %s credit%s, and the budget has %d left "
    .. "(what may have been charged counts as spent); ask for less, or give a larger budget")
    :format(cost, kind, cost == 1 and "" or "s", left), { retryable = false })
end

--- Whether a request that costs at most that may be sent.
---@param most contactout.Credits
---@return boolean
---@return contactout.Error|nil err kind `budget`: which credits are lacking
function Budget:fits(most)
  if not self._within and next(self._limits) == nil then
    return true
  end
  for _, kind in ipairs(credits.KINDS) do
    local cost = most[kind] or 0
    local left = cost > 0 and self:left(kind)
    if left and cost > left then
      return false, refusal(kind, cost, left)
    end
  end
  return true
end

local function add(sums, amounts, sign)
  for kind, amount in pairs(amounts) do
    sums[kind] = sums[kind] + sign * amount
  end
end

local function enter(self, most)
  add(self._uncertain, most, 1)
  return { charged = NONE, uncertain = most, within = self._within and enter(self._within, most) }
end

-- Whether one may be made while others are in doubt: who asked to be told keeps a record.
local function tell(self, most)
  local is_doubted, doubt = false, copy(self._uncertain)
  for kind, amount in pairs(most) do
    is_doubted = is_doubted or doubt[kind] > 0
    doubt[kind] = doubt[kind] + amount
  end
  if not is_doubted then
    return true
  end
  return self._on_doubt(doubt)
end

--- Has each reservation that adds to what is in doubt told before it is made.
---@param on_doubt fun(uncertain: contactout.Credits): true|nil, contactout.Error|nil with
---  that one; nil and an error: it isn't made
function Budget:watch(on_doubt)
  self._on_doubt = on_doubt
end

--- Sets aside the most that a request can cost, before it is sent.
---@param most contactout.Credits kept, and not to be changed
---@return contactout.Reservation|nil reservation
---@return contactout.Error|nil err kind `budget`, or of who is told
function Budget:reserve(most)
  local fits, err = self:fits(most)
  if fits and self._on_doubt then
    fits, err = tell(self, most)
  end
  if not fits then
    return nil, err
  end
  return enter(self, most)
end

-- Puts these amounts in place of those that the reservation counts for.
local function recount(self, reservation, charged, uncertain)
  add(self._charged, reservation.charged, -1)
  add(self._uncertain, reservation.uncertain, -1)
  add(self._charged, charged, 1)
  add(self._uncertain, uncertain, 1)
  reservation.charged, reservation.uncertain = charged, uncertain
  if reservation.within then
    recount(self._within, reservation.within, charged, uncertain)
  end
end

--- Counts for a reservation what is known of it by now, in place of what was known
--- before: as often as more becomes known.
---@param reservation contactout.Reservation
---@param charged contactout.Credits kept, and not to be changed
---@param uncertain? contactout.Credits the same of what may have been charged besides
function Budget:settle(reservation, charged, uncertain)
  recount(self, reservation, charged, uncertain or NONE)
end

--- Counts what was spent elsewhere, in place of what was known of it before. It is none
--- of the budget's around.
---@param charged contactout.Credits kept, and not to be changed
---@param uncertain contactout.Credits the same of what may have been charged besides
function Budget:count_elsewhere(charged, uncertain)
  self._elsewhere = self._elsewhere or { charged = NONE, uncertain = NONE }
  recount(self, self._elsewhere, charged, uncertain)
end

--- From now on nothing may be spent. What was set aside before still gets settled.
function Budget:close()
  self._limits = zeros()
end

--- What was spent: a number for each kind, and the same in `uncertain` for what may
--- have been, which includes requests in flight.
---@return contactout.Spent totals
function Budget:totals()
  local totals = copy(self._charged)
  totals.uncertain = copy(self._uncertain)
  return totals
end

return M
