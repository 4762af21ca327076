-- What one client spends: each attempt that can cost credits is held against the
-- budget before it is sent, and settled by what came back; a job, by its result,
-- whenever that is asked for. Joins credits.lua and charges.lua, which know prices,
-- and budget.lua, which counts.

local budget = require "contactout.budget"
local charges = require "contactout.charges"
local copy = require "contactout.copy"
local credits = require "contactout.credits"
local job_reply = require "contactout.jobs.reply"

---@class contactout.Spending
---@field budget contactout.Budget the client's
local Spending = {}
Spending.__index = Spending

local NONE = {}

local M = {}

---@param limits? contactout.Credits
---@return contactout.Spending
function M.new(limits)
  return setmetatable({ budget = budget.new(limits), _jobs = {} }, Spending)
end

--- Notes on a call what its price depends on: a copy, since the caller may change the
--- table while the call is on its way.
---@param call contactout.Call
---@param params? table
---@param extra? table undocumented parameters
function M.price(call, params, extra)
  if call.row.costs then
    call.params, call.most = copy.deep(params or NONE), credits.most(call.row, params, extra)
  elseif charges.is_job_result(call.row) then
    call.params = copy.deep(params or NONE)
  end
end

local function budget_of(self, call)
  return call.budget or self.budget
end

--- Whether an attempt may be sent, as far as is known by now.
---@param call contactout.Call
---@return boolean
---@return contactout.Error|nil err kind `budget`
function Spending:fits(call)
  if not call.most then
    return true
  end
  return budget_of(self, call):fits(call.most)
end

--- Sets aside what an attempt can cost, right before it is sent. Until it is settled
--- that is uncertain: a coroutine that its host ends never comes back to say.
---@param call contactout.Call
---@return contactout.Reservation|boolean|nil reservation false: the call is free
---@return contactout.Error|nil err kind `budget`
function Spending:reserve(call)
  if not call.most then
    return false
  end
  return budget_of(self, call):reserve(call.most)
end

-- A job is in doubt from its submission on; its result may come at any time.
local function remember_job(self, call, reservation, reply)
  local id = job_reply.read(reply).uuid
  if id then
    self._jobs[id] = {
      budget = budget_of(self, call), reservation = reservation, most = call.most,
    }
  end
end

-- A job that this client didn't submit isn't its own to count.
local function settle_job(self, call, reply)
  local id = call.params and call.params.job_uuid:match("^%s*(.-)%s*$")
  local job = id and self._jobs[id]
  if not job then
    return
  end
  local charged, maybe = charges.job_charged(call.row, job.most, reply)
  job.budget:settle(job.reservation, charged, maybe)
  if next(maybe) == nil then
    self._jobs[id] = nil
  end
end

--- Counts what an attempt cost: by its reply, or by an error that says whether it
--- may have been charged.
---@param call contactout.Call
---@param reservation contactout.Reservation|boolean
---@param reply? table the decoded body
---@param err? contactout.Error
---@return contactout.Credits|nil charged where the reply shows it; not to be changed
function Spending:settle(call, reservation, reply, err)
  local account = budget_of(self, call)
  if err then
    if reservation then
      account:settle(reservation, NONE, err.maybe_charged and call.most or NONE)
    end
    return nil
  elseif not reservation then
    settle_job(self, call, reply)
    return nil
  end
  local charged, maybe = charges.charged(call.row, call.params, reply, call.most)
  account:settle(reservation, charged or NONE, charged and maybe or call.most)
  if not charged then
    remember_job(self, call, reservation, reply)
  end
  return charged
end

return M
