-- Bulk runs that are killed with SIGKILL, again and again, and taken up again with their
-- journals, until they have come to their ends: they give what an undisturbed run gives,
-- and what they cost differs only by what they call uncertain. Killed from outside at a
-- random time, or in the midst of a random system call: a commit of the journal, a send.
-- Two kills for each of SPEC_RUNS.

local soak = require "spec.soak.soak"
local support = require "spec.support.client"
local works = require "spec.soak.works"

local WORKS = works.WORKS
local MOST_IN_FLIGHT = works.CONCURRENCY * works.BATCH

after_each(function()
  support.finish()
  works.remove_journal()
end)

-- What was handed out with a value before a kill is handed out again.
local function check_kept(before, rows)
  for input, row in pairs(before) do
    assert.same(row, rows[input])
  end
end

-- Runs it, to be killed at a random instant -> whether it was, its rows
local function run_to_death(work, undisturbed, random)
  local around
  if random(2) == 1 then
    around = { seconds = undisturbed.seconds * random(1000) / 1000 }
  else
    around = { call = random(undisturbed.calls) }
  end
  local output, code, said = soak.run(works.job(work), around)
  local rows, ending = soak.read_rows(output)
  assert(code == 137 or ending == "end", tostring(ending) .. said)
  return code == 137, rows
end

local function note_values(rows, kept)
  for input, row in pairs(rows) do
    if row.kind == "value" then
      kept[input] = row
    end
  end
end

-- Lets a run be killed up to so often, then come to its end -> kills, uncertain inputs
local function survive(work, undisturbed, random, most)
  works.begin(work)
  local kills, kept, is_killed = 0, {}, true
  while kills < most and is_killed do
    local rows
    is_killed, rows = run_to_death(work, undisturbed, random)
    kills = kills + (is_killed and 1 or 0)
    note_values(rows, kept)
  end
  local rows = works.run(work)
  check_kept(kept, rows)
  local uncertain = works.check_rows(undisturbed, rows, soak.charges())
  assert(uncertain <= kills * (MOST_IN_FLIGHT + works.CONCURRENCY), "too many are uncertain")
  works.check_submissions(work, rows)
  works.check_accounts(work)
  if uncertain > 0 then
    works.check_recovery(work, undisturbed)
  end
  return kills, uncertain
end

describe("a run that is killed #soak", function()
  it("ends as an undisturbed one, and pays for nothing twice", function()
    soak.say("SPEC_SEED=%d", soak.SEED)
    local random, wanted = soak.random(soak.SEED), 2 * support.rounds(3)
    local undisturbed, kills, uncertain, runs = {}, 0, 0, 0
    while kills < wanted do
      local work = WORKS[runs % #WORKS + 1]
      undisturbed[work] = undisturbed[work] or works.measure(work)
      local ok, killed, doubtful = pcall(survive, work, undisturbed[work], random,
        math.min(random(8), wanted - kills))
      assert(ok, ("SPEC_SEED=%d, run %d (%s): %s"):format(soak.SEED, runs + 1, work.endpoint,
        tostring(killed)))
      runs, kills, uncertain = runs + 1, kills + killed, uncertain + doubtful
    end
    soak.say("%d runs, %d kills, %d of %d inputs uncertain", runs, kills, uncertain,
      runs * WORKS[1].count)
  end)
end)
