-- Complete replies that can't be used: no JSON, no object, too large. And
-- `raw = true`, which gives whatever came.

local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE

local function lookup(fault, opts, client_opts)
  return support.client(client_opts):linkedin_enrich({ profile = PROFILE },
    support.with_fault(fault, opts))
end

before_each(support.begin)
after_each(support.finish)

describe("malformed_response", function()
  for _, fault in ipairs {
    "html", "empty-body", "not-json", "nan", "trailing", "top-array", "deep:300",
  } do
    it("is a 2xx spoilt by " .. fault .. ", which isn't asked for again", function()
      local value, err = lookup(fault)
      assert.is_nil(value)
      assert.equal("malformed_response", err.kind)
      assert.equal(200, err.status)
      assert.equal(1, err.attempts)
      assert.is_true(err.maybe_charged)
      assert.is_false(err.retryable)
      assert.equal(1, #sandbox:ledger())
    end)
  end

  it("is no charge on an endpoint that costs nothing", function()
    local _, err = support.client():stats({}, support.with_fault("html"))
    assert.equal("malformed_response", err.kind)
    assert.is_nil(err.maybe_charged)
    assert.equal(1, #sandbox:ledger())
  end)

  it("is not a document nested 200 deep", function()
    assert(lookup("deep:200"))
    local _, err = lookup("deep:201")
    assert.equal("malformed_response", err.kind)
  end)

  it("shows where the document is wrong, and its beginning", function()
    local _, err = lookup("trailing")
    assert.matches("at byte %d+", err.message)
    assert.matches('^{"status_code":200', err.body)
  end)
end)

describe("max_response_bytes", function()
  local function limited(fault, bytes, opts)
    return lookup(fault, opts, { max_response_bytes = bytes })
  end

  it("lets a reply of just that size pass", function()
    assert(limited("big:5000", 5000))
  end)

  it("is too_large by one byte more, not retried, perhaps charged", function()
    local value, err = limited("big:5001", 5000)
    assert.is_nil(value)
    assert.equal("too_large", err.kind)
    assert.equal(1, err.attempts)
    assert.is_true(err.maybe_charged)
    assert.equal(1, #sandbox:ledger())
  end)

  it("counts what is decompressed", function()
    local _, err = limited("gzip-bomb:20000000", 1000000)
    assert.equal("too_large", err.kind)
  end)

  it("does not hide the status of an error", function()
    local _, err = limited("status:403,message:" .. ("m"):rep(9000), 5000)
    assert.equal("no_access", err.kind)
    assert.equal(403, err.status)
  end)

  it("bounds the headers too", function()
    local _, err = lookup("headers:400000")
    assert.equal("too_large", err.kind)
  end)
end)

describe("raw = true", function()
  local function raw(fault, opts)
    opts = opts or {}
    opts.raw = true
    return lookup(fault, opts)
  end

  it("gives the whole of a reply", function()
    local reply, err = raw("")
    assert.is_nil(err)
    assert.equal(200, reply.status)
    assert.equal("application/json", reply.headers["content-type"])
    assert.equal(PROFILE, reply.data.profile.url)
    assert.equal(tonumber(reply.headers["content-length"]), #reply.body)
    assert.equal(1, reply.attempts)
    assert.is_true(reply.elapsed > 0 and reply.elapsed < 5)
  end)

  it("gives a reply that would be an error", function()
    for _, status in ipairs { 302, 400, 403, 404, 500 } do
      local reply, err = raw("status:" .. status)
      assert.is_nil(err)
      assert.equal(status, reply.status)
      assert.equal(status, reply.data.status_code)
    end
  end)

  it("gives HTTP's own status where the body tells of another", function()
    local reply = assert(raw("status_code-in-200:404"))
    assert.equal(200, reply.status)
    assert.equal(404, reply.data.status_code)
  end)

  it("has no data where the body is no JSON", function()
    for _, fault in ipairs { "html", "empty-body", "nan", "html-error" } do
      local reply = assert(raw(fault))
      assert.is_nil(reply.data)
      assert.is_string(reply.body)
    end
  end)

  it("comes after the usual retries", function()
    local reply = assert(raw("status:429", { max_retries = 2 }))
    assert.equal(429, reply.status)
    assert.equal(3, reply.attempts)
    assert.equal(3, #sandbox:ledger())
  end)

  it("is the success of a later attempt", function()
    sandbox:fault("status:429", 1)
    local reply = assert(support.client():stats({}, { raw = true }))
    assert.equal(200, reply.status)
    assert.equal(2, reply.attempts)
  end)

  it("is nil and an error without a complete reply", function()
    for fault, kind in pairs {
      hang = "timeout", ["reset-before"] = "connection", truncate = "connection",
      ["big:70000"] = "too_large",
    } do
      local reply, err = lookup(fault, { raw = true, timeout = 0.05 },
        { max_response_bytes = 60000 })
      assert.is_nil(reply)
      assert.equal(kind, err.kind)
    end
  end)

  it("works for an undocumented path", function()
    local reply = assert(support.client():request("GET", "/v1/nowhere", { raw = true }))
    assert.equal(404, reply.status)
    assert.equal(404, reply.data.status_code)
  end)
end)
