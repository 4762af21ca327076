-- What was asked and what it cost: one entry for each request, numbered from
-- 1 as they arrive, the oldest forgotten above the capacity; and the sums.
-- Pure but for the clock it is given.

local Ledger = {}
Ledger.__index = Ledger

local MAX_ERRORS = 1000

--- opts: clock, capacity (entries kept).
function Ledger.new(opts)
  return setmetatable({
    clock = opts.clock, capacity = opts.capacity, started = opts.clock(),
    entries = {}, requests = 0, responses = 0, limited = 0,
    statuses = {}, charges = {}, errors = {}, notices = {},
  }, Ledger)
end

--- A request has arrived: numbers its entry and keeps it.
function Ledger:arrive(entry)
  self.requests = self.requests + 1
  entry.seq = self.requests
  entry.time = self.clock() - self.started
  self.entries[entry.seq] = entry
  self.entries[entry.seq - self.capacity] = nil
end

--- Its answer is known: status is a number, or a word if there was none.
function Ledger:answered(entry, status, bytes)
  entry.status, entry.bytes_out = status, bytes
  entry.seconds = self.clock() - self.started - entry.time
  self.responses = self.responses + 1
  local key = tostring(status)
  self.statuses[key] = (self.statuses[key] or 0) + 1
end

--- Notes charges, a list of {kind =, subject =}, to the entry and the sums.
function Ledger:charged(entry, charges)
  entry.charges = charges
  local sums = self.charges[entry.token] or {}
  self.charges[entry.token] = sums
  for _, charge in ipairs(charges) do
    sums[charge.kind] = (sums[charge.kind] or 0) + 1
  end
end

--- A malformed request, or a failure of the sandbox itself.
function Ledger:refused(entry, message)
  entry.error = message
  if #self.errors < MAX_ERRORS then
    self.errors[#self.errors + 1] = {
      seq = entry.seq, method = entry.method, path = entry.path, message = message,
    }
  end
end

--- Something unusual that isn't refused.
function Ledger:notice(entry, text)
  entry.notices = entry.notices or {}
  entry.notices[#entry.notices + 1] = text
  self.notices[text] = (self.notices[text] or 0) + 1
end

--- The entries numbered above `seq`, oldest first, at most `most`.
function Ledger:since(seq, most)
  local found = {}
  local first = math.max(seq + 1, self.requests - self.capacity + 1)
  local last = math.min(self.requests, first + (most or self.capacity) - 1)
  for i = first, last do
    found[#found + 1] = self.entries[i]
  end
  return found
end

return Ledger
