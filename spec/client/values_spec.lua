-- Odd values on their way to the server and back: every byte of a string
-- arrives as it was given, and what is odd in a reply is kept or repaired.

local cjson = require "cjson"
local contactout = require "contactout"
local support = require "spec.support.client"

local sandbox = support.sandbox
local BASE = "https://www.linkedin.com/in/"

local ODD = {
  ["signs that a URL uses"] = "a+b &c=d %41 #e ?f/g:h;i",
  ["quotes and backslashes"] = "\"quoted\" 'and' \\n back\\slashed",
  ["letters of many scripts"] = "Ünïcödé 東京 עברית \240\159\154\128",
  ["control characters"] = "tab\tline\nbell\7delete\127",
  ["a NUL"] = "before\0after",
  ["ten thousand bytes"] = ("0123456789"):rep(1000),
}

--- What the server decodes from a query's only value.
local function decoded(query)
  return (query:match("=(.*)$"):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

before_each(support.begin)
after_each(support.finish)

describe("a string in a query", function()
  for what, text in pairs(ODD) do
    it("arrives whole: " .. what, function()
      support.client():linkedin_enrich({ profile = BASE .. text })
      local entry = sandbox:ledger()[1]
      assert.equal(BASE .. text, decoded(entry.query))
      assert.is_nil(entry.query:find("[^%w%-._~%%=]"), "an unencoded byte")
    end)
  end

  it("is left to the server where it is no address at all", function()
    local _, err = support.client():email_verify({ email = "a+b c@d" })
    assert.equal("invalid_request", err.kind)
    assert.equal("email=a%2Bb%20c%40d", sandbox:ledger()[1].query)
  end)
end)

describe("a string in a body", function()
  for what, text in pairs(ODD) do
    it("arrives whole: " .. what, function()
      assert(support.client():people_count({ keyword = text, skills = { "C", text } }))
      local args = cjson.decode(sandbox:ledger()[1].body)
      assert.equal(text, args.keyword)
      assert.same({ "C", text }, args.skills)
    end)
  end

  it("may be empty where it is not required", function()
    local _, err = support.client():people_count({ keyword = "" })
    assert.equal("invalid_request", err.kind)
    assert.equal('{"keyword":""}', sandbox:ledger()[1].body)
  end)
end)

describe("a body", function()
  it("of a thousand URLs is sent at once", function()
    local urls = {}
    for i = 1, 1000 do
      urls[i] = BASE .. "somebody-" .. i .. "-" .. ("x"):rep(200)
    end
    assert(support.client():people_linkedin_batch_v2({ profiles = urls }))
    local entry = sandbox:ledger()[1]
    assert.same(urls, cjson.decode(entry.body).profiles)
    assert.is_nil(entry.headers.expect)
  end)

  it("without parameters is an empty object", function()
    assert(support.client():people_count())
    assert.equal("{}", sandbox:ledger()[1].body)
  end)
end)

describe("the option extra", function()
  it("adds undocumented parameters to a query", function()
    support.client():stats({ period = "2024-01" }, { extra = { zone = "Åland", page_size = 5 } })
    assert.equal("period=2024-01&page_size=5&zone=%C3%85land", sandbox:ledger()[1].query)
  end)

  it("adds them to a body", function()
    support.client():people_count({ name = "x" }, { extra = { past_company = { "A", "B" } } })
    assert.equal('{"name":"x","past_company":["A","B"]}', sandbox:ledger()[1].body)
  end)
end)

describe("client:request", function()
  it("sends method, path, query and body", function()
    local client = support.client()
    client:request("post", "/v1/people/count", { json = { keyword = "é" } })
    client:request("GET", "/v1/stats", { query = { period = "2024-01" } })
    local ledger = sandbox:ledger()
    assert.same({ "POST", "/v1/people/count", '{"keyword":"é"}' },
      { ledger[1].method, ledger[1].path, ledger[1].body })
    assert.equal("application/json", ledger[1].headers["content-type"])
    assert.same({ "GET", "/v1/stats", "period=2024-01", support.TOKEN },
      { ledger[2].method, ledger[2].path, ledger[2].query, ledger[2].token })
  end)

  it("decodes what comes back, keyed members in order", function()
    local client = support.client()
    local body = assert(client:request("POST", "/v1/people/search", { json = { page = 1 } }))
    local count = 0
    for url, profile in contactout.ordered(body.profiles) do
      count = count + 1
      assert.equal(profile, body.profiles[url])
    end
    assert.equal(25, count)
  end)

  for _, path in ipairs { "v1/stats", "//evil.example/", "", "/a b", "/a\r\nb" } do
    it("refuses the path " .. ("%q"):format(path), function()
      local value, err = support.client():request("GET", path)
      assert.is_nil(value)
      assert.equal("invalid_argument", err.kind)
      assert.equal("path", err.param)
      assert.same({}, sandbox:ledger())
    end)
  end
end)

describe("a reply", function()
  --- The reply of stats under a fault.
  local function stats(fault)
    return assert(support.client():stats({}, support.with_fault(fault)))
  end

  it("lacks what was null", function()
    local body = stats("null-members")
    assert.same({ status_code = 200 }, body)
  end)

  it("has an empty table where an empty array stood", function()
    local body = assert(support.client():linkedin_enrich({ profile = BASE .. "nobody-1" }))
    assert.same({}, body.profile)
    assert.equal("[]", contactout.encode(body.profile))
  end)

  it("has contactout.null for a null inside an array, the same as cjson.null", function()
    assert.equal(cjson.null, contactout.null)
  end)

  it("keeps half a surrogate pair as U+FFFD", function()
    assert.equal("half \239\191\189 of a pair", stats("surrogate").note)
  end)

  it("keeps bytes that are no UTF-8 as U+FFFD", function()
    assert.equal("bytes \239\191\189\239\191\189\239\191\189 and more", stats("bad-utf8").note)
  end)

  it("keeps raw control characters, NUL included", function()
    assert.equal("raw \1 and \0 and \n", stats("control-bytes").note)
  end)

  for _, fault in ipairs { "bom", "gzip", "chunked", "100-continue", "slow-body:0.05" } do
    it("is read in spite of " .. fault, function()
      assert.equal(200, stats(fault).status_code)
    end)
  end
end)
