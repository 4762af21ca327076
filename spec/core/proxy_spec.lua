-- Proxies: never for a loopback address, whatever the environment says; for
-- others as told; and their passwords in no error.

local core = require "contactout.core"
local raw = require "spec.support.raw_server"
local support = require "spec.support.core"

before_each(support.begin)
after_each(support.finish)

local SECRET = "pa55-w0rd"

--- A server that tells of what it gets and refuses it.
local function start_proxy()
  return raw.start [[
    function serve(connection)
      event(connection:head())
      connection:write("HTTP/1.1 502 No\r\ncontent-length: 0\r\nx-request-id: proxy\r\n\r\n")
    end
  ]]
end

local function assert_no_secret(err)
  for name, value in pairs(err) do
    assert.is_nil(tostring(value):find(SECRET, 1, true), name)
  end
  assert.is_nil(tostring(err):find(SECRET, 1, true))
end

describe("a loopback base_url", function()
  it("uses no proxy of the environment", function()
    local proxy = start_proxy()
    local env = {}
    for name in ("http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy"):gmatch("%S+") do
      env[name] = proxy.url
    end
    local output, code = support.run([[
      assert(client():stats())
      local c = client { base_url = (URL:gsub("127.0.0.1", "localhost")) }
      assert(c:stats())
      local _, err = client { base_url = "https://127.0.0.1:1" }:stats()
      say(err.kind)
    ]], env)
    assert.equal("connection", output)
    assert.equal(0, code)
    assert.same({}, proxy:events())
  end)

  it("uses no proxy that is an option", function()
    local proxy = start_proxy()
    assert(support.client { proxy = proxy.url }:stats())
    assert.same({}, proxy:events())
  end)
end)

describe("another base_url", function()
  local function call(opts)
    local client = support.client(opts)
    return client:perform(support.costly())
  end

  local function with_user(url)
    return (url:gsub("//", "//user:" .. SECRET .. "@"))
  end

  it("is reached through the proxy, which gets no token", function()
    local proxy = start_proxy()
    local value, err, sent = call { base_url = "https://api.example.test", proxy = proxy.url }
    assert.is_nil(value)
    assert.equal("connection", err.kind)
    assert.is_nil(err.maybe_charged)
    assert.is_nil(err.status)
    assert.is_false(sent)
    local events = proxy:wait(1)
    assert.equal("CONNECT api.example.test:443 HTTP/1.1", events[1]:match("^[^\r\n]+"))
    assert.is_nil(events[1]:find(support.TOKEN, 1, true))
    assert.is_nil(events[1]:lower():find("authorization", 1, true))
    assert.equal(1, #events)
  end)

  it("uses the environment's proxy", function()
    local proxy = start_proxy()
    local output = support.run([[
      local _, err = client { base_url = "https://api.example.test" }:stats()
      say(err.kind)
    ]], { https_proxy = proxy.url })
    assert.equal("connection", output)
    assert.truthy(proxy:wait(1)[1]:match("^CONNECT api.example.test:443"))
  end)

  it("gives no error with the proxy's password", function()
    local proxy = start_proxy()
    for _, url in ipairs {
      with_user(proxy.url), with_user("http://127.0.0.1:1"), with_user("socks5h://127.0.0.1:1"),
      with_user("http://no-such-proxy.invalid:1"), with_user("ftp://127.0.0.1:1"),
      with_user("socks9://127.0.0.1:1"), with_user("https://127.0.0.1:1"),
    } do
      local _, err, sent = call { base_url = "https://api.example.test", proxy = url }
      assert_no_secret(err)
      assert.is_false(sent)
    end
    assert.is_nil(table.concat(proxy:wait(1)):find(SECRET, 1, true))
  end)

  it("gives no error with the password of the environment's proxy", function()
    for _, url in ipairs {
      with_user("ftp://127.0.0.1:1"), with_user("socks9://h"), with_user("http://[::bad"),
      with_user("http://127.0.0.1:99999"), with_user("http://h h"),
    } do
      local output, code = support.run([[
        local _, err = client { base_url = "https://api.example.test" }:stats()
        for name, value in pairs(err) do
          say(name, value)
        end
        say(tostring(err))
      ]], { https_proxy = url })
      assert.equal(0, code)
      assert.truthy(output:find("kind", 1, true))
      assert.is_nil(output:find(SECRET, 1, true), output)
    end
  end)

  it("refuses an option proxy that is no URL, without quoting it", function()
    local _, err = core.new { token = "t", proxy = "http://user:" .. SECRET .. "@[::bad" }
    assert.equal("invalid_argument", err.kind)
    assert.equal("proxy", err.param)
    assert_no_secret(err)
  end)
end)
