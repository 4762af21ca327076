-- Webhooks against the sandbox: what a posted body may bring about, and what not.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local sandbox = support.sandbox

local URLS = { data.person(6).linkedin_url }

local function submitted(client)
  return assert(client:submit_contacts(URLS))
end

before_each(support.begin)
after_each(support.finish)

describe("client:callback", function()
  local client

  before_each(function()
    client = support.client()
  end)

  -- Nothing but an error that names the body, and no request.
  local function assert_refused(words, body, opts)
    local before = sandbox:state().requests
    local job, err = client:callback(body, opts)
    assert.is_nil(job)
    assert.equal("invalid_argument", err.kind)
    assert.equal("body", err.param)
    assert.matches(words, err.message, 1, true)
    assert.equal(before, sandbox:state().requests)
  end

  it("gives the very job that was submitted, after one free request", function()
    local job = submitted(client)
    local before, charges = sandbox:state().requests, support.charges()
    local told = assert(client:callback(('{"uuid":"%s","status":"DONE"}'):format(job.uuid)))
    assert.equal(job, told)
    assert.equal(before + 1, sandbox:state().requests)
    assert.same(charges, support.charges())
  end)

  it("finds the id wherever it may stand", function()
    local uuid = submitted(client).uuid
    for _, name in ipairs { "uuid", "job_id", "job_uuid" } do
      assert.equal(uuid, assert(client:callback({ [name] = uuid })).uuid)
      assert.equal(uuid, assert(client:callback({ data = { [name] = uuid } })).uuid)
      local text = contactout.encode { data = { [name] = uuid } }
      assert.equal(uuid, assert(client:callback(text)).uuid)
    end
  end)

  it("believes nothing else of what was posted", function()
    sandbox:config { job_polls = 3 }
    local job = submitted(client)
    local told = assert(client:callback {
      uuid = job.uuid, status = "DONE", result = { [URLS[1]] = { email = "forged@example.net" } },
    })
    assert.equal("pending", told.status)
    assert.is_nil(contactout.encode(told.result):find("forged", 1, true))
  end)

  it("knows a job that was taken up by its id", function()
    local uuid = submitted(support.client()).uuid
    assert_refused("knows nothing", { uuid = uuid })
    assert(client:job("contacts", uuid))
    assert.equal(uuid, assert(client:callback { uuid = uuid }).uuid)
  end)

  it("knows its jobs when nobody holds them any more", function()
    local uuid = submitted(client).uuid
    collectgarbage()
    collectgarbage()
    assert.equal("contacts", assert(client:callback { uuid = uuid }).kind)
  end)

  it("takes the news of another's job if the kind is given", function()
    local uuid = submitted(support.client()).uuid
    assert.equal("contacts", assert(client:callback({ uuid = uuid }, { kind = "contacts" })).kind)
    assert_refused("knows nothing", { uuid = uuid })
    local job, err = client:callback({ uuid = "nobody" }, { kind = "verification" })
    assert.is_nil(job)
    assert.equal("not_found", err.kind)
  end)

  it("refuses what names no job", function()
    for _, body in ipairs { "{}", "[]", "[1,2]", "7", '"text"', "null", '{"uuid":null}',
      '{"uuid":""}', '{"uuid":{"a":1}}', '{"uuid":true}', '{"data":[]}', '{"data":"x"}' } do
      assert_refused("", body)
    end
    assert_refused("names no job", {})
    assert_refused("names no job", { data = contactout.null })
  end)

  it("refuses what is no JSON, nested too deep, or too large", function()
    assert_refused("not JSON", "")
    assert_refused("not JSON", "uuid=1")
    assert_refused("not JSON", '{"uuid":"x"')
    assert_refused("not JSON", ("["):rep(100000))
    assert_refused("bytes", (" "):rep(16 * 1024 * 1024 + 1))
  end)

  it("refuses an id that is no id, whatever kind is given", function()
    local opts = { kind = "contacts" }
    assert_refused("none can have", { uuid = "../stats" }, opts)
    assert_refused("none can have", { uuid = "a/b" }, opts)
    assert_refused("none can have", { uuid = ".." }, opts)
    assert_refused("256", { uuid = ("x"):rep(257) }, opts)
  end)

  it("knows a job from the journal of the run that submitted it", function()
    local uuid
    local path = os.tmpname()
    os.remove(path)
    local run = support.client { observe = function(event)
      uuid = event.job_uuid or uuid
    end }
    for _ in run:contacts(URLS, { journal = path, interval = 0.01 }) do -- luacheck: ignore
    end
    local told = assert(client:callback({ uuid = uuid }, { journal = path }))
    assert.same({ uuid, "contacts" }, { told.uuid, told.kind })
    assert_refused("knows nothing", { uuid = "5a4d9e37-0000-4001-8007-000000000009" },
      { journal = path })
    assert_refused("knows nothing", { uuid = uuid })
    os.remove(path)
  end)

  it("says so where the journal can't be read", function()
    local job, err = client:callback({ uuid = "5a4d9e37-1" }, { journal = "/nowhere/a.db" })
    assert.is_nil(job)
    assert.equal("journal", err.kind)
  end)

  it("refuses what is no body, such as that of an empty request", function()
    assert_refused("must be a string or a table, not a nil", nil)
    assert_refused("must be a string or a table, not a number", 7)
  end)

  it("refuses options that it doesn't have", function()
    local _, err = client:callback({}, { kind = "contact" })
    assert.equal("kind", err.param)
    assert.has_error(function()
      client:callback({}, 7)
    end, "opts must be a table, not a number")
  end)

  it("wakes those who wait for the job #yields", function()
    sandbox:config { job_polls = 2 }
    contactout.run(function()
      local job = submitted(client)
      local waiting = contactout.spawn(function()
        return job:wait { interval = 600, max_interval = 600 }
      end)
      contactout.sleep(0)
      repeat
        assert(client:callback { uuid = job.uuid })
      until job.status == "done"
      assert.equal(job, waiting:wait(10))
    end)
  end)
end)
