-- Runs of one journal that go wrong in every way that a reply can, one after the other:
-- each tells of no fewer and no more credits than the sandbox may have charged, counts
-- each input once, and stays within its budget. SPEC_RUNS journals, of six runs each.

local bulk = require "spec.support.bulk"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local sandbox = support.sandbox

local file = os.tmpname()

before_each(support.begin)

after_each(function()
  support.finish()
  bulk.remove_journal(file)
end)

local FAULTS = {
  "reset-after", "close-before", "status:500", "status:400,message:no", "html", "delay:0",
}
local FAULTS_OF_JOBS = {
  "job-fail", "job-lose-keys:3,job-word:DONE", "job-never", "job-partial:4,job-never",
  "job-word:DONE", "reset-after", "close-before", "status:400,message:no", "html",
}

local function url_of(i)
  return bulk.url_of(i)
end

local function email_of(i)
  return (i % 3 == 0 and "unknown" or "someone") .. i .. "@acme.example"
end

-- What is run; `fixed`: options by which a journal is told from others.
local WORKS = {
  { method = "contacts", endpoint = "people_linkedin_batch_v2", faults = FAULTS_OF_JOBS,
    input = url_of, fixed = { include_phone = true } },
  { method = "contacts", endpoint = "people_linkedin_batch", faults = FAULTS,
    input = url_of, fixed = { version = 1 } },
  { method = "verify", endpoint = "email_verify_batch", faults = FAULTS_OF_JOBS,
    input = email_of, fixed = {} },
}

local function options(work, random)
  local opts = bulk.quick(work.fixed)
  opts.journal, opts.batch_size, opts.concurrency = file, 4 + random(6), random(4)
  opts.retry_charged = random(3) == 1
  opts.budget = random(2) == 1
    and { email = 10 + random(60), phone = 10 + random(60), verifier = 10 + random(60) } or nil
  if work.endpoint ~= "people_linkedin_batch" then
    opts.job_timeout = 0.03
  end
  if work.method == "verify" then
    opts.retry_unknown = random(2) == 1
  end
  return opts
end

local function inputs(work, random)
  local list = {}
  for i = 1, 40 do
    list[i] = random(10) == 1 and "no address" or work.input(random(40))
  end
  return list
end

-- One run to its end, or to that of its budget.
local function run(work, random)
  local client, opts, before, last = support.client(), options(work, random), support.charges(), nil
  opts.on_progress = function(state)
    last = state
  end
  local rows, failure = bulk.collect(client[work.method](client, inputs(work, random), opts))
  assert(failure == nil or failure.kind == "budget", tostring(failure))
  assert(failure or #rows == 40, "an input has no row")
  assert.equal(#rows, last.done)
  assert.equal(last.done, last.found + last.missing + last.failed + last.uncertain)
  soak.check_credits(last.credits)
  soak.check_budget(opts.budget, before)
  assert.same(last.credits, assert(client:plan(work.method, {}, opts)).spent)
end

describe("the credits of all runs of a journal #soak", function()
  it("are told as they may have been charged, whatever went wrong", function()
    local random = soak.random(soak.SEED)
    soak.say("SPEC_SEED=%d", soak.SEED)
    for round = 1, support.rounds(3) do
      support.finish()
      support.begin()
      local work = WORKS[round % #WORKS + 1]
      for _ = 1, 6 do
        sandbox:fault(work.faults[random(#work.faults)], random(3), work.endpoint)
        run(work, random)
      end
      bulk.remove_journal(file)
    end
  end)
end)
