-- What the command's output holds in memory, however long its input is. What it writes is
-- specified with the verbs.

local command = require "spec.support.command"
local examples = require "spec.support.examples"
local files = require "spec.support.files"
local input = require "contactout.command.input"
local output = require "contactout.command.output"

local KEYS = { families = { { "email" } }, patterns = {}, what = "an address" }

local function count(rows)
  local n = 0
  for _ in pairs(rows) do
    n = n + 1
  end
  return n
end

describe("the command's output", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("keeps a row until it and those before it have an answer", function()
    local rows = input.open({ examples.file("Email\na\nb\nc\n") }, KEYS, {})
    local path = examples.file()
    local out = output.open({ out = path }, nil, rows)
    local first, second, third = rows:read(), rows:read(), rows:read()
    for _, row in ipairs { first, second, third } do
      out:expect(row)
    end
    out:answer(second, "valid")
    assert.equal(3, count(out.waiting))
    out:answer(first, "invalid")
    assert.equal(1, count(out.waiting))
    out:answer(third, "unknown")
    assert.equal(0, count(out.waiting))
    out:finish()
    assert.equal("Email,status,error\na,invalid,\nb,valid,\nc,unknown,\n", examples.contents(path))
  end)

  it("goes to a device as it is, and to standard output by -", function()
    local ended = command.run("verify jo@acme.example --interval 0.01 --out /dev/stdout",
      { after = " | cat" })
    assert.matches("^input,status,error\n", ended.out)
    assert.is_false(command.exists("/dev/stdout.part"))
    assert.matches("^input,status,error\n",
      command.run("verify jo@acme.example --interval 0.01 -o -").out)
    assert.is_false(command.exists("-"))
  end)

  it("is an error where standard output is closed, before anything is paid", function()
    for _, words in ipairs { "verify jo@acme.example", "usage", "count --name Bo" } do
      local ended = command.run(words .. " >&-")
      assert.equal(5, ended.code)
      assert.matches("^contactout: can't write the output: ", ended.err:match("[^\n]*\n$"))
    end
    assert.same({}, command.sandbox:state().charges)
  end)

  it("isn't mixed with what belongs on a standard error that is closed", function()
    local path = examples.file()
    os.execute(command.words("verify jo@acme.example --interval 0.01 --out " .. path)
      .. " <&- >&- 2>&-")
    assert.matches("^input,status,error\njo@acme.example,%a+,\n$", examples.contents(path))
  end)

  it("is refused where it can't take its place, before anything is paid", function()
    assert.matches("is a directory", command.run("verify jo@acme.example --out spec").err)
    local path = examples.file()
    local rows = path .. ".part"
    files.write(rows, "jo@acme.example\n")
    local ended = command.run("verify " .. rows .. " --out " .. path)
    assert.equal(2, ended.code)
    assert.matches("is the input", ended.err)
    assert.equal("jo@acme.example\n", examples.contents(rows))
    assert.equal(0, #command.sandbox:ledger())
  end)

  it("that has no room is an error of every verb", function()
    for _, words in ipairs {
      "usage", "usage --output ndjson", "count --name Bo", "verify jo@acme.example --plan",
      "verify jo@acme.example --plan --output ndjson", "verify jo@acme.example --interval 0.01",
      "verify jo@acme.example --interval 0.01 --out /dev/full",
    } do
      local ended = command.run(words .. " >/dev/full")
      assert.equal(5, ended.code, words)
      assert.matches("can't write the output: No space left", ended.err)
    end
  end)
end)
