-- What is refused, limited and noted, over real HTTP.

local sandbox = require("spec.support.sandbox").start {}

local SEARCH = { path = "/v1/people/search", json = { name = "x" } }

local function last_entry()
  local entries = sandbox:ledger()
  return entries[#entries]
end

describe("sandbox.app", function()
  before_each(function()
    sandbox:reset()
  end)

  describe("refuses and records", function()
    local function assert_refused(status, request, word)
      local found, body = sandbox:request(request)
      assert.equal(status, found)
      assert.equal(status, body.status_code)
      assert.is_truthy(body.message:find(word, 1, true), body.message)
      local errors = sandbox:state().errors
      assert.same({ 1, body.message }, { #errors, errors[1].message })
    end

    it("an unknown path", function()
      assert_refused(404, { path = "/v1/usage" }, "/v1/usage")
    end)

    it("a wrong method", function()
      assert_refused(405, { path = "/v1/people/search" }, "GET")
    end)

    it("a missing token", function()
      assert_refused(401, { path = "/v1/stats", token = false }, "credentials")
    end)

    it("an unknown token", function()
      assert_refused(401, { path = "/v1/stats", token = "garbage" }, "credentials")
    end)

    it("an unknown token with 400, on request", function()
      assert_refused(400, { path = "/v1/stats", token = "garbage",
        headers = { ["x-sandbox-fault"] = "bad-token-400" } }, "credentials")
    end)

    it("a body of another content type", function()
      assert_refused(400, { path = SEARCH.path, body = "{}",
        headers = { ["content-type"] = "text/plain" } }, "content-type")
    end)

    it("a body that isn't a JSON object", function()
      assert_refused(400, { path = SEARCH.path, body = "[1]" }, "JSON object")
      sandbox:reset()
      assert_refused(400, { path = SEARCH.path, body = "{" }, "JSON object")
    end)

    it("a query beside a body", function()
      assert_refused(400, { path = SEARCH.path, json = { name = "x" }, query = "page=1" }, "query")
    end)

    it("a parameter that comes twice", function()
      assert_refused(400, { path = "/v1/stats", query = "period=2024-01&period=2024-02" }, "twice")
    end)

    it("an unknown parameter", function()
      assert_refused(400, { path = "/v1/stats", query = "month=1" }, "month")
    end)

    it("an unknown fault", function()
      assert_refused(400, { path = "/v1/stats", headers = { ["x-sandbox-fault"] = "sneeze" } },
        "sneeze")
    end)
  end)

  it("lets unknown parameters pass if lenient", function()
    local status, body = sandbox:request {
      path = SEARCH.path, json = { page_size = 3 }, headers = { ["x-sandbox-fault"] = "lenient" },
    }
    assert.equal(200, status)
    assert.equal(3, body.metadata.page_size)
  end)

  it("closes paid endpoints to a trial account", function()
    local query = "profile=http%3A%2F%2Flinkedin.com%2Fin%2Fx"
    for path, request in pairs {
      ["/v1/people/count"] = { json = { name = "x" } },
      ["/v1/people/linkedin/phone_status"] = { query = query },
    } do
      request.path, request.token = path, "trial-1"
      local status, body = sandbox:request(request)
      assert.equal(403, status)
      assert.equal("No access to endpoint", body.message)
    end
    assert.same({}, sandbox:state().errors)
  end)

  describe("credits", function()
    it("refuses a poor account all but what is free", function()
      local status, body = sandbox:request {
        path = SEARCH.path, json = SEARCH.json, token = "poor-1",
      }
      assert.equal(403, status)
      assert.is_truthy(body.message:find("out of credits", 1, true))
      assert.equal(200, (sandbox:request { path = "/v1/stats", token = "poor-1" }))
    end)

    it("charges nothing when there is too little", function()
      sandbox:config { credits = { ["test-1"] = { search = 24 } } }
      local request = { path = SEARCH.path, json = { job_title = { "Founder" } } }
      assert.equal(403, (sandbox:request(request)))
      assert.same({}, sandbox:state().charges)
    end)
  end)

  describe("limits", function()
    local function search_until_refused()
      for i = 1, 100 do
        local status, _, headers = sandbox:request(SEARCH)
        if status == 429 then
          return i, headers["retry-after"]
        end
      end
    end

    it("lets 60 searches a minute through, then asks to wait", function()
      local n, wait = search_until_refused()
      assert.equal(61, n)
      assert.is_true(tonumber(wait) > 50 and tonumber(wait) <= 60)
      assert.equal(1, sandbox:state().limited)
    end)

    it("doesn't count one class against another", function()
      search_until_refused()
      assert.equal(200, (sandbox:request { path = "/v1/stats" }))
    end)

    it("can be switched off", function()
      sandbox:config { limits = false }
      assert.is_nil((search_until_refused()))
    end)

    it("has minutes as long as it is told", function()
      sandbox:config { minute = 20 }
      local _, wait = search_until_refused()
      assert.is_true(tonumber(wait) > 10 and tonumber(wait) <= 20)
    end)
  end)

  describe("ledger", function()
    it("holds what was sent", function()
      sandbox:request { path = SEARCH.path, json = { name = "é" }, token = "test-7" }
      local entry = last_entry()
      assert.equal("POST", entry.method)
      assert.equal("people_search", entry.endpoint)
      assert.equal("test-7", entry.token)
      assert.equal("application/json", entry.headers["content-type"])
      assert.equal(200, entry.status)
      assert.equal(#entry.body, entry.bytes_in)
      assert.is_true(entry.bytes_out > 0)
    end)

    it("numbers requests and gives those after a number", function()
      for _ = 1, 3 do
        sandbox:request { path = "/v1/stats" }
      end
      local entries = sandbox:ledger(1)
      assert.same({ 2, 3 }, { entries[1].seq, entries[2].seq })
    end)

    it("notes what is odd but allowed", function()
      sandbox:request { path = "/v1/people/person", query = "email=a@b.example",
        headers = { accept = false, authorization = false, ["content-type"] = "application/json" } }
      assert.same({
        ["no authorization header"] = 1, ["content-type on a GET"] = 1, ["unencoded email"] = 1,
        ["no accept header"] = 1,
      }, sandbox:state().notices)
    end)
  end)

  describe("callbacks", function()
    it("post the finished job to a loopback URL", function()
      local listener = assert(require("socket").bind("127.0.0.1", 0))
      listener:settimeout(10)
      local _, port = listener:getsockname()
      local _, queued = sandbox:request { path = "/v1/email/verify/batch", json = {
        emails = { "valid@x.example" },
        callback_url = "http://127.0.0.1:" .. string.format("%d", port) .. "/done?secret=7",
      } }
      local peer = assert(listener:accept())
      local line, length = peer:receive("*l"), nil
      repeat
        local header = peer:receive("*l")
        length = length or header:match("^content%-length: (%d+)")
      until header == ""
      local body = require("cjson").decode((peer:receive(tonumber(length))))
      peer:send("HTTP/1.1 204 No Content\r\n\r\n")
      peer:close()
      listener:close()
      assert.equal("POST /done?secret=7 HTTP/1.1", line)
      assert.equal(queued.job_id, body.data.uuid)
      assert.equal("DONE", body.data.status)
      assert.equal(204, sandbox:wait({ callbacks = 1 }).callbacks[1].status)
    end)
  end)
end)
