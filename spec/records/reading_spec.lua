local mapping = require "contactout.records.mapping"
local reading = require "contactout.records.reading"

local PLACE = { class = "Place", { name = "name", type = "string", from = { { "city" } } } }

local TYPE = {
  class = "Thing", keeps_raw = true,
  { name = "name", type = "string",
    from = { { "name" }, { "title", within = "about" }, { mapping.ITSELF } } },
  { name = "big", type = "boolean", from = { { "big" }, { "isBig" } } },
  { name = "made", type = "date", from = { { { text = "made" } }, { { year = "made_year" } } } },
  { name = "colours", type = "strings", from = { { "colour" }, { "colours" } } },
  { name = "words", type = "strings", from = { { "words" } }, with = { "colours" } },
  { name = "place", type = "record", of = PLACE, from = { { "place" } } },
  { name = "places", type = "records", of = PLACE, from = { { "places" } } },
}

local read = reading.reader(TYPE)

local function without_raw(record)
  record.raw = nil
  return record
end

describe("reader", function()
  it("takes the first source that says something", function()
    assert.equal("a", read({ name = "a", about = { title = "b" } }).name)
    assert.equal("b", read({ name = " ", about = { title = "b" } }).name)
    assert.equal("c", read("c").name)
    assert.is_nil(read({ about = "b" }).name)
  end)

  it("goes by a false that comes first", function()
    assert.is_false(read({ big = false, isBig = true }).big)
    assert.is_true(read({ isBig = true }).big)
  end)

  it("takes a date from the first source that has one", function()
    assert.same({ year = 2020, month = 4 }, read({ made = "20204", made_year = 2021 }).made)
    assert.same({ year = 2021 }, read({ made = "lately", made_year = 2021 }).made)
  end)

  it("unites the sources of a list, and the fields that go with them", function()
    local record = read({ colour = "red", colours = { "blue", "red" }, words = { "new", "blue" } })
    assert.same({ "red", "blue" }, record.colours)
    assert.same({ "new", "blue", "red" }, record.words)
  end)

  it("leaves out what would be empty, but for lists", function()
    for _, raw in ipairs { {}, { place = {}, places = { {}, 7 } }, 7 } do
      assert.same({ colours = {}, words = {}, places = {} }, without_raw(read(raw)))
    end
    assert.same({ { name = "Rome" } }, read({ places = { {}, { city = "Rome" } } }).places)
  end)

  it("leaves a field alone that the record has already", function()
    assert.equal("mine", read({ name = "a" }, { name = "mine" }).name)
  end)
end)

describe("says_anything", function()
  it("is true of a field that is neither empty nor given", function()
    assert.is_true(reading.says_anything(read({ big = false })))
    assert.is_false(reading.says_anything(read({})))
    assert.is_false(reading.says_anything(read("c"), { name = true }))
  end)
end)
