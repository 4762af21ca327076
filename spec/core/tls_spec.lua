-- https: whom a client trusts, and what it does with HTTP/2.

local raw = require "spec.support.raw_server"
local support = require "spec.support.core"

local secure = require("spec.support.tls").sandbox()

before_each(function()
  support.begin()
  secure:reset()
end)
after_each(support.finish)

local function client_of(opts)
  local all = { base_url = secure.url, ca_file = secure.ca_file }
  for name, value in pairs(opts or {}) do
    all[name] = value ~= false and value or nil
  end
  return support.client(all)
end

describe("https", function()
  it("works for whom trusts the server, over HTTP/2", function()
    local client = client_of()
    assert(client:stats())
    assert(client:people_count({ job_title = { "engineer" } }))
    local ledger = secure:ledger()
    assert.equal("2", ledger[1].version)
    assert.equal("2", ledger[2].version)
    assert.equal(1, secure:state().connections_opened)
  end)

  it("carries many requests at once over one connection", function()
    local client = client_of()
    local tickets = {}
    for i = 1, 50 do
      tickets[i] = assert(client:submit(support.free("hold")))
    end
    secure:wait { held = 50 }
    secure:release()
    support.named(client, 50)
    for _, ticket in ipairs(tickets) do
      assert(ticket:take())
    end
    assert.equal(1, secure:state().connections_opened)
  end)

  it("goes on over the same connection when the driver changes", function()
    local client = client_of()
    assert(client:stats())
    support.start_thread(client)
    assert(client:stats())
    assert.equal(1, secure:state().connections_opened)
  end)

  it("inflates, limits and times out as http does", function()
    local client = client_of { max_response_bytes = 100000, timeout = 0.5 }
    assert(client:perform(support.free("gzip")))
    local _, err = client:perform(support.free("gzip-bomb:5000000"))
    assert.equal("too_large", err.kind)
    _, err = client:perform(support.free("hang"))
    assert.equal("timeout", err.kind)
    _, err = client:perform(support.costly("slow-body:4"))
    assert.equal("timeout", err.kind)
    assert.is_true(err.maybe_charged)
    _, err = client:perform(support.costly("truncate"))
    assert.equal("connection", err.kind)
    assert(client:stats())
  end)
end)

describe("an untrusted server", function()
  local function refused(client, is_temporary)
    for _, perform in ipairs {
      function() return client:perform(support.costly()) end,
      function()
        local ticket = assert(client:submit(support.costly()))
        client:wait(ticket)
        return ticket:take()
      end,
    } do
      local value, err, sent = perform()
      assert.is_nil(value)
      assert.equal("tls", err.kind)
      assert.is_true(is_temporary or err.retryable == false)
      assert.is_nil(err.maybe_charged)
      assert.is_false(sent)
    end
    assert.equal(0, secure:state().requests)
  end

  it("gets nothing, and the error is permanent", function()
    refused(client_of { ca_file = false })
  end)

  -- libcurl tells a wrong signature from a broken handshake by its text alone.
  it("of another authority of the same name gets nothing", function()
    local other = raw.start("function serve() end", { tls = support.folder() })
    refused(client_of { ca_file = other.ca_file }, true)
  end)

  it("gets nothing where the file of authorities isn't there, or is none", function()
    refused(client_of { ca_file = "/nonexistent/ca.pem" })
    refused(client_of { ca_file = "/etc/hostname" })
  end)

  it("of another name gets nothing", function()
    local server = raw.start([[function serve(connection) event(connection:read()) end]],
      { tls = support.folder(), host = "127.0.0.2" })
    local client = client_of { base_url = server.url, ca_file = server.ca_file }
    local _, err, sent = client:perform(support.costly())
    assert.equal("tls", err.kind)
    assert.is_false(err.retryable)
    assert.is_false(sent)
    assert.is_nil(table.concat(server:events()):find(support.TOKEN, 1, true))
  end)
end)

describe("a handshake", function()
  for name, ending in pairs { closed = "connection:close()", reset = "connection:reset()",
    garbled = [[connection:write("HTTP/1.1 400 Bad\r\n\r\n")]] } do
    it("that is " .. name .. " gives tls or connection, and may be tried again", function()
      local server = raw.start("function serve(connection) connection:read() " .. ending .. " end")
      local url = server.url:gsub("^http", "https")
      local _, err, sent = client_of { base_url = url }:perform(support.costly())
      assert.is_true(err.kind == "tls" or err.kind == "connection")
      assert.is_not.equal(false, err.retryable)
      assert.is_nil(err.maybe_charged)
      assert.is_false(sent)
    end)
  end

  it("that hangs ends after connect_timeout", function()
    local server = raw.start "function serve(connection) connection:read() sleep(60) end"
    local url = server.url:gsub("^http", "https")
    local client = client_of { base_url = url, connect_timeout = 0.1 }
    local seconds, _, err, sent = support.timed(client.perform, client, support.costly())
    assert.equal("timeout", err.kind)
    assert.is_false(sent)
    assert.is_true(seconds < 1)
  end)
end)

-- "#tells": only where libcurl tells of each sending (7.80); before, a charged
-- request has a connection of its own.
describe("a broken HTTP/2 stream", function()
  it("never has a charged request sent twice", function()
    local client = client_of()
    assert(client:stats())
    for i, request in ipairs { support.costly("reset-after"), support.costly_post("reset-after"),
      support.costly("close-after"), support.costly_post("close-after") } do
      local before = secure:state().requests
      local value, err, sent = client:perform(request)
      assert.is_nil(value, i)
      assert.equal("connection", err.kind)
      assert.is_true(err.maybe_charged)
      assert.is_true(sent)
      assert(client:stats())
      assert.equal(before + 2, secure:state().requests)
    end
  end)

  it("never has a charged request sent twice when the server refused it", function()
    local server = raw.start([[
      local REFUSED_STREAM = 7
      function serve(connection)
        local h2 = require("http.h2_connection").new(connection.socket, "server")
        while true do
          local stream = h2:get_next_incoming_stream()
          if not stream then return end
          local headers = stream:get_headers()
          event(headers:get(":path"))
          stream:rst_stream("no", REFUSED_STREAM)
        end
      end
    ]], { tls = support.folder() })
    local client = client_of { base_url = server.url, ca_file = server.ca_file }
    local value, err = client:perform(support.costly())
    assert.is_nil(value)
    assert.equal("connection", err.kind)
    assert.is_true(err.maybe_charged)
    assert.equal(1, #server:wait(1))
  end)

  it("ends what else was under way on its connection, and no more #tells", function()
    local client = client_of()
    local tickets = {}
    for i = 1, 5 do
      tickets[i] = assert(client:submit(support.costly("hold")))
    end
    secure:wait { held = 5 }
    local _, err = client:perform(support.costly("close-after"))
    assert.equal("connection", err.kind)
    support.named(client, 5)
    for _, ticket in ipairs(tickets) do
      _, err = ticket:take()
      assert.equal("connection", err.kind)
      assert.is_true(err.maybe_charged)
    end
    secure:release()
    assert.equal(6, secure:state().requests)
    assert(client:stats())
  end)
end)

describe("SIGPIPE", function()
  it("never comes of a peer that has gone", function()
    local output, code = support.run([[
      process.restore(13)
      local CA = ]] .. ("%q"):format(secure.ca_file) .. [[
      for _, threaded in ipairs { false, true } do
        local c = client { base_url = ]] .. ("%q"):format(secure.url) .. [[, ca_file = CA }
        for i = 1, 5 do
          if threaded then
            local ticket = c:submit(free("close-kept"))
            c:wait(ticket)
            say(ticket:take() ~= nil)
          else
            say(c:perform(free("close-kept")) ~= nil)
          end
        end
        c:close()
      end
      say("alive")
    ]])
    assert.equal(0, code)
    assert.truthy(output:find("alive", 1, true))
  end)

  it("of the host's own arrives", function()
    local _, code = support.run([[
      process.restore(13)
      local c = client { base_url = ]] .. ("%q"):format(secure.url) .. [[,
        ca_file = ]] .. ("%q"):format(secure.ca_file) .. [[ }
      assert(c:stats())
      process.raise(13)
      say("not killed")
    ]])
    assert.equal(128 + 13, code)
  end)
end)
