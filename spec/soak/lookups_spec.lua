-- `contactout person` with a journal that is killed with SIGKILL, again and again, and run
-- again until it has come to its end: it finds whom an undisturbed run finds, nobody is
-- charged for twice, and who is in doubt is told apart. Killed from outside at a random
-- time, or in the midst of a random system call. Two kills for each of SPEC_RUNS.

local cjson = require "cjson"
local core = require "contactout.core"
local data = require "contactout.sandbox.data"
local examples = require "spec.support.examples"
local inputs = require "spec.soak.inputs"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local COUNT, CONCURRENCY = 60, 5
local TOO_LATE = 124 -- timeout's, if what it would have killed has just ended

local list, words

local function begin()
  support.begin()
  support.sandbox:config { limits = false }
  support.sandbox:fault("delay:0.003", -1)
  examples.remove_files()
  list = {}
  for i = 1, COUNT do
    list[i] = data.person(i).linkedin_url
  end
  words = (" person %s --contacts all --quiet --output ndjson --concurrency %d --journal %s")
    :format(examples.file(table.concat(list, "\n")), CONCURRENCY, examples.file() .. ".journal")
end

-- Runs it -> its rows by their inputs, its exit code, what it said
local function run(around, more)
  around.program = "lua/contactout/command/main.lua" .. words .. (more or "")
  around.before = ("CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s"):format(support.TOKEN,
    support.sandbox.url)
  local output, code, said = soak.run({}, around)
  local rows = {}
  for line in output:gmatch("([^\n]+)\n") do -- whole ones
    local row = cjson.decode(line)
    rows[row.input] = row
  end
  return rows, code, said
end

-- An undisturbed run: rows, charges, seconds and calls.
local function measure()
  begin()
  local rows, code, said = run({ call = 0 })
  assert(code <= 1, said)
  local undisturbed = {
    rows = rows, charges = soak.charges(), calls = tonumber(said:match("calls: (%d+)")),
  }
  begin()
  local started = core.now()
  run({})
  undisturbed.seconds = core.now() - started
  return undisturbed
end

local function run_to_death(undisturbed, random)
  if random(2) == 1 then
    return run({ seconds = undisturbed.seconds * random(1000) / 1000 })
  end
  return run({ call = random(undisturbed.calls) })
end

-- Each has the row of the undisturbed run, and cost as much, or is uncertain, and cost as
-- much or nothing -> how many are
local function check_rows(undisturbed, rows)
  local charges, doubtful = soak.charges(), 0
  for _, input in ipairs(list) do
    local key, row = inputs.key_of(input), assert(rows[input], "no row for " .. input)
    if row.status == "uncertain" then
      doubtful = doubtful + 1
    else
      assert.same(undisturbed.rows[input], row)
    end
    if row.status ~= "uncertain" or charges[key] then
      assert.same(undisturbed.charges[key], charges[key], input)
    end
  end
  return doubtful
end

-- Lets it be killed up to so often, then come to its end -> kills, uncertain rows
local function survive(undisturbed, random, most)
  begin()
  local kills, found = 0, {}
  repeat
    local rows, code, said = run_to_death(undisturbed, random)
    assert(code == 137 or code == TOO_LATE or code <= 1, ("exit code %d: %s"):format(code, said))
    kills = kills + (code == 137 and 1 or 0)
    for input, row in pairs(rows) do
      found[input] = row.status == "found" and row or found[input]
    end
  until code ~= 137 or kills == most
  local rows = run({})
  for input, row in pairs(found) do
    assert.same(row, rows[input])
  end
  local doubtful = check_rows(undisturbed, rows)
  assert(doubtful <= kills * CONCURRENCY, "too many are uncertain")
  assert.same(undisturbed.rows, (run({}, " --again")))
  return kills, doubtful
end

describe("contactout person that is killed #soak", function()
  after_each(function()
    support.finish()
    examples.remove_files()
  end)

  it("pays for nobody twice, and tells who is in doubt", function()
    soak.say("SPEC_SEED=%d", soak.SEED)
    local random, wanted, undisturbed = soak.random(soak.SEED), 2 * support.rounds(3), measure()
    local kills, doubtful, runs = 0, 0, 0
    while kills < wanted do
      local ok, killed, uncertain = pcall(survive, undisturbed, random,
        math.min(random(8), wanted - kills))
      assert(ok, ("SPEC_SEED=%d, run %d: %s"):format(soak.SEED, runs + 1, tostring(killed)))
      runs, kills, doubtful = runs + 1, kills + killed, doubtful + uncertain
    end
    soak.say("%d runs, %d kills, %d of %d people uncertain", runs, kills, doubtful, runs * COUNT)
  end)
end)
