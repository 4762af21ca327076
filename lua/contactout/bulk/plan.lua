-- What a run would do and cost, from its inputs and its journal, and if that is wanted
-- from what the free checkers say. Spends nothing.

local availability = require "contactout.availability"
local credits = require "contactout.credits"
local forecast = require "contactout.forecast"
local journaled = require "contactout.bulk.journaled"
local source = require "contactout.bulk.source"

local M = {}

-- The run's journal, if it has one by now: a plan makes none.
local function open_journal(client, work, opts)
  if opts.journal and forecast.is_file(opts.journal) then
    return journaled.open(client, opts.method, work, opts)
  end
end

-- As client:spent() gives it.
local function with_each_kind(spent)
  for _, kind in ipairs(credits.KINDS) do
    spent[kind], spent.uncertain[kind] = spent[kind] or 0, spent.uncertain[kind] or 0
  end
  return spent
end

-- The run's journal, and what all its runs have spent: nothing, if there is none by now.
local function read_journal(client, work, opts)
  local spent = { uncertain = {} }
  local recorded, err = open_journal(client, work, opts)
  if recorded then
    spent, err = recorded:spent()
  end
  if err then
    if recorded then
      recorded:close()
    end
    return nil, nil, err
  end
  return recorded, opts.journal and with_each_kind(spent)
end

-- Counts the inputs: `keys`, `duplicates`, `invalid`, `known`. A list gets the keys
-- that are new.
local function count(inputs, recorded, new)
  local counts, seen = { keys = 0, duplicates = 0, invalid = 0, known = 0 }, {}
  local item, sent, canonical = inputs:next()
  while item ~= nil do
    local name = not sent and "invalid" or seen[canonical] and "duplicates" or "keys"
    counts[name] = counts[name] + 1
    if name == "keys" then
      seen[canonical] = true
      local is_known = recorded and recorded:recall(canonical)
      counts.known = counts.known + (is_known and 1 or 0)
      if new and not is_known then
        new[#new + 1] = sent
      end
    end
    item, sent, canonical = inputs:next()
  end
  return counts
end

-- The same, and closes the journal, also where the caller's iterator raises.
local function count_and_close(inputs, recorded, new)
  local ok, counts = pcall(count, inputs, recorded, new)
  if recorded then
    recorded:close()
  end
  if not ok then
    error(counts, 0)
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

-- Narrows the prices by what the checkers say is there. Version 2 looks for addresses
-- anew and may find more of them, so their most stays.
local function narrow(prices, client, work, new)
  local counts, err = availability.count(client, new)
  if not counts then
    return nil, err
  end
  for kind, price_of in pairs(prices) do
    price_of.min = counts[kind]
    if kind == "phone" or not work.resume then
      price_of.max = counts[kind]
    end
  end
  return true
end

--- Plans a run. Reads all of its input.
---@param client contactout.Client
---@param work contactout.Work
---@param input any
---@param opts table of the run
---@param is_checked? boolean the free checkers are asked about each new key
---@return table|nil plan
---@return contactout.Error|nil err
function M.make(client, work, input, opts, is_checked)
  local inputs, err = source.new(work.kind, input, opts)
  local recorded, spent
  if inputs then
    recorded, spent, err = read_journal(client, work, opts)
  end
  if err then
    return nil, err
  end
  local keys = is_checked and {} or nil
  local plan = count_and_close(inputs, recorded, keys)
  plan.spent = spent or nil
  local new = plan.keys - plan.known
  local size = math.min(opts.batch_size or work.kind.max, work.kind.max)
  plan.requests = math.ceil(new / size) * (work.resume and 2 or 1) -- a job is polled once at least
  plan.seconds = forecast.seconds(client, work.row, plan.requests)
  plan.credits = price(work, opts, new)
  if keys then
    local ok, problem = narrow(plan.credits, client, work, keys)
    return ok and plan, problem
  end
  return plan
end

return M
