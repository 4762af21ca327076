-- `contactout search`, `count`, `decision-makers` and `companies`.

local cjson = require "cjson"
local command = require "spec.support.command"
local data = require "contactout.sandbox.data"
local examples = require "spec.support.examples"

local sandbox = command.sandbox

local function lines(text)
  return select(2, text:gsub("\n", ""))
end

describe("contactout search", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("writes the people of all pages up to the limit, each once", function()
    local ended = command.run("search --job-title CTO --limit 30 --output ndjson")
    assert.equal(0, ended.code, ended.err)
    assert.equal(30, lines(ended.out))
    local seen = {}
    for line in ended.out:gmatch("[^\n]+") do
      local person = cjson.decode(line)
      assert.is_nil(seen[person.linkedin_url])
      seen[person.linkedin_url] = true
    end
    assert.same({ search = 50 }, sandbox:state().charges[command.TOKEN])
  end)

  it("writes CSV with a header", function()
    local ended = command.run("search --job-title CTO --limit 2")
    assert.matches("^linkedin_url,vanity,full_name,title,", ended.out)
    assert.matches("2 found; credits spent: 25 search", ended.err)
  end)

  it("sends each filter as it was given, lists by repeating them", function()
    command.run("search --job-title CTO --job-title 'VP of Sales' --current-titles-only false "
      .. "--name Ines --reveal --page 2 --limit 1")
    local sent = cjson.decode(sandbox:ledger()[1].body)
    assert.same({
      job_title = { "CTO", "VP of Sales" }, current_titles_only = false, name = "Ines",
      reveal_info = true, page = 2,
    }, sent)
  end)

  it("takes filters from a JSON file, and options over it", function()
    local file = examples.file('{"job_title": ["CTO"], "name": "Ines"}')
    command.run("search --limit 1 --name Otto --query " .. file)
    assert.same({ job_title = { "CTO" }, name = "Otto" }, cjson.decode(sandbox:ledger()[1].body))
    command.run("search --limit 1 --query -", { input = '{"name": "Bo"}' })
    assert.same({ name = "Bo" }, cjson.decode(sandbox:ledger()[2].body))
  end)

  it("plans by the count, and spends nothing", function()
    local ended = command.run("search --job-title CTO --limit 40 --plan")
    assert.equal(0, ended.code)
    assert.matches("^40 records, 0 of them known already; credits: 50 to 50 search; 2 requests",
      ended.out)
    assert.same({}, sandbox:state().charges)
    local plan = cjson.decode(command.run("search --job-title CTO --plan --output ndjson").out)
    assert.equal(plan.keys, plan.credits.search.min)
    assert.equal(math.ceil(plan.keys / 25) * 25, plan.credits.search.max)
  end)

  it("goes on with its journal where its budget stopped it", function()
    local words = "search --job-title CTO --limit 60 --output ndjson --journal " .. examples.file()
      .. ".journal"
    local poor = command.run(words .. " --budget search=50")
    assert.equal(3, poor.code)
    assert.equal(50, lines(poor.out))
    local rich = command.run(words)
    assert.equal(0, rich.code, rich.err)
    assert.equal(60, lines(rich.out))
    assert.same({ search = 75 }, sandbox:state().charges[command.TOKEN])
  end)

  it("goes on after a kill, and pays again for a page only with --again", function()
    local words = "search --job-title CTO --output ndjson --journal " .. examples.file()
      .. ".journal"
    command.run(words .. " --limit 50")
    sandbox:fault("hold", 1, "people_search")
    local shell = assert(io.popen(command.words(words .. " --limit 75")
      .. " >/dev/null 2>&1 & echo $!; wait $! 2>&-"))
    local pid = shell:read("*l")
    sandbox:wait { requests = 3 }
    os.execute("kill -KILL " .. pid)
    shell:close()
    sandbox:release()
    local again = command.run(words .. " --limit 75")
    assert.equal(5, again.code)
    assert.matches("may have been charged", again.err)
    assert.equal(50, lines(again.out))
    assert.equal(3, sandbox:state().requests)
    local last = command.run(words .. " --limit 75 --again")
    assert.equal(0, last.code, last.err)
    assert.equal(75, lines(last.out))
    assert.equal(4, sandbox:state().requests)
  end)

  it("ends quietly when whoever reads it leaves", function()
    local ended = command.run("search --job-title CTO --limit 100 -q", { after = " | head -3" })
    assert.equal(141, ended.code)
    assert.equal(3, lines(ended.out))
    assert.equal("", ended.err)
  end)

  it("wants to know what to find, before it pays for all there is", function()
    for _, words in ipairs { "search", "search -q", "companies --output ndjson" } do
      local ended = command.run(words)
      assert.equal(2, ended.code)
      assert.equal("", ended.out)
      assert.matches("give a filter, or a %-%-limit", ended.err)
    end
    assert.equal(0, sandbox:state().requests)
    assert.equal(2, lines(command.run("search --limit 1").out))
  end)

  it("explains itself when called wrongly", function()
    for words, message in pairs {
      ["--job-titel CTO"] = "unknown option '%-%-job%-titel'", ["--query nowhere.json"] = "nowhere",
      ["--reveal maybe"] = "true", ["--page 0"] = "page", ["--limit x"] = "'x' is not a number",
    } do
      local wrong = command.run("search " .. words)
      assert.equal(2, wrong.code, words)
      assert.matches(message, wrong.err)
    end
    assert.equal(0, sandbox:state().requests)
  end)
end)

describe("contactout count", function()
  before_each(command.begin)

  it("prints how many a search would find, also with its other filters", function()
    local ended = command.run("count --job-title CTO --reveal --page 3")
    assert.equal(0, ended.code, ended.err)
    assert.matches("^%d+\n$", ended.out)
    assert.equal('{"count":' .. ended.out:sub(1, -2) .. "}\n",
      command.run("count --job-title CTO --output ndjson").out)
    assert.same({}, sandbox:state().charges)
  end)

  it("says that an account has no access", function()
    local ended = command.run("count --job-title CTO", { token = "trial-1" })
    assert.equal(4, ended.code)
    assert.matches("no_access", ended.err)
  end)
end)

describe("contactout decision-makers", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("writes those who decide in a company", function()
    local words = "decision-makers --domain " .. data.person(1).company.domain
    local ended = command.run(words .. " --limit 2 --output ndjson")
    assert.equal(0, ended.code, ended.err)
    local person = cjson.decode(ended.out:match("^[^\n]+"))
    assert.equal(data.person(1).company.domain, person.company.domain)
    sandbox:reset()
    assert.matches("^25 records, .*; credits: ", command.run(words .. " --limit 25 --plan").out)
    assert.same({}, sandbox:state().charges)
  end)

  it("needs a company", function()
    for _, words in ipairs { "", "--reveal --limit 5", "--plan" } do
      local ended = command.run("decision-makers " .. words)
      assert.equal(2, ended.code)
      assert.equal("", ended.out)
      assert.equal("contactout: required is --linkedin-url, --domain or --name\n", ended.err)
    end
  end)
end)

describe("contactout companies", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("writes the companies that a search finds", function()
    local ended = command.run("companies --industry Logistics --limit 2 --output ndjson")
    assert.equal(0, ended.code, ended.err)
    assert.equal(2, lines(ended.out))
    assert.equal("Logistics", cjson.decode(ended.out:match("[^\n]+")).industry)
  end)

  it("looks up the domains of a list", function()
    local ended = command.run("companies --domains - --output ndjson", {
      input = "Website\nhttps://www.silverbirch-biologics.example/about\nnowhere.example\n",
    })
    assert.equal(0, ended.code, ended.err)
    local first, second = ended.out:match("([^\n]+)\n([^\n]+)")
    assert.equal("Silverbirch Biologics", cjson.decode(first).name)
    assert.equal("not_found", cjson.decode(second).status)
  end)

  it("takes either filters or domains", function()
    assert.equal(2, command.run("companies --domains - --name Acme").code)
    assert.equal(2, command.run("companies --domains nowhere.csv").code)
  end)
end)
