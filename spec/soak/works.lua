-- The bulk work that is disturbed in these specs, in processes of its own with a journal,
-- and what must hold for it afterwards.

local assert = require "luassert"
local bulk = require "spec.support.bulk"
local cjson = require "cjson"
local core = require "contactout.core"
local inputs = require "spec.soak.inputs"
local journal = require "contactout.journal"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local sandbox = support.sandbox

local M = { BATCH = 10, CONCURRENCY = 3 }

local BATCH, CONCURRENCY = M.BATCH, M.CONCURRENCY

local QUICK = { interval = 0.005, max_interval = 0.02 }

local function with(opts, more)
  local all = {}
  for _, part in ipairs { opts, more } do
    for name, value in pairs(part) do
      all[name] = value
    end
  end
  return all
end

-- What is run. `fault` is met by each submission: it makes domains cost something.
M.WORKS = {
  { method = "contacts", count = 120, opts = with(QUICK, { include_phone = true }),
    endpoint = "people_linkedin_batch_v2", fault = "delay:0.005" },
  { method = "contacts", count = 120, opts = { version = 1 },
    endpoint = "people_linkedin_batch", fault = "delay:0.01" },
  { method = "verify", count = 120, opts = QUICK,
    endpoint = "email_verify_batch", fault = "delay:0.005" },
  { method = "domains", count = 120, opts = {},
    endpoint = "domain_enrich", fault = "domain-charge,delay:0.01" },
}

local file = os.tmpname()

--- The journal of all runs is removed.
function M.remove_journal()
  bulk.remove_journal(file)
end

--- A fresh sandbox, and no journal.
function M.begin(work)
  support.begin()
  sandbox:config { job_polls = 2, limits = false }
  sandbox:fault(work.fault, -1, work.endpoint)
  M.remove_journal()
end

--- The work as program.lua takes it, with `more` options.
function M.job(work, more)
  local own = { journal = file, batch_size = BATCH, concurrency = CONCURRENCY }
  return {
    url = sandbox.url, token = support.TOKEN, method = work.method, count = work.count,
    opts = with(with(work.opts, own), more or {}),
  }
end

--- Runs it to its end -> its rows
function M.run(work, more)
  local output, code, said = soak.run(M.job(work, more))
  local rows, ending = soak.read_rows(output)
  assert.equal("end", ending, said)
  assert.equal(0, code)
  return rows
end

--- An undisturbed run of it: rows, charges, how long it takes and how many calls it makes.
function M.measure(work)
  M.begin(work)
  local output, _, said = soak.run(M.job(work), { call = 0 })
  local charges = soak.charges()
  M.remove_journal()
  local started = core.now()
  M.run(work)
  return {
    rows = soak.read_rows(output), charges = charges, seconds = core.now() - started,
    calls = tonumber(said:match("calls: (%d+)")),
  }
end

-- Checks ------------------------------------------------------------------------------

-- What was charged for a key, as text.
local function price(charges, input)
  local charged, parts = charges[inputs.key_of(input)] or {}, {}
  for kind, count in pairs(charged) do
    parts[#parts + 1] = kind .. " " .. count
  end
  table.sort(parts)
  return table.concat(parts, ", ")
end

--- Each input has one row, the undisturbed run's or `uncertain`; and was charged for once,
-- or, if it is uncertain, perhaps not -> how many are uncertain
function M.check_rows(undisturbed, rows, charges)
  local uncertain = 0
  for input, expected in pairs(undisturbed.rows) do
    local row = assert(rows[input], "no row for " .. input)
    local charged, due = price(charges, input), price(undisturbed.charges, input)
    if row.kind == "uncertain" then
      uncertain = uncertain + 1
      assert(charged == due or charged == "", input .. " was charged: " .. charged)
    else
      assert.same(expected, row)
      assert.equal(due, charged, input)
    end
  end
  return uncertain
end

-- The keys of each submission, as key_of has them.
local function submissions(work)
  local list = {}
  for _, entry in ipairs(sandbox:ledger()) do
    if entry.endpoint == work.endpoint then
      local body, keys = cjson.decode(entry.body), {}
      for i, key in ipairs(body.profiles or body.emails or body.domains) do
        keys[i] = inputs.key_of(key)
      end
      list[#list + 1] = keys
    end
  end
  return list
end

-- How many jobs were asked after.
local function count_polled(work)
  local is_polled, count = {}, 0
  for _, entry in ipairs(sandbox:ledger()) do
    if entry.endpoint == work.endpoint .. "_result" and not is_polled[entry.path] then
      is_polled[entry.path], count = true, count + 1
    end
  end
  return count
end

--- No key was submitted twice. And a job that was ever asked after had a known id, which
-- the journal must have: none such is uncertain.
function M.check_submissions(work, rows)
  local is_uncertain, is_submitted, certain = {}, {}, 0
  for input, row in pairs(rows) do
    is_uncertain[inputs.key_of(input)] = row.kind == "uncertain"
  end
  for _, keys in ipairs(submissions(work)) do
    for _, key in ipairs(keys) do
      assert(not is_submitted[key], key .. " was submitted twice")
      is_submitted[key] = true
    end
    certain = certain + (is_uncertain[keys[1]] and 0 or 1)
  end
  local polled = count_polled(work)
  assert(polled <= certain, ("%d jobs had known ids, %d have answers"):format(polled, certain))
end

--- What the journal says was spent, and may have been spent besides, is what was charged.
function M.check_accounts(work)
  local opened = assert(journal.open(file, {
    operation = work.method, base_url = sandbox.url,
    options = {
      version = work.method == "contacts" and (work.opts.version or 2) or nil,
      include_phone = work.opts.include_phone,
    },
  }))
  local spent = assert(opened:spent())
  opened:close()
  for kind, charged in pairs(support.charges()) do
    local certain, uncertain = spent[kind] or 0, spent.uncertain[kind] or 0
    assert(certain <= charged and charged <= certain + uncertain,
      ("%s: %d spent, %d uncertain, %d charged"):format(kind, certain, uncertain, charged))
  end
end

--- Asking again for what is uncertain gives the rest, and costs no key more than twice.
function M.check_recovery(work, undisturbed)
  local rows = M.run(work, { retry_charged = true })
  for input, expected in pairs(undisturbed.rows) do
    assert.same(expected, rows[input])
  end
end

return M
