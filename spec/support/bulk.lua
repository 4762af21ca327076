-- What the specs of bulk work share: inputs, quick polls, and rows in an order of
-- their own, since a run gives them in any.

local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local M = {}

--- Options of a run whose polls hardly wait.
function M.quick(opts)
  local all = { interval = 0.005, max_interval = 0.02 }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  return all
end

--- The same, with a fault that each submission meets.
function M.with_fault(fault, opts)
  return support.with_fault(fault, M.quick(opts))
end

function M.url_of(i)
  return data.person(i).linkedin_url
end

--- The URLs of people first to last.
function M.urls(first, last)
  local urls = {}
  for i = first, last do
    urls[#urls + 1] = M.url_of(i)
  end
  return urls
end

--- A batch of so many keys, for what only moves them about.
function M.batch_of(n)
  local batch = {}
  for i = 1, n do
    batch[i] = { canonical = i }
  end
  return batch
end

function M.emails(n)
  local emails = {}
  for i = 1, n do
    emails[i] = "someone" .. i .. "@acme.example"
  end
  return emails
end

--- Removes a journal, and what stands beside it.
function M.remove_journal(file)
  for _, suffix in ipairs { "", "-wal", "-shm" } do
    os.remove(file .. suffix)
  end
end

--- All rows of a run, as they came -> {{item, value, err}...}, what was raised
function M.collect(rows)
  local list = {}
  local ok, failure = pcall(function()
    for item, value, err in rows do
      list[#list + 1] = { item = item, value = value, err = err }
    end
  end)
  if ok then
    return list
  end
  return list, failure
end

--- The rows of a run by their items, each of which may have only one.
function M.by_item(rows)
  local map = {}
  for _, row in ipairs(M.collect(rows)) do
    assert(map[row.item] == nil, "two rows for one input")
    map[row.item] = row
  end
  return map
end

--- How many rows there are of each kind: "value", or the error's.
function M.kinds(rows)
  local counts = {}
  for _, row in pairs(rows) do
    local kind = row.err and row.err.kind or "value"
    counts[kind] = (counts[kind] or 0) + 1
  end
  return counts
end

--- The sandbox's requests to an endpoint: how many, or of those with a field.
function M.requests(endpoint)
  local count = 0
  for _, entry in ipairs(support.sandbox:ledger()) do
    count = count + (entry.endpoint == endpoint and 1 or 0)
  end
  return count
end

--- Raises if somebody was charged for twice.
function M.check_charges()
  local charged = {}
  for _, entry in ipairs(support.sandbox:ledger()) do
    for _, charge in ipairs(entry.charges or {}) do
      local name = charge.kind .. " " .. charge.subject
      assert(not charged[name], name .. " was charged twice")
      charged[name] = true
    end
  end
end

return M
