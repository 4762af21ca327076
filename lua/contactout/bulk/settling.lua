-- What becomes of a batch that is no longer in flight: its rows are handed on, or it is
-- sent again where that is surely free, or the caller allows it: whole, after a pause
-- (pauses.lua), or in parts (suspects.lua). Which of these, failures.lua decides. Works
-- on a run (run.lua).

local errors = require "contactout.errors"
local failures = require "contactout.bulk.failures"
local pauses = require "contactout.bulk.pauses"
local ready = require "contactout.bulk.ready"

local M = {}

--- Hands the rows of a batch on, once they are kept.
---@param run contactout.Run
---@param batch contactout.Batch
---@param rows table
---@param spent? contactout.Credits where the batch's account doesn't tell
function M.deliver(run, batch, rows, spent)
  run.doubts:remove(batch)
  local kept, err = run.answers:finish(batch, rows, spent)
  run:check(not err, err)
  run.ready:push_batch(kept)
end

local function deliver_error(run, batch, err)
  M.deliver(run, batch, ready.failed(batch, err))
end

-- Refusals --------------------------------------------------------------------------

local MAY_BE_OPTION = "%s (so the server says of each key that was asked for alone, too: if they "
  .. "aren't all wrong, it means one of the options, such as callback_url)"

-- What is told of keys that were refused together, where an option may be to blame.
local function of_all(err)
  local same = errors.copy(err)
  same.message = MAY_BE_OPTION:format(err.message)
  return same
end

-- What to send in place of a refused batch. One of which some were asked for alone may
-- be good by now.
local function parts_of(run, refusal)
  if refusal.has_bad_key then
    local parts = not refusal.may_be_good and run.intake.sizes:after_refusal(refusal.batch)
    return parts or { refusal.batch }
  end
end

-- Sends a refused batch again in parts, or gives its rows.
local function settle_refusal(run, refusal)
  local batch, err, parts = refusal.batch, refusal.err, parts_of(run, refusal)
  if parts and not run.failure then
    run.intake:send_again(parts)
  elseif not parts then
    deliver_error(run, batch, #batch > 1 and of_all(err) or err)
  end
end

local function settle_refusals(run, refusals)
  for _, refusal in ipairs(refusals) do
    settle_refusal(run, refusal)
  end
end

-- Failures --------------------------------------------------------------------------

-- A batch waits for the end of a pause, and the run with it. The end of the run may come
-- first: then what is in doubt has its rows all the same.
local function pause(run, batch, err, why)
  if not run.failure and pauses.begin(run, why, err) then
    if err.maybe_charged then
      run:check(run.answers:left_in_doubt(batch))
      run.doubts:add(batch, err)
    end
    run:send_first(batch)
  elseif err.maybe_charged then
    deliver_error(run, batch, err)
  end
end

-- By what a failure means.
local SETTLE = { row = deliver_error, pause = pause, outage = pause }

-- A batch that may have been too large for the server is sent again within the smaller of
-- two documented limits; else a key or an option is to blame.
function SETTLE.refusal(run, batch, err)
  if run.intake.sizes:may_be_too_large(batch) then
    return settle_refusal(run, { batch = batch, err = err, has_bad_key = true })
  end
  settle_refusals(run, run.suspects:refused(batch, err))
end

function SETTLE.budget(run, batch)
  if not run.failure then
    run:send_first(batch)
  end
end

SETTLE["end"] = function(run, batch, err)
  run:stop(err)
  if err.maybe_charged then
    deliver_error(run, batch, err)
  end
end

-- What is known of a run and of a batch, of which a request came to nothing. What is left
-- in doubt by two of them isn't sent once more.
local function facts_of(run, batch, err)
  local is_in_doubt_again = err.maybe_charged and run.doubts:has(batch)
  return {
    retries_charged = run.opts.call.retry_charged and not is_in_doubt_again,
    is_reached = run.hold.is_reached,
  }
end

--- Nothing came of a batch.
---@param run contactout.Run
---@param batch contactout.Batch
---@param err contactout.Error
function M.failed(run, batch, err)
  if err.status then
    pauses.answered(run)
  end
  local facts = facts_of(run, batch, err)
  if not err.maybe_charged then
    run:check(run.answers:refused(batch))
    err.maybe_charged = run.doubts:has(batch) or nil
  end
  local meaning = failures.meaning(err, facts)
  SETTLE[meaning](run, batch, err, meaning)
end

--- The server has accepted a request of this run.
---@param run contactout.Run
function M.accepted(run)
  pauses.answered(run)
  run.hold:accepted()
  settle_refusals(run, run.suspects:accepted())
end

--- The run has ended: hands on the rows of what was to be sent again, and is in doubt.
---@param run contactout.Run
---@return boolean has_rows
function M.leave_doubts(run)
  local rows = run.doubts:take_rows()
  if rows then
    run.ready:push_batch(rows)
  end
  return rows ~= nil
end

return M
