local core = require "contactout.core"

describe("error", function()
  it("makes a table with kind, message and the fields given", function()
    local err = core.error("server", "it broke", { status = 502 })
    assert.are.equal("server", err.kind)
    assert.are.equal("it broke", err.message)
    assert.are.equal(502, err.status)
  end)

  it("raises for a kind that does not exist", function()
    assert.has_error(function()
      core.error("oops", "it broke")
    end)
  end)

  it("knows each documented kind", function()
    local kinds = "invalid_argument credentials invalid_request out_of_credits no_access "
      .. "not_found rate_limited server timeout connection tls malformed_response too_large "
      .. "cancelled budget job_failed job_timeout uncertain unsupported journal"
    for kind in kinds:gmatch("%S+") do
      assert.are.equal(kind, core.error(kind, "x").kind)
    end
  end)
end)

describe("tostring of an error", function()
  it("names the endpoint, what happened, and what is known", function()
    local err = core.error("rate_limited", "slow down", {
      endpoint = "people_search", status = 429, retry_after = 7, request_id = "r-1",
    })
    assert.are.equal(
      "people_search: slow down (rate_limited, HTTP 429, retry after 7 s, request id r-1)",
      tostring(err))
  end)

  it("says that a call may have been charged", function()
    local err = core.error("timeout", "no answer", { maybe_charged = true })
    assert.are.equal("no answer (timeout, may have been charged)", tostring(err))
  end)

  it("is one line, whatever the message holds", function()
    local text = tostring(core.error("server", "a\r\nb\nc"))
    assert.is_nil(text:find("[\r\n]"))
  end)
end)

describe("is_error", function()
  it("tells our errors from anything else", function()
    assert.is_true(core.is_error(core.error("server", "x")))
    for _, value in ipairs({ 1, "x", {}, true, print, setmetatable({}, {}) }) do
      assert.is_false(core.is_error(value))
    end
    assert.is_false(core.is_error(nil))
  end)
end)
