-- Bulk runs in which everything goes wrong that the sandbox can make go wrong, each time
-- at random: however it comes, each input ends with exactly one value or error, what was
-- paid for is given or said to be in doubt, and nothing is paid for twice. 10,000 keys in
-- full (SPEC_RUNS), of each kind of work.

local bulk = require "spec.support.bulk"
local inputs = require "spec.soak.inputs"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local sandbox = support.sandbox

local COUNT = soak.IS_FULL and 10000 or 300

local BATCH = 20

-- A storm is a fault for several requests, one after the other.
local STORM = 12

-- What any request may meet. "" is nothing.
local ANY = {
  "", "", "", "", "status:429,retry-after:0.01", "status:429", "status:503,retry-after:0.01",
  "status:503", "status:500", "html-error", "reset-before", "close-before", "reset-after",
  "close-after", "close-kept", "die-on-reuse", "delay:0.05", "delay:0.5", "hang", "slow-body:0.05",
  "truncate", "garbage", "not-json", "empty-body", "html", "null-members", "top-array",
  "status_code-in-200:429", "status-999", "work,status:500", "gzip", "chunked", "surrogate",
  "bad-utf8", "bom", "trailing", "nan", "headers:200000",
}

-- What becomes of a job.
local COURSES = {
  "", "", "", "", "job-fail", "job-never", "job-404:2", "job-404:100000", "job-partial:5",
  "job-lose-keys:3", "job-word:ENTIRELY_NEW", "job-other-uuid", "keys-as-sent",
}

-- Refused batches are asked for again in parts, so that each of these is many requests.
local REFUSALS = { "status:400", "message:Invalid parameter" }

local JOB = { interval = 0.005, max_interval = 0.02, job_timeout = 0.3 }

local WORKS = {
  { method = "contacts", opts = JOB, submit = "people_linkedin_batch_v2",
    poll = "people_linkedin_batch_v2_result" },
  { method = "verify", opts = JOB, submit = "email_verify_batch",
    poll = "email_verify_batch_result" },
  { method = "contacts", opts = { version = 1 }, submit = "people_linkedin_batch" },
  { method = "domains", opts = {}, submit = "domain_enrich" },
}

local file

before_each(function()
  support.begin()
  file = os.tmpname()
end)

after_each(function()
  support.finish()
  bulk.remove_journal(file)
end)

-- Lets the requests to an endpoint meet faults, each by its lot.
local function make_trouble(random, endpoint, lists, count)
  for _ = 1, count do
    local list = lists[random(#lists)]
    local fault = list[random(#list)]
    local is_storm = fault:find("429") and random(8) == 1
    sandbox:fault(fault .. ",domain-charge", is_storm and STORM or 1, endpoint)
  end
end

local function options(work, more)
  local opts = { batch_size = BATCH }
  for _, part in ipairs { work.opts, more } do
    for name, value in pairs(part) do
      opts[name] = value
    end
  end
  return opts
end

-- Runs it -> its rows by input
local function run(work, opts)
  local client = support.client { timeout = 0.2, max_retries = 8 }
  return bulk.by_item(client[work.method](client, inputs.list(work.method, COUNT), opts))
end

-- The same in trouble.
local function run_in_trouble(work, random, opts)
  sandbox:config { limits = false } -- its refusals are drawn by lot, too
  local batches = COUNT / BATCH
  if work.poll then
    make_trouble(random, work.submit, { ANY, COURSES, COURSES, REFUSALS }, batches)
    make_trouble(random, work.poll, { ANY }, batches)
  else
    make_trouble(random, work.submit, { ANY, ANY, REFUSALS }, batches)
  end
  return run(work, opts)
end

-- What may stand in place of a value.
local KINDS = {
  connection = true, malformed_response = true, invalid_request = true, job_failed = true,
  job_timeout = true, not_found = true, server = true, timeout = true,
  uncertain = true, -- by an earlier run
}

-- What was charged is given, or said to be in doubt; and nothing was charged twice.
local function check_row(row, charged)
  for kind, count in pairs(charged) do
    assert(count == 1, row.item .. " was charged " .. count .. " times")
    assert(row.err == nil or row.err.maybe_charged,
      ("%s was charged (%s), and isn't said to be: %s"):format(row.item, kind, tostring(row.err)))
  end
  assert(row.value ~= nil or KINDS[row.err.kind], row.err and tostring(row.err))
end

local function check(work, rows)
  support.finish() -- what it has left in flight is still being done
  local charges = soak.charges()
  for _, input in ipairs(inputs.list(work.method, COUNT)) do
    check_row(assert(rows[input], "no row for " .. input), charges[inputs.key_of(input)] or {})
  end
  soak.say("%s: %s", work.submit, inputs.row_text("", bulk.kinds(rows)))
end

-- A later run, in which nothing goes wrong any more, gives what the first one has given.
local function check_later(work, rows)
  local calm = { journal = file, headers = { ["x-sandbox-fault"] = "domain-charge" } }
  local later = run(work, options(work, calm))
  check(work, later)
  for input, row in pairs(rows) do
    assert(row.value == nil or later[input].value ~= nil, input .. " is lost")
  end
end

local function with_seed(check_all)
  local ok, problem = pcall(check_all, soak.random(soak.SEED))
  assert(ok, ("SPEC_SEED=%d: %s"):format(soak.SEED, tostring(problem)))
end

describe("a run in which all goes wrong #soak", function()
  for _, work in ipairs(WORKS) do
    it("gives each input one value or error by " .. work.submit, function()
      with_seed(function(random)
        check(work, run_in_trouble(work, random, options(work, {})))
      end)
    end)

    it("with a journal loses nothing to a later one by " .. work.submit, function()
      with_seed(function(random)
        local rows = run_in_trouble(work, random, options(work, { journal = file }))
        check(work, rows)
        check_later(work, rows)
      end)
    end)
  end
end)
