-- Which headers go out: the defaults, the client's, the request's own.

local core = require "contactout.core"
local locale = require "spec.support.locale"
local support = require "spec.support.core"
local version = require "contactout.version"

local sandbox = support.sandbox

before_each(support.begin)
after_each(support.finish)

--- The headers, as they arrived, of one request with those of client and call.
local function sent(of_client, of_request, opts)
  local all = { headers = of_client }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  assert(support.client(all):stats(nil, { headers = of_request }))
  return sandbox:ledger()[1].headers
end

--- The error that headers give, from both places where they may stand.
local function refused(headers)
  local _, of_client = core.new { token = "t", headers = headers }
  local _, of_request = core.build("stats", nil, { headers = headers })
  assert.equal("invalid_argument", of_client.kind)
  assert.equal("invalid_argument", of_request.kind)
  assert.equal(of_client.param, of_request.param)
  return of_request.param
end

describe("headers", function()
  it("are these by default", function()
    local headers = sent()
    assert.equal("basic", headers.authorization)
    assert.equal("application/json", headers.accept)
    assert.equal("contactout-lua/" .. version, headers["user-agent"])
    assert.equal(support.TOKEN, headers.token)
    assert.is_nil(headers["content-type"])
  end)

  it("of a body say what it is, and expect nothing", function()
    assert(support.client():perform(support.costly_post()))
    local headers = sandbox:ledger()[1].headers
    assert.equal("application/json", headers["content-type"])
    assert.is_nil(headers.expect)
  end)

  it("may be added by client and request", function()
    local headers = sent({ ["X-One"] = "1" }, { ["X-Two"] = "2" })
    assert.equal("1", headers["x-one"])
    assert.equal("2", headers["x-two"])
  end)

  -- in Turkish an i is no small I
  it("are told from others by ASCII alone, whatever the locale", function()
    local output = locale.run("tr_TR", "ISO-8859-9", "ctype", [[
      local core = require "contactout.core"
      local function refusal(name)
        local _, err = core.new { token = "t", headers = { [name] = "x" } }
        return err and err.param
      end
      print(refusal("TRANSFER-ENCODING"))]])
    if not output then
      return pending(locale.MISSING)
    end
    assert.equal("headers.TRANSFER-ENCODING", output:match("^[^\n]*"))
  end)

  it("of a request overrule the client's, whatever their case", function()
    local headers = sent({ ["X-One"] = "client", Accept = "a/b" },
      { ["x-oNE"] = "request", ACCEPT = "c/d" })
    assert.equal("request", headers["x-one"])
    assert.equal("c/d", headers.accept)
  end)

  it("of value false are left out", function()
    local headers = sent({ authorization = false, ["X-One"] = "1" },
      { ["User-Agent"] = false, ["x-one"] = false })
    assert.is_nil(headers.authorization)
    assert.is_nil(headers["user-agent"])
    assert.is_nil(headers["x-one"])
  end)

  it("left out by the client may be put back by a request", function()
    local headers = sent({ authorization = false }, { authorization = "basic" })
    assert.equal("basic", headers.authorization)
  end)

  it("may be empty", function()
    assert.equal("", sent({ ["X-Empty"] = "" })["x-empty"])
  end)

  it("take the option user_agent, which the header overrules", function()
    assert.equal("mine/1", sent(nil, nil, { user_agent = "mine/1" })["user-agent"])
    sandbox:reset()
    assert.equal("header/2",
      sent({ ["user-agent"] = "header/2" }, nil, { user_agent = "mine/1" })["user-agent"])
  end)

  it("that the client sets itself can't be set", function()
    for _, name in ipairs {
      "token", "Token", "HOST", "content-length", "Transfer-Encoding", "connection",
    } do
      assert.equal("headers." .. name, refused { [name] = "x" })
      assert.equal("headers." .. name, refused { [name] = false })
    end
  end)

  it("have names without blanks, colons or control characters", function()
    for _, name in ipairs { "", "a b", "a:", "a\r\nb", "a\0b", "\195\164" } do
      refused { [name] = "x" }
    end
  end)

  it("have values that can't begin a line of their own", function()
    for _, value in ipairs { "a\r\ntoken: b", "a\n", "\0", "\127" } do
      refused { ["X-One"] = value }
    end
  end)

  it("are strings by name", function()
    refused { "x" }
    refused { ["X-One"] = 1 }
    refused { ["X-One"] = true }
    refused { ["X-One"] = {} }
    refused "X-One: 1"
  end)

  it("may be too long", function()
    refused { ["X-One"] = ("x"):rep(70000) }
  end)
end)
