-- Each kind of error that a call can end with, told apart by the real wire.

local contactout = require "contactout"
local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE

--- The error of one lookup, which costs credits, under a fault.
local function failed_lookup(fault, opts)
  local value, err = support.client():linkedin_enrich({ profile = PROFILE },
    support.with_fault(fault, opts))
  assert.is_nil(value)
  assert.is_true(contactout.is_error(err))
  return err
end

before_each(support.begin)
after_each(support.finish)

describe("an error", function()
  it("says what is known of it", function()
    local err = failed_lookup("status:403,message:No access to endpoint")
    assert.equal("no_access", err.kind)
    assert.equal("linkedin_enrich", err.endpoint)
    assert.equal(403, err.status)
    assert.equal(1, err.attempts)
    assert.is_false(err.retryable)
    assert.is_nil(err.maybe_charged)
    assert.equal('{"status_code":403,"message":"No access to endpoint"}', err.body)
  end)

  it("is one line that names the endpoint and says what happened", function()
    local line = tostring(failed_lookup("status:418,message:Teapot"))
    assert.matches("linkedin_enrich", line, 1, true)
    assert.matches("Teapot", line, 1, true)
    assert.is_nil(line:find("\n", 1, true))
  end)

  it("carries at most 2 KiB of the body", function()
    local err = failed_lookup("status:500,message:" .. ("m"):rep(5000))
    assert.equal(2048, #err.body)
    assert.is_true(#err.message < 1000)
  end)

  it("of client:request has the path for its endpoint, without the query", function()
    local _, err = support.client():request("GET", "/v1/nowhere?email=a%40b.example")
    assert.equal("not_found", err.kind)
    assert.equal("/v1/nowhere", err.endpoint)
  end)

  it("is told apart from any other table", function()
    assert.is_false(contactout.is_error({ kind = "server", message = "no" }))
    assert.is_false(contactout.is_error("server"))
    assert.is_false(contactout.is_error(nil))
  end)
end)

describe("the kind of a status", function()
  local CASES = {
    { "status:400,message:Bad credentials or invalid headers", "credentials" },
    { "status:401,message:Bad request or invalid input", "invalid_request" },
    { "status:400,message:Unauthorized", "credentials" },
    { "status:401,message:email is required", "invalid_request" },
    { "status:400,message:Hm", "invalid_request" },
    { "status:401,message:Hm", "credentials" },
    { "status:402", "out_of_credits" },
    { "status:403,message:You're out of credits%2C please ask", "out_of_credits" },
    { "status:403,message:No access to endpoint", "no_access" },
    { "status:403,message:Hm", "no_access" },
    { "status:404", "not_found" },
    { "status:413", "invalid_request" },
    { "status:414", "invalid_request" },
    { "status:422", "invalid_request" },
    { "status:429", "rate_limited" },
    { "status:405", "server" },
    { "status:409", "server" },
    { "status:500", "server", true },
    { "status:503", "server", true },
    { "status:504", "server", true },
    { "html-error", "server", true },
    { "status-999", "server", true },
    { "status_code-in-200:404", "not_found" },
    { "status_code-in-200:403,message:You're out of credits", "out_of_credits" },
    { "status_code-in-200:429", "rate_limited" },
  }
  for _, case in ipairs(CASES) do
    it("is " .. case[2] .. " for " .. case[1], function()
      local err = failed_lookup(case[1], { max_retries = 0 })
      assert.equal(case[2], err.kind)
      assert.equal(tonumber(case[1]:match(":(%d%d%d)")) or err.status, err.status)
      assert.equal(case[3], err.maybe_charged)
    end)
  end

  it("is credentials for a token that no account has", function()
    for _, fault in ipairs { "", "bad-token-400" } do
      local client = support.client { token = "unknown-1" }
      local _, err = client:stats({}, support.with_fault(fault))
      assert.equal("credentials", err.kind)
    end
  end)

  it("is no_access and out_of_credits for the accounts without", function()
    local _, no_access = support.client({ token = "trial-1" }):phone_status({ profile = PROFILE })
    assert.equal("no_access", no_access.kind)
    local _, broke = support.client({ token = "poor-1" }):email_verify({ email = "a@b.example" })
    assert.equal("out_of_credits", broke.kind)
    assert.matches("verifier", broke.message, 1, true)
  end)

  it("is not_found for a stranger", function()
    local _, err = support.client():people_linkedin({
      profile = "https://www.linkedin.com/in/nobody-at-all",
    })
    assert.equal("not_found", err.kind)
    assert.is_false(err.retryable)
  end)

  it("is server for a redirect, which isn't followed", function()
    for _, target in ipairs { sandbox.url .. "/v1/stats", "http://evil.example/" } do
      sandbox:reset()
      local err = failed_lookup("redirect:" .. target)
      assert.equal("server", err.kind)
      assert.equal(302, err.status)
      assert.is_nil(err.maybe_charged)
      assert.matches(target, err.message, 1, true)
      assert.equal(1, #sandbox:ledger())
    end
  end)
end)

describe("retry_after", function()
  it("is the seconds of the header, fractions too", function()
    assert.equal(600, failed_lookup("status:429,retry-after:600").retry_after)
    assert.equal(1.5, failed_lookup("status:503,retry-after:1.5").retry_after)
  end)

  it("is what is left until an HTTP date", function()
    local seconds = failed_lookup("status:429,retry-after:date+100").retry_after
    assert.is_true(seconds >= 98 and seconds <= 100)
  end)

  it("is absent without the header, or where it makes no sense", function()
    assert.is_nil(failed_lookup("status:429", { max_retries = 0 }).retry_after)
    assert.is_nil(failed_lookup("status:429,retry-after:soon", { max_retries = 0 }).retry_after)
  end)
end)

describe("a request that brings no reply", function()
  it("is timeout after the time-out", function()
    local err = failed_lookup("hang", { timeout = 0.05 })
    assert.equal("timeout", err.kind)
    assert.is_true(err.maybe_charged)
    assert.is_nil(err.status)
    assert.matches("0.05 s", err.message, 1, true)
  end)

  it("is timeout in the middle of a slow body", function()
    local err = failed_lookup("slow-body:5", { timeout = 0.1 })
    assert.equal("timeout", err.kind)
    assert.is_true(err.maybe_charged)
  end)

  for _, fault in ipairs { "reset-before", "close-before", "reset-after", "truncate", "garbage" } do
    it("is connection after " .. fault, function()
      local err = failed_lookup(fault)
      assert.equal("connection", err.kind)
      assert.is_true(err.maybe_charged)
      assert.equal(1, err.attempts)
    end)
  end

  it("is connection where nobody listens, and surely not charged", function()
    local client = support.client { base_url = "http://127.0.0.1:1" }
    local _, err = client:linkedin_enrich({ profile = PROFILE }, { max_retries = 1 })
    assert.equal("connection", err.kind)
    assert.equal(2, err.attempts)
    assert.is_true(err.retryable)
    assert.is_nil(err.maybe_charged)
  end)
end)

describe("the token", function()
  -- One that JSON writes in another way than it is.
  local TOKEN = 'test-"sl/ash\\'

  local function assert_absent(err)
    for _, text in pairs(err) do
      if type(text) == "string" then
        assert.is_nil(text:find("sl/ash", 1, true))
        assert.is_nil(text:find("sl\\/ash", 1, true))
      end
    end
    assert.is_nil(tostring(err):find("sl/ash", 1, true))
  end

  it("is in no error, even when the server echoes it", function()
    local client = support.client { token = TOKEN }
    local _, err = client:stats({}, support.with_fault("echo-token"))
    assert.equal("credentials", err.kind)
    assert.matches("[token]", err.message, 1, true)
    assert.matches("[token]", err.body, 1, true)
    assert_absent(err)
  end)

  it("is in no error for a redirect that carries it", function()
    local client = support.client { token = TOKEN }
    local fault = "redirect:http://evil.example/?" .. TOKEN
    local _, err = client:stats({}, support.with_fault(fault))
    assert_absent(err)
  end)

  it("is in no error for a message that carries it", function()
    local client = support.client { token = TOKEN }
    local _, err = client:stats({}, support.with_fault("status:422,message:bad " .. TOKEN))
    assert_absent(err)
  end)
end)

describe("what is refused before it is sent", function()
  local CASES = {
    { "linkedin_enrich", {}, "profile" },
    { "linkedin_enrich", { profile = "https://example.com/in/x" }, "profile" },
    { "linkedin_enrich", { profil = PROFILE }, "profil", "profile" },
    { "people_linkedin_batch", { profiles = { PROFILE, "no" } }, "profiles[2]" },
    { "email_enrich", { email = "a@b.example", include = "phone" }, "include" },
    { "stats", { period = "2024-13" }, "period" },
    { "people_search", { page = 1.5 }, "page" },
    { "email_verify_batch_result", { job_uuid = "../stats" }, "job_uuid" },
  }
  for _, case in ipairs(CASES) do
    it("is invalid_argument with its param: " .. case[3] .. " of " .. case[1], function()
      local client = support.client()
      local value, err = client[case[1]](client, case[2])
      assert.is_nil(value)
      assert.equal("invalid_argument", err.kind)
      assert.equal(case[3], err.param)
      assert.equal(case[1], err.endpoint)
      assert.matches(case[4] or case[3], err.message, 1, true)
      assert.same({}, sandbox:ledger())
    end)
  end

  it("raises, in the caller's name, what is no table", function()
    local client = support.client()
    for _, call in ipairs {
      function() client:stats("2024-01") end,
      function() client:stats({}, "raw") end,
      function() client:request("GET", "/v1/stats", "raw") end,
      function() contactout.new("test-1") end,
    } do
      local ok, message = pcall(call)
      assert.is_false(ok)
      assert.matches("errors_spec.lua:%d+: .*table", message)
    end
    assert.same({}, sandbox:ledger())
  end)
end)
