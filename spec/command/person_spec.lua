-- `contactout person`.

local cjson = require "cjson"
local command = require "spec.support.command"
local compat = require "contactout.compat"
local data = require "contactout.sandbox.data"
local examples = require "spec.support.examples"

local sandbox = command.sandbox
local PERSON = data.person(6)
local URL = PERSON.linkedin_url

local function run(words, opts)
  return command.run("person " .. words, opts)
end

local function lines_of(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    list[#list + 1] = cjson.decode(line)
  end
  return list
end

describe("contactout person", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("gives the people that its words name, in their order", function()
    local ended = run(("%s nobody@acme.example --output ndjson"):format(URL))
    assert.equal(0, ended.code, ended.err)
    local people = lines_of(ended.out)
    assert.equal(URL, people[1].input)
    assert.equal("found", people[1].status)
    assert.equal(PERSON.full_name, people[1].full_name)
    assert.is_nil(people[1].raw)
    assert.equal("not_found", people[2].status)
    assert.is_nil(people[2].error)
  end)

  it("gives the API's own reply with --raw", function()
    local person = lines_of(run(URL .. " --output ndjson --raw").out)[1]
    assert.equal(PERSON.full_name, person.raw.full_name)
  end)

  it("costs a search credit, and with --contacts what is found", function()
    run(URL)
    assert.same({ search = 1 }, sandbox:state().charges[command.TOKEN])
    run(URL .. " --contacts phone")
    assert.same({ search = 2, phone = 1 }, sandbox:state().charges[command.TOKEN])
    run(URL .. " --contacts all")
    assert.same({ search = 2, phone = 2, email = 1 }, sandbox:state().charges[command.TOKEN])
  end)

  it("asks once for somebody, however the rows spell it", function()
    local ended = run("", { input = URL .. "\n" .. URL:upper():gsub("^HTTPS", "http") .. "/\n" })
    assert.equal(0, ended.code, ended.err)
    assert.equal(1, sandbox:state().requests)
    assert.equal(2, command.count(ended, "found"))
  end)

  it("asks for a row of CSV by its LinkedIn URL, else by its e-mail address", function()
    local address = PERSON.personal_emails[1]
    local ended = run("-", { input = ("Email,LinkedIn\n%s,\nx@acme.example,%s\n,\n"):format(
      address, URL) })
    assert.equal(0, ended.code, ended.err)
    assert.equal(2, command.count(ended, "found"))
    assert.equal(1, command.count(ended, "no_key"))
    local path = sandbox:ledger()[2].path .. sandbox:ledger()[1].path
    assert.matches("/v1/linkedin/enrich", path, 1, true)
  end)

  it("plans what each row would cost, and spends nothing", function()
    local ended = run(("%s %s/ jo@acme.example --contacts all --plan"):format(URL, URL))
    assert.equal(0, ended.code, ended.err)
    assert.matches("^3 rows: 2 to be asked for, 0 known already, 1 duplicate, 0 invalid, 0 "
      .. "without a key; credits: 0 to 2 email, 0 to 2 phone, 0 to 1 search; 2 requests", ended.out)
    assert.equal(0, sandbox:state().requests)
  end)

  it("ends at its budget with 3, and says which rows were not asked for", function()
    local input = command.people(1, 20)
    local ended = run(input .. " --budget search=5 --concurrency 1")
    assert.equal(3, ended.code)
    assert.equal(5, sandbox:state().charges[command.TOKEN].search)
    assert.is_true(command.count(ended, "not_asked") > 0)
    assert.equal(21, select(2, ended.out:gsub("\n", "")))
  end)

  it("gives again from its journal what it has found, free", function()
    local journal = examples.file() .. ".journal"
    local input = command.people(1, 10)
    local first = run(input .. " --journal " .. journal)
    local requests = sandbox:state().requests
    local plan = run(input .. " --plan --journal " .. journal)
    assert.matches("0 to be asked for, 10 known already", plan.out)
    assert.equal(first.out, run(input .. " --journal " .. journal).out)
    assert.equal(requests, sandbox:state().requests)
  end)

  -- Kills it once the server has so many of its requests, and lets those have their replies.
  local function kill(words, held)
    sandbox:fault("hold", held)
    local pipe = assert(io.popen("echo $$; exec " .. command.words("person " .. words)
      .. " 2>/dev/null"))
    local process = pipe:read("*l")
    sandbox:wait { held = held }
    os.execute("kill -9 " .. process)
    pipe:close()
    sandbox:release()
  end

  local function check_charged_once()
    local most = examples.charges(sandbox, "search")
    assert.is_true(most <= 1)
  end

  it("has rows in doubt after a kill, and asks for them with --again alone", function()
    local journal = examples.file() .. ".journal"
    local words = command.people(1, 10) .. " --journal " .. journal
    kill(words, compat.CAN_YIELD and 4 or 1)
    local ended = run(words)
    assert.equal(1, ended.code, ended.err)
    local doubtful = command.count(ended, "uncertain")
    assert.is_true(doubtful >= (compat.CAN_YIELD and 4 or 1))
    assert.equal(10 - doubtful, command.count(ended, "found"))
    assert.matches("retry_charged = true asks again", ended.out)
    assert.equal(ended.out, run(words).out)
    check_charged_once()
    ended = run(words .. " --again")
    assert.equal(0, ended.code, ended.err)
    assert.equal(10, command.count(ended, "found"))
  end)

  it("asks with --again alone, too, where a reply didn't come", function()
    local journal = examples.file() .. ".journal"
    local words = command.people(1, 3) .. " --max-retries 0 --journal " .. journal
    sandbox:fault("reset-after")
    for _ = 1, 2 do
      assert.equal(1, command.count(run(words), "uncertain"))
    end
    check_charged_once()
    assert.equal(3, command.count(run(words .. " --again"), "found"))
  end)

  -- What ^C itself meets, amid a line of Lua, may be in doubt.
  it("writes down what it is paying for before ^C ends it", function()
    local journal, log = examples.file() .. ".journal", examples.file()
    local words = command.people(1, 60) .. " --journal " .. journal
    sandbox:fault("delay:0.05", -1)
    local shell = assert(io.popen(command.words("person " .. words) .. " >/dev/null 2>" .. log
      .. " & echo $!; wait $! 2>&-; echo $?"))
    local process = shell:read("*l")
    sandbox:wait { requests = 5 }
    os.execute("kill -INT " .. process)
    assert.equal(130, tonumber(shell:read("*l")), examples.contents(log))
    shell:close()
    local ended = run(words)
    local doubtful = command.count(ended, "uncertain")
    assert.is_true(doubtful <= 1)
    assert.equal(60, command.count(ended, "found") + doubtful)
    check_charged_once()
  end)

  it("asks for nobody twice within a run, however many are between", function()
    local env = [[LUA_INIT='require("contactout.cache.memory").MOST_ENTRIES = 2']]
    local rows = {}
    for i = 1, 10 do
      rows[i], rows[i + 10] = data.person(i).linkedin_url, data.person(i).linkedin_url
    end
    sandbox:fault("reset-after")
    local ended = run("--max-retries 0 --concurrency 1", {
      env = env, input = table.concat(rows, "\n") .. "\n",
    })
    assert.equal(18, command.count(ended, "found"))
    assert.equal(2, command.count(ended, "uncertain"))
    assert.equal(10, sandbox:state().requests)
  end)

  it("finishes what is on its way before it ends at its budget", function()
    local journal = examples.file() .. ".journal"
    local words = command.people(1, 20) .. " --journal " .. journal
    sandbox:fault("delay:0.05", -1)
    assert.equal(3, run(words .. " --budget search=5").code)
    local ended = run(words)
    assert.equal(20, command.count(ended, "found"))
    assert.equal(20, sandbox:state().charges[command.TOKEN].search)
  end)

  it("makes no journal for a plan", function()
    local journal = examples.file() .. ".journal"
    run(URL .. " --plan --journal " .. journal)
    assert.is_false(command.exists(journal))
  end)

  it("stops when the token is refused", function()
    local ended = run(command.people(1, 40), { token = "nobody" })
    assert.equal(4, ended.code)
    assert.is_true(sandbox:state().requests < 40)
  end)

  it("explains itself when called wrongly", function()
    for words, message in pairs {
      ["someone"] = "neither a file nor a LinkedIn URL", [URL .. " --contacts fax"] = "work_email",
    } do
      local wrong = run(words)
      assert.equal(2, wrong.code)
      assert.matches(message, wrong.err)
    end
    assert.equal(0, sandbox:state().requests)
  end)
end)
