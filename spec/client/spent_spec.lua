-- What client:spent() says, against what the sandbox charged.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local sandbox, PROFILE = support.sandbox, support.PROFILE
local LOOKUP = { email = 1, phone = 1, search = 1 }

--- The amounts that aren't 0.
local function only_spent(amounts)
  local sums = {}
  for kind, amount in pairs(amounts) do
    sums[kind] = type(amount) == "number" and amount > 0 and amount or nil
  end
  return sums
end

--- Raises unless the client says that this was spent, and this is in doubt.
local function assert_spent(client, charged, uncertain)
  local spent = client:spent()
  assert.same({ charged, uncertain or {} }, { only_spent(spent), only_spent(spent.uncertain) })
end

local function urls(first, last)
  local list = {}
  for i = first, last do
    list[#list + 1] = data.person(i).linkedin_url
  end
  return list
end

before_each(support.begin)
after_each(support.finish)

describe("client:spent", function()
  it("begins with nothing, of every kind", function()
    assert.same({
      email = 0, phone = 0, search = 0, verifier = 0,
      uncertain = { email = 0, phone = 0, search = 0, verifier = 0 },
    }, support.client():spent())
  end)

  it("gives a table of its own each time", function()
    local client = support.client()
    client:spent().uncertain.email = 5
    assert_spent(client, {})
  end)

  it("is what the server charged, over many calls", function()
    local client = support.client()
    for i = 1, 20 do
      assert(client:linkedin_enrich({ profile = data.person(i).linkedin_url }))
      client:people_linkedin({ profile = data.person(i).linkedin_url, include_phone = true })
      assert(client:email_verify({ email = "x@" .. data.company(i).domain }))
    end
    assert(client:people_search({ reveal_info = true }))
    assert(client:stats())
    assert_spent(client, support.charges())
    assert.is_true(client:spent().verifier > 0)
  end)

  it("counts what each client spent by itself", function()
    local client = support.client()
    assert(support.client():linkedin_enrich({ profile = PROFILE }))
    assert_spent(client, {})
  end)

  it("reads the reply of a raw call, too", function()
    local client = support.client()
    assert(client:linkedin_enrich({ profile = PROFILE }, { raw = true }))
    assert_spent(client, support.charges())
    assert.equal(404, client:people_person({ email = "a@b.example" }, { raw = true }).status)
    assert_spent(client, support.charges())
  end)

  it("goes by the parameters as they were when the call was made #yields", function()
    local client = support.client()
    local profiles = { PROFILE, PROFILE }
    contactout.run(function()
      contactout.spawn(client.people_linkedin_batch, client, { profiles = profiles })
      contactout.sleep(0)
      profiles[2] = nil
    end)
    assert_spent(client, { email = 1 }, { email = 1 })
  end)

  it("leaves out calls of undocumented paths", function()
    local client = support.client()
    assert(client:request("GET", "/v1/linkedin/enrich", { query = { profile = PROFILE } }))
    assert.is_true(support.charges().email > 0)
    assert_spent(client, {})
  end)

  for _, fault in ipairs { "status:404", "status:400", "status:429", "redirect:/x" } do
    it("counts nothing for " .. fault, function()
      local client = support.client { max_retries = 0 }
      assert.is_nil((client:linkedin_enrich({ profile = PROFILE }, support.with_fault(fault))))
      assert_spent(client, {})
    end)
  end

  it("counts nothing where no server is", function()
    local client = support.client { base_url = "http://127.0.0.1:1", max_retries = 0 }
    assert.equal("connection", select(2, client:linkedin_enrich({ profile = PROFILE })).kind)
    assert_spent(client, {})
  end)

  for _, fault in ipairs { "reset-after", "reset-before", "truncate", "not-json", "status:500" } do
    it("has the most that it can have cost in doubt after " .. fault, function()
      local client = support.client()
      local _, err = client:linkedin_enrich({ profile = PROFILE }, support.with_fault(fault))
      assert.is_true(err.maybe_charged)
      assert_spent(client, {}, LOOKUP)
    end)
  end

  it("has a reply that shows nothing in doubt", function()
    local client = support.client()
    assert(client:linkedin_enrich({ profile = PROFILE }, support.with_fault("null-members")))
    assert_spent(client, {}, LOOKUP)
  end)

  it("counts each attempt that may have been charged", function()
    local client = support.client()
    sandbox:fault("reset-after", 2)
    assert(client:linkedin_enrich({ profile = PROFILE }, { retry_charged = true }))
    assert_spent(client, { email = 1, phone = 1 }, { email = 2, phone = 2, search = 2 })
    assert.same({ email = 3, phone = 3 }, support.charges())
  end)

  it("counts repeats that can't have been charged as nothing", function()
    local client = support.client()
    sandbox:fault("status:429", 2)
    assert(client:linkedin_enrich({ profile = PROFILE }))
    assert_spent(client, support.charges())
  end)
end)

describe("client:spent with calls in flight #yields", function()
  --- Runs `during` while the server holds a call, a lookup unless named -> the client
  local function while_held(during, name)
    local client = support.client()
    local params = not name and { profile = PROFILE } or nil
    sandbox:fault("hold", 1)
    contactout.run(function()
      local task = contactout.spawn(client[name or "linkedin_enrich"], client, params)
      contactout.sleep(0)
      sandbox:wait { held = 1 }
      during(client, task)
    end)
    return client
  end

  it("has them in doubt until they end", function()
    local client = while_held(function(client)
      assert_spent(client, {}, LOOKUP)
      sandbox:release()
    end)
    assert_spent(client, support.charges())
  end)

  it("leaves in doubt one whose task was cancelled, though it was charged", function()
    local client = while_held(function(client, task)
      task:cancel()
      local _, err = task:wait()
      assert.equal("cancelled", err.kind)
      assert_spent(client, {}, LOOKUP)
      sandbox:release()
      sandbox:wait { responses = 1 }
    end)
    assert_spent(client, {}, LOOKUP)
    assert.same({ email = 1, phone = 1 }, support.charges())
  end)

  it("leaves in doubt what was in flight when the client was closed", function()
    local client = while_held(function(client)
      client:close()
    end)
    sandbox:release()
    assert_spent(client, {}, LOOKUP)
  end)

  it("has nothing in doubt for a free call that was cancelled", function()
    local client = while_held(function(_, task)
      task:cancel()
      assert.equal("cancelled", select(2, task:wait()).kind)
      sandbox:release()
    end, "stats")
    assert_spent(client, {})
  end)

  it("has nothing in doubt for what was cancelled before it was sent", function()
    local client = support.client { rate_limits = { search = 1, window = 100 } }
    contactout.run(function()
      assert(client:people_search({ name = "nobody at all" }))
      local task = contactout.spawn(client.people_search, client, {})
      contactout.sleep(0)
      task:cancel()
      assert.equal("cancelled", select(2, task:wait()).kind)
    end)
    assert_spent(client, {})
  end)
end)

describe("client:spent of jobs", function()
  local client

  before_each(function()
    client = support.client()
    sandbox:config { job_polls = 2 }
  end)

  local function submit(fault)
    local opts = fault and support.with_fault(fault)
    return assert(client:people_linkedin_batch_v2(
      { profiles = urls(1, 20), include_phone = true }, opts)).job_id
  end

  --- Polls until the job's status isn't QUEUED -> that
  local function poll(id)
    for _ = 1, 10 do
      local reply = assert(client:people_linkedin_batch_v2_result({ job_uuid = " " .. id .. " " }))
      if reply.data.status ~= "QUEUED" then
        return reply.data.status
      end
      assert_spent(client, {}, { email = 20, phone = 20 })
    end
  end

  it("has the most in doubt until the result tells", function()
    local id = submit()
    assert_spent(client, {}, { email = 20, phone = 20 })
    assert.equal("SENT", poll(id))
    assert_spent(client, support.charges())
    poll(id)
    assert_spent(client, support.charges())
  end)

  it("counts what a job object is waited for", function()
    local job = assert(client:submit_contacts(urls(1, 20)))
    assert_spent(client, {}, { email = 20 })
    assert(job:poll())
    assert_spent(client, {}, { email = 20 })
    assert(job:wait { interval = 0.01 })
    assert_spent(client, support.charges())
  end)

  it("counts verdicts", function()
    local emails = { "x@" .. data.UNKNOWN_DOMAIN, "x@" .. data.DISPOSABLE_DOMAIN, "a@b.example" }
    local id = assert(client:email_verify_batch({ emails = emails })).job_id
    assert_spent(client, {}, { verifier = 3 })
    repeat
      local job = assert(client:email_verify_batch_result({ job_uuid = id })).data
    until job.status == "DONE"
    assert_spent(client, support.charges())
  end)

  it("leaves a job that failed in doubt", function()
    assert.equal("FAILED", poll(submit("job-fail")))
    assert_spent(client, {}, { email = 20, phone = 20 })
  end)

  it("leaves keys in doubt that the job lost", function()
    poll(submit("job-lose-keys:3"))
    assert.same({ email = 3, phone = 3 }, only_spent(client:spent().uncertain))
  end)

  it("doesn't count a job of somebody else", function()
    local id = submit()
    local other = support.client()
    repeat
      local job = assert(other:people_linkedin_batch_v2_result({ job_uuid = id })).data
    until job.status == "SENT"
    assert_spent(other, {})
  end)
end)
