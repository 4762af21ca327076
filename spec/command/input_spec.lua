-- What the command reads and writes: formats, guessed and told, files, pipes and words.
-- By `verify`, whose answers are words.

local cjson = require "cjson"
local command = require "spec.support.command"
local examples = require "spec.support.examples"

local function verify(input, words, opts)
  opts = opts or {}
  opts.input = input
  local ended = command.run("verify --interval 0.01 " .. (words or ""), opts)
  return ended.out, ended
end

describe("the command's input", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("may be lines", function()
    local out = verify("\239\187\191jo@acme.example\r\n\n  bo@acme.example")
    assert.matches("^input,status,error\njo@acme.example,%a+,\nbo@acme.example,%a+,\n$", out)
  end)

  it("may be CSV, with any of the usual columns", function()
    for _, name in ipairs { "email", "E-Mail", "Work e-mail", "EMAIL_ADDRESS", "Primary Email" } do
      local out = verify(("n,%s\r\n1,jo@acme.example\r\n"):format(name))
      assert.matches("^n," .. name:gsub("%-", "%%-") .. ",status,error\n1,jo@acme.example,%a+,\n$",
        out)
    end
  end)

  it("may be CSV of one known column", function()
    local out = verify("Email\njo@acme.example\n")
    assert.matches("^Email,status,error\njo@acme.example,%a+,\n$", out)
  end)

  it("may be NDJSON of objects, or of texts", function()
    local out, ended = verify('{"email": "jo@acme.example", "n": [1.0]}\n\n"bo@acme.example"\n')
    local first, second = out:match("([^\n]+)\n([^\n]+)\n$")
    assert.matches('^{"input":{"email": "jo@acme.example", "n": %[1.0%]},"status":"%a+"}$', first)
    assert.equal("bo@acme.example", cjson.decode(second).input)
    assert.equal(0, ended.code, ended.err)
  end)

  it("may have semicolons or tabs between its cells, and the output has the same", function()
    for _, separator in ipairs { ";", "\t" } do
      local rows = ("n, m;Email\n1, 2;jo@acme.example\n"):gsub(";", separator)
      local status = separator .. "%a+" .. separator .. "\n$"
      assert.matches("^n, m" .. separator .. "Email" .. separator .. "status", verify(rows))
      assert.matches("jo@acme%.example" .. status, verify(rows))
    end
    assert.matches("^n\tEmail\tstatus",
      verify("n\tEmail\n1\tjo@acme.example\n", "--separator '\\t'"))
  end)

  it("may be CSV of one quoted column", function()
    assert.matches("^Email,status,error\njo@acme.example,%a+,\n$",
      verify('"Email"\n"jo@acme.example"\n'))
  end)

  it("may have a byte order mark before NDJSON", function()
    local out = verify('\239\187\191{"email": "jo@acme.example"}\n')
    assert.same({ email = "jo@acme.example" }, cjson.decode(out).input)
  end)

  it("is refused where it can't be read", function()
    assert.matches("spec: Is a directory", command.run("verify spec").err)
    for _, text in ipairs { "\255\254j\0o\0\n\0", '[{"email": "jo@acme.example"}]\n' } do
      local _, ended = verify(text)
      assert.equal(2, ended.code)
      assert.matches(text:find("^%[") and "jq %-c '%.%[%]'" or "UTF%-16", ended.err)
    end
  end)

  it("says why a file can't be read", function()
    assert.matches("nowhere.csv is neither a file nor an e-mail address (No such file or ",
      command.run("verify nowhere.csv").err, 1, true)
  end)

  it("must be UTF-8 where it becomes NDJSON, and else may be anything", function()
    local rows = "Email,Name\na@acme.example,M\195\188ller\nb@acme.example,M\252ller\n"
    for _, input in ipairs { rows, '{"email": "a@b.example"}\n\n{"email": "\252@b.example"}\n' } do
      local out, ended = verify(input, "--output ndjson")
      assert.equal(2, ended.code)
      assert.equal("", out)
      assert.matches("standard input, line 3 is not UTF-8, as NDJSON must be; convert it first, "
        .. "say by iconv -f WINDOWS-1252 -t UTF-8", ended.err, 1, true)
    end
    local file = examples.file(rows)
    assert.matches("UTF-8 " .. file .. "\n",
      command.run("verify --output ndjson " .. file).err, 1, true)
    assert.matches("line 1 is not UTF%-8", select(2, verify("Email,\252\na@b.example,\n",
      "--output ndjson")).err)
    assert.equal(0, command.sandbox:state().requests)
    local out, ended = verify(rows)
    assert.equal(0, ended.code)
    assert.matches("M\252ller", out, 1, true)
  end)

  it("has the format and the column that it is told", function()
    assert.matches("^who,status", verify("who\njo@acme.example\n", "--column who"))
    assert.matches("\nemail,%a+,\njo@acme", verify("email\njo@acme.example\n", "--input lines"))
    assert.matches("^a;Email;status;error\n1;jo@acme.example;%a+;\n$",
      verify("a;Email\n1;jo@acme.example\n", "--separator ';' --input csv"))
  end)

  it("may come through a pipe", function()
    local _, ended = verify(nil, "-", { before = "printf 'jo@acme.example\\n'" })
    assert.equal(0, ended.code, ended.err)
    assert.equal(2, select(2, ended.out:gsub("\n", "")))
  end)

  it("ends where it is limited", function()
    local out = verify("a@acme.example\nb@acme.example\nc@acme.example\n", "--limit 2")
    assert.equal(3, select(2, out:gsub("\n", "")))
  end)

  it("keeps cells beyond the header after ours", function()
    assert.matches("\njo@acme.example,%a+,,more\n$", verify("Email\njo@acme.example,more\n"))
  end)

  it("keeps a column of ours that the caller has already", function()
    assert.matches("^Email,status,verify_status,error\njo@acme.example,new,%a+,\n$",
      verify("Email,status\njo@acme.example,new\n"))
    assert.matches("^Email,status,verify_status,error,verify_verify_status,verify_error\n",
      verify("Email,status,verify_status,error\njo@acme.example,new,valid,\n"))
  end)

  it("says what is wrong with it before anything is spent", function()
    for input, message in pairs {
      [""] = "^contactout: standard input is empty\n",
      ["a,b\n1,2\n"] = "no column email, only a, b; say which with %-%-column, or put a line",
      ['Email\n"open\n'] = "contactout: standard input: CSV line 2",
      ["PK\3\4\20\0"] = "standard input is no text; save a spreadsheet as CSV in UTF%-8",
      ['{"email": "a@b.example"}\nx\n'] = "line 2: not JSON",
      ['{"mail_to": "a@b.example"}\n'] = "no column email, only mail_to",
    } do
      local _, ended = verify(input, input == "" and "--input csv" or "")
      assert.equal(2, ended.code, input)
      assert.matches(message, ended.err)
    end
    assert.equal(0, command.sandbox:state().requests)
  end)
end)

describe("the command's output", function()
  before_each(command.begin)
  after_each(examples.remove_files)

  it("has the format of the file's name, of --output, or of the input", function()
    local base = examples.file()
    for name, first in pairs { [base .. ".ndjson"] = "{", [base .. ".csv"] = "i" } do
      verify("jo@acme.example\n", "--out " .. name)
      assert.equal(first, examples.contents(name):sub(1, 1))
      os.remove(name)
    end
    assert.equal("{", (verify("jo@acme.example\n", "--output ndjson"):sub(1, 1)))
    assert.equal("i", (verify('"jo@acme.example"\n', "--output csv"):sub(1, 1)))
  end)

  it("has an error as an object in NDJSON", function()
    local ended = command.run("contacts --output ndjson", { input = '"nowhere"\n' })
    assert.equal(1, ended.code)
    local answer = cjson.decode(ended.out)
    assert.equal("invalid_argument", answer.status)
    assert.equal("invalid_argument", answer.error.kind)
    assert.is_string(answer.error.message)
  end)

  it("may be read by the command again", function()
    local _, ended = verify("jo@acme.example\n", "-q --output ndjson | env CONTACTOUT_TOKEN="
      .. command.TOKEN .. " " .. command.words("verify --column input --interval 0.01 -q"))
    assert.equal(0, ended.code)
    assert.matches('^{"input":{"input":"jo@acme.example","status":"%a+"},"status":"%a+"}\n$',
      ended.out)
  end)

  it("says that it can't be written", function()
    local _, ended = verify("jo@acme.example\n", "--out /nowhere/file.csv")
    assert.equal(2, ended.code)
    assert.matches("/nowhere/file.csv", ended.err)
    assert.equal(0, command.sandbox:state().requests)
  end)
end)
