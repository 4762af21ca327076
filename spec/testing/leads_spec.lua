-- How users test their programs: against the sandbox, and against a recording.

local leads = require "spec.testing.leads"
local testing = require "contactout.testing"

local NOBODY = "https://www.linkedin.com/in/nobody-at-all"

describe("leads, in the sandbox", function()
  local sandbox, client
  local person = testing.person(6)

  setup(function()
    sandbox = assert(testing.sandbox())
    client = assert(sandbox:client({ max_retry_wait = 1 }))
  end)

  teardown(function()
    client:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
  end)

  it("finds who is there, and leaves out who isn't", function()
    local found = assert(leads.addresses(client, { person.linkedin_url, NOBODY }))
    assert.equal(person.work_emails[1], found[person.linkedin_url])
    assert.is_nil(found[NOBODY])
  end)

  it("pays once for each, however busy the server is", function()
    sandbox:fault("status:429,retry-after:0")
    assert(leads.addresses(client, { person.linkedin_url }))
    assert.same({ 429, 200 }, { sandbox:requests()[1].status, sandbox:requests()[2].status })
    assert.equal(1, sandbox:charged().email)
  end)

  it("takes what it is answered", function()
    sandbox:answer("people_linkedin", { profile = { email = { "ada@post.example" } } })
    assert.equal("ada@post.example", leads.addresses(client, { NOBODY })[NOBODY])
  end)

  it("stops when there are no credits", function()
    local poor = assert(sandbox:client({ token = "poor-1" }))
    local found, err = leads.addresses(poor, { person.linkedin_url, NOBODY })
    poor:close()
    assert.is_nil(found)
    assert.equal("out_of_credits", err.kind)
    assert.equal(1, #sandbox:requests())
  end)
end)

-- Recorded once, as spec/testing_spec.lua shows; what was real is invented here.
describe("leads, from a recording", function()
  it("finds the same without a server of its own", function()
    local player = assert(testing.replay("spec/testing/leads.ndjson"))
    local client = assert(player:client())
    local grace = "https://www.linkedin.com/in/grace-garcia-6"
    local found = assert(leads.addresses(client, { grace, NOBODY }))
    assert.equal("grace.garcia6@larkspur-studios.example", found[grace])
    assert.same({}, player:unmatched())
    client:close()
    player:stop()
  end)
end)
