-- One attempt, as libcurl sees it: its silent repeats, and replies that aren't
-- what they seem.

local raw = require "spec.support.raw_server"
local support = require "spec.support.core"

local sandbox = support.sandbox

before_each(support.begin)
after_each(support.finish)

local function describe_both(what, specs)
  for name, new_client in pairs(support.drivers) do
    describe(what .. " " .. name, function()
      specs(new_client)
    end)
  end
end

--- Performs a request on a server that says this to each connection's first.
local function answer(new_client, bytes, request, opts)
  local server = raw.start(([[
    function serve(connection)
      if connection:head() then
        connection:write(%s)
      end
    end
  ]]):format(bytes))
  local all = { base_url = server.url }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  return new_client(all):perform(request)
end

-- Silent repeats --------------------------------------------------------------------

describe_both("a kept connection that dies", function(new_client)
  for name, request in pairs { GET = support.costly, POST = support.costly_post } do
    it("never has a charged " .. name .. " sent twice", function()
      local client = new_client()
      assert(client:perform(support.free("die-on-reuse")))
      local before = sandbox:state().requests
      local value, err, sent = client:perform(request())
      local state = sandbox:wait { responses = before + 1 }
      assert.equal(before + 1, state.requests)
      assert.is_true(sent)
      -- Where libcurl can't tell of a sending, a new connection was taken.
      assert.is_true(value ~= nil or err.kind == "connection" and err.maybe_charged)
    end)
  end

  it("has a free request sent again", function()
    local client = new_client()
    assert(client:perform(support.free("die-on-reuse")))
    local before = sandbox:state().requests
    assert(client:perform(support.free()))
    assert.equal(before + 2, sandbox:state().requests)
  end)

  it("while it was idle is replaced before anything is sent", function()
    local client = new_client()
    assert(client:perform(support.free("close-kept")))
    sandbox:wait { requests = 1 }
    assert(client:perform(support.costly()))
    assert.equal(200, sandbox:ledger(sandbox:state().requests - 1)[1].status)
  end)
end)

-- Replies that libcurl takes for whole ----------------------------------------------------

local function reply_of(length, body, headers)
  return string.format("%q", "HTTP/1.1 200 OK\r\n" .. (headers or "") .. "content-length: "
    .. length .. "\r\n\r\n" .. body):gsub("\r", "\\r"):gsub("\\\n", "\\n")
end

describe_both("a reply", function(new_client)
  local function fails(bytes, kind, request)
    local value, err, sent = answer(new_client, bytes, request or support.costly())
    assert.is_nil(value)
    assert.equal(kind, err.kind)
    assert.is_true(err.maybe_charged)
    assert.is_true(sent)
    return err
  end

  it("whose content-length is too large broke", function()
    fails(reply_of(100, '{"a":1}'), "connection")
  end)

  it("whose content-length is too small is malformed", function()
    fails(reply_of(3, '{"a":1}'), "malformed_response")
  end)

  it("whose chunks end early broke", function()
    fails([["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n"]],
      "connection")
  end)

  it("whose chunks are none broke", function()
    fails([["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n"]], "connection")
  end)

  it("that is no HTTP broke", function()
    local err = fails([["\22\3\1 this is no HTTP\r\n\r\n"]], "connection")
    assert.is_not.equal(false, err.retryable)
  end)

  it("without a byte broke", function()
    fails([[""]], "connection")
  end)

  it("whose gzip is cut is malformed", function()
    local pipe = io.popen("seq 1 1000 | gzip -c | head -c 1000", "r")
    local cut = pipe:read("*a")
    pipe:close()
    assert.equal(1000, #cut)
    local source = reply_of(#cut, "GZIP", "content-encoding: gzip\r\n")
    source = source:gsub("GZIP", function()
      return (cut:gsub(".", function(c) return ("\\%03d"):format(c:byte()) end))
    end)
    fails(source, "malformed_response")
  end)

  it("whose header lines have no end is too large", function()
    local err = fails([["HTTP/1.1 200 OK\r\n"
        .. ("x-filler: " .. ("f"):rep(900) .. "\r\n"):rep(400)]],
      "too_large")
    assert.is_true(#err.message < 200)
  end)

  it("with one header line without end is too large", function()
    fails([["HTTP/1.1 200 OK\r\nx: " .. ("f"):rep(400000)]], "too_large")
  end)

  it("over max_response_bytes is too large", function()
    local client = new_client { max_response_bytes = 5000 }
    local _, err = client:perform(support.costly("big:6000"))
    assert.equal("too_large", err.kind)
    assert(client:perform(support.costly("big:5000")))
  end)

  it("over max_response_bytes once it is inflated is too large", function()
    local client = new_client { max_response_bytes = 100000 }
    local _, err = client:perform(support.costly("gzip-bomb:50000000"))
    assert.equal("too_large", err.kind)
    assert.is_true(err.maybe_charged)
  end)

  it("in gzip is inflated", function()
    local body = assert(new_client():perform(support.costly("gzip")))
    assert.is_table(body.profile)
  end)

  it("of status 999 is the server's error", function()
    local _, err = new_client():perform(support.costly("status-999"))
    assert.equal("server", err.kind)
    assert.equal(999, err.status)
  end)

  it("may come after 100 Continue", function()
    local request = support.costly("100-continue", { raw = true })
    local whole = assert(new_client():perform(request))
    assert.equal(200, whole.status)
    assert.is_table(whole.data.profile)
  end)

  it("in chunks is whole", function()
    assert(new_client():perform(support.costly("chunked")))
  end)

  it("that redirects is not followed", function()
    local other = raw.start [[
      function serve(connection)
        event(connection:head())
      end
    ]]
    local _, err = new_client():perform(support.costly("redirect:" .. other.url .. "/x"))
    assert.equal("server", err.kind)
    assert.equal(302, err.status)
    assert.is_nil(err.maybe_charged)
    assert.same({}, other:events())
  end)

  it("in brotli is inflated where libcurl can", function()
    local bytes = [["HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 18\r\n\r\n"
      .. "\143\006\128{\"codec\":\"br\"}\003"]]
    local body, err = answer(new_client, bytes, support.free())
    assert.is_true(body and body.codec == "br" or err.kind == "malformed_response")
  end)
end)

describe("bytes after a reply", function()
  it("are never the answer to the next request", function()
    local server = raw.start(([[
      function serve(connection)
        event("connection")
        while connection:head() do
          connection:write(%s .. %s)
        end
      end
    ]]):format(reply_of(7, '{"n":1}'), reply_of(9, '{"n":666}')))
    local client = support.client { base_url = server.url }
    assert.equal(1, client:stats().n)
    assert.equal(1, client:stats().n)
    assert.equal(2, #server:events())
  end)
end)

describe("memory", function()
  it("stays flat under a reply that inflates to a gigabyte", function()
    local output, code = support.run([[
      local function peak_kib()
        for line in io.lines("/proc/self/status") do
          local kib = line:match("VmHWM:%s*(%d+)")
          if kib then return tonumber(kib) end
        end
      end
      local c = client { max_response_bytes = 1e6 }
      assert(c:stats())
      local before = peak_kib()
      local _, err = c:perform(costly("gzip-bomb:1000000000"))
      say(err.kind, peak_kib() - before < 16000)
    ]])
    assert.equal("too_large\ttrue", output)
    assert.equal(0, code)
  end)
end)
