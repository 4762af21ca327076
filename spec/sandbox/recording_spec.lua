local files = require "spec.support.files"
local recording = require "contactout.sandbox.recording"

local function request(fields)
  local all = { method = "GET", path = "/v1/stats", query = "", body = "" }
  for name, value in pairs(fields or {}) do
    all[name] = value
  end
  return all
end

local function are_one(a, b)
  return recording.key(request(a)) == recording.key(request(b))
end

describe("recording.key", function()
  it("is that of another order of parameters, and of members of the body", function()
    assert.is_true(are_one({ query = "a=1&b=%20" }, { query = "b=+&a=1" }))
    assert.is_true(are_one({ body = '{"a":[1,2],"b":{}}' }, { body = ' {"b": {}, "a": [1, 2]}' }))
  end)

  it("is another one for whatever else differs", function()
    for _, fields in ipairs { { method = "POST" }, { path = "/v1/stat" }, { query = "a=1" },
      { body = "{}" }, { body = "no JSON" } } do
      assert.is_false(are_one({}, fields))
    end
    assert.is_false(are_one({ body = '{"a":[1,2]}' }, { body = '{"a":[2,1]}' }))
  end)
end)

describe("recording.line", function()
  local function line(fields, token)
    local exchange = request { status = 200, headers = {}, reply = "{}" }
    for name, value in pairs(fields) do
      exchange[name] = value
    end
    return recording.line(exchange, token)
  end

  it("lacks the token in all its spellings, wherever it was repeated", function()
    local token = "se/c%r+\"t"
    local text = line({
      query = "q=se%2Fc%25r%2B%22t", body = token, reply = 'a "se\\/c%r+\\"t"',
      headers = { { "x-echo", token } },
    }, token)
    assert.is_nil(text:find("se", 1, true))
    assert.equal(4, select(2, text:gsub("%(token%)", "")))
  end)

  it("keeps any bytes of a reply", function()
    local reply = 'a/b \\/ \0\1\r\n \255\254 "\\u00e9" \\\\/'
    local name = files.temporary(recording.heading("https://a.example")
      .. line({ reply = reply }, "token"))
    local read = assert(recording.read(name))
    os.remove(name)
    assert.equal(reply, read[1].reply)
    assert.equal(2, read[1].number)
  end)
end)

describe("recording.describe", function()
  it("names method, path, parameters and body, in a line of bounded length", function()
    assert.equal("GET /v1/stats?a=1", recording.describe(request { query = "a=1" }))
    assert.equal("POST /v1/stats {}", recording.describe(request { method = "POST", body = "{}" }))
    assert.equal(150, #recording.describe(request { body = ("x"):rep(1000) }))
  end)
end)
