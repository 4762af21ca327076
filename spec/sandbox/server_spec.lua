-- The server over raw sockets: connections, odd bytes, TLS; and that it
-- survives all of it.

local socket = require "socket"
local sandbox = require("spec.support.sandbox").start {}

local PORT = tonumber(sandbox.url:match("(%d+)$"))
local REQUEST = "GET /v1/stats HTTP/1.1\r\nhost: x\r\ntoken: test-1\r\n\r\n"

local function connect()
  local peer = assert(socket.connect("127.0.0.1", PORT))
  peer:settimeout(10)
  return peer
end

local function read_reply(peer)
  local status = peer:receive("*l")
  local length
  repeat
    local line = peer:receive("*l")
    length = length or line:match("^content%-length: (%d+)")
  until line == ""
  return status, peer:receive(tonumber(length))
end

describe("sandbox.server", function()
  before_each(function()
    sandbox:reset()
  end)

  it("keeps a connection, and counts it once", function()
    local peer = connect()
    for _ = 1, 3 do
      peer:send(REQUEST)
      assert.equal("HTTP/1.1 200 OK", (read_reply(peer)))
    end
    local state = sandbox:state()
    assert.same({ 3, 1, 1 }, { state.requests, state.connections_opened, state.connections_open })
    peer:close()
  end)

  it("closes when asked to", function()
    local peer = connect()
    peer:send((REQUEST:gsub("\r\n\r\n", "\r\nconnection: close\r\n\r\n")))
    assert.is_truthy(peer:receive("*a"):find("connection: close", 1, true))
    peer:close()
  end)

  it("answers requests sent all at once, in order", function()
    local peer = connect()
    peer:send(REQUEST:rep(5))
    for _ = 1, 5 do
      assert.equal("HTTP/1.1 200 OK", (read_reply(peer)))
    end
    peer:close()
  end)

  it("reads a request that comes in two parts, wherever it is cut", function()
    for cut = 1, #REQUEST - 1 do
      local peer = connect()
      peer:setoption("tcp-nodelay", true)
      peer:send(REQUEST:sub(1, cut))
      sandbox:state() -- by its answer the first part has been read
      peer:send(REQUEST:sub(cut + 1))
      assert.equal("HTTP/1.1 200 OK", (read_reply(peer)))
      peer:close()
    end
  end)

  it("reads a body in chunks, and says continue to who waits", function()
    local peer = connect()
    peer:send("POST /v1/people/count HTTP/1.1\r\ntoken: test-1\r\n"
      .. "content-type: application/json\r\ntransfer-encoding: chunked\r\n"
      .. "expect: 100-continue\r\n\r\n")
    assert.equal("HTTP/1.1 100 Continue", peer:receive("*l"))
    peer:receive("*l")
    peer:send('5\r\n{"nam\r\n7\r\ne":"x"}\r\n0\r\n\r\n')
    assert.equal("HTTP/1.1 200 OK", (read_reply(peer)))
    assert.equal('{"name":"x"}', sandbox:ledger()[1].body)
    peer:close()
  end)

  it("takes a URL longer than a buffer", function()
    local status = sandbox:request { path = "/v1/stats", query = "x=" .. ("y"):rep(20000) }
    assert.equal(400, status)
    assert.equal(20002, #sandbox:ledger()[1].query)
  end)

  it("refuses and records bytes that aren't HTTP", function()
    for _, bytes in ipairs {
      "hello\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nbad\r\n",
    } do
      local peer = connect()
      peer:send(bytes)
      assert.is_truthy(peer:receive("*a"):find("^HTTP/1.1 400"))
      peer:close()
    end
    assert.equal(3, #sandbox:state().errors)
  end)

  it("survives clients that leave at any point", function()
    for _, bytes in ipairs {
      "", "GE", "GET /v1/stats HTTP/1.1\r\n", "GET /v1/stats HTTP/1.1\r\ntoken: te",
      "GET /v1/stats HTTP/1.1\r\ntoken: test-1\r\n",
      "POST /v1/people/count HTTP/1.1\r\ntoken: test-1\r\ncontent-length: 10\r\n\r\n{",
      "POST /v1/people/count HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{",
      REQUEST, REQUEST:rep(100),
    } do
      local peer = connect()
      peer:send(bytes)
      peer:close()
    end
    assert.equal(200, (sandbox:request { path = "/v1/stats" }))
    assert.same({}, sandbox:state().errors)
  end)

  describe("over TLS", function()
    local folder, secure

    setup(function()
      folder = os.tmpname()
      os.execute("rm -f " .. folder .. " && mkdir " .. folder)
      secure = require("spec.support.sandbox").start { tls = folder }
    end)

    before_each(function()
      secure:reset()
    end)

    teardown(function()
      secure:stop()
      os.execute("rm -r " .. folder)
    end)

    local function curl(flags, url)
      local pipe = io.popen("curl -s -o /dev/null -w '%{http_version} %{http_code}'"
        .. " -H 'token: test-1' --cacert " .. secure.ca_file .. " " .. flags .. " " .. url
        .. "/v1/stats")
      local text = pipe:read("*a")
      pipe:close()
      return text
    end

    it("speaks HTTP/1.1 and HTTP/2 as the client chooses", function()
      assert.equal("1.1 200", curl("--http1.1", secure.url))
      assert.equal("2 200", curl("--http2", secure.url))
      assert.same({ "1.1", "2" }, { secure:ledger()[1].version, secure:ledger()[2].version })
    end)

    it("has a certificate for localhost and 127.0.0.1", function()
      assert.equal("https://localhost:", secure.url:match("^%D+:"))
      assert.equal("2 200", curl("", (secure.url:gsub("localhost", "127.0.0.1"))))
    end)

    it("survives clients of HTTP/2 that leave", function()
      for _, fault in ipairs { "hang", "slow-body:1", "delay:0.2", "garbage", "close-after" } do
        curl("-m 0.1 -H 'x-sandbox-fault: " .. fault .. "'", secure.url)
      end
      assert.same({}, secure:wait({ responses = 5 }).errors)
    end)

    it("resets a stream of HTTP/2 without an answer", function()
      assert.is_truthy(curl("-H 'x-sandbox-fault: reset-after'", secure.url):find(" 000$"))
      assert.equal("reset", secure:ledger()[1].status)
    end)
  end)
end)
