-- What is kept of which calls, under which key, and in which form.

local cache = require "contactout.cache"
local contactout = require "contactout"
local core = require "contactout.core"

local function open(asked)
  return assert(cache.open({}, asked or { token = "t" }))
end

local function key(params, opts, asked)
  return open(asked):key(assert(core.build("people_linkedin", params, opts)))
end

local ADA = { profile = "https://linkedin.com/in/ada" }

describe("a cache's key", function()
  it("is that of what the request asks", function()
    assert.equal(key(ADA), key({ profile = " https://linkedin.com/in/ada " }))
    assert.not_equal(key(ADA), key({ profile = "https://linkedin.com/in/bob" }))
    assert.not_equal(key(ADA), key({ profile = ADA.profile, include_phone = true }))
    assert.not_equal(key(ADA), key(ADA, { extra = { depth = 2 } }))
    assert.equal(key(ADA), key(ADA, { timeout = 5 }))
  end)

  it("tells bodies apart", function()
    local one = open()
    local function with(email)
      return one:key(assert(core.build("people_enrich", { email = email })))
    end
    assert.equal(with("a@b.example"), with("a@b.example"))
    assert.not_equal(with("a@b.example"), with("c@d.example"))
  end)

  it("belongs to a token, a server and the client's headers, and shows none", function()
    local asked = { token = "s3cret", base_url = "https://a.example", headers = { X = "1" } }
    local mine = key(ADA, nil, asked)
    assert.is_nil(mine:find("s3cret", 1, true))
    assert.equal(mine, key(ADA, nil, asked))
    for name, value in pairs { token = "other", base_url = "https://b.example",
      headers = { X = "2" } } do
      local changed = { token = asked.token, base_url = asked.base_url, headers = asked.headers }
      changed[name] = value
      assert.not_equal(mine, key(ADA, nil, changed))
    end
  end)

  it("is none for a call with headers of its own, or for a raw reply", function()
    assert.is_nil(key(ADA, { headers = { ["x-a"] = "1" } }))
    assert.is_nil(key(ADA, { headers = { ["user-agent"] = false } }))
    assert.is_nil(key(ADA, { raw = true }))
    assert.is_string(key(ADA, { raw = false }))
  end)
end)

describe("what a cache keeps", function()
  it("is read as it was written", function()
    local text = [[{"n":200,"x":1.5,"big":9007199254740993,"list":[],"of":["a",null,"é"],]]
      .. [["deep":{"t":true,"f":false}}]]
    local value = core.decode(text)
    local read = cache.open({}, { token = "t" }).read(open().write(value))
    assert.same(value, read)
    assert.equal(contactout.null, read.of[2])
    assert.equal(getmetatable(value.list), getmetatable(read.list))
    assert.equal("[]", contactout.encode(read.list))
    local math_type = rawget(math, "type")
    if math_type then
      assert.equal("integer", math_type(read.n))
      assert.equal(9007199254740993, read.big)
    end
  end)

  it("is a new table for each reader", function()
    local one = open()
    local text = one.write({ list = { "a" } })
    assert.not_equal(one.read(text), one.read(text))
    assert.not_equal(one.read(text).list, one.read(text).list)
  end)

  it("is the error that there is nobody, and no other", function()
    local one = open()
    local gone = core.error("not_found", "nobody", { status = 404, endpoint = "x", attempts = 3 })
    local value, err = one.read(one.write(nil, gone))
    assert.is_nil(value)
    assert.is_true(contactout.is_error(err))
    assert.equal("not_found", err.kind)
    assert.equal("nobody", err.message)
    assert.equal(404, err.status)
    assert.equal("x", err.endpoint)
    assert.equal(0, err.attempts)
    assert.is_nil(one.write(nil, core.error("server", "down", { status = 500 })))
  end)

  it("is kept for as long as its kind is", function()
    local one = assert(cache.open({ ttl = 0, not_found_ttl = 9 }, { token = "t" }))
    local function kept(name, text)
      local request = assert(core.build("people_linkedin", { profile = ADA.profile .. name }))
      assert(one:set(one:key(request), text))
      return (one:find({ request = request, question = request }))
    end
    assert.is_nil(kept("a", one.write({})))
    assert.is_string(kept("b", one.write(nil, core.error("not_found", "nobody"))))
    assert.same({ profile = {} }, one.read(kept("c", one.write({ profile = {} })))) -- nobody, too
  end)
end)
