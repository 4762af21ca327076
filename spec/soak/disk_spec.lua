-- Bulk runs whose journal can't be written any more: a full disk, which a limit on the
-- size of files stands for. The run ends with an error of kind `journal`, having given what
-- it was paid for; and another run, with room, takes it up. And two processes on one
-- journal, of which only one may have it.

local soak = require "spec.soak.soak"
local support = require "spec.support.client"
local works = require "spec.soak.works"

after_each(function()
  support.finish()
  works.remove_journal()
end)

-- Runs it with room for so many kB -> its rows, and how it ended
local function run_in(work, kilobytes)
  local output, code, said = soak.run(works.job(work), {
    before = ("trap '' XFSZ; ulimit -f %d;"):format(kilobytes * 2),
  })
  assert.equal(0, code, said)
  return soak.read_rows(output)
end

-- What the first run has given counts: it may know what another calls uncertain.
local function merge(first, second)
  for input, row in pairs(second) do
    if row.kind ~= "uncertain" or not first[input] then
      first[input] = row
    end
  end
  return first
end

describe("a full disk #soak", function()
  for _, work in ipairs(works.WORKS) do
    it("ends a run with an error, and loses nothing of " .. work.endpoint, function()
      local undisturbed = works.measure(work)
      local failures = 0
      for kilobytes = 60, 240, soak.IS_FULL and 4 or 90 do
        works.begin(work)
        local rows, ending = run_in(work, kilobytes)
        failures = failures + (ending == "end" and 0 or 1)
        assert(ending == "end" or ending:find("journal", 1, true), ending)
        rows = merge(rows, works.run(work))
        works.check_rows(undisturbed, rows, soak.charges())
        works.check_accounts(work)
      end
      assert.is_true(failures > 0)
    end)
  end
end)

describe("a journal in use #soak", function()
  it("is refused to another process, and does not suffer", function()
    local work = works.WORKS[1]
    local undisturbed = works.measure(work)
    works.begin(work)
    support.sandbox:fault("hold", 1, work.endpoint .. "_result")
    local first = soak.start(works.job(work))
    support.sandbox:wait { held = 1 }
    local _, ending = soak.read_rows((soak.run(works.job(work))))
    assert.is_truthy(ending:find("journal", 1, true), ending)
    support.sandbox:release()
    works.check_rows(undisturbed, soak.read_rows((first())), soak.charges())
  end)
end)
