-- What a spreadsheet may put into a file, and what the reader and writer of
-- CSV make of it. Byte strings only: no file but a temporary one.

local csv = require "contactout.csv"

local function read_all(text, opts)
  local rows, reader = {}, csv.reader(text, opts)
  while true do
    local row, err = reader:read()
    if not row then
      return rows, err
    end
    rows[#rows + 1] = row
  end
end

-- A handle that gives the text in blocks of a few bytes, as a pipe may.
local function dripping(text, bytes)
  local at = 1
  return {
    read = function()
      local block = text:sub(at, at + bytes - 1)
      at = at + bytes
      return block ~= "" and block or nil
    end,
  }
end

describe("csv.reader", function()
  it("reads rows of fields", function()
    assert.same({ { "a", "b" }, { "1", "2" } }, (read_all("a,b\n1,2\n")))
  end)

  it("takes CRLF, LF and a missing last line end", function()
    assert.same({ { "a" }, { "b" }, { "c" } }, (read_all("a\r\nb\nc")))
  end)

  it("drops the line end of a file that ends with a lone carriage return", function()
    assert.same({ { "a", "b" } }, (read_all("a,b\r")))
  end)

  it("keeps commas, quotes and line ends inside quotes", function()
    assert.same({ { "Eze, Amara", 'the "best"', "two\r\nlines", "x" } },
      (read_all('"Eze, Amara","the ""best""","two\r\nlines",x\r\n')))
  end)

  it("reads a field that is only quotes", function()
    assert.same({ { "", '"', '""' } }, (read_all('"","""",""""""\n')))
  end)

  it("keeps empty fields, also the last", function()
    assert.same({ { "", "", "" }, { "a", "" } }, (read_all(",,\na,\n")))
  end)

  it("keeps blanks around a value", function()
    assert.same({ { " a ", "b\t" } }, (read_all(" a ,b\t\n")))
  end)

  it("keeps short and long rows as they are", function()
    assert.same({ { "a", "b" }, { "1" }, { "1", "2", "3" } }, (read_all("a,b\n1\n1,2,3\n")))
  end)

  it("skips empty lines but not an empty quoted field", function()
    assert.same({ { "a" }, { "" }, { "b" } }, (read_all('\r\n\na\n\n""\n\r\nb\n\n')))
  end)

  it("keeps bytes it does not understand, NUL included", function()
    assert.same({ { "a\0b", "Zo\235", "c\rd" } }, (read_all("a\0b,Zo\235,c\rd\n")))
  end)

  it("drops a byte order mark", function()
    assert.same({ { "Name" } }, (read_all("\239\187\191Name\n")))
    assert.same({ { "a,b" } }, (read_all('\239\187\191"a,b"\n')))
  end)

  it("gives nothing for an empty input", function()
    for _, text in ipairs({ "", "\n", "\r\n\r\n", "\239\187\191" }) do
      assert.same({}, (read_all(text)))
    end
  end)

  it("takes another separator", function()
    assert.same({ { "a,b", "c;d" } }, (read_all('a,b;"c;d"\n', { separator = ";" })))
  end)

  it("refuses a separator that can't work", function()
    for _, separator in ipairs({ "", ",,", '"', "\n" }) do
      assert.has_error(function()
        csv.reader("", { separator = separator })
      end)
    end
  end)

  it("reads the same wherever the blocks of a handle end", function()
    local text = '\239\187\191a,"b ""c"""\r\n\r\n"d\r\ne",f\r\ng'
    local whole = read_all(text)
    for bytes = 1, #text do
      assert.same(whole, (read_all(dripping(text, bytes))))
    end
  end)

  it("says on which line a record begins", function()
    local reader = csv.reader('a\n\n"b\nc"\nd\n')
    local lines = {}
    for _, line in reader:rows() do
      lines[#lines + 1] = line
    end
    assert.same({ 1, 3, 5 }, lines)
  end)

  it("holds a block of a long file, not the file", function()
    local line = ("x"):rep(99) .. "\n"
    local block, left = line:rep(640), 100 -- 6 MB in all
    local reader = csv.reader({
      read = function()
        left = left - 1
        return left >= 0 and block or nil
      end,
    })
    local rows, peak = 0, 0
    collectgarbage()
    local before = collectgarbage("count")
    for _ in reader:rows() do
      rows = rows + 1
      if rows % 10000 == 0 then
        collectgarbage()
        peak = math.max(peak, collectgarbage("count") - before)
      end
    end
    assert.equal(100 * 640, rows)
    assert.is_true(peak < 512, "peak " .. peak .. " KiB")
  end)
end)

describe("an error of the reader", function()
  local function failure(text)
    local _, err = read_all(text)
    return err
  end

  it("names the line of a quote inside a bare field", function()
    local err = failure('a\nb,5" pipe\n')
    assert.equal("invalid_argument", err.kind)
    assert.equal(2, err.line)
    assert.matches("line 2", err.message)
  end)

  it("names the line of text after a closing quote", function()
    assert.equal(3, failure('a\n"b\nc"d,e\n').line)
  end)

  it("names the line where an unclosed quote begins", function()
    local err = failure('a\n\n"b\nc\nd\n')
    assert.equal(3, err.line)
    assert.matches("never ends", err.message)
  end)

  it("comes before an unclosed quote has swallowed a long file", function()
    local asked = 0
    local reader = csv.reader({
      read = function()
        asked = asked + 1
        return asked == 1 and '"' or ("x"):rep(999) .. "\n"
      end,
    })
    local _, err = reader:read()
    assert.equal(1, err.line)
    assert.is_true(asked < 2 * csv.MAX_RECORD_BYTES / 1000)
  end)

  it("comes for a line without an end, too", function()
    local reader = csv.reader({
      read = function()
        return ("x"):rep(65536)
      end,
    })
    local row, err = reader:read()
    assert.is_nil(row)
    assert.equal(1, err.line)
  end)

  it("names UTF-16", function()
    assert.matches("UTF%-16", failure("\255\254a\0,\0b\0").message)
    assert.matches("UTF%-16", failure("\254\255\0a").message)
  end)

  it("stays: nothing is read after it", function()
    local reader = csv.reader('"a"b\nc\n')
    local _, first = reader:read()
    local row, second = reader:read()
    assert.is_nil(row)
    assert.equal(first, second)
  end)

  it("is raised by the rows of a for loop", function()
    local ok, err = pcall(function()
      for _ in csv.reader('a\nb"\n'):rows() do end -- luacheck: ignore 542
    end)
    assert.is_false(ok)
    assert.equal(2, err.line)
  end)
end)

describe("csv.columns", function()
  it("maps plain names to places", function()
    assert.same({ ["first name"] = 1, email = 2 }, csv.columns({ " First_Name ", "E" .. "MAIL" }))
  end)

  it("finds a field under any of its names, the best first", function()
    local aliases = { email = { "work email", "email" }, name = { "name" }, city = { "town" } }
    assert.same({ email = 3, name = 2 },
      csv.columns({ "Email", "NAME", "Work-Email" }, aliases))
  end)

  it("takes the first of two columns with one name", function()
    assert.same({ email = 1 }, csv.columns({ "Email", "email" }))
  end)
end)

describe("csv.encode", function()
  it("quotes only where it must", function()
    assert.equal('a b,"c,d","e ""f""","g\nh","i\rj"\r\n',
      csv.encode({ "a b", "c,d", 'e "f"', "g\nh", "i\rj" }))
  end)

  it("writes numbers and booleans, and nil as an empty field", function()
    assert.equal("1,true,,x\r\n", csv.encode({ 1, true, nil, "x", n = 4 }))
  end)

  it("writes a record of one empty field so that it can be read again", function()
    assert.same({ { "" } }, (read_all(csv.encode({ "" }))))
  end)

  it("quotes the separator in use", function()
    assert.equal('"a;b";c,d\r\n', csv.encode({ "a;b", "c,d" }, { separator = ";" }))
  end)

  it("ends the line as it is told", function()
    assert.equal("a,b\n", csv.encode({ "a", "b" }, { line_end = "\n" }))
  end)

  it("leaves formulas alone", function()
    assert.equal("=1+1\r\n", csv.encode({ "=1+1" }))
  end)
end)

describe("csv.guarded", function()
  it("puts an apostrophe before what a spreadsheet would run", function()
    for _, text in ipairs({ "=HYPERLINK(A1)", "@SUM(A1)", "+cmd|x", "-A1", "\tx" }) do
      assert.equal("'" .. text, csv.guarded(text))
    end
  end)

  it("leaves telephone numbers and ordinary text as they are", function()
    for _, text in ipairs({ "+1 (555) 010-0199", "-5", "a=b", "" }) do
      assert.equal(text, csv.guarded(text))
    end
  end)
end)

describe("csv.writer", function()
  it("writes what the reader reads", function()
    local rows = {
      { "Name", "Notes" }, { "Łucja \"Lu\" Çelik", "line\nbreak, comma" }, { "", "" }, { "" },
      { " x ", "\239\187\191", "\0" },
    }
    local file = assert(io.tmpfile())
    local writer = csv.writer(file)
    for _, row in ipairs(rows) do
      assert(writer:write(row))
    end
    file:seek("set")
    assert.same(rows, (read_all(file)))
    file:close()
  end)

  it("gives the handle's failure as an error", function()
    local full = { write = function() return nil, "No space left on device" end }
    local ok, err = csv.writer(full):write({ "a" })
    assert.is_nil(ok)
    assert.matches("No space left", err.message)
  end)
end)
