-- How far a run is: counts its rows and tells its `on_progress`, now and then. The
-- clock is an argument.

-- Seconds between two reports.
local REPORT_SECONDS = 0.1

---@class contactout.ProgressState how far work has come
---@field done integer rows that were given
---@field total? integer of them, if that is known
---@field found integer with a value
---@field missing integer of which nothing is known
---@field failed integer with another error
---@field uncertain integer that may have been charged, without a value
---@field duplicates integer whose key came before
---@field rate? number rows a second
---@field eta? number seconds that are left
---@field credits table<string, any> what was spent
---@field held? number seconds that are left of a pause
---@field held_by? "server"|"network" who asks for it, or is gone

---@class contactout.Tally
local Tally = {}
Tally.__index = Tally
Tally.__name = "contactout.Tally"

-- The count to which a row without a value belongs.
local function failure_of(err)
  if err.kind == "not_found" then
    return "missing"
  elseif err.kind == "uncertain" or err.maybe_charged then
    return "uncertain"
  end
  return "failed"
end

--- Counts a row that is handed out.
---@param err? contactout.Error nil: with a value
---@param is_duplicate boolean
function Tally:count(err, is_duplicate)
  local state = self._state
  local name = err and failure_of(err) or "found"
  state.done, state[name] = state.done + 1, state[name] + 1
  state.duplicates = state.duplicates + (is_duplicate and 1 or 0)
end

--- Counts what came again, and is given no row.
---@param count integer
function Tally:skip(count)
  self._state.duplicates = self._state.duplicates + count
end

--- It turns out how many rows there will be, about.
---@param total? integer
function Tally:expect(total)
  self._state.total = total
end

local function complete(self, now)
  local state, elapsed = {}, now - self._started
  for name, value in pairs(self._state) do
    state[name] = value
  end
  state.rate = elapsed > 0 and state.done / elapsed or nil
  if state.total and state.rate and state.rate > 0 then
    state.eta = (state.total - state.done) / state.rate
  end
  state.credits = self._credits()
  return state
end

--- Notes a pause, of which there is news at each look.
---@param seconds? number that are left; nil: there is none
---@param by? "server"|"network"
function Tally:hold(seconds, by)
  local state = self._state
  local has_begun = seconds and not state.held
  state.held, state.held_by = seconds, seconds and by
  if seconds then
    self._shown = nil
  end
  if has_begun then
    self._reported = -math.huge
  end
end

--- Tells how far it is, if there is news and it is time. Raises what the caller's
--- function does.
---@param is_over? boolean it is time
function Tally:report(is_over)
  if not self._on_progress then
    return
  end
  local now = self._now()
  local is_due = is_over or now - self._reported >= REPORT_SECONDS
  if is_due and self._shown ~= self._state.done then
    self._reported, self._shown = now, self._state.done
    self._on_progress(complete(self, now))
  end
end

local M = {}

---@param on_progress? fun(state: contactout.ProgressState)
---@param total? integer
---@param credits fun(): table what was spent
---@param now fun(): number seconds
---@return contactout.Tally
function M.new(on_progress, total, credits, now)
  return setmetatable({
    _on_progress = on_progress, _credits = credits, _now = now,
    _started = now(), _reported = now(), _shown = nil,
    _state = {
      done = 0, total = total, found = 0, missing = 0, failed = 0, duplicates = 0, uncertain = 0,
    },
  }, Tally)
end

return M
