-- What an observer is told, what it never is, and what its own errors do.

local contactout = require "contactout"
local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE

--- A client with an observer that keeps all events -> client, events
local function watched(opts)
  local events = {}
  opts = opts or {}
  opts.observe = function(event)
    events[#events + 1] = event
  end
  return support.client(opts), events
end

local function types_of(events)
  local types = {}
  for i, event in ipairs(events) do
    types[i] = event.type
  end
  return types
end

--- Whether a text stands anywhere in a value.
local function mentions(value, text)
  if type(value) == "table" then
    for key, member in pairs(value) do
      if mentions(key, text) or mentions(member, text) then
        return true
      end
    end
    return false
  end
  return tostring(value):find(text, 1, true) ~= nil
end

before_each(support.begin)
after_each(support.finish)

describe("an observer", function()
  it("is told of request and response", function()
    local client, events = watched()
    assert(client:stats())
    assert.same({ "request", "response" }, types_of(events))
    assert.same({ type = "request", endpoint = "stats", attempt = 1 }, events[1])
    local response = events[2]
    assert.is_true(response.seconds > 0 and response.seconds < 5)
    response.seconds = nil
    assert.same({ type = "response", endpoint = "stats", attempt = 1, status = 200 }, response)
  end)

  it("is told of each retry: how long it waits, and why", function()
    sandbox:fault("reset-before", 1)
    sandbox:fault("status:429,retry-after:0.01", 1)
    local client, events = watched()
    assert(client:stats())
    assert.same({
      "request", "response", "retry", "request", "response", "retry", "request", "response",
    }, types_of(events))
    assert.is_nil(events[2].status)
    assert.equal("connection", events[3].kind)
    assert.equal(1, events[3].attempt)
    assert.equal(429, events[5].status)
    assert.equal(429, events[6].status)
    assert.equal("rate_limited", events[6].kind)
    assert.is_true(events[6].seconds >= 0.01)
    assert.equal(3, events[8].attempt)
  end)

  it("is told of a wait for the rate limit", function()
    local client, events = watched { rate_limits = { other = 10, window = 0.2 } }
    assert(client:stats())
    assert(client:stats())
    assert.same({ "request", "response", "wait", "request", "response" }, types_of(events))
    assert.equal("rate_limit", events[3].reason)
    assert.is_true(events[3].seconds > 0.005)
  end)

  it("is told of an error's kind and status", function()
    local client, events = watched()
    client:stats({}, support.with_fault("status:404"))
    assert.equal(404, events[2].status)
    assert.equal("not_found", events[2].kind)
  end)

  it("is told of no call that was refused before sending", function()
    local client, events = watched()
    client:linkedin_enrich({})
    assert.same({}, events)
  end)

  it("gets neither the token nor personal data", function()
    local client, events = watched { token = "test-secret" }
    assert(client:linkedin_enrich({ profile = PROFILE }))
    client:linkedin_enrich({ profile = PROFILE }, support.with_fault("echo-token"))
    client:request("GET", "/v1/people/person?email=someone%40post.example")
    assert.equal(6, #events)
    for _, text in ipairs { "test-secret", "linkedin.com", "someone", support.PERSON.last_name } do
      assert.is_false(mentions(events, text), text)
    end
  end)

  it("gets what was asked and answered with observe_data, and still no token", function()
    local client, events = watched { token = "test-secret", observe_data = true }
    local body = assert(client:linkedin_enrich({ profile = PROFILE }))
    assert.matches("/v1/linkedin/enrich?profile=", events[1].request.target, 1, true)
    assert.equal(body, events[2].data)
    assert.is_false(mentions(events, "test-secret"))
  end)
end)

describe("an error in the observer", function()
  local function failing(failure)
    local left = 1
    return support.client {
      observe = function(event)
        if event.type == "response" and left > 0 then
          left = left - 1
          error(failure, 0)
        end
      end,
    }
  end

  it("costs no reply, and is raised by the next call before it sends", function()
    local client = failing("observer broke")
    assert(client:linkedin_enrich({ profile = PROFILE }))
    assert.has_error(function()
      client:stats()
    end, "observer broke")
    assert.equal(1, #sandbox:ledger())
    assert(client:stats())
    assert.equal(2, #sandbox:ledger())
  end)

  it("is raised as it was, a table for one", function()
    local failure = { code = 5 }
    local client = failing(failure)
    assert(client:stats())
    local ok, raised = pcall(client.stats, client)
    assert.is_false(ok)
    assert.equal(failure, raised)
  end)
end)

describe("an error in the observer of a task #yields", function()
  it("leaves the other tasks their replies", function()
    local broken = false
    local client = support.client {
      observe = function()
        if not broken then
          broken = true
          error("observer broke", 0)
        end
      end,
    }
    local replies, errors = 0, 0
    contactout.map({ 1, 2, 3, 4, 5 }, function()
      local ok, body = pcall(client.stats, client)
      replies = replies + (ok and body.status_code == 200 and 1 or 0)
      errors = errors + (ok and 0 or 1)
    end)
    assert.equal(4, replies)
    assert.equal(1, errors)
  end)
end)
