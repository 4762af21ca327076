-- The memory of a bulk run doesn't depend on how much it reads: with a journal, a process
-- that looks up 100,000 people takes hardly more than for the first 10,000. 15,000 by
-- default, all of them with SPEC_RUNS (`make soak`). Without a journal each key stays in
-- memory, about 250 bytes, to be known if it comes again.

local bulk = require "spec.support.bulk"
local sandboxes = require "spec.support.sandbox"
local soak = require "spec.soak.soak"
local support = require "spec.support.client"

local FIRST = soak.IS_FULL and 10000 or 5000
local COUNT = soak.IS_FULL and 100000 or 15000

local sandbox = sandboxes.start { people = COUNT, limits = false }

local file

before_each(function()
  sandbox:reset()
  file = os.tmpname()
end)

after_each(function()
  bulk.remove_journal(file)
end)

-- The memory that a run had taken at most after so many rows, and at its end, in kB.
local function measure(first, opts)
  opts.interval, opts.max_interval = 0.01, 0.02
  local output, code, said = soak.run({
    url = sandbox.url, token = support.TOKEN, count = COUNT, marks = { first, COUNT }, opts = opts,
  }, { program = "spec/soak/memory_program.lua", seconds = 900 })
  assert.equal(0, code, output .. said)
  return tonumber(output:match("^%d+ rows: (%d+) kB")), tonumber(output:match("(%d+) kB\nend"))
end

local function check_memory(mark, opts)
  opts.journal = file
  local first, all = measure(mark, opts)
  soak.say("with a journal: %d kB after %d rows, %d kB after %d", first, mark, all, COUNT)
  assert.is_true(all <= first * 1.1, ("%d kB, then %d kB"):format(first, all))
end

describe("a run with a journal #soak", function()
  it("takes no more memory for more inputs", function()
    -- what is in flight, full batches of results, is all there long before the first mark
    check_memory(FIRST, { batch_size = 250 })
  end)

  if soak.IS_FULL then
    it("takes no more memory for more inputs in batches of 1,000", function()
      check_memory(FIRST, {})
    end)
  end
end)
