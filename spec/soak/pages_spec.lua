-- Walks through a search with a journal, killed again and again: in the end they have
-- given what an undisturbed walk gives, and paid twice for no page but one that they had
-- called uncertain. Two kills for each of SPEC_RUNS.

local bulk = require "spec.support.bulk"
local core = require "contactout.core"
local journal = require "contactout.journal"
local pages = require "spec.support.pages"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local SIZE, FILE = 10, os.tmpname()
local QUERY = { domain = { pages.QUERY.domain }, reveal_info = true }

after_each(function()
  support.finish()
  bulk.remove_journal(FILE)
end)

local function begin()
  support.begin()
  support.sandbox:config { limits = false }
  support.sandbox:fault(("page-size:%d,delay:0.005"):format(SIZE), -1, "people_search")
  bulk.remove_journal(FILE)
end

-- Runs it -> its rows in their order, how it ended (nil: killed)
local function run(opts, around)
  opts.journal = FILE
  local output, code, said = soak.run({
    url = support.sandbox.url, token = support.TOKEN, method = "each_person", query = QUERY,
    opts = opts,
  }, around)
  local rows, ending = {}, nil
  for line in output:gmatch("([^\n]+)\n") do
    if line:find("\t", 1, true) then
      rows[#rows + 1] = line
    else
      ending = line
    end
  end
  assert(code == 137 or ending, said)
  return rows, ending, said
end

-- An undisturbed walk: its rows, and how long it takes and how many calls it makes.
local function measure()
  begin()
  local rows, ending, said = run({}, { call = 0 })
  assert.equal("end", ending)
  bulk.remove_journal(FILE)
  local started = core.now()
  run({})
  return {
    rows = rows, seconds = core.now() - started, calls = tonumber(said:match("calls: (%d+)")),
  }
end

local function is_beginning_of(part, whole)
  for i, row in ipairs(part) do
    assert.equal(whole[i], row)
  end
end

local function somewhere(undisturbed, random)
  if random(2) == 1 then
    return { seconds = undisturbed.seconds * random(1000) / 1000 }
  end
  return { call = random(undisturbed.calls) }
end

-- How often each page was asked for.
local function asked()
  support.wait_until_closed()
  local counts = {}
  for _, page in ipairs(pages.pages_asked()) do
    counts[page] = (counts[page] or 0) + 1
  end
  return counts
end

local function check_accounts()
  local opened = assert(journal.open(FILE, {
    operation = "each_person", base_url = support.sandbox.url,
    options = { page = 1, query = core.build("people_search", QUERY).body },
  }))
  local spent = assert(opened:spent())
  opened:close()
  for kind, charged in pairs(support.charges()) do
    local certain, uncertain = spent[kind] or 0, spent.uncertain[kind] or 0
    assert(certain <= charged and charged <= certain + uncertain,
      ("%s: %d spent, %d uncertain, %d charged"):format(kind, certain, uncertain, charged))
  end
end

-- Walks, killed up to so often, until it comes to its end -> kills, uncertain pages
local function survive(undisturbed, random, most)
  begin()
  local kills, uncertain, opts, ending = 0, 0, { prefetch = random(2) == 1 }, nil
  while ending ~= "end" do
    local rows
    rows, ending = run(opts, kills < most and somewhere(undisturbed, random) or nil)
    is_beginning_of(rows, undisturbed.rows)
    kills = kills + (ending and 0 or 1)
    opts.retry_charged = nil
    if ending and ending ~= "end" then
      assert.is_truthy(ending:find("(uncertain", 1, true), ending)
      uncertain, opts.retry_charged = uncertain + 1, true
    elseif ending then
      assert.equal(#undisturbed.rows, #rows)
    end
  end
  local again = 0
  for _, count in pairs(asked()) do
    again = again + count - 1
  end
  assert(again <= uncertain, ("%d asked for again, %d uncertain"):format(again, uncertain))
  check_accounts()
  return kills, uncertain
end

describe("a walk through pages that is killed #soak", function()
  it("gives all in the end, and pays twice only for what it called uncertain", function()
    soak.say("SPEC_SEED=%d", soak.SEED)
    local random, wanted = soak.random(soak.SEED), 2 * support.rounds(3)
    local undisturbed, kills, uncertain, runs = measure(), 0, 0, 0
    while kills < wanted do
      local ok, killed, doubtful = pcall(survive, undisturbed, random,
        math.min(random(4), wanted - kills))
      assert(ok, ("SPEC_SEED=%d, run %d: %s"):format(soak.SEED, runs + 1, tostring(killed)))
      runs, kills, uncertain = runs + 1, kills + killed, uncertain + doubtful
    end
    soak.say("%d runs, %d kills, %d uncertain pages of %d", runs, kills, uncertain,
      runs * math.ceil(pages.COUNT / SIZE))
  end)
end)
