local core = require "contactout.core"
local kinds = require "contactout.pages.kinds"
local page = require "contactout.pages.page"

local PEOPLE, COMPANIES = kinds.each_person, kinds.each_company

-- The keys of a page, in its order.
local function keys(kind, text)
  local list = {}
  local reply = assert(core.decode(text))
  for i, entry in ipairs(page.read(kind, reply).entries) do
    list[i] = entry.key
  end
  return list
end

local function person(url)
  return ('{"url":"%s","full_name":"Ada"}'):format(url)
end

describe("a page", function()
  it("has its records in the server's order, under canonical keys", function()
    assert.same({ "linkedin.com/in/zoe", "linkedin.com/in/ada" }, keys(PEOPLE, [[{"profiles":[
      {"https://uk.LinkedIn.com/in/Zoe/":{"full_name":"Zoe"}},
      {"linkedin.com/in/ada?x":{"full_name":"Ada"}}]}]]))
  end)

  it("knows people of a list by their own URLs", function()
    assert.same({ "linkedin.com/in/zoe", "linkedin.com/in/ada" }, keys(PEOPLE,
      ('{"profiles":[%s,%s]}'):format(person("https://www.linkedin.com/in/zoe/"),
        person("https://linkedin.com/in/ada"))))
  end)

  it("knows people by the names under which they stand, if these are no URLs", function()
    assert.same({ "linkedin.com/in/zoe", "linkedin.com/in/ada" }, keys(PEOPLE,
      '{"profiles":{"Zoe":{"full_name":"Zoe"},"ada":{"li_vanity":"else","full_name":"Ada"}}}'))
    assert.same({ "linkedin.com/in/ada" }, keys(PEOPLE,
      '{"profiles":[{"li_vanity":"Ada","full_name":"Ada"}]}'))
  end)

  it("takes no place in a list with gaps for a name", function()
    assert.same({ "linkedin.com/in/zoe", "linkedin.com/in/ada" }, keys(PEOPLE,
      ('{"profiles":{"0":%s,"2":%s}}'):format(person("https://linkedin.com/in/zoe"),
        person("https://linkedin.com/in/ada"))))
    local reply = assert(core.decode('{"companies":{"0":{"name":"A"},"2":{"name":"B"}}}'))
    local entries = page.read(COMPANIES, reply).entries
    assert.is_nil(entries[1].record.domain)
    assert.not_equal("0", entries[1].key)
  end)

  it("knows companies by their page, else by their domain, else by all that they are", function()
    local found = keys(COMPANIES, [[{"companies":[
      {"name":"A","li_vanity":"https://www.linkedin.com/company/A/","domain":"a.example"},
      {"name":"B","domain":"www.B.example"}, {"name":"C"}, {"name":"C"}, {"name":"D"}]}]])
    assert.equal("linkedin.com/company/a", found[1])
    assert.equal("b.example", found[2])
    assert.equal(found[3], found[4])
    assert.not_equal(found[3], found[5])
  end)

  it("knows companies by domain where they aren't a list", function()
    assert.same({ "a.example" }, keys(COMPANIES, '{"companies":{"a.example":{"name":"A"}}}'))
  end)

  it("is empty where there is an empty table or list, null, or nothing at all", function()
    for _, text in ipairs { "{}", '{"profiles":[]}', '{"metadata":[],"profiles":{}}',
        '{"profiles":null,"status_code":200}', '{"metadata":[]}' } do
      local read = page.read(PEOPLE, assert(core.decode(text)))
      assert.same({ entries = {}, count = 0 }, read)
    end
  end)

  it("is unread where anything else stands in the place of records", function()
    for _, text in ipairs { '{"profiles":"none"}', '{"profiles":[null,1]}',
        '{"profiles":false}' } do
      local read = page.read(PEOPLE, assert(core.decode(text)))
      assert.same({ entries = {}, count = 0, is_unread = true }, read)
    end
  end)

  it("believes no size and no total that is none", function()
    local function about(text)
      local read = page.read(PEOPLE, assert(core.decode(
        ('{"metadata":{"page_size":%s,"total_results":%s}}'):format(text, text))))
      return { size = read.size, total = read.total }
    end
    assert.same({ size = 10, total = 10 }, about("10"))
    for _, text in ipairs { "0", "-1", "1.5", '"10"', "null", "[]" } do
      assert.same({}, about(text))
    end
  end)

  it("is in a journal what it was, but for records that were purged", function()
    local read = page.read(PEOPLE, assert(core.decode(
      '{"metadata":{"total_results":3},"profiles":[' .. person("https://linkedin.com/in/ada")
      .. "," .. person("https://linkedin.com/in/zoe") .. "]}")))
    read.fresh = 2
    local kept = assert(core.decode(core.encode(page.pack(read))))
    table.remove(kept.records, 1)
    local back = page.unpack(PEOPLE, { value = kept.value, records = kept.records })
    assert.same(read.entries[2], back.entries[1])
    assert.same({ 1, 2, 2, 3 }, { #back.entries, back.count, back.fresh, back.total })
  end)
end)
