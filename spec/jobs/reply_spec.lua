local core = require "contactout.core"
local keys = require "contactout.keys"
local reply = require "contactout.jobs.reply"

describe("read", function()
  it("reads the reply of a submission", function()
    assert.same({ uuid = "7d0c", word = "QUEUED", result = {} },
      reply.read({ status = "QUEUED", job_id = "7d0c" }))
  end)

  it("reads the reply of a poll", function()
    assert.same({ uuid = "7d0c", word = "SENT", result = { a = "valid" } },
      reply.read({ data = { uuid = "7d0c", status = "SENT", result = { a = "valid" } } }))
  end)

  it("finds each member in data or beside it, under any of the id's names", function()
    local wanted = { uuid = "7d0c", word = "DONE", result = { a = 1 } }
    for _, name in ipairs { "job_id", "uuid", "job_uuid" } do
      local members = { [name] = "7d0c", status = "DONE", result = { a = 1 } }
      assert.same(wanted, reply.read(members))
      assert.same(wanted, reply.read({ data = members }))
    end
    assert.same(wanted, reply.read({
      status = "DONE", data = { uuid = "7d0c", result = { a = 1 } },
    }))
  end)

  it("takes an id that is a number", function()
    assert.equal("12", reply.read({ job_id = 12 }).uuid)
  end)

  it("takes any empty result, or none, for no result yet", function()
    for _, result in ipairs { {}, core.null, false, "" } do
      assert.same({}, reply.read({ data = { status = "QUEUED", result = result } }).result)
    end
    assert.same({}, reply.read({ data = { status = "QUEUED" } }).result)
  end)

  it("reads any table", function()
    for _, answer in ipairs { {}, { 1 }, { data = {} }, { data = 7, status = 200 },
      { data = { uuid = {}, status = {}, result = 7 } }, { job_id = "", status = "" } } do
      assert.same({ result = {} }, reply.read(answer))
    end
  end)
end)

describe("answers", function()
  it("are found by canonical keys, with the server's own", function()
    assert.same({
      ["linkedin.com/in/ann"] = { key = "http://linkedin.com/in/Ann", value = { 1 } },
    }, reply.answers({ ["http://linkedin.com/in/Ann"] = { 1 } }, keys.profile))
  end)

  it("are none in a list without keys", function()
    assert.is_nil(reply.answers({ {}, {} }, keys.profile)["linkedin.com/in/ann"])
  end)
end)
