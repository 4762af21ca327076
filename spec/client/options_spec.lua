-- Every option of contactout.new: what it accepts, and what it does on the wire.

local contactout = require "contactout"
local options = require "contactout.options"
local support = require "spec.support.client"
local version = require "contactout.version"

local sandbox = support.sandbox

--- The error of a client that can't be made.
local function refused(opts)
  opts.token = opts.token == nil and "test-1" or opts.token
  local client, err = contactout.new(opts)
  assert.is_nil(client)
  assert.is_true(contactout.is_error(err))
  return err
end

--- The headers of one request of a client with those options.
local function headers_of(opts, call_opts)
  assert(support.client(opts):stats({}, call_opts))
  local ledger = sandbox:ledger()
  return ledger[#ledger].headers
end

before_each(support.begin)
after_each(support.finish)

describe("contactout.new", function()
  local WRONG = {
    token = { 5, true, {}, "", "  ", "a b", "a\nb", "a\0b", "a\127", "a\n" },
    base_url = { 5, "", "api.contactout.com", "ftp://127.0.0.1", "https://" },
    timeout = { "5", 0, -1, 0 / 0, math.huge, true },
    connect_timeout = { "5", 0, -1, 0 / 0 },
    max_retries = { "4", -1, 1.5, 0 / 0, math.huge },
    max_retry_wait = { "4", -1, 0 / 0 },
    rate_limits = { 60, true, { searches = 60 }, { search = "60" }, { search = 0 },
      { search = -1 }, { search = 0 / 0 }, { 60 } },
    budget = { 5, true, { emails = 1 }, { email = -1 } },
    cache = { 5, true, "memory" },
    max_connections = { "4", 0, 1.5, -1, 100000 },
    max_response_bytes = { "4", 0, -1, 0.5 },
    ca_file = { true, "a\nb" }, ca_path = { 5 }, proxy = { 5, "http://a b/" },
    user_agent = { 5, "a\r\nb" },
    headers = { "x", 5, { "x" }, { x = 5 }, { x = true }, { x = "a\nb" }, { ["a b"] = "c" },
      { Token = "x" }, { Host = "x" }, { ["content-length"] = "5" } },
    loop = { 5, "nowhere", {} },
    observe = { "x", {} },
    observe_data = { 1, "true" },
  }

  it("has a case here for each option that exists", function()
    for _, option in ipairs(options.CLIENT) do
      assert.is_table(WRONG[option.name], option.name)
    end
  end)

  for name, values in pairs(WRONG) do
    it("refuses what " .. name .. " can't be", function()
      for _, value in ipairs(values) do
        local err = refused({ [name] = value })
        assert.equal("invalid_argument", err.kind)
        assert.equal(name, err.param:match("^[%w_]+"), tostring(err))
        assert.matches(name, err.message, 1, true)
      end
    end)
  end

  it("names the nearest option for an unknown one", function()
    local err = refused({ timeot = 5 })
    assert.equal("invalid_argument", err.kind)
    assert.equal("timeot", err.param)
    assert.matches("timeout", err.message, 1, true)
    assert.equal("invalid_argument", refused({ retry_charged = true }).kind)
    assert.equal("invalid_argument", refused({ [1] = "test-1" }).kind)
  end)

  it("does the same for the options of a call", function()
    local client = support.client()
    for _, opts in ipairs { { raww = true }, { timeout = "5" }, { max_retries = -1 },
      { raw = 1 }, { retry_charged = "yes" }, { extra = 5 }, { headers = { token = "x" } },
      { query = {} } } do
      local value, err = client:stats({}, opts)
      assert.is_nil(value)
      assert.equal("invalid_argument", err.kind)
      assert.equal(next(opts), err.param:match("^[%w_]+"))
      assert.equal("stats", err.endpoint)
    end
    assert.same({}, sandbox:ledger())
  end)

  it("accepts what the options may be at most and at least", function()
    for _, opts in ipairs {
      { max_retries = 0, max_retry_wait = 0 }, { max_retry_wait = math.huge },
      { rate_limits = { search = false, other = 0.5 } }, { rate_limits = {} },
      { max_connections = 1, max_response_bytes = 1 }, { timeout = 0.001 }, { headers = {} },
      { user_agent = "" },
    } do
      support.client(opts)
    end
  end)

  it("copies what it was given", function()
    local headers = { ["x-mine"] = "1" }
    local client = support.client { headers = headers }
    headers["x-mine"] = "2"
    assert(client:stats())
    assert.equal("1", sandbox:ledger()[1].headers["x-mine"])
  end)
end)

describe("the token", function()
  it("is trimmed", function()
    assert.equal("test-1", headers_of({ token = "  test-1 " }).token)
  end)

  it("is the environment's only where none is given", function()
    local program = [[
      local contactout = require "contactout"
      print(assert(contactout.new{}):stats())
      print(select(2, contactout.new{ token = "" }).param)
    ]]
    local output = support.run_lua(program,
      { CONTACTOUT_TOKEN = "test-env", CONTACTOUT_BASE_URL = sandbox.url })
    assert.matches("^table", output)
    assert.matches("token$", output)
    assert.equal("test-env", sandbox:ledger()[1].token)
  end)

  it("stands neither in tostring(client) nor in its fields", function()
    local client = support.client { token = "test-secret" }
    assert.matches("contactout", tostring(client), 1, true)
    assert.is_nil(tostring(client):find("secret", 1, true))
    for name, value in pairs(client) do
      assert.is_nil((tostring(name) .. tostring(value)):find("secret", 1, true))
    end
  end)
end)

describe("base_url", function()
  local GOOD = {
    "https://api.contactout.com", "https://proxy.example:8443/contactout/", "HTTPS://x.example",
    "http://127.0.0.1:80", "http://127.9.9.9", "http://localhost:1", "http://[::1]:80",
    "http://LOCALHOST",
  }
  for _, url in ipairs(GOOD) do
    it("may be " .. url, function()
      assert(contactout.new { token = "x", base_url = url }):close()
    end)
  end

  local BAD = {
    "http://api.contactout.com", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
    "http://127.0.0.1@evil.example", "http://evil.example#@127.0.0.1", "http://128.0.0.1",
    "http://evil.example/127.0.0.1", "http://[::2]", "http://0.0.0.0",
    "https://user@x.example", "https://user:word@x.example", "http://a:b@127.0.0.1",
    "https://x.example?a=b", "https://x.example/#a", "https://x.example/?", "https://x.example/#",
    "https://x.example#", "https://x.example\n", "file:///etc/passwd", "//x.example",
    "http://127.0.0.1\\@evil.example",
  }
  for _, url in ipairs(BAD) do
    it("can't be " .. url:gsub("\n", "\\n"), function()
      assert.equal("base_url", refused({ base_url = url }).param)
    end)
  end

  it("may have a path, which is put before the endpoint's", function()
    support.client({ base_url = sandbox.url .. "/behind/" }):stats()
    assert.equal("/behind/v1/stats", sandbox:ledger()[1].path)
  end)
end)

describe("headers", function()
  it("of a client and of a call are added, the call's first", function()
    local seen = headers_of({ headers = { ["X-One"] = "1", ["X-Two"] = "2" } },
      { headers = { ["x-two"] = "two", ["x-empty"] = "" } })
    assert.equal("1", seen["x-one"])
    assert.equal("two", seen["x-two"])
    assert.equal("", seen["x-empty"])
  end)

  it("leave a default one out by false, in any case", function()
    local seen = headers_of({ headers = { Authorization = false, accept = false } })
    assert.is_nil(seen.authorization)
    assert.is_nil(seen.accept)
    assert.equal("test-1", seen.token)
  end)

  it("put a default one back for one call", function()
    local seen = headers_of({ headers = { authorization = false } },
      { headers = { authorization = "basic" } })
    assert.equal("basic", seen.authorization)
  end)
end)

describe("user_agent", function()
  it("is the module's and its version, unless given", function()
    assert.equal("contactout-lua/" .. version, headers_of()["user-agent"])
    assert.equal("mine/1", headers_of({ user_agent = "mine/1" })["user-agent"])
  end)
end)

describe("timeout", function()
  it("of a call goes before the client's", function()
    local client = support.client { timeout = 0.05, max_retries = 0 }
    assert(client:stats({}, support.with_fault("delay:0.2", { timeout = 5 })))
    local _, err = client:stats({}, support.with_fault("delay:0.2"))
    assert.equal("timeout", err.kind)
  end)
end)
