local founds = require "contactout.pages.found"

-- A page with records under those keys, a letter each.
local function page(keys, about)
  local made = { entries = {}, count = #keys }
  for key in keys:gmatch(".") do
    made.entries[#made.entries + 1] = { key = key, record = { name = key } }
  end
  for name, value in pairs(about or {}) do
    made[name] = value
  end
  return made
end

local function add(found, ...)
  local made = page(...)
  found:mark(made)
  found:open(made)
end

-- The names of all that is ready.
local function take(found)
  local names, record = "", found:take()
  while record do
    names, record = names .. record.name, found:take()
  end
  return names
end

describe("what is found", function()
  it("is each record once, in their order", function()
    local found = founds.new(1)
    add(found, "bca")
    add(found, "adb")
    assert.equal("bcad", take(found))
    assert.equal(4, found:count())
  end)

  it("ends with a page that has nothing new", function()
    local found = founds.new(1)
    add(found, "ab")
    assert.is_true(found:wants_more())
    add(found, "ba")
    assert.is_false(found:wants_more())
  end)

  it("ends once as many are there as the server says", function()
    local found = founds.new(1)
    add(found, "ab", { total = 3 })
    assert.is_true(found:wants_more())
    add(found, "bc")
    assert.is_false(found:wants_more())
  end)

  it("ends with the limit, and gives no more", function()
    local found = founds.new(1, 3)
    add(found, "ab")
    assert.is_true(found:wants_more())
    add(found, "cd")
    assert.is_false(found:wants_more())
    assert.equal("abc", take(found))
  end)

  it("counts records of a page that were purged, for its end alone", function()
    local found = founds.new(1)
    add(found, "a", { fresh = 3, count = 3, total = 3 })
    assert.equal(1, found:count())
    assert.is_false(found:wants_more())
  end)

  it("is expected to be all that there is, from the first page on", function()
    local found = founds.new(1, 3)
    assert.is_nil(found:expected())
    add(found, "ab", { total = 5 })
    assert.equal(3, found:expected())
    found = founds.new(2)
    add(found, "ab", { total = 5 })
    assert.is_nil(found:expected())
  end)
end)

describe("what a page can cost", function()
  it("is what the rules say, until a page says its size", function()
    local found = founds.new(1)
    assert.same({ search = 25 }, found:most { search = 25 })
    add(found, "ab", { size = 10 })
    assert.same({ search = 10, email = 10 }, found:most { search = 25, email = 25 })
  end)

  it("is what came, if that was more", function()
    local found = founds.new(1)
    add(found, "abc", { size = 2 })
    assert.same({ search = 3 }, found:most { search = 25 })
  end)
end)

describe("a page that should have records", function()
  it("lies within the total, of the page's own word or an earlier one's", function()
    local found = founds.new(1)
    assert.is_false(found:expects(2, page(""), 25))
    assert.is_true(found:expects(2, page("", { total = 26 }), 25))
    assert.is_false(found:expects(2, page("", { total = 25 }), 25))
    add(found, "a", { total = 60 })
    assert.is_true(found:expects(3, page(""), 25))
    assert.is_false(found:expects(4, page(""), 25))
  end)
end)
