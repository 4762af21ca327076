-- Walks through a search with a journal, killed again and again, also in pauses that the
-- server wants and while the network is down: in the end they have given what an
-- undisturbed walk gives, and paid twice for no page but one that they had called
-- uncertain. Two kills for each of SPEC_RUNS.

local bulk = require "spec.support.bulk"
local core = require "contactout.core"
local journal = require "contactout.journal"
local pages = require "spec.support.pages"
local raw = require "spec.support.raw_server"
local relays = require "spec.support.relay"
local soak = require "spec.soak.soak"
local socket = require "socket"
local support = require "spec.support.client"

local SIZE, FILE = 10, os.tmpname()
local QUERY = { domain = { pages.QUERY.domain }, reveal_info = true }

local relay

before_each(function()
  relay = relays.start(support.sandbox.url:match("%d+$"))
end)

after_each(function()
  support.finish()
  raw.stop_all()
  bulk.remove_journal(FILE)
end)

-- Longer than the program's calls wait, so that the walk does.
local PAUSES = { "status:429,retry-after:0.05", "status:503,retry-after:0.1", "status:429" }

-- `random`: with pauses among the first requests
local function begin(random)
  support.begin()
  support.sandbox:config { limits = false }
  for _ = 1, random and random(8) or 0 do
    support.sandbox:fault(("page-size:%d,delay:0.005,%s"):format(SIZE, PAUSES[random(#PAUSES)]), 1,
      "people_search")
    support.sandbox:fault(("page-size:%d,delay:0.005"):format(SIZE), random(2), "people_search")
  end
  support.sandbox:fault(("page-size:%d,delay:0.005"):format(SIZE), -1, "people_search")
  bulk.remove_journal(FILE)
end

-- Runs it; the network is down for a while after `cut` seconds -> its rows in their order,
-- how it ended (nil: killed)
local function run(opts, around, cut)
  opts.journal = FILE
  local wait = soak.start({
    url = relay.url, token = support.TOKEN, method = "each_person", query = QUERY, opts = opts,
  }, around)
  if cut then
    socket.sleep(cut)
    relay:cut()
    socket.sleep(cut)
    relay:mend()
  end
  local output, code, said = wait()
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

-- How often pages were charged again.
local function charged_again()
  support.wait_until_closed()
  local seen, again, numbers = {}, 0, pages.pages_asked()
  for i, entry in ipairs(support.sandbox:ledger()) do
    local is_charged = entry.charges and #entry.charges > 0
    again = again + (is_charged and seen[numbers[i]] and 1 or 0)
    seen[numbers[i]] = seen[numbers[i]] or is_charged
  end
  return again
end

local function check_accounts()
  local opened = assert(journal.open(FILE, {
    operation = "each_person", base_url = relay.url,
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
  begin(random)
  local kills, uncertain, opts, ending = 0, 0, { prefetch = random(2) == 1 }, nil
  while ending ~= "end" do
    local is_calm = kills >= most
    local may_be_cut = not is_calm and not opts.retry_charged and random(2) == 1
    local rows
    rows, ending = run(opts, not is_calm and somewhere(undisturbed, random) or nil,
      may_be_cut and undisturbed.seconds * random(1000) / 1000 or nil)
    is_beginning_of(rows, undisturbed.rows)
    kills = kills + (ending and 0 or 1)
    opts.retry_charged = nil
    if ending == "end" then
      assert.equal(#undisturbed.rows, #rows)
    elseif ending and ending:find("(uncertain", 1, true) then
      uncertain, opts.retry_charged = uncertain + 1, true
    elseif ending then
      assert(may_be_cut and ending:find("(connection", 1, true), ending)
    end
  end
  local again = charged_again()
  assert(again <= uncertain, ("%d charged again, %d uncertain"):format(again, uncertain))
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
