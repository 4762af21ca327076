-- `contactout contacts`, with lists of any size. What it wrote is held against the invented
-- people, and what it says against the sandbox's ledger.

local command = require "spec.support.command"
local data = require "contactout.sandbox.data"
local examples = require "spec.support.examples"

local LEADS = "examples/leads.csv"
local OWN_COLUMNS = 8

local sandbox = command.sandbox
local output, journal

local function words(options, input)
  return ("contacts %s --interval 0.01 --out %s --journal %s %s"):format(input or LEADS, output,
    journal, options or "")
end

local function run(options, input)
  return command.run(words(options, input))
end

describe("contactout contacts", function()
  before_each(function()
    command.begin()
    output = examples.file("what an earlier run wrote")
    journal = output .. ".journal"
  end)

  after_each(examples.remove_files)

  it("keeps every row and cell in the input's order", function()
    local ended = run("--batch-size 50")
    assert.equal(1, ended.code, ended.err) -- four URLs are none
    assert.equal("", ended.out)
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
    run("--phone", command.people(6, 6))
    local row = examples.rows(output)[1]
    assert.equal("found", row.status)
    assert.equal(data.person(6).phones[1], row.phones)
    assert.equal(1, sandbox:state().charges[command.TOKEN].phone)
  end)

  it("counts in its summary what stands in the file", function()
    local ended = run()
    local rows = examples.rows(output)
    for _, status in ipairs { "found", "not_found", "no_key" } do
      local count = examples.tally(rows, "status", status)
      assert.is_true(count > 0)
      assert.equal(count, command.count(ended, status), status)
    end
  end)

  it("says what the ledger says it spent, and pays for nobody twice", function()
    local ended = run("--batch-size 50")
    local most, total = examples.charges(sandbox, "email")
    assert.equal(1, most)
    assert.equal(total, tonumber(ended.err:match("credits spent: (%d+) email\n")))
  end)

  it("says what is wrong with a row, and ends with 1", function()
    local ended = run(nil, examples.file("LinkedIn\nhttps://www.linkedin.com/talent/profile/1\n"))
    assert.equal(1, ended.code)
    local row = examples.rows(output)[1]
    assert.equal("invalid_argument", row.status)
    assert.matches("Recruiter", row.error)
  end)

  it("reports its progress without a line for each row", function()
    local ended = run("--batch-size 50")
    assert.matches("340/340", ended.err)
    assert.is_true(select(2, ended.err:gsub("\n", "")) <= 12, ended.err)
  end)

  it("with --quiet says nothing", function()
    assert.equal("", run("--quiet", command.people(1, 3)).err)
    assert.equal(3, #examples.rows(output))
  end)

  it("with --plan says what it would do, spends nothing and leaves the output", function()
    local ended = run("--plan --phone")
    assert.equal(0, ended.code)
    assert.matches("^500 rows: 314 to be asked for, 0 known already, 22 duplicates, 4 invalid, "
      .. "160 without a key; credits: 0 to 314 email, 0 to 314 phone; ", ended.out)
    assert.equal(0, sandbox:state().requests)
    assert.equal("what an earlier run wrote", examples.contents(output))
    assert.is_false(command.exists(journal))
  end)

  it("plans a stream, and as JSON", function()
    local url = data.person(6).linkedin_url
    local ended = command.run("contacts --plan --output ndjson", {
      before = "printf '" .. url .. "\\n" .. url .. "/\\n'",
    })
    assert.matches('"keys":1', ended.out)
    assert.matches('"duplicates":1', ended.out)
    assert.equal(0, sandbox:state().requests)
  end)

  it("with --plan --check asks the free checkers", function()
    local ended = run("--plan --check", command.people(6, 6))
    assert.matches("credits: 1 to 1 email", ended.out)
    assert.equal(3, sandbox:state().requests)
    assert.same({}, sandbox:state().charges)
  end)

  it("promises nothing of a journal that it couldn't begin", function()
    journal = "/nowhere/contacts.db"
    local ended = run("", "https://www.linkedin.com/in/grace-garcia-6")
    assert.equal(5, ended.code)
    assert.matches("/nowhere/contacts.db can't be created", ended.err, 1, true)
    assert.is_nil(ended.err:find("nothing is lost", 1, true), ended.err)
  end)

  it("writes the same again from its journal, free", function()
    for _, format in ipairs { "csv", "ndjson" } do
      run("--output " .. format)
      local text, requests = examples.contents(output), sandbox:state().requests
      local again = run("--output " .. format)
      assert.equal(text, examples.contents(output))
      assert.equal(requests, sandbox:state().requests)
      assert.matches("credits spent: none", again.err)
    end
  end)

  describe("that a signal ends", function()
    -- Starts it, and sends the signal once all jobs are at work, and polled twice.
    local function interrupt(signal)
      sandbox:config { job_polls = 1000000 }
      local log = examples.file()
      local line = command.words(words("--batch-size 10", command.people(1, 40)))
        .. " >" .. log .. " 2>&1 & echo $!; wait $! 2>&-; echo $?"
      local shell = assert(io.popen(line))
      local pid = shell:read("*l")
      sandbox:wait { requests = 12 }
      os.execute("kill -" .. signal .. " " .. pid)
      local code = tonumber(shell:read("*l")) -- waits for its end
      shell:close()
      sandbox:config { job_polls = 1 }
      return examples.contents(log), code
    end

    for _, signal in ipairs { "KILL", "TERM" } do
      it("(" .. signal .. ") goes on, and pays for nobody twice", function()
        interrupt(signal)
        assert.equal("what an earlier run wrote", examples.contents(output))
        local _, before = examples.charges(sandbox, "email")
        assert.is_true(before > 0)
        local ended = run("--batch-size 10", command.people(1, 40))
        assert.equal(0, ended.code, ended.err)
        assert.equal(36, command.count(ended, "found"))
        assert.equal(1, (examples.charges(sandbox, "email")))
      end)
    end

    it("(INT) writes every row, says how to go on, and does", function()
      local printed, code = interrupt("INT")
      assert.equal(130, code)
      assert.matches("contactout: interrupted\n", printed)
      assert.matches("40 not_asked", printed)
      assert.matches("the same command goes on", printed)
      assert.equal(40, examples.tally(examples.rows(output), "status", "not_asked"))
      assert.equal(0, run("--batch-size 10", command.people(1, 40)).code)
      assert.equal(1, (examples.charges(sandbox, "email")))
    end)
  end)

  it("stops at its budget, keeps the rest of the rows, and goes on with a larger one", function()
    local poor = run("--budget email=100")
    assert.equal(3, poor.code)
    assert.matches("a larger %-%-budget", poor.err)
    assert.is_true(select(2, examples.charges(sandbox, "email")) <= 100)
    local rows = examples.rows(output)
    assert.equal(500, #rows)
    assert.is_true(command.count(poor, "not_asked") > 0)
    assert.equal(command.count(poor, "not_asked"), examples.tally(rows, "status", "not_asked"))
    assert.matches("spent so far, by the journal: 100 email", run("--plan").out)
    assert.matches("spent: 182 email", run("--budget email=1000,phone=0").err)
    assert.equal(1, (examples.charges(sandbox, "email")))
  end)

  it("asks for what is uncertain again only if told to", function()
    sandbox:fault("reset-after", 1, "people_linkedin_batch_v2")
    local input = command.people(1, 6)
    local cut = run(nil, input)
    assert.equal(1, cut.code)
    assert.matches("up to 6 uncertain", cut.err)
    local again = run(nil, input)
    assert.equal(1, again.code)
    assert.equal(6, command.count(again, "uncertain"))
    assert.equal(1, sandbox:state().jobs)
    local last = run("--again", input)
    assert.equal(0, last.code)
    assert.equal(6, command.count(last, "found"))
  end)

  it("knows the column of the exports of others", function()
    for _, name in ipairs { "Person Linkedin Url", "LinkedIn Profile URL", "linkedInProfileUrl" } do
      local rows = examples.file(("Company Linkedin Url,%s\nx,linkedin.com/in/a\n"):format(name))
      assert.matches("^1 row: 1 to be asked for", run("--plan", rows).out)
    end
  end)

  it("leaves the output alone where it can't begin", function()
    local not_a_journal = examples.file("not a journal")
    for options, code in pairs {
      ["--journal " .. not_a_journal] = 5, ["--budget emails=1"] = 2,
      ["--budget email"] = 2,
      ["--journal " .. output] = 2, ["--batch-size many"] = 2, ["--column nowhere"] = 2,
      ["--output xml"] = 2,
    } do
      assert.equal(code, run(options).code, options)
      assert.equal("what an earlier run wrote", examples.contents(output))
    end
    assert.equal(2, run(nil, examples.file('LinkedIn\na\n"b\n')).code)
    assert.equal(0, sandbox:state().requests)
  end)

  it("ends quietly, and loses nothing, when whoever reads it leaves", function()
    local line = ("contacts %s --interval 0.01 --batch-size 10 --quiet --journal %s"):format(
      command.people(1, 60), journal)
    local ended = command.run(line, { after = " | head -2" })
    assert.equal(141, ended.code)
    assert.equal("", ended.err)
    assert.equal(2, select(2, ended.out:gsub("\n", "")))
    local again = command.run(line)
    assert.equal(0, again.code)
    assert.equal(61, select(2, again.out:gsub("\n", "")))
    assert.equal(1, (examples.charges(sandbox, "email")))
  end)

  it("keeps what an earlier run wrote where nobody could be asked for", function()
    for token, message in pairs { nobody = "check the token", ["poor-one"] = "out of credits" } do
      local refused = command.run(words(), { token = token })
      assert.equal(4, refused.code)
      assert.matches(message, refused.err)
      assert.is_nil(refused.err:find("pays anew", 1, true))
      assert.equal("what an earlier run wrote", examples.contents(output))
      assert.is_false(command.exists(output .. ".part"))
    end
  end)
end)
