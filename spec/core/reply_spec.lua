-- What the client makes of a status, headers and bytes, without any I/O.

local core = require "contactout.core"

local function read(status, body, headers, name)
  return core.read(name or "people_linkedin", {
    status = status, body = body or "", headers = headers,
  })
end

describe("a reply", function()
  it("is the decoded table when it is a 2xx with a JSON object", function()
    local value, err = read(200, '{"status_code":200,"profile":{"phone":[]}}')
    assert.is_nil(err)
    assert.are.equal(200, value.status_code)
    assert.are.same({}, value.profile.phone)
  end)

  it("is an empty table for {} and for []", function()
    assert.are.same({}, (read(200, "{}")))
    assert.are.same({}, (read(200, " [] ")))
  end)

  it("may begin with a byte order mark", function()
    assert.are.same({ a = 1 }, (read(200, '\239\187\191{"a":1}')))
  end)

  it("keeps the server's order of keyed results", function()
    local value = read(200, '{"profiles":{"z":{},"a":{},"m":{}}}', nil, "people_search")
    local keys = {}
    for key in core.ordered(value.profiles) do
      keys[#keys + 1] = key
    end
    assert.are.same({ "z", "a", "m" }, keys)
  end)

  for name, body in pairs({
    ["an HTML page"] = "<html>ok</html>", ["NaN"] = '{"a":NaN}', ["trailing text"] = "{} x",
    ["nothing"] = "", ["a list"] = "[1]", ["a number"] = "12", ["a string"] = '"x"',
    ["null"] = "null", ["half a document"] = '{"a":',
    ["201 levels"] = ("["):rep(201) .. ("]"):rep(201),
  }) do
    it("is malformed when it is a 2xx with " .. name, function()
      local value, err = read(200, body)
      assert.is_nil(value)
      assert.are.equal("malformed_response", err.kind)
      assert.are.equal(200, err.status)
      assert.is_true(err.maybe_charged)
    end)
  end

  it("is not said to be charged where the endpoint costs nothing", function()
    local _, err = read(200, "<html>", nil, "stats")
    assert.are.equal("malformed_response", err.kind)
    assert.is_nil(err.maybe_charged)
  end)
end)

describe("the kind of an error", function()
  local cases = {
    { 400, "Bad credentials or invalid headers", "credentials" },
    { 401, "Bad request or invalid input", "invalid_request" },
    { 400, "The token is wrong", "credentials" },
    { 401, "Unauthorized", "credentials" },
    { 401, "email is required", "invalid_request" },
    { 401, "", "credentials" },
    { 400, "", "invalid_request" },
    { 402, "Payment required", "out_of_credits" },
    { 403, "You're out of credits, please email your sales manager", "out_of_credits" },
    { 403, "No access to endpoint", "no_access" },
    { 403, "Something else", "no_access" },
    { 404, "Not Found", "not_found" },
    { 405, "Method not allowed", "server" },
    { 408, "Request timeout", "server" },
    { 409, "Conflict", "server" },
    { 413, "Too large", "invalid_request" },
    { 414, "Too long", "invalid_request" },
    { 422, "Unprocessable", "invalid_request" },
    { 429, "Rate limit reached", "rate_limited" },
    { 500, "Oops", "server" },
    { 503, "Busy", "server" },
    { 302, "Found", "server" },
    { 999, "Odd", "server" },
  }
  for _, case in ipairs(cases) do
    it(("is %s for %d %q"):format(case[3], case[1], case[2]), function()
      local _, err = read(case[1], core.encode({ status_code = case[1], message = case[2] }))
      assert.are.equal(case[3], err.kind)
      assert.are.equal(case[1], err.status)
      assert.are.equal("people_linkedin", err.endpoint)
    end)
  end

  it("goes by the body's status_code under a 200", function()
    local value, err = read(200, '{"status_code":404,"message":"Not Found"}')
    assert.is_nil(value)
    assert.are.equal("not_found", err.kind)
    assert.are.equal(404, err.status)
  end)

  it("is that of the status when an error is an HTML page", function()
    local _, err = read(502, "<html>Bad gateway</html>")
    assert.are.equal("server", err.kind)
    assert.are.equal("<html>Bad gateway</html>", err.body)
  end)
end)

describe("the message of an error", function()
  for where, body in pairs({
    message = '{"message":"boom"}', error = '{"error":"boom"}', detail = '{"detail":"boom"}',
    ["error.message"] = '{"error":{"message":"boom"}}', ["errors[1]"] = '{"errors":["boom"]}',
    ["errors.field[1]"] = '{"errors":{"email":["boom"]}}',
  }) do
    it("is found in " .. where, function()
      local _, err = read(500, body)
      assert.is_truthy(err.message:find("boom", 1, true))
    end)
  end

  it("names the pools when credits are out", function()
    local _, err = read(403, '{"message":"You\'re out of credits"}', nil, "email_verify")
    assert.is_truthy(err.message:find("verifier", 1, true))
  end)

  it("names the target of a redirect, which is not followed", function()
    local _, err = read(302, "", { location = "https://elsewhere.example/" })
    assert.is_truthy(err.message:find("https://elsewhere.example/", 1, true))
  end)
end)

describe("retry_after", function()
  local function after(value, status)
    local _, err = read(status or 429, "{}", { ["retry-after"] = value })
    return err.retry_after
  end

  it("reads seconds, fractions and zero", function()
    assert.are.equal(7, after("7"))
    assert.are.equal(1.5, after("1.5"))
    assert.are.equal(0, after("0"))
  end)

  it("reads a date, and takes one that is over for now", function()
    local later = os.time() + 100
    local seconds = after(os.date("!%a, %d %b %Y %H:%M:%S GMT", later))
    assert.is_true(seconds > 90 and seconds <= 100)
    assert.are.equal(0, after("Thu, 01 Jan 1998 00:00:00 GMT"))
  end)

  it("is absent where the header makes no sense", function()
    for _, text in ipairs({ "", "soon", "-5", "1,2", "0x10", "1e3", "Foo, 99 Bar" }) do
      assert.is_nil(after(text))
    end
  end)

  it("is bounded for an absurd number", function()
    assert.is_true(after(("9"):rep(400)) <= 1e9)
  end)
end)

describe("maybe_charged", function()
  local function charged(status, headers, name)
    local _, err = read(status, "{}", headers, name)
    return err.maybe_charged
  end

  it("is true for a 5xx on an endpoint that costs, and only there", function()
    assert.is_true(charged(500))
    assert.is_true(charged(503))
    assert.is_nil(charged(500, nil, "stats"))
  end)

  it("is absent for a 503 that asks to come back", function()
    assert.is_nil(charged(503, { ["retry-after"] = "1" }))
  end)

  it("is absent for a 4xx, a 429 and a redirect", function()
    for _, status in ipairs({ 400, 401, 403, 404, 405, 422, 429, 301, 307 }) do
      assert.is_nil(charged(status))
    end
  end)
end)

describe("request_id", function()
  it("is taken from the headers", function()
    local _, err = read(500, "{}", { ["x-request-id"] = "abc" })
    assert.are.equal("abc", err.request_id)
    _, err = read(500, "{}", { ["cf-ray"] = "def" })
    assert.are.equal("def", err.request_id)
  end)
end)

describe("body", function()
  it("holds at most 2 KiB of the reply", function()
    local _, err = read(500, ("x"):rep(5000))
    assert.are.equal(2048, #err.body)
  end)
end)

describe("a raw reply", function()
  it("has status, headers, body and data, and the error beside it", function()
    local reply, err = core.read("people_linkedin", {
      status = 404, headers = { ["content-type"] = "application/json" },
      body = '{"message":"Not Found"}', raw = true,
    })
    assert.are.equal(404, reply.status)
    assert.are.equal("application/json", reply.headers["content-type"])
    assert.are.equal('{"message":"Not Found"}', reply.body)
    assert.are.equal("Not Found", reply.data.message)
    assert.are.equal("not_found", err.kind)
  end)

  it("has no data where the body is not JSON", function()
    local reply = core.read("stats", { status = 200, body = "<html>", raw = true })
    assert.is_nil(reply.data)
    assert.are.equal("<html>", reply.body)
  end)
end)
