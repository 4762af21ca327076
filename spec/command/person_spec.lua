-- `contactout person`.

local cjson = require "cjson"
local command = require "spec.support.command"
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
    assert.matches("^3 rows: 2 to be asked for, 0 known already, 1 duplicates, 0 invalid, 0 "
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
