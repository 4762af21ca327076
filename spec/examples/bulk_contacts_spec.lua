-- The example of contacts for a list of any size, run as its user would, against a
-- sandbox. What it wrote is held against the invented people, and what it says against
-- the sandbox's ledger.

local data = require "contactout.sandbox.data"
local examples = require "spec.support.examples"
local support = require "spec.support.sandbox"

local LEADS = "examples/leads.csv"
local OWN_COLUMNS = 9 -- eight, and one that a single row has

local sandbox, output

local function command(options, input)
  return ("examples/bulk_contacts.lua %s %s --interval 0.01 %s"):format(input or LEADS, output,
    options or "")
end

local function run(options, input)
  return examples.run(sandbox, "test-bulk", command(options, input))
end

-- A list of the people first to last.
local function people(first, last)
  local lines = { "Name,LinkedIn" }
  for i = first, last do
    lines[#lines + 1] = data.person(i).full_name .. "," .. data.person(i).linkedin_url
  end
  return examples.file(table.concat(lines, "\n") .. "\n")
end

local function exists(path)
  local file = io.open(path)
  return file ~= nil and file:close()
end

describe("examples/bulk_contacts.lua", function()
  setup(function()
    sandbox = support.start({ ledger = 20000 })
  end)

  before_each(function()
    sandbox:reset()
    output = examples.file("what an earlier run wrote")
  end)

  after_each(examples.remove_files)

  it("keeps every row and cell in the input's order", function()
    assert.equal(0, run("--batch-size 50").code)
    local leads, titles = examples.rows(LEADS)
    local rows, header = examples.rows(output)
    assert.equal(500, #rows)
    assert.equal(titles[4], header[4])
    for i, lead in ipairs(leads) do
      for place = 1, OWN_COLUMNS do
        assert.equal(lead.cells[place] or "", rows[i].cells[place])
      end
    end
  end)

  it("adds what the person has", function()
    run()
    local found = 0
    for _, row in ipairs(examples.rows(output)) do
      local slug = row.LinkedIn:lower():match("linkedin%.com/in/([^/?#%s]+)")
      local person = slug and data.find_by_url("https://www.linkedin.com/in/" .. slug)
      if row.status == "found" then
        found = found + 1
        local work = person.work_emails[1] and person.work_emails or person.live_work_emails
        assert.equal(table.concat(work, "; "), row.work_emails)
        assert.equal(table.concat(person.personal_emails, "; "), row.personal_emails)
        assert.equal("", row.phones)
      end
    end
    assert.is_true(found > 250)
  end)

  it("adds telephones where it is told to", function()
    run("--phones", people(6, 6))
    local row = examples.rows(output)[1]
    assert.equal("found", row.status)
    assert.equal(data.person(6).phones[1], row.phones)
    assert.equal(1, sandbox:state().charges["test-bulk"].phone)
  end)

  it("counts in its summary what stands in the file", function()
    local ended = run()
    local rows = examples.rows(output)
    for _, status in ipairs { "found", "not found", "bad row", "failed", "uncertain", "not yet" } do
      assert.equal(examples.tally(rows, "status", status), examples.count(ended, status), status)
    end
    assert.matches("22 duplicates", ended.printed)
  end)

  it("says what the ledger says it spent, and pays for nobody twice", function()
    local ended = run("--batch-size 50")
    local most, total = examples.charges(sandbox, "email")
    assert.equal(1, most)
    assert.equal(total, tonumber(ended.printed:match("this run spent: (%d+) email\n")))
  end)

  it("says why a row is bad", function()
    run(nil, examples.file("LinkedIn\nhttps://www.linkedin.com/talent/profile/1\n"))
    local row = examples.rows(output)[1]
    assert.equal("bad row", row.status)
    assert.matches("Recruiter", row.reason)
  end)

  it("reports its progress without a line for each row", function()
    local ended = run("--batch-size 50")
    assert.matches("500/500", ended.errors)
    assert.is_true(select(2, ended.errors:gsub("\n", "")) <= 12, ended.errors)
  end)

  it("with --plan says what it would do, spends nothing and leaves the output", function()
    local ended = run("--plan --phones")
    assert.equal(0, ended.code)
    assert.matches("500 rows: 314 to be asked, 0 known already, 22 duplicates, 164 bad",
      ended.printed)
    assert.matches("0 to 314 email credits\n  0 to 314 phone credits", ended.printed)
    assert.equal(0, sandbox:state().requests)
    assert.equal("what an earlier run wrote", examples.contents(output))
    assert.is_false(exists(output .. ".journal"))
  end)

  it("writes the same again from its journal, free", function()
    run()
    local text, requests = examples.contents(output), sandbox:state().requests
    local again = run()
    assert.equal(text, examples.contents(output))
    assert.equal(requests, sandbox:state().requests)
    assert.matches("credits this run spent: none", again.printed)
  end)

  it("keeps its journal where it is told to", function()
    local journal = output .. ".journal"
    run("--journal " .. journal .. ".db", people(1, 3))
    assert.is_false(exists(journal))
    assert.is_true(exists(journal .. ".db"))
    os.remove(journal .. ".db")
  end)

  it("asks by the column that it is told, whatever its name", function()
    local input = examples.file("Who,Where\nx," .. data.person(6).linkedin_url .. "\n")
    local lost = run(nil, input)
    assert.equal(2, lost.code)
    assert.matches("no column linkedin, only Who, Where", lost.errors)
    assert.equal(0, run("--column where", input).code)
    assert.equal("found", examples.rows(output)[1].status)
  end)

  describe("that a signal ends", function()
    -- Starts it, and sends the signal once all jobs are at work, and polled twice.
    local function interrupt(signal)
      sandbox:config { job_polls = 1000000 }
      local log = examples.file()
      local words = command("--batch-size 10", people(1, 40))
      local shell = assert(io.popen(examples.command(sandbox, "test-bulk", words)
        .. " >" .. log .. " 2>&1 & echo $!; wait $!"))
      local pid = shell:read("*l")
      sandbox:wait { requests = 12 }
      os.execute("kill -" .. signal .. " " .. pid)
      shell:close() -- waits for its end
      sandbox:config { job_polls = 1 }
      return examples.contents(log)
    end

    for _, signal in ipairs { "KILL", "TERM" } do
      it("(" .. signal .. ") goes on, and pays for nobody twice", function()
        interrupt(signal)
        assert.equal("what an earlier run wrote", examples.contents(output))
        local _, before = examples.charges(sandbox, "email")
        assert.is_true(before > 0)
        local ended = run("--batch-size 10", people(1, 40))
        assert.equal(0, ended.code, ended.errors)
        assert.equal(36, examples.count(ended, "found"))
        assert.equal(1, (examples.charges(sandbox, "email")))
      end)
    end

    it("(INT) writes every row, says how to go on, and does", function()
      local printed = interrupt("INT")
      assert.matches("ended early: interrupted!", printed)
      assert.matches("40 not yet", printed)
      assert.matches("run it again with the same words", printed)
      assert.equal(40, examples.tally(examples.rows(output), "status", "not yet"))
      assert.equal(0, run("--batch-size 10", people(1, 40)).code)
      assert.equal(1, (examples.charges(sandbox, "email")))
    end)
  end)

  it("stops at its budget, keeps the rest of the rows, and goes on with a larger one", function()
    local poor = run("--budget email=100")
    assert.equal(1, poor.code)
    assert.matches("larger %-%-budget", poor.printed)
    assert.is_true(select(2, examples.charges(sandbox, "email")) <= 100)
    assert.equal(500, #examples.rows(output))
    assert.equal(examples.count(poor, "not yet"),
      examples.tally(examples.rows(output), "status", "not yet"))
    assert.equal(0, run("--budget email=1000,phone=0").code)
    assert.equal(1, (examples.charges(sandbox, "email")))
  end)

  it("asks for what is uncertain again only if told to", function()
    sandbox:fault("reset-after", 1, "people_linkedin_batch_v2")
    local input = people(1, 6)
    local cut = run(nil, input)
    assert.equal(1, cut.code)
    assert.equal(6, examples.count(cut, "uncertain"))
    assert.matches("%d+ uncertain\n", cut.printed)
    assert.equal(6, examples.count(run(nil, input), "uncertain"))
    assert.equal(1, sandbox:state().jobs)
    local last = run("--retry-charged", input)
    assert.equal(0, last.code)
    assert.equal(6, examples.count(last, "found"))
  end)

  it("leaves the output alone where it can't begin", function()
    local journal = examples.file("not a journal")
    for _, options in ipairs {
      "--journal " .. journal, "--journal " .. output, "--budget emails=1", "--budget email",
    } do
      local ended = run(options)
      assert.equal(2, ended.code, options)
      assert.equal("what an earlier run wrote", examples.contents(output))
    end
    assert.equal(2, run(nil, examples.file('LinkedIn\na\n"b\n')).code)
    assert.equal(0, sandbox:state().requests)
  end)

  it("explains itself when called wrongly", function()
    for _, options in ipairs { "--phone", "more.csv", "--interval", "--batch-size many" } do
      local wrong = run(options)
      assert.equal(2, wrong.code)
      assert.matches("usage: lua bulk_contacts.lua", wrong.errors)
    end
    assert.equal(0, sandbox:state().requests)
  end)
end)
