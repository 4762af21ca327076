local sandbox = require("spec.support.sandbox").start {}

local STATS = { path = "/v1/stats" }

describe("sandbox.control", function()
  before_each(function()
    sandbox:reset()
  end)

  it("counts nothing of itself", function()
    sandbox:state()
    sandbox:ledger()
    local state = sandbox:state()
    assert.same({ 0, 0, 0 }, { state.requests, state.connections_opened, #sandbox:ledger() })
  end)

  it("faults: adds faults for the next requests of a path or endpoint", function()
    sandbox:fault("status:500", 1, "/v1/stats")
    sandbox:fault("status:501", 1, "stats")
    local other = { path = "/v1/people/person", query = "email=a%40b.example" }
    assert.equal(404, (sandbox:request(other)))
    assert.equal(500, (sandbox:request(STATS)))
    assert.equal(501, (sandbox:request(STATS)))
    assert.equal(200, (sandbox:request(STATS)))
  end)

  it("faults: refuses an unknown one", function()
    local answer, status = sandbox:control("POST", "faults", { fault = "sneeze" })
    assert.equal(400, status)
    assert.is_truthy(answer.message:find("sneeze"))
  end)

  it("reset: clears ledger, charges, faults, jobs, limits and settings", function()
    sandbox:config { limits = false, job_polls = 9, credits = { ["test-1"] = { email = 0 } } }
    sandbox:fault("status:500")
    sandbox:request { path = "/v1/email/verify/batch", json = { emails = { "valid@x.example" } } }
    sandbox:reset()
    local state = sandbox:state()
    assert.same({ 0, 0, {} }, { state.requests, state.jobs, state.charges })
    assert.equal(200, (sandbox:request(STATS)))
  end)

  it("wait: answers at once when the count is there, and in time when not", function()
    sandbox:request(STATS)
    assert.equal(1, sandbox:wait({ requests = 1 }).requests)
    local _, status = sandbox:control("GET", "wait?requests=2&seconds=0.05")
    assert.equal(504, status)
  end)

  it("wait: refuses a count that there isn't, and what is no number", function()
    for _, wrong in ipairs { "request=1", "requests=one", "" } do
      local answer, status = sandbox:control("GET", "wait?seconds=0.05&" .. wrong)
      assert.equal(400, status)
      assert.matches("held, limited, requests", answer.message)
    end
    assert.equal(400, select(2, sandbox:control("GET", "wait?requests=0&seconds=soon")))
  end)

  it("wait: answers when the request arrives", function()
    local peer = assert(require("socket").connect("127.0.0.1", tonumber(sandbox.url:match("%d+$"))))
    peer:send("GET /_sandbox/wait?requests=1 HTTP/1.1\r\nconnection: close\r\n\r\n")
    sandbox:request(STATS)
    peer:settimeout(10)
    assert.is_truthy(peer:receive("*a"):find("^HTTP/1.1 200"))
    peer:close()
  end)

  it("answers nonsense with 404 and 400", function()
    assert.equal(404, select(2, sandbox:control("GET", "nonsense")))
    assert.equal(404, select(2, sandbox:control("GET", "reset")))
    local status = sandbox:request { path = "/_sandbox/config", body = "nonsense" }
    assert.equal(400, status)
  end)
end)
