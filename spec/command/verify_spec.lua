-- `contactout verify`. What it shares with `contacts` is specified there.

local command = require "spec.support.command"
local examples = require "spec.support.examples"

local VERDICTS = { "valid", "invalid", "accept_all", "disposable", "unknown" }

local sandbox = command.sandbox

local function run(words, opts)
  return command.run("verify --interval 0.01 " .. words, opts)
end

describe("contactout verify", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("gives each row a verdict, and counts them by verdict", function()
    local output = examples.file()
    local ended = run("examples/leads.csv --out " .. output)
    assert.equal(0, ended.code, ended.err)
    local rows, sum = examples.rows(output), 0
    assert.equal(500, #rows)
    for _, verdict in ipairs(VERDICTS) do
      local count = examples.tally(rows, "status", verdict)
      assert.equal(count, command.count(ended, verdict), verdict)
      sum = sum + count
    end
    assert.is_true(sum > 200)
    assert.equal(500 - sum, examples.tally(rows, "status", "no_key"))
  end)

  it("gives the rows of one address the same verdict, which it pays for once", function()
    local ended = run("", { input = "Email\njo@acme.example\n JO@acme.example \n" })
    local first, second = ended.out:match("\njo@acme.example,(%a+),\n JO@acme.example ,(%a+),\n$")
    assert.is_string(first)
    assert.equal(first, second)
    assert.equal(1, select(2, examples.charges(sandbox, "verifier")))
  end)

  it("takes addresses among its words", function()
    local ended = run("jo@acme.example bo@acme.example")
    assert.equal(0, ended.code)
    assert.matches("^input,status,error\njo@acme.example,%a+,\nbo@acme.example,%a+,\n$", ended.out)
  end)

  it("stops at its budget, and goes on with a larger one", function()
    local journal = examples.file() .. ".journal"
    local words = "examples/leads.csv --batch-size 30 --journal " .. journal
    local poor = run("--budget verifier=50 " .. words)
    assert.equal(3, poor.code)
    assert.equal(50, select(2, examples.charges(sandbox, "verifier")))
    assert.equal(0, run(words).code)
    assert.equal(1, (examples.charges(sandbox, "verifier")))
  end)

  it("asks again for what is unknown, where it is told to", function()
    local words = "--quiet --journal " .. examples.file() .. ".journal"
    local input = { input = "valid@x.example\nunknown@x.example\n" }
    sandbox:fault("unknown-verdicts")
    run(words, input)
    assert.matches("\nvalid@x.example,unknown,\n", run(words, input).out)
    local again = run(words .. " --retry-unknown", input)
    assert.matches("\nvalid@x.example,valid,\nunknown@x.example,unknown,\n$", again.out)
    assert.equal(1, select(2, examples.charges(sandbox, "verifier")))
  end)

  it("with --plan spends nothing", function()
    assert.matches("0 to 221 verifier", run("examples/leads.csv --plan").out)
    assert.equal(0, sandbox:state().requests)
  end)

  it("explains itself when called wrongly", function()
    for words, message in pairs {
      ["--phone"] = "unknown option '%-%-phone'", ["nothing.csv"] = "neither a file nor an e%-mail",
      ["examples/leads.csv more.csv"] = "one file at a time",
    } do
      local wrong = run(words)
      assert.equal(2, wrong.code)
      assert.matches(message, wrong.err)
    end
  end)
end)
