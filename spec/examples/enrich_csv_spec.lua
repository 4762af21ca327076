-- The example of enriching a CSV file, run as its user would, with the list that
-- comes with it, against a sandbox. What it wrote is held against the invented
-- people, and what it says it spent against the sandbox's ledger.

local data = require "contactout.sandbox.data"
local examples = require "spec.support.examples"
local support = require "spec.support.sandbox"

local LEADS = "examples/leads.csv"
local OWN_COLUMNS = 9 -- eight, and one that a single row has

local count = examples.tally
local printed_count = examples.count

local sandbox

-- Runs the example; gives what it printed, wrote, and its exit code.
local function enrich(opts)
  local output = examples.file()
  local run = examples.run(sandbox, opts.token or "test-csv", ("examples/enrich_csv.lua %s %s %s")
    :format(opts.input or LEADS, output, opts.options or "--contacts --window 1"))
  run.text, run.output = examples.contents(output), output
  return run
end

local function printed_credits(run)
  local search, email, phone = run.printed:match(
    "credits used.-: (%d+) search, (%d+) e%-mail, (%d+) phone")
  return { search = tonumber(search), email = tonumber(email), phone = tonumber(phone) }
end

local function asked()
  local requests = {}
  for _, entry in ipairs(sandbox:ledger()) do
    if entry.path:find("^/v1/people/enrich") then
      requests[#requests + 1] = entry
    end
  end
  return requests
end

describe("examples/enrich_csv.lua #yields #programs", function()
  local run, records, header

  setup(function()
    sandbox = support.start({ minute = 1 })
    run = enrich({})
    records, header = examples.rows(run.output)
  end)

  before_each(function()
    sandbox:reset()
  end)

  teardown(examples.remove_files)

  it("ends well", function()
    assert.equal(0, run.code, run.printed .. run.errors)
  end)

  it("keeps every row and cell in the input's order", function()
    local leads, titles = examples.rows(LEADS)
    assert.equal(500, #leads)
    assert.equal(500, #records)
    for i, lead in ipairs(leads) do
      for place = 1, OWN_COLUMNS do
        assert.equal(lead.cells[place] or "", records[i].cells[place])
      end
    end
    assert.equal(titles[4], header[4])
  end)

  it("adds what the person has", function()
    local compared = 0
    for _, record in ipairs(records) do
      local person = data.find_by_url(record.linkedin_url)
      if person then
        local work = person.work_emails[1] or person.live_work_emails[1] or ""
        assert.equal(work, record.work_email)
        assert.equal(person.personal_emails[1] or "", record.personal_email)
        assert.equal((person.phones[1] or ""):match("^%s*(.*)"), record.phone)
        compared = compared + 1
      end
    end
    assert.equal(count(records, "status", "found"), compared)
    assert.is_true(compared > 450)
  end)

  it("finds the person behind the row's URL, and nobody for an unknown one", function()
    local known, unknown = 0, 0
    for _, record in ipairs(records) do
      local slug = record.cells[4]:lower():match("linkedin%.com/in/([^/?#%s]+)")
      local person = slug and data.find_by_url("https://www.linkedin.com/in/" .. slug)
      if person then
        known = known + 1
        assert.equal(person.linkedin_url, record.linkedin_url)
      elseif slug then
        unknown = unknown + 1
        assert.equal("not found", record.status)
      end
    end
    assert.is_true(known > 300 and unknown == 5, known .. " known, " .. unknown .. " unknown")
  end)

  it("keeps bad rows, with their reasons", function()
    local bad = 0
    for _, record in ipairs(records) do
      if record.status == "bad row" then
        bad = bad + 1
        assert.not_equal("", record.reason)
      end
    end
    assert.equal(8, bad)
    assert.matches("line 33, bad row: .-Sales Navigator", run.printed)
  end)

  it("goes on to the next identifier where the best is refused", function()
    for _, record in ipairs(records) do
      if record.cells[4]:find("/talent/", 1, true) then
        assert.equal("found", record.status)
        assert.matches("Recruiter", record.reason)
        return
      end
    end
    error("no Recruiter link in the list")
  end)

  it("counts in its summary what stands in the file", function()
    for _, status in ipairs({ "found", "not found", "bad row", "failed", "uncertain" }) do
      assert.equal(count(records, "status", status), printed_count(run, status), status)
    end
    assert.equal(28, printed_count(run, "duplicates"))
  end)

  it("reports its progress without a line for each row", function()
    local lines = select(2, run.errors:gsub("\n", ""))
    assert.is_true(lines >= 5 and lines <= 12, run.errors)
    assert.matches("500/500", run.errors)
  end)

  it("says what the ledger says it spent", function()
    local again = enrich({ token = "test-ledger" })
    local charges = sandbox:state().charges["test-ledger"]
    assert.same({ search = charges.search, email = charges.email, phone = charges.phone },
      printed_credits(again))
  end)

  it("asks for no person twice", function()
    enrich({ token = "test-once" })
    local seen = {}
    for _, entry in ipairs(asked()) do
      for _, charge in ipairs(entry.charges or {}) do
        local key = charge.kind .. " " .. charge.subject
        assert.is_nil(seen[key], key)
        seen[key] = true
      end
    end
    assert.is_truthy(next(seen))
  end)

  it("writes the same bytes again, however many calls go at a time", function()
    local again = enrich({ options = "--contacts --window 1 --concurrency 3" })
    assert.equal(run.text, again.text)
  end)

  it("reads both documented spellings of a profile", function()
    sandbox:fault("people-camel", -1, "people_enrich")
    assert.equal(run.text, enrich({}).text)
  end)

  it("reveals no contact unless told to", function()
    local plain = enrich({ token = "test-plain", options = "--limit 20 --window 1" })
    assert.equal(20, #examples.rows(plain.output))
    assert.is_nil(sandbox:state().charges["test-plain"].email)
    assert.equal(0, printed_credits(plain).email)
  end)

  it("reports apart what may have been charged, and does not repeat it", function()
    sandbox:fault("reset-after", 1, "people_enrich")
    local broken = enrich({ options = "--contacts --limit 20 --window 1 --concurrency 1" })
    assert.equal(1, broken.code)
    assert.equal(1, printed_count(broken, "uncertain"))
    assert.equal("uncertain", examples.rows(broken.output)[1].status)
    assert.equal(20, #asked())
  end)

  it("stops when the credits are used up, and writes what it has", function()
    local poor = enrich({ token = "poor-csv" })
    assert.equal(1, poor.code)
    assert.matches("out of credits", poor.errors)
    assert.is_true(#asked() <= 16)
    local left = examples.rows(poor.output)
    assert.equal(500, #left)
    assert.equal(499, count(left, "status", "not asked"))
  end)

  it("stops at a refused token", function()
    local refused = enrich({ token = "nobody" })
    assert.equal(1, refused.code)
    assert.matches("%(credentials", refused.errors)
    assert.is_true(#asked() <= 16)
  end)

  it("asks nothing of a file that can't be read to its end", function()
    local broken = enrich({ input = examples.file('Name,Email\nA,a@b.example\nB,"c\n') })
    assert.equal(1, broken.code)
    assert.matches("line 3", broken.errors)
    assert.equal(0, sandbox:state().requests)
  end)

  it("explains itself when called wrongly", function()
    local wrong = enrich({ options = "--contact" })
    assert.equal(1, wrong.code)
    assert.matches("usage:", wrong.errors)
    assert.equal(0, sandbox:state().requests)
  end)
end)
