-- The example of verifying a list of any size, run as its user would, against a sandbox.
-- What it shares with bulk_contacts.lua is specified there.

local examples = require "spec.support.examples"
local support = require "spec.support.sandbox"

local LEADS = "examples/leads.csv"
local VERDICTS = { "valid", "invalid", "accept_all", "disposable", "unknown" }

local sandbox, output

local function run(options, input)
  return examples.run(sandbox, "test-verify", ("examples/verify_list.lua %s %s --interval 0.01 %s")
    :format(input or LEADS, output, options or ""))
end

describe("examples/verify_list.lua", function()
  setup(function()
    sandbox = support.start({ ledger = 20000 })
  end)

  before_each(function()
    sandbox:reset()
    output = examples.file()
  end)

  after_each(examples.remove_files)

  it("gives each row a verdict, and counts them by verdict", function()
    local ended = run()
    assert.equal(0, ended.code, ended.errors)
    local rows, sum = examples.rows(output), 0
    assert.equal(500, #rows)
    for _, verdict in ipairs(VERDICTS) do
      local count = examples.tally(rows, "status", verdict)
      assert.equal(count, examples.count(ended, verdict), verdict)
      sum = sum + count
    end
    assert.is_true(sum > 200)
    assert.equal(500 - sum, examples.tally(rows, "status", "bad row"))
  end)

  it("says what the ledger says it spent, and pays for no address twice", function()
    local ended = run("--batch-size 40")
    local most, total = examples.charges(sandbox, "verifier")
    assert.equal(1, most)
    assert.equal(total, tonumber(ended.printed:match("this run spent: (%d+) verifier\n")))
  end)

  it("gives the rows of one address the same verdict", function()
    run(nil, examples.file("Email\njo@acme.example\n JO@acme.example \n"))
    local rows = examples.rows(output)
    assert.equal(rows[1].status, rows[2].status)
    assert.equal(1, select(2, examples.charges(sandbox, "verifier")))
  end)

  it("stops at its budget, and goes on with a larger one", function()
    local poor = run("--budget verifier=50 --batch-size 30")
    assert.equal(1, poor.code)
    assert.equal(50, select(2, examples.charges(sandbox, "verifier")))
    assert.equal(0, run().code)
    assert.equal(1, (examples.charges(sandbox, "verifier")))
  end)

  it("asks again for what is unknown, where it is told to", function()
    local input = examples.file("Email\nvalid@x.example\nunknown@x.example\n")
    sandbox:fault("unknown-verdicts")
    assert.equal(2, examples.count(run(nil, input), "unknown"))
    assert.equal(2, examples.count(run(nil, input), "unknown"))
    local again = run("--retry-unknown", input)
    assert.same({ 1, 1 }, { examples.count(again, "valid"), examples.count(again, "unknown") })
    assert.equal(1, select(2, examples.charges(sandbox, "verifier")))
  end)

  it("stops at a refused token, with every row in the file", function()
    local refused = examples.run(sandbox, "nobody", "examples/verify_list.lua " .. LEADS .. " "
      .. output)
    assert.equal(1, refused.code)
    assert.matches("%(credentials", refused.errors)
    assert.matches("with a valid token", refused.printed)
    assert.equal(500, #examples.rows(output))
  end)

  it("with --plan spends nothing", function()
    assert.matches("0 to 221 verifier credits", run("--plan").printed)
    assert.equal(0, sandbox:state().requests)
  end)

  it("explains itself when called wrongly", function()
    local wrong = run("--phones")
    assert.equal(2, wrong.code)
    assert.matches("usage: lua verify_list.lua", wrong.errors)
  end)
end)
