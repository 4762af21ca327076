-- The command itself: its help, its token, and how it is called.

local command = require "spec.support.command"
local contactout = require "contactout"
local examples = require "spec.support.examples"
local options = require "contactout.options"

local function params_of(endpoint)
  return options.find(contactout.endpoints, endpoint).params
end

describe("contactout", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("lists its verbs and exit codes", function()
    local ended = command.run("--help")
    assert.equal(0, ended.code)
    for _, verb in ipairs {
      "person", "contacts", "verify", "search", "count", "decision-makers",
      "companies", "usage",
    } do
      assert.matches("\n   " .. verb .. " ", ended.out, 1, true)
      assert.equal(0, command.run(verb .. " --help").code)
    end
    assert.matches("\n  130 ", ended.out)
    assert.matches("\n  5    anything else ended it: the network, the server, ", ended.out, 1, true)
    assert.equal(command.run("usage --help").out, command.run("help usage").out)
  end)

  it("has an option for each parameter of a search", function()
    for verb, endpoint in pairs {
      search = "people_search", count = "people_search", companies = "company_search",
      ["decision-makers"] = "decision_makers",
    } do
      local help = command.run(verb .. " --help").out
      for _, param in ipairs(params_of(endpoint)) do
        assert.matches("--" .. param.name:gsub("_", "-") .. " ", help, 1, true)
      end
    end
  end)

  it("refuses options that can mean nothing", function()
    for _, words in ipairs {
      "contacts --budget ''", "contacts --separator ''", "contacts --separator ab",
      "person --concurrency 0", "person --limit 0.5", "person --limit=-1",
    } do
      local ended = command.run(words .. " nobody")
      assert.equal(2, ended.code, words)
      assert.matches("; see contactout %a+ %-%-help\n$", ended.err)
    end
  end)

  it("has help as wide as COLUMNS says, or 80", function()
    local function widest(env)
      local most = 0
      for line in command.run("search --help", { env = env }).out:gmatch("[^\n]+") do
        most = math.max(most, #line)
      end
      return most
    end
    assert.is_true(widest("COLUMNS=120") > 100)
    assert.is_true(widest("COLUMNS=") <= 80)
  end)

  it("has no option for the token", function()
    for _, verb in ipairs { "contacts", "search", "usage" } do
      assert.equal(2, command.run(verb .. " --token secret").code)
      assert.is_nil(command.run(verb .. " --help").out:find("--token ", 1, true))
    end
  end)

  it("reads the token from a file", function()
    local file = examples.file(command.TOKEN .. " \n")
    local ended = command.run("usage --token-file " .. file, { token = "nobody" })
    assert.equal(0, ended.code, ended.err)
    assert.equal(2, command.run("usage --token-file /nowhere").code)
    assert.equal(2, command.run("usage --token-file " .. examples.file()).code)
  end)

  it("never shows the token", function()
    for _, words in ipairs { "usage", "verify a@b.example", "usage --base-url http://x.example" } do
      local ended = command.run(words, { token = "not-a-token" })
      assert.is_nil((ended.out .. ended.err):find("not-a-token", 1, true))
      assert.is_true(ended.code > 1)
    end
  end)

  it("says what is lacking without a token", function()
    local ended = command.run("usage", { token = "" })
    assert.equal(4, ended.code)
    local none = command.run("usage", { token = "x env -u CONTACTOUT_TOKEN" })
    assert.equal(4, none.code)
    assert.matches("set CONTACTOUT_TOKEN, or use %-%-token%-file", none.err)
  end)

  it("prints its version, and completions for shells", function()
    assert.equal("contactout " .. contactout._VERSION .. "\n", command.run("--version").out)
    assert.matches("%-%-job%-title", command.run("--completion bash").out)
  end)

  it("names what it needs where argparse is missing", function()
    local ended = command.run("--help", { token = "x LUA_PATH='lua/?.lua;lua/?/init.lua'" })
    assert.equal(5, ended.code)
    assert.matches("lua%-argparse", ended.err)
  end)

  it("says in one line what is wrong with its words", function()
    for words, message in pairs {
      [""] = "a command is required", ["persons"] = "Did you mean 'person'",
      ["usage more"] = "too many arguments",
      ["usage --perod 2026-01"] = "unknown option '%-%-perod'. Did you mean '%-%-period'%? See "
        .. "contactout usage %-%-help",
    } do
      local wrong = command.run(words)
      assert.equal(2, wrong.code)
      assert.matches(message, wrong.err)
      assert.matches("^[^\n]+\n$", wrong.err)
      assert.equal("", wrong.out)
    end
  end)
end)
