-- The pure parts of the Neovim plugin: what it finds in a text, what it makes of a
-- profile, and how that is laid out. They run on every Lua.

local path = package.path
package.path = "examples/neovim/lua/?.lua;" .. path

local layout = require "contactout_nvim.layout"
local people = require "contactout_nvim.person"
local queries = require "contactout_nvim.query"

package.path = path

describe("contactout_nvim.query", function()
  local FOUND = {
    { "ask ada@company.example.", "ada@company.example" },
    { "<mailto:ada+x@mail.company.example>", "ada+x@mail.company.example" },
    { "'o'hara@x.example'", "o'hara@x.example" },
    { "j\195\179zef@x.example", "j\195\179zef@x.example" },
    { "(https://www.linkedin.com/in/ada-1)", "https://www.linkedin.com/in/ada-1" },
    { "[Ada](http://de.linkedin.com/in/ada-1/?x=1), her", "http://de.linkedin.com/in/ada-1/?x=1" },
    { "see linkedin.com/in/ada-1.", "https://linkedin.com/in/ada-1" },
    { "WWW.LinkedIn.com/in/Ada", "https://WWW.LinkedIn.com/in/Ada" },
    { "linkedin.com/in/j%C3%B3zef", "https://linkedin.com/in/j%C3%B3zef" },
  }

  for _, case in ipairs(FOUND) do
    it("finds what to ask for in " .. case[1], function()
      assert.equal(case[2], queries.first(case[1]).value)
    end)
  end

  local OTHERS = { "", "nobody", "@ada", "ada@", "ada@host", "https://example.com/in/ada" }

  for _, text in ipairs(OTHERS) do
    it("finds nothing in '" .. text .. "'", function()
      assert.is_nil(queries.first(text))
    end)
  end

  it("takes the one at the column, from its first byte to its last", function()
    local line = "a@x.example b@x.example"
    assert.equal("a@x.example", queries.at(line, 1).value)
    assert.equal("a@x.example", queries.at(line, 11).value)
    assert.is_nil(queries.at(line, 12))
    assert.equal("b@x.example", queries.at(line, 13).value)
    assert.equal("b@x.example", queries.at(line, #line).value)
  end)

  it("has one key for all spellings of a URL", function()
    local key = queries.key(queries.first("https://www.linkedin.com/in/ada-1"))
    for _, url in ipairs({ "linkedin.com/in/Ada-1/", "http://de.linkedin.com/in/ada-1?trk=x" }) do
      assert.equal(key, queries.key(queries.first(url)))
    end
    assert.not_equal(key, queries.key(queries.first("linkedin.com/in/ada-12")))
  end)
end)

describe("contactout_nvim.person", function()
  it("reads both spellings of a profile", function()
    local snake = people.from({
      full_name = "Ada", email = { "w@x.example", "p@x.example", "o@x.example" },
      work_email = { "w@x.example" }, personal_email = { "p@x.example" }, phone = { " +1" },
      url = "u", company = { name = "X" },
    })
    assert.same({ "o@x.example" }, snake.emails)
    local camel = people.from({
      fullName = "Ada", email = "o@x.example", workEmail = "w@x.example", phone = "+1",
      linkedinUrl = "u", company = { name = "X" },
    })
    for _, field in ipairs({ "name", "linkedin_url", "company", "phones", "emails" }) do
      assert.same(snake[field], camel[field], field)
    end
    for _, person in ipairs({ snake, camel }) do
      assert.same({ "w@x.example" }, person.work_emails)
    end
  end)

  it("takes an empty profile for nobody", function()
    assert.is_nil(people.from({}))
    assert.is_nil(people.from(nil))
  end)

  it("is content with whatever is absent or of another form", function()
    local person = people.from({
      full_name = "", company = {}, email = "", phone = { "", 7 }, experience = { "sold tea", 1 },
      education = "x", skills = { {}, "C" }, location = {},
    })
    assert.equal("(no name)", person.name)
    assert.same({ { what = "sold tea" }, { what = "1" } }, person.experience)
    assert.same({ "7" }, person.phones)
    assert.is_nil(person.location)
  end)

  it("puts every text on one line", function()
    assert.equal("a b c d", people.from({ full_name = " a\tb\nc\\nd\0" }).name)
  end)
end)

describe("contactout_nvim.layout", function()
  local function width_of(text)
    return select(2, text:gsub("[^\128-\191]", ""))
  end

  it("keeps every line within the width, whatever stands in it", function()
    local long = ("\195\169"):rep(90)
    local person = people.from({
      full_name = long, headline = long, location = long, url = long,
      phone = { long }, skills = { long, "a b" }, company = { name = "X", industry = long },
      experience = { { title = long, start_date_year = 2001, is_current = true } },
    })
    local lines = layout.person(person, "contacts",
      { width = 40, width_of = width_of, note = long, keys = { { "q", "close" } } })
    for _, line in ipairs(lines) do
      local text = ""
      for _, piece in ipairs(line) do
        text = text .. piece[1]
      end
      assert.is_true(width_of(text) <= 40, text)
    end
  end)
end)
