-- The faults over real HTTP. Raw sockets where the reply is no good HTTP.

local socket = require "socket"
local faults = require "contactout.sandbox.faults"
local sandbox = require("spec.support.sandbox").start {}

local PORT = tonumber(sandbox.url:match("(%d+)$"))
local PERSON = "/v1/people/person"
local EMAIL = require("contactout.sandbox.data").person(6).work_emails[1]

local function with_fault(fault, path)
  return sandbox:request { path = path or "/v1/stats", headers = { ["x-sandbox-fault"] = fault } }
end

local function connect()
  local peer = assert(socket.connect("127.0.0.1", PORT))
  peer:settimeout(10)
  return peer
end

local function send(peer, target, fault)
  peer:send("GET " .. target .. " HTTP/1.1\r\nHost: x\r\nToken: test-1\r\nAccept: */*\r\n"
    .. (fault and "x-sandbox-fault: " .. fault .. "\r\n" or "") .. "\r\n")
end

--- All bytes that come until the end -> bytes, how it ended
local function read_all(peer)
  local bytes, reason, partial = peer:receive("*a")
  peer:close()
  return bytes or partial, reason
end

local function exchange(fault, target)
  local peer = connect()
  send(peer, target or "/v1/stats", fault)
  return read_all(peer)
end

local function email_charges()
  return (sandbox:state().charges["test-1"] or {}).email or 0
end

local CHARGED = PERSON .. "?email=" .. EMAIL:gsub("@", "%%40")

describe("sandbox.faults", function()
  describe("parse", function()
    it("reads names, arguments and encoded commas", function()
      assert.same({ delay = "0.5", status = "503", message = "a, b", hang = true },
        faults.parse("delay:0.5, status:503,message:a%2C b,hang"))
    end)

    it("refuses what it doesn't know", function()
      local plan, message = faults.parse("delay:1,sneeze")
      assert.is_nil(plan)
      assert.is_truthy(message:find("sneeze"))
    end)
  end)

  describe("plan", function()
    it("serves a fault to as many requests as it was added for", function()
      local list = faults.new()
      list:add({ hang = true }, 2, "stats")
      assert.same({}, list:plan(nil, "/v1/people/person", "people_person"))
      assert.same({ hang = true }, list:plan(nil, "/v1/stats", "stats"))
      assert.same({ hang = true }, list:plan(nil, "/v1/stats", "stats"))
      assert.same({}, list:plan(nil, "/v1/stats", "stats"))
    end)

    it("serves a fault for ever with -1", function()
      local list = faults.new()
      list:add({ hang = true }, -1)
      for _ = 1, 5 do
        assert.same({ hang = true }, list:plan(nil, "/", nil))
      end
    end)
  end)
end)

describe("sandbox.effects", function()
  before_each(function()
    sandbox:reset()
  end)

  describe("in place of the work", function()
    it("answers with a status, its text and retry-after", function()
      local status, body, headers = with_fault("status:503,retry-after:7,message:busy now")
      assert.equal(503, status)
      assert.same({ status_code = 503, message = "busy now" }, body)
      assert.equal("7", headers["retry-after"])
    end)

    it("gives retry-after as a date or any text", function()
      local _, _, dated = with_fault("status:429,retry-after:date+2")
      assert.is_truthy(dated["retry-after"]:find("^%a%a%a, %d%d %a%a%a %d%d%d%d [%d:]+ GMT$"))
      local _, _, absurd = with_fault("status:429,retry-after:-3e99")
      assert.equal("-3e99", absurd["retry-after"])
    end)

    it("puts an error into a 200", function()
      local status, body = with_fault("status_code-in-200:403,message:No access to endpoint")
      assert.equal(200, status)
      assert.equal(403, body.status_code)
    end)

    it("shows the token, an HTML page, another address", function()
      local status, body = with_fault("echo-token")
      assert.equal(401, status)
      assert.is_truthy(body.message:find("test-1", 1, true))
      local html_status, text, headers = with_fault("html-error")
      assert.equal(502, html_status)
      assert.equal("text/html", headers["content-type"])
      assert.is_truthy(text:find("<!DOCTYPE"))
      local moved, _, location = with_fault("redirect:http://127.0.0.1:9/x")
      assert.equal(302, moved)
      assert.equal("http://127.0.0.1:9/x", location.location)
    end)

    it("charges nothing, unless the work is asked for too", function()
      assert.equal(500, (with_fault("status:500", CHARGED)))
      assert.equal(0, email_charges())
      assert.equal(500, (with_fault("status:500,work", CHARGED)))
      assert.equal(1, email_charges())
    end)

    it("resets or closes without a byte", function()
      local reset, why = exchange("reset-before", CHARGED)
      assert.equal("", reset)
      assert.is_truthy(why == "closed" or why:find("reset"))
      assert.equal("", (exchange("close-before", CHARGED)))
      assert.equal(0, email_charges())
      assert.equal("reset", sandbox:ledger()[1].status)
    end)
  end)

  describe("after the work", function()
    it("charges and then resets or closes without a byte", function()
      assert.equal("", (exchange("reset-after", CHARGED)))
      assert.equal("", (exchange("close-after", CHARGED)))
      assert.equal(2, email_charges())
    end)

    it("answers and closes the kept connection", function()
      local bytes = exchange("close-kept")
      assert.is_truthy(bytes:find("^HTTP/1.1 200 OK"))
      assert.is_nil(bytes:lower():find("connection: close", 1, true))
    end)

    it("dies on reuse, after the second request's work", function()
      local peer = connect()
      send(peer, CHARGED, "die-on-reuse")
      local length
      repeat
        local line = peer:receive("*l")
        length = length or line:match("^content%-length: (%d+)")
      until line == ""
      peer:receive(tonumber(length))
      send(peer, CHARGED)
      assert.equal("", (read_all(peer)))
      assert.equal(2, email_charges())
      assert.equal("closed", sandbox:ledger()[2].status)
    end)

    it("truncates, sends garbage, an odd status, a continue, fat headers", function()
      local cut = exchange("truncate")
      local promised = tonumber(cut:match("content%-length: (%d+)"))
      assert.is_true(promised > #cut:match("\r\n\r\n(.*)$"))
      assert.is_nil(exchange("garbage"):find("HTTP/1", 1, true))
      assert.is_truthy(exchange("status-999,close-kept"):find("^HTTP/1.1 999 "))
      assert.is_truthy(exchange("100-continue,close-kept"):find(
        "^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "))
      assert.is_true(#exchange("headers:50000,close-kept") > 50000)
    end)

    it("sends in chunks, and slowly", function()
      local status, body = with_fault("chunked,slow-body:0.2")
      assert.equal(200, status)
      assert.equal(200, body.status_code)
    end)
  end)

  describe("documents", function()
    local function text_of(fault)
      return (select(4, with_fault(fault)))
    end

    it("are spoilt as the fault says", function()
      for fault, pattern in pairs {
        html = "^<!DOCTYPE", ["empty-body"] = "^$", ["not-json"] = "!<$", nan = "NaN",
        ["top-array"] = "^%[{.*}%]$", ["deep:500"] = "^{\"profile\":" .. ("%["):rep(499),
        trailing = "} and so on$", bom = "^\239\187\191{", surrogate = "half \\ud83d of",
        ["bad-utf8"] = "bytes \255\254", ["control-bytes"] = "raw \1",
        ["null-members"] = '^{"status_code":200,"period":null,"usage":null}$',
      } do
        assert.is_truthy(text_of(fault):find(pattern), fault)
      end
    end)

    it("have the size asked for", function()
      assert.equal(100000, #text_of("big:100000"))
    end)

    it("inflate to what they should be", function()
      local function inflated(fault)
        local command = "curl -s --compressed -H 'token: test-1' -H 'x-sandbox-fault: " .. fault
          .. "' " .. sandbox.url .. "/v1/stats"
        local pipe = io.popen(command)
        local text = pipe:read("*a")
        pipe:close()
        return text
      end
      local plain = inflated("delay:0")
      assert.equal(plain, inflated("gzip"))
      local bomb = inflated("gzip-bomb:3000000")
      assert.is_true(#bomb >= 3000000)
      assert.equal(plain, (bomb:gsub(" +$", "")))
    end)
  end)

  describe("before the work", function()
    it("delays", function()
      local start = socket.gettime()
      with_fault("delay:0.2")
      assert.is_true(socket.gettime() - start >= 0.2)
    end)

    it("holds until released", function()
      local peer = connect()
      send(peer, CHARGED, "hold,close-kept")
      sandbox:wait { held = 1 }
      assert.equal(0, email_charges())
      assert.equal(1, sandbox:release().released)
      assert.is_truthy(read_all(peer):find("^HTTP/1.1 200"))
      assert.equal(1, email_charges())
    end)

    it("hangs until the client leaves", function()
      local peer = connect()
      send(peer, CHARGED, "hang")
      sandbox:wait { requests = 1 }
      peer:close()
      assert.equal(1, sandbox:wait({ responses = 1 }).statuses.hang)
    end)

    it("hangs for a client that asked to close, too", function()
      local peer = connect()
      peer:send("GET /v1/stats HTTP/1.1\r\ntoken: test-1\r\nconnection: close\r\n"
        .. "x-sandbox-fault: hang\r\n\r\n")
      sandbox:wait { requests = 1 }
      peer:settimeout(0.1)
      assert.same({ "timeout", "" }, { select(2, peer:receive("*a")) })
      peer:close()
      assert.equal(1, sandbox:wait({ responses = 1 }).statuses.hang)
    end)

    it("does the work of a client that left during a delay", function()
      local peer = connect()
      send(peer, CHARGED, "delay:0.1")
      sandbox:wait { requests = 1 }
      peer:close()
      sandbox:wait { responses = 1 }
      assert.equal(1, email_charges())
    end)
  end)
end)
