local core = require "contactout.core"
local values = require "contactout.records.values"

-- What is none of what any of the functions reads.
local NOTHING = { "", "  ", core.null, {}, { 1 }, print, 0 / 0, 1 / 0, -1 / 0, 2 ^ 60 }

local function check_nothing(read)
  assert.is_nil(read(nil))
  for _, value in ipairs(NOTHING) do
    assert.is_nil(read(value), tostring(value))
  end
end

describe("string", function()
  it("is without the blanks around it, and keeps those inside", function()
    assert.equal("a\tb\\n", values.string("\n a\tb\\n "))
  end)

  it("takes no time over many blanks", function()
    local text = "a" .. (" "):rep(1000000) .. "b"
    assert.equal(text, values.string(text .. " "))
  end)

  it("is nothing else", function()
    check_nothing(values.string)
    assert.is_nil(values.string(7))
    assert.is_nil(values.string(true))
  end)
end)

describe("integer", function()
  it("is read from a number or its digits, as an integer where Lua has them", function()
    assert.equal("7", tostring(values.integer(7.0)))
    assert.equal("-12", tostring(values.integer(" -12 ")))
    assert.equal("0", tostring(values.integer("000")))
  end)

  it("is nothing else", function()
    check_nothing(values.integer)
    for _, value in ipairs { 1.5, "1.5", "1e3", "0x10", "1,000", "inf", "nan", ("9"):rep(400) } do
      assert.is_nil(values.integer(value), value)
    end
  end)
end)

describe("code", function()
  it("is a text, or a whole number as one", function()
    assert.equal("+47 1", values.code(" +47 1"))
    assert.equal("61438347437", values.code(61438347437))
    assert.is_nil(values.code(0))
    assert.is_nil(values.code(-5))
    assert.is_nil(values.code(1.5))
    check_nothing(values.code)
  end)
end)

describe("url", function()
  it("is a text with a slash", function()
    assert.equal("http://x.example", values.url(" http://x.example"))
    assert.is_nil(values.url("ida"))
    check_nothing(values.url)
  end)
end)

describe("slug", function()
  it("is a text without a slash, or stands in a profile's URL", function()
    assert.equal("ida-moor", values.slug("ida-moor"))
    assert.equal("ida-moor", values.slug("https://www.linkedin.com/in/ida-moor/?x=/in/y"))
    assert.is_nil(values.slug("https://www.linkedin.com/company/moor"))
    assert.is_nil(values.slug("https://www.linkedin.com/in/"))
    check_nothing(values.slug)
  end)
end)

describe("boolean", function()
  it("is a boolean, and no word or number for one", function()
    assert.is_false(values.boolean(false))
    assert.is_true(values.boolean(true))
    assert.is_nil(values.boolean("true"))
    assert.is_nil(values.boolean(1))
    check_nothing(values.boolean)
  end)
end)

describe("dollars", function()
  it("are whole, however they are written", function()
    for text, dollars in pairs {
      ["$5.4M"] = 5400000, ["1.2B"] = 1200000000, ["$ 90k"] = 90000, ["$10.0M"] = 10000000,
      ["$1,234,567"] = 1234567, ["700"] = 700, ["$2T"] = 2000000000000,
    } do
      assert.equal(("%.0f"):format(dollars), tostring(values.dollars(text)), text)
    end
    assert.equal("6101000", tostring(values.dollars(6101000.0)))
    assert.equal("3", tostring(values.dollars(2.6)))
  end)

  it("are not guessed", function()
    check_nothing(values.dollars)
    for _, text in ipairs {
      "n/a", "$1.2.3M", "5,4M", "$1M - $5M", "5 EUR", "$5 thousand", "-$5",
    } do
      assert.is_nil(values.dollars(text), text)
    end
  end)
end)

describe("status", function()
  it("is one of two words in any spelling", function()
    assert.equal("verified", values.status("Verified"))
    assert.equal("unverified", values.status(" UNVERIFIED"))
    assert.is_nil(values.status("Verified | Unverified"))
    assert.is_nil(values.status("catch_all"))
    check_nothing(values.status)
  end)
end)

describe("year", function()
  it("has four digits", function()
    assert.equal(1936, values.year("1936"))
    assert.equal(2020, values.year(2020))
    for _, value in ipairs { 0, 36, 20204, 9999, -2020, "20.5" } do
      assert.is_nil(values.year(value))
    end
    check_nothing(values.year)
  end)
end)

describe("date", function()
  it("is made of numbers, or of texts of digits", function()
    assert.same({ year = 2022, month = 5, day = 10 },
      values.date({ year = 2022, month = 5, day = "10" }))
    assert.same({ year = 2002 }, values.date({ year = "2002" }))
  end)

  it("is read from a text whose month has no zero before it", function()
    for text, date in pairs {
      ["20204"] = { year = 2020, month = 4 }, ["202112"] = { year = 2021, month = 12 },
      ["202101"] = { year = 2021, month = 1 }, ["2020"] = { year = 2020 },
      ["2020-04"] = { year = 2020, month = 4 },
      ["2020-04-09"] = { year = 2020, month = 4, day = 9 },
      ["20200"] = { year = 2020 }, ["202013"] = { year = 2020 },
    } do
      assert.same(date, values.date({ text = text }), text)
    end
    assert.same({ year = 2020, month = 4 }, values.date({ text = 20204 }))
  end)

  it("goes by the numbers, and by the text for a month of the same year", function()
    assert.same({ year = 2021, month = 2 },
      values.date({ text = "20204", year = 2021, month = 2 }))
    assert.same({ year = 2021 }, values.date({ text = "20204", year = 2021 }))
    assert.same({ year = 2020, month = 4 }, values.date({ text = "20204", year = 2020 }))
    assert.same({ year = 2020, month = 4 }, values.date({ text = "20204", month = 2 }))
  end)

  it("has no month that can't be, and no day without a month", function()
    assert.same({ year = 2020 }, values.date({ year = 2020, month = 13, day = 1 }))
    assert.same({ year = 2020 }, values.date({ year = 2020, month = 0 }))
    assert.same({ year = 2020, month = 2 }, values.date({ year = 2020, month = 2, day = 32 }))
  end)

  it("is none without a year", function()
    assert.is_nil(values.date({}))
    assert.is_nil(values.date({ month = 5, day = 1 }))
    for _, value in ipairs { "Present", "", "2024x", 7, true, core.null, {} } do
      assert.is_nil(values.date({ text = value, year = value, month = value }))
    end
  end)
end)
