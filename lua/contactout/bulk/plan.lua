-- What a run would do and cost, from its inputs and its journal alone: counts, and
-- sends nothing.

local core = require "contactout.core"
local credits = require "contactout.credits"
local journaled = require "contactout.bulk.journaled"
local source = require "contactout.bulk.source"

local M = {}

-- The run's journal, if it has one by now: a plan makes none.
local function open_journal(client, work, opts)
  local file = opts.journal and io.open(opts.journal, "rb")
  if not file then
    return nil
  end
  file:close()
  return journaled.open(client, opts.method, work, opts)
end

-- Counts the inputs: `keys`, `duplicates`, `invalid`, `known`.
local function count(inputs, recorded)
  local counts, seen = { keys = 0, duplicates = 0, invalid = 0, known = 0 }, {}
  local item, sent, canonical = inputs:next()
  while item ~= nil do
    local name = not sent and "invalid" or seen[canonical] and "duplicates" or "keys"
    counts[name] = counts[name] + 1
    if name == "keys" then
      seen[canonical] = true
      counts.known = counts.known + (recorded and recorded:recall(canonical) and 1 or 0)
    end
    item, sent, canonical = inputs:next()
  end
  return counts
end

-- The least and the most that so many keys cost, by kind.
local function price(work, opts, keys)
  local params = { [work.kind.param] = { "one" }, include_phone = opts.params.include_phone }
  local least = credits.least(work.row, params, opts.call.extra)
  local prices = {}
  for kind, most in pairs(credits.most(work.row, params, opts.call.extra)) do
    prices[kind] = { min = (least[kind] or 0) * keys, max = most * keys }
  end
  return prices
end

-- Seconds that so many requests take by the documented limits or the client's own.
local function seconds_for(client, row, requests)
  local limits = client._limits
  if limits.seconds then
    return limits:seconds(row, requests)
  end
  return requests * 60 / core.rates[row.rate_class]
end

--- Plans a run. Reads all of its input.
---@param client contactout.Client
---@param work contactout.Work
---@param input any
---@param opts table of the run
---@return table|nil plan
---@return contactout.Error|nil err
function M.make(client, work, input, opts)
  local inputs, err = source.new(work.kind, input, opts)
  local recorded
  if inputs then
    recorded, err = open_journal(client, work, opts)
  end
  if err then
    return nil, err
  end
  local plan = count(inputs, recorded)
  if recorded then
    recorded:close()
  end
  local new = plan.keys - plan.known
  local size = math.min(opts.batch_size or work.kind.max, work.kind.max)
  plan.requests = math.ceil(new / size) * (work.resume and 2 or 1) -- a job is polled once at least
  plan.seconds = seconds_for(client, work.row, plan.requests)
  plan.credits = price(work, opts, new)
  return plan
end

return M
