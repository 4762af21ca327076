-- Walks through the pages of a search in which everything comes together, at random: pauses,
-- cuts of the network, replies that are lost, budgets, limits, several consumers, cancels,
-- ends of the walk and of its client, errors of the caller's functions. Each walk ends, gives
-- records in their order and once, stays within its budget, and tells what it spent; a
-- page that may have been charged is asked for again only where that is allowed; with a
-- journal a last calm walk gives all, as it was planned. SPEC_RUNS journals, of four walks
-- each.

local bulk = require "spec.support.bulk"
local companies = require "contactout.sandbox.companies"
local contactout = require "contactout"
local pages = require "spec.support.pages"
local raw = require "spec.support.raw_server"
local relays = require "spec.support.relay"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local sandbox = support.sandbox

local WALKS = 4 -- noisy ones
local PATIENCE = 30 -- seconds within which each must end

local FILE = os.tmpname()

local relay

before_each(function()
  support.begin()
  relay = relays.start(sandbox.url:match("%d+$"))
end)

after_each(function()
  support.finish()
  raw.stop_all()
  bulk.remove_journal(FILE)
end)

local DOMAINS = {}
for i = 1, 24 do
  DOMAINS[i] = companies.company(i).domain
end

local SEARCHES = {
  { method = "each_person", query = { domain = { pages.QUERY.domain }, reveal_info = true },
    endpoint = "people_search" },
  { method = "each_person", query = pages.QUERY, endpoint = "people_search" },
  { method = "each_company", query = { domain = DOMAINS }, endpoint = "company_search" },
  { method = "each_decision_maker", query = support.PERSON.company.domain,
    endpoint = "decision_makers" },
}

-- Replies that are lost may have been charged.
local FAULTS = {
  "status:429,retry-after:0.05", "status:429", "status:503,retry-after:0.03", "status:500",
  "delay:0.02", "delay:0.05", "total-zero", "close-after", "reset-after", "close-before",
  "truncate", "not-json", "hang", "status:429,delay:0.02",
  "work,answer:{\"profiles\":5%2C\"companies\":5%2C\"metadata\":{\"total_results\":99}}",
}

-- What a walk may end by.
local ENDINGS = {
  budget = true, rate_limited = true, connection = true, timeout = true, server = true,
  malformed_response = true, uncertain = true, observer = true, none = true,
}

local endings = {} -- how walks ended -> how often

local function one_in(random, n)
  return random(n) == 1
end

-- What is charged ------------------------------------------------------------------------

local function page_of(entry)
  local text = (entry.body or "") .. (entry.query or "")
  return tonumber(text:match('"page":(%d+)') or text:match("page=(%d+)") or 1)
end

-- What was charged -> page -> how often; kind -> credits
local function charged()
  support.wait_until_closed()
  local counts, sums = {}, { search = 0, email = 0, phone = 0 }
  for _, entry in ipairs(sandbox:ledger()) do
    if entry.charges and #entry.charges > 0 then
      local page = page_of(entry)
      counts[page] = (counts[page] or 0) + 1
      for _, charge in ipairs(entry.charges) do
        sums[charge.kind] = sums[charge.kind] + charge.amount
      end
    end
  end
  return counts, sums
end

local function check_told(told, sums)
  for kind, sum in pairs(sums) do
    local most = told[kind] + told.uncertain[kind]
    assert(told[kind] <= sum and sum <= most,
      ("%s: %d charged, from %d to %d told"):format(kind, sum, told[kind], most))
  end
end

-- One walk -------------------------------------------------------------------------------

local function make_trouble(search, size, random)
  for _ = 1, random(6) do
    local fault = one_in(random, 2) and FAULTS[random(#FAULTS)] or nil
    sandbox:fault(("page-size:%d"):format(size) .. (fault and "," .. fault or ""), 1,
      search.endpoint)
  end
  sandbox:fault(("page-size:%d"):format(size), -1, search.endpoint)
end

local function options(random, has_journal)
  local opts = {
    prefetch = one_in(random, 2), journal = has_journal and FILE or nil,
    retry_charged = one_in(random, 3) or nil,
    limit = one_in(random, 4) and random(40) or nil,
    max_retry_wait = one_in(random, 2) and random(100) / 200 or nil,
  }
  if one_in(random, 3) then
    local most = random(80)
    opts.budget = { search = most, email = most, phone = most }
  end
  return opts
end

-- What happens beside a walk, after a while.
local EVENTS = {
  function(walk, random)
    if not walk.is_cut then
      walk.is_cut = true
      relay:cut()
      contactout.sleep(random(60) / 1000)
      relay:mend()
      walk.is_cut = false
    end
  end,
  function(walk, random)
    walk.consumers[random(#walk.consumers)]:cancel()
  end,
  function(walk)
    walk.is_over = true
    walk.records:close()
  end,
  function(walk)
    walk.is_over = true
    walk.client:close()
  end,
}

-- Whether the iterator can be called again.
local function may_go_on(problem)
  return problem == "progress" or contactout.is_error(problem) and problem.kind == "cancelled"
end

local function consume(walk, random)
  while not walk.is_over do
    local ok, record = pcall(walk.records)
    if ok and record == nil then
      return
    elseif ok then
      walk.given[#walk.given + 1] = record.linkedin_url or record.domain
      contactout.sleep(random and random(4) == 1 and random(10) / 1000 or 0)
    elseif not may_go_on(record) then
      walk.failure = record
      return
    end
  end
end

-- A function of the caller's that may raise, or end the walk.
local function meddler(walk, random, word)
  return function()
    if one_in(random, 40) then
      error(word, 0)
    elseif one_in(random, 80) then
      walk.is_over = true
      walk.records:close()
    end
  end
end

local function begin(search, opts, random)
  local walk = { given = {}, consumers = {}, opts = opts }
  local meddles = random and one_in(random, 3)
  opts.on_progress = meddles and meddler(walk, random, "progress") or nil
  walk.client = support.client {
    base_url = relay.url, timeout = random and 0.3 or nil,
    max_retries = random and random(3) - 1 or 0,
    observe = meddles and meddler(walk, random, "observer") or nil,
  }
  walk.records = walk.client[search.method](walk.client, search.query, opts)
  return walk
end

-- `random`: nil for a calm one
local function run(search, opts, random)
  local walk = begin(search, opts, random)
  contactout.run(function()
    for i = 1, random and random(3) or 1 do
      walk.consumers[i] = contactout.spawn(consume, walk, random)
    end
    local others = {}
    for i = 1, random and random(3) - 1 or 0 do
      others[i] = contactout.spawn(function()
        contactout.sleep(random(150) / 1000)
        EVENTS[random(#EVENTS)](walk, random)
      end)
    end
    for _, task in ipairs(walk.consumers) do
      task:wait(PATIENCE)
    end
    for _, task in ipairs(others) do
      task:wait(PATIENCE)
    end
    walk.records:close()
  end)
  local told = walk.client:spent()
  walk.client:close()
  return walk, told
end

-- Many walks -----------------------------------------------------------------------------

-- In their order, once, and all if nothing has ended the walk.
local function check_records(walk, reference)
  local wanted = math.min(walk.opts.limit or math.huge, #reference)
  assert(#walk.given <= wanted, "more than the limit")
  for i, name in ipairs(walk.given) do
    assert.equal(reference[i], name)
  end
  assert(walk.is_over or walk.failure or #walk.given == wanted, "not all of them")
end

local function check_ending(failure)
  local name = contactout.is_error(failure) and failure.kind or failure or "none"
  assert(ENDINGS[name], tostring(failure))
  endings[name] = (endings[name] or 0) + 1
end

-- Nothing is paid for a second time unless that is allowed.
local function check_pages(history, counts, opts)
  for page, count in pairs(counts) do
    local before = opts.journal and history.counts[page] or 0
    assert(opts.retry_charged or before + count == 1,
      ("page %d charged %d times before, and %d times"):format(page, before, count))
    history.counts[page] = (history.counts[page] or 0) + count
  end
end

local function check_walk(history, walk, told)
  local counts, sums = charged()
  check_ending(walk.failure)
  check_records(walk, history.reference)
  check_pages(history, counts, walk.opts)
  if walk.is_over then
    history.has_secrets = true -- nobody was there to be told
  elseif contactout.is_error(walk.failure) and walk.failure.maybe_charged then
    history.told[walk.failure.page] = true
  end
  for kind, sum in pairs(sums) do
    local before = walk.opts.journal and history.sums[kind] or 0
    local budget = walk.opts.budget
    local most = budget and math.max(budget[kind] or math.huge, before) or math.huge
    assert(before + sum <= most, kind .. " is over its budget")
    history.sums[kind] = history.sums[kind] + sum
  end
  told.verifier, told.uncertain.verifier = nil, nil
  check_told(told, sums)
end

-- What was told of a walk beforehand. One that ends by an error does less.
local function check_plan(planned, walk, told)
  for kind, range in pairs(planned.credits) do
    assert(told[kind] <= range.max, ("%s: more than planned"):format(kind))
    assert(walk.failure or told[kind] >= range.min, ("%s: less than planned"):format(kind))
  end
  assert(walk.failure or planned.keys == math.huge or planned.keys == #walk.given)
end

-- The budget that is enough by a plan, beside what the journal has recorded.
local function budget_of(planned)
  local budget, before = {}, planned.spent
  for kind, range in pairs(planned.credits) do
    budget[kind] = range.max + (before and before[kind] + before.uncertain[kind] or 0)
  end
  return budget
end

-- A walk without trouble, as far as it comes, within the budget that is planned for it.
local function calm_walk(search, size, opts)
  sandbox:reset()
  sandbox:config { limits = false }
  sandbox:fault(("page-size:%d"):format(size), -1, search.endpoint)
  local client = support.client { base_url = relay.url }
  local planned = assert(client:plan(search.method, search.query, opts))
  client:close()
  opts.budget = budget_of(planned)
  local walk, told = run(search, opts, nil)
  check_plan(planned, walk, told)
  return walk, told
end

-- Whatever came before, a journal has all in the end, and has lost nothing that arrived.
local function check_end(history, search, size)
  local opts = { journal = FILE }
  local walk, told = calm_walk(search, size, opts)
  check_walk(history, walk, told)
  if walk.failure then
    local page = walk.failure.page
    assert.equal("uncertain", walk.failure.kind)
    assert(history.has_secrets or history.told[page], ("page %d is uncertain"):format(page))
    opts.retry_charged = true
    walk, told = calm_walk(search, size, opts)
    check_walk(history, walk, told)
  end
  assert.is_nil(walk.failure)
  assert.equal(#history.reference, #walk.given)
end

local function survive(random)
  support.begin()
  bulk.remove_journal(FILE)
  local search, size, has_journal = SEARCHES[random(#SEARCHES)], 2 + random(8), random(3) > 1
  local history = { counts = {}, told = {}, sums = { search = 0, email = 0, phone = 0 } }
  history.reference = calm_walk(search, size, {}).given
  assert(#history.reference > 10)
  for _ = 1, WALKS do
    sandbox:reset()
    sandbox:config { limits = false }
    make_trouble(search, size, random)
    check_walk(history, run(search, options(random, has_journal), random))
  end
  if has_journal then
    check_end(history, search, size)
  end
end

describe("walks through pages, whatever comes #soak", function()
  it("end, in order, within their budgets, and pay for nothing twice", function()
    soak.say("SPEC_SEED=%d", soak.SEED)
    for i = 1, support.rounds(3) do
      local seed = soak.SEED + i
      local ok, problem = xpcall(survive, debug.traceback, soak.random(seed))
      assert(ok, ("SPEC_SEED=%d: %s"):format(seed - 1, tostring(problem)))
    end
    for name, count in pairs(endings) do
      soak.say("%4d walks ended by %s", count, name)
    end
  end)
end)
