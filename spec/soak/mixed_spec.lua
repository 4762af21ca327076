-- Bulk runs of one journal in which pauses, refusals, outages, budgets, kills and early
-- ends come together, at random: each key is charged for once at most, or with
-- retry_charged as often as is told; the journal's credits are those that were charged or
-- may have been, a budget holds over all runs, and a last calm run has one row for each
-- input. SPEC_RUNS journals, of six runs each.

local bulk = require "spec.support.bulk"
local contactout = require "contactout"
local inputs = require "spec.soak.inputs"
local raw = require "spec.support.raw_server"
local relays = require "spec.support.relay"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local sandbox = support.sandbox

local COUNT, RUNS = 60, 5 -- and a last, calm one

-- Of those calls amid which a run may be killed, it makes about so many.
local CALLS = 300

local file = os.tmpname()
local relay -- the network of one journal's runs, always at the same URL

before_each(support.begin)

after_each(function()
  support.finish()
  raw.stop_all()
  bulk.remove_journal(file)
end)

local ANY = {
  "status:429,retry-after:0.1", "status:429,retry-after:0.1,delay:0.02", "status:429",
  "status:503,retry-after:0.05", "status:400,message:no", "status:400,message:no,delay:0.01",
  "status:400,message:other", "reset-after", "close-before", "reset-before", "delay:0.01",
  "status:402", "status:403,message:You have no credits", "hang",
}

local COURSES = { "job-fail", "job-never", "job-lose-keys:3,job-word:DONE", "job-404:3" }

local WORKS = {
  { method = "contacts", submit = "people_linkedin_batch_v2", opts = { include_phone = true },
    poll = "people_linkedin_batch_v2_result" },
  { method = "contacts", submit = "people_linkedin_batch", opts = { version = 1 } },
  { method = "verify", submit = "email_verify_batch", opts = {},
    poll = "email_verify_batch_result" },
  { method = "domains", submit = "domain_enrich", opts = {} },
}

local function make_trouble(work, random)
  for _ = 1, random(6) do
    local list = work.poll and random(3) == 1 and COURSES or ANY
    sandbox:fault(list[random(#list)] .. ",domain-charge", random(3), work.submit)
    if work.poll and random(2) == 1 then
      sandbox:fault(ANY[random(#ANY)], random(2), work.poll)
    end
  end
  if random(2) == 1 then
    relay:fail(random(150) / 1000, random(150) / 1000)
  end
end

-- Seconds for which a run bears a pause or an outage.
local BOUNDS = { 0.05, 0.3, 10 }

local function options(work, random, asks_again)
  local opts = {
    journal = file, batch_size = 3 + random(8), concurrency = random(5),
    retry_charged = asks_again, max_retry_wait = BOUNDS[random(#BOUNDS)],
  }
  if work.poll then
    opts.interval, opts.max_interval, opts.job_timeout = 0.005, 0.02, 0.2
  end
  if random(2) == 1 then
    local most = random(90)
    opts.budget = { email = most, phone = most, verifier = most, search = most }
  end
  for name, value in pairs(work.opts) do
    opts[name] = value
  end
  return opts
end

-- One of these ends a run; a key's error isn't raised.
local ENDINGS = {
  budget = true, rate_limited = true, out_of_credits = true, no_access = true,
  connection = true, timeout = true,
}

local function job_of(work, opts)
  return { url = relay.url, token = support.TOKEN, method = work.method, count = COUNT,
    opts = opts }
end

-- A run in a program of its own, which is killed at some time, or amid a call before that
-- -> its rows
local function run_and_kill(work, opts, random)
  local around = { seconds = random(300) / 1000, call = random(2) == 1 and random(CALLS) or nil }
  local output, code, said = soak.run(job_of(work, opts), around)
  local rows, ending = soak.read_rows(output)
  assert(code == 137 or ending, said)
  return rows
end

-- A run in this one, to its end -> its rows, what ended it before that
local function run_here(work, opts)
  local last
  opts.on_progress = function(state)
    last = state
  end
  local client = support.client { base_url = relay.url, timeout = 0.5 }
  local list, failure = bulk.collect(client[work.method](client,
    inputs.list(work.method, COUNT), opts))
  assert(failure == nil or ENDINGS[failure.kind], tostring(failure))
  assert(failure or #list == COUNT, "an input has no row")
  assert.equal(#list, last.done)
  assert.equal(last.done, last.found + last.missing + last.failed + last.uncertain)
  client:close()
  support.finish()
  opts.on_progress = nil
  local rows = {}
  for _, row in ipairs(list) do
    assert(not rows[row.item], "two rows for " .. row.item)
    rows[row.item] = { kind = row.err and row.err.kind or "value", err = row.err }
  end
  return rows, failure
end

-- Takes rows until so many are left to take, or there are no more.
local function consume(iterator, rows, left)
  local item, _, err = iterator()
  while item do
    assert(not rows[item], "two rows for " .. item)
    rows[item], left.rows = { kind = err and err.kind or "value", err = err }, left.rows - 1
    if left.rows <= 0 then
      return iterator:close()
    end
    item, _, err = iterator()
  end
end

-- A run in this one, with some who ask for rows at once, of whom one may be cancelled; it
-- is closed before its end, or at it -> its rows
local function run_and_close(work, opts, random)
  local client = support.client { base_url = relay.url, timeout = 0.5 }
  local rows, left = {}, { rows = random(COUNT + 20) }
  contactout.run(function()
    local consumers = {}
    local iterator = client[work.method](client, inputs.list(work.method, COUNT), opts)
    for i = 1, random(3) do
      consumers[i] = contactout.spawn(function()
        return select(2, pcall(consume, iterator, rows, left))
      end)
    end
    if random(2) == 1 then
      contactout.sleep(random(100) / 1000)
      consumers[1]:cancel()
    end
    for _, consumer in ipairs(consumers) do
      local failure = consumer:wait()
      assert(failure == nil or ENDINGS[failure.kind] or failure.kind == "cancelled",
        tostring(failure))
    end
    iterator:close()
  end)
  client:close()
  support.finish()
  return rows
end

-- Nothing is on its way any more: what a killed run has sent may lie in the relay.
local function settle()
  relay:cut()
  support.wait_until_closed()
  relay:mend()
end

local function check_spent(work, opts)
  settle()
  local client = support.client { base_url = relay.url }
  local spent = assert(client:plan(work.method, {}, opts)).spent
  soak.check_credits(spent)
end

local function note_values(rows, kept)
  for input, row in pairs(rows) do
    kept[input] = kept[input] or row.kind == "value"
  end
end

local function check_kept(rows, kept)
  for input, is_kept in pairs(kept) do
    assert(not is_kept or rows[input] and rows[input].kind == "value", input .. " is lost")
  end
end

-- What was charged for has a value, or an error that says so.
local function check_charges(rows, asks_again)
  local charges = soak.charges()
  for input, row in pairs(rows) do
    for kind, count in pairs(charges[inputs.key_of(input)] or {}) do
      assert(count == 1 or asks_again, ("%s was charged %d times (%s)"):format(input, count, kind))
      assert(row.kind == "value" or row.err.maybe_charged, input .. " was charged for nothing")
    end
  end
end

local RUN = { run_here, run_and_kill, run_and_kill, run_and_close }

local function check(work, random)
  local kept, asks_again = {}, random(3) == 1
  for _ = 1, RUNS do
    make_trouble(work, random)
    local opts, before = options(work, random, asks_again), support.charges()
    local run = RUN[random(#RUN)]
    note_values(run(work, opts, random), kept)
    check_spent(work, opts)
    soak.check_budget(opts.budget, before)
  end
  local calm = support.with_fault("domain-charge", options(work, random, asks_again))
  calm.budget, calm.max_retry_wait = nil, nil
  local rows, failure = run_here(work, calm)
  assert(failure == nil, tostring(failure))
  check_kept(rows, kept)
  check_charges(rows, asks_again)
  check_spent(work, calm)
end

describe("runs in which pauses, refusals, budgets and kills come together #soak", function()
  it("pay for nothing twice, lose nothing, and tell what they cost", function()
    local random = soak.random(soak.SEED)
    for round = 1, support.rounds(4) do
      support.finish()
      raw.stop_all()
      support.begin()
      relay = relays.start(sandbox.url:match("%d+$"))
      bulk.remove_journal(file)
      local work = WORKS[(round - 1) % #WORKS + 1]
      local ok, problem = pcall(check, work, random)
      assert(ok, ("SPEC_SEED=%d, journal %d (%s): %s"):format(soak.SEED, round, work.submit,
        tostring(problem)))
    end
  end)
end)
