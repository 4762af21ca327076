-- Jobs in flight while the server can't be asked after them: their time isn't over.

local bulk = require "spec.support.bulk"
local core = require "contactout.core"
local raw = require "spec.support.raw_server"
local relays = require "spec.support.relay"
local support = require "spec.support.client"
local tls = require "spec.support.tls"

local sandbox, quick = support.sandbox, bulk.quick
local SUBMIT, POLL = "people_linkedin_batch_v2", "people_linkedin_batch_v2_result"
local JOB_TIMEOUT = 0.05

local relay

before_each(function()
  support.begin()
  relay = relays.start(sandbox.url:match("%d+$"))
end)

after_each(function()
  support.finish()
  raw.stop_all()
end)

-- A client behind the relay, which is cut once there is a job, and mended when its time
-- is long over (or never).
local function client_cut(is_mended)
  local cut_at
  return support.client { base_url = relay.url, max_retries = 1, observe = function(event)
    if event.type == "job" and not cut_at then
      relay:cut()
      cut_at = core.now()
    elseif is_mended and event.type == "response" and event.endpoint == POLL and cut_at
      and core.now() > cut_at + 4 * JOB_TIMEOUT then
      relay:mend()
      is_mended = false
    end
  end }
end

describe("a job in flight", function()
  it("isn't given up in an outage longer than job_timeout", function()
    local rows, failure = bulk.collect(client_cut(true):contacts(bulk.urls(1, 6),
      quick { job_timeout = JOB_TIMEOUT }))
    assert.is_nil(failure)
    assert.same({ value = 6 }, bulk.kinds(rows))
    assert.equal(1, bulk.requests(SUBMIT))
  end)

  it("has the run pause in an outage, though nothing is to be sent #yields", function()
    local reasons = {}
    bulk.collect(client_cut(true):contacts(bulk.urls(1, 6), quick {
      job_timeout = JOB_TIMEOUT,
      on_progress = function(state)
        reasons[state.held_by or "none"] = true
      end,
    }))
    assert.is_true(reasons.network)
  end)

  it("isn't given up where another answers in the server's place meanwhile", function()
    local secure = tls.sandbox()
    local stranger = raw.start(tls.STRANGER)
    local way, has_led = relays.start(secure.url:match("%d+$")), false
    local client = support.client {
      base_url = way.url:gsub("http://127.0.0.1", "https://localhost"), ca_file = secure.ca_file,
      max_retries = 1, observe = function(event)
        if event.type == "job" and not has_led then
          has_led = true
          way:lead_to(stranger.port)
        elseif event.type == "wait" then
          way:lead_to(secure.url:match("%d+$"))
        end
      end,
    }
    local rows, failure = bulk.collect(client:contacts(bulk.urls(1, 6), quick()))
    assert.is_nil(failure)
    assert.same({ value = 6 }, bulk.kinds(rows))
  end)

  it("isn't given up where no poll came in time, as after a laptop's sleep", function()
    sandbox:config { job_polls = 0 }
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      { job_timeout = JOB_TIMEOUT, interval = 1000, max_interval = 1000 }))
    assert.same({ value = 6 }, bulk.kinds(rows))
    assert.equal(1, bulk.requests(POLL))
  end)

  it("is given up once the outage has lasted for max_retry_wait, and taken up later", function()
    local file = os.tmpname()
    finally(function() bulk.remove_journal(file) end)
    local opts = quick { batch_size = 3, concurrency = 1, max_retry_wait = 0.2, journal = file }
    local rows, failure = bulk.collect(client_cut(false):contacts(bulk.urls(1, 6), opts))
    assert.equal("connection", failure.kind)
    assert.same({ job_timeout = 3 }, bulk.kinds(rows))
    assert.is_true(rows[1].err.maybe_charged)
    assert.matches("^%x+%-", rows[1].err.job_uuid)
    relay:mend()
    rows = bulk.collect(support.client { base_url = relay.url }:contacts(bulk.urls(1, 6), opts))
    assert.same({ value = 6 }, bulk.kinds(rows))
    assert.equal(2, bulk.requests(SUBMIT))
    bulk.check_charges()
  end)

  it("is given up, too, where a poll takes longer than its time is", function()
    sandbox:fault("delay:0.03", -1, POLL)
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      bulk.with_fault("job-never", { job_timeout = 0.01 })))
    assert.same({ job_timeout = 6 }, bulk.kinds(rows))
    assert.is_true(bulk.requests(POLL) < 10)
  end)

  it("is asked after now and then in an outage, however short its time is", function()
    local polls = 0
    local client = support.client { base_url = relay.url, max_retries = 0, observe = function(event)
      if event.type == "job" then
        relay:cut()
      end
      polls = polls + (event.type == "response" and event.endpoint == POLL and 1 or 0)
    end }
    local rows = bulk.collect(client:contacts(bulk.urls(1, 6),
      quick { job_timeout = 0, interval = 1, max_retry_wait = 0.2 }))
    assert.same({ job_timeout = 6 }, bulk.kinds(rows))
    assert.is_true(polls < 20)
  end)

  it("is given up by the server's own word: it is asked once more", function()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      bulk.with_fault("job-never", { job_timeout = 0, interval = 30 })))
    assert.same({ job_timeout = 6 }, bulk.kinds(rows))
    assert.equal(1, bulk.requests(POLL))
  end)
end)
