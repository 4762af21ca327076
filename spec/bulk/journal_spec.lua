-- Runs with a journal against the sandbox: what another run of the same work finds,
-- however the first one has ended.

local bulk = require "spec.support.bulk"
local contactout = require "contactout"
local core = require "contactout.core"
local plain = require "contactout.loops.plain"
local support = require "spec.support.client"

local sandbox, quick = support.sandbox, bulk.quick

local file

local function journaled(opts)
  opts = quick(opts)
  opts.journal = file
  return opts
end

before_each(function()
  support.begin()
  file = os.tmpname()
end)

after_each(function()
  support.finish()
  bulk.remove_journal(file)
end)

-- A run in a program of its own, which ends by a kill at the nth event that `at` (the
-- text of an expression) holds for -> what it had handed out.
local function killed_run(at, nth, opts)
  local output = support.run_lua(([[
    local contactout = require "contactout"
    local data = require "contactout.sandbox.data"
    local left = %d
    local client = assert(contactout.new { rate_limits = false, max_retry_wait = 0.02,
      base_url = %q, token = %q, observe = function(event)
        left = left - ((%s) and 1 or 0)
        if left == 0 then
          os.exit(9) -- without closing anything
        end
      end })
    local urls = {}
    for i = 1, 60 do
      urls[i] = data.person(i).linkedin_url
    end
    for item, value, err in client:contacts(urls, { journal = %q, batch_size = 10,
      concurrency = 2, interval = 0.005, max_interval = 0.02, %s }) do
      print(item, value and #value.emails or err.kind)
      io.stdout:flush()
    end
  ]]):format(nth, sandbox.url, support.TOKEN, at, file, opts or ""))
  return output
end

describe("a run with a journal", function()
  it("gives what an earlier one has found again, free", function()
    local urls = bulk.urls(1, 25)
    local first = bulk.by_item(support.client():contacts(urls, journaled { batch_size = 10 }))
    local requests = sandbox:state().requests
    local again = bulk.by_item(support.client():contacts(urls, journaled { batch_size = 10 }))
    assert.equal(requests, sandbox:state().requests)
    for url, row in pairs(first) do
      assert.same(row.value, again[url].value)
      assert.equal(row.err and row.err.kind, again[url].err and again[url].err.kind)
    end
  end)

  it("sends only what is new", function()
    bulk.collect(support.client():verify(bulk.emails(10), journaled()))
    local states = {}
    local rows = bulk.collect(support.client():verify(bulk.emails(15), journaled {
      on_progress = function(state) states[#states + 1] = state end,
    }))
    assert.same({ value = 15 }, bulk.kinds(rows))
    assert.equal(15, support.charges().verifier + 0)
    assert.equal(0, states[#states].duplicates)
  end)

  it("counts each input once by what became of it, and duplicates besides", function()
    local function inputs(first, last)
      local urls = bulk.urls(first, last)
      for i = 1, last - first + 1 do
        urls[#urls + 1] = urls[i] .. "/"
      end
      urls[#urls + 1] = "no address"
      return urls
    end
    local function count(urls)
      local opts, last = { batch_size = 5, concurrency = 1 }, nil
      opts.on_progress = function(state) last = state end
      bulk.collect(support.client():contacts(urls, journaled(opts)))
      assert.equal(last.total, last.done)
      assert.equal(last.done, last.found + last.missing + last.failed + last.uncertain)
      return { last.found, last.missing, last.failed, last.uncertain, last.duplicates }
    end
    assert.same({ 18, 2, 1, 0, 10 }, count(inputs(11, 20)))
    sandbox:fault("job-fail", 1, "people_linkedin_batch_v2")
    assert.same({ 26, 4, 1, 10, 20 }, count(inputs(11, 30)))
    -- those whose job failed are taken up first, when nobody waits for them
    assert.same({ 26, 4, 1, 10, 20 }, count(inputs(11, 30)))
  end)

  it("sends no key twice within itself", function()
    local urls = bulk.urls(1, 40)
    for i = 1, 40 do
      urls[40 + i] = urls[i] .. "/?x"
    end
    local rows = bulk.by_item(support.client():contacts(urls,
      journaled { batch_size = 10, concurrency = 1 }))
    assert.same({ value = 72, not_found = 8 }, bulk.kinds(rows))
    assert.equal(4, sandbox:state().jobs)
  end)

  it("works for requests that are answered at once", function()
    local urls = bulk.urls(1, 40)
    bulk.collect(support.client():contacts(urls, journaled { version = 1 }))
    local requests = sandbox:state().requests
    local rows = bulk.collect(support.client():contacts(urls, journaled { version = 1 }))
    assert.same({ value = 36, not_found = 4 }, bulk.kinds(rows))
    assert.equal(requests, sandbox:state().requests)
  end)

  it("asks for a job that didn't end in time again, and submits none anew", function()
    sandbox:config { job_polls = 100000 }
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      journaled { job_timeout = 0.05 }))
    assert.same({ job_timeout = 6 }, bulk.kinds(rows))
    sandbox:config { job_polls = 1 }
    rows = bulk.collect(support.client():contacts(bulk.urls(1, 6), journaled()))
    assert.same({ value = 6 }, bulk.kinds(rows))
    assert.equal(1, sandbox:state().jobs)
  end)

  it("asks a job that lost keys for them again, and pays for them once", function()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      bulk.with_fault("job-lose-keys:2,job-word:DONE", { journal = file })))
    assert.same({ job_failed = 2, value = 4 }, bulk.kinds(rows))
    rows = bulk.collect(support.client():contacts(bulk.urls(1, 6), journaled()))
    assert.same({ job_failed = 2, value = 4 }, bulk.kinds(rows))
    assert.equal(1, sandbox:state().jobs)
  end)

  describe("whose jobs ended without an answer", function()
    local function go(last, opts)
      return bulk.collect(support.client():contacts(bulk.urls(1, last), journaled(opts)))
    end

    -- The keys of the last job.
    local function last_submitted()
      local keys
      for _, entry in ipairs(sandbox:ledger()) do
        if entry.endpoint == "people_linkedin_batch_v2" then
          keys = assert(core.decode(entry.body)).profiles
        end
      end
      table.sort(keys)
      return keys
    end

    it("asks anew for their keys only with retry_charged, as the error says", function()
      sandbox:fault("job-fail", 1, "people_linkedin_batch_v2")
      for _ = 1, 2 do
        local rows = go(6)
        assert.same({ job_failed = 6 }, bulk.kinds(rows))
        assert.matches("retry_charged = true", rows[1].err.message)
        assert.matches("^%x+%-", rows[1].err.job_uuid)
        assert.is_true(rows[1].err.maybe_charged)
      end
      assert.equal(1, sandbox:state().jobs)
      assert.same({ value = 6 }, bulk.kinds(go(6, { retry_charged = true })))
      assert.same({ value = 6 }, bulk.kinds(go(6)))
      assert.equal(2, sandbox:state().jobs)
      bulk.check_charges()
    end)

    it("asks anew for those alone that a job lost, and that are asked for", function()
      sandbox:fault("job-lose-keys:3,job-word:DONE", 1, "people_linkedin_batch_v2")
      assert.same({ job_failed = 3, value = 3 }, bulk.kinds(go(6)))
      local rows = go(5, { retry_charged = true })
      assert.same({ value = 5 }, bulk.kinds(rows))
      assert.same(bulk.urls(4, 5), last_submitted())
      assert.same({ job_failed = 1, value = 5 }, bulk.kinds(go(6)))
      assert.equal(2, sandbox:state().jobs)
    end)

    it("asks anew in batches of this run's size", function()
      sandbox:fault("job-fail", 1, "people_linkedin_batch_v2")
      go(6)
      assert.same({ value = 6 }, bulk.kinds(go(6, { retry_charged = true, batch_size = 2 })))
      assert.equal(4, sandbox:state().jobs)
    end)

    it("asks anew, whenever their inputs come", function()
      sandbox:fault("job-fail", -1, "people_linkedin_batch_v2")
      go(60, { batch_size = 10 })
      sandbox:reset()
      sandbox:fault("status:400,message:Invalid job", -1, "people_linkedin_batch_v2_result")
      assert.same({ job_failed = 60 }, bulk.kinds(go(60)))
      sandbox:reset()
      sandbox:fault("status:400,message:Invalid job", 6, "people_linkedin_batch_v2_result")
      local rows = go(60, { batch_size = 10, concurrency = 2, retry_charged = true })
      assert.same({ value = 54, not_found = 6 }, bulk.kinds(rows))
      bulk.check_charges()
    end)

    it("asks the last job alone, where a second one failed, too", function()
      sandbox:fault("job-fail", 2, "people_linkedin_batch_v2")
      go(6)
      local rows = go(6, { retry_charged = true })
      assert.same({ job_failed = 6 }, bulk.kinds(rows))
      local again, polls = go(6), bulk.requests("people_linkedin_batch_v2_result")
      assert.equal(rows[1].err.job_uuid, again[1].err.job_uuid)
      go(6)
      assert.equal(2, sandbox:state().jobs)
      assert.is_true(bulk.requests("people_linkedin_batch_v2_result") - polls <= 3)
      assert.same({ value = 6 }, bulk.kinds(go(6, { retry_charged = true })))
      assert.equal(3, sandbox:state().jobs)
    end)

    it("waits for a job that has not ended, also with retry_charged", function()
      sandbox:config { job_polls = 100000 }
      for _ = 1, 2 do
        assert.same({ job_timeout = 6 },
          bulk.kinds(go(6, { job_timeout = 0.05, retry_charged = true })))
      end
      assert.equal(1, sandbox:state().jobs)
    end)

    it("counts what they may have cost besides", function()
      local credits
      sandbox:fault("job-fail", 1, "people_linkedin_batch_v2")
      go(6)
      go(6, { retry_charged = true, on_progress = function(state) credits = state.credits end })
      assert.same({ 6, 6 }, { credits.email, credits.uncertain.email })
      local rows = go(7, { budget = { email = 12 } })
      assert.same({ value = 6 }, bulk.kinds(rows))
    end)
  end)

  describe("with retry_unknown", function()
    local EMAILS = { "valid1@x.example", "unknown2@x.example", "invalid3@x.example",
      "valid1@x.example" }

    local function go(opts, emails)
      return bulk.collect(support.client():verify(emails or EMAILS, journaled(opts)))
    end

    local function verdicts(rows)
      local found = {}
      for _, row in ipairs(rows) do
        found[row.item:match("^%a+")] = row.value or row.err.kind
      end
      return found
    end

    local UNKNOWN = { valid = "unknown", unknown = "unknown", invalid = "unknown" }
    local KNOWN = { valid = "valid", unknown = "unknown", invalid = "invalid" }

    -- A first run, which learns nothing.
    local function begin()
      sandbox:fault("unknown-verdicts", 1, "email_verify_batch")
      assert.same(UNKNOWN, verdicts(go({ retry_unknown = true })))
      assert.equal(1, sandbox:state().jobs)
    end

    it("asks once for what an earlier run got the verdict unknown for", function()
      begin()
      assert.same(UNKNOWN, verdicts(go()))
      assert.equal(1, sandbox:state().jobs)
      local last
      local rows = go({ retry_unknown = true, on_progress = function(state) last = state end })
      assert.equal(4, #rows)
      assert.same(KNOWN, verdicts(rows))
      assert.same({ 4, 1, 2 }, { last.done, last.duplicates, sandbox:state().jobs })
      assert.same({ 2, 0 }, { last.credits.verifier, last.credits.uncertain.verifier })
      assert.equal(2, support.charges().verifier)
      assert.same(KNOWN, verdicts(go()))
      assert.equal(2, sandbox:state().jobs)
    end)

    it("gives what was known where nothing new is learnt", function()
      begin()
      for _, fault in ipairs { "job-fail", "reset-after", "status:500" } do
        sandbox:fault(fault, 1, "email_verify_batch")
        assert.same(UNKNOWN, verdicts(go({ retry_unknown = true })))
        assert.same(UNKNOWN, verdicts(go()))
      end
    end)

    it("asks nothing that may have been paid for again, but with retry_charged", function()
      begin()
      sandbox:fault("reset-after", 1, "email_verify_batch")
      go({ retry_unknown = true })
      assert.same(UNKNOWN, verdicts(go({ retry_unknown = true })))
      assert.equal(2, sandbox:state().jobs)
      assert.same(KNOWN, verdicts(go({ retry_unknown = true, retry_charged = true })))
      assert.equal(3, sandbox:state().jobs)
    end)

    it("is planned for", function()
      begin()
      local client = support.client()
      assert.equal(3, client:plan("verify", EMAILS, journaled()).known)
      assert.equal(0, client:plan("verify", EMAILS, journaled { retry_unknown = true }).known)
    end)

    it("needs a journal", function()
      local _, failure = bulk.collect(support.client():verify(EMAILS, { retry_unknown = true }))
      assert.equal("invalid_argument", failure.kind)
      assert.equal("retry_unknown", failure.param)
    end)
  end)

  it("says uncertain of what was cut off, and asks again only if told to", function()
    local client = support.client()
    local rows = bulk.collect(client:contacts(bulk.urls(1, 6),
      bulk.with_fault("reset-after", { journal = file })))
    assert.same({ connection = 6 }, bulk.kinds(rows))
    local states = {}
    rows = bulk.collect(client:contacts(bulk.urls(1, 6), journaled {
      on_progress = function(state) states[#states + 1] = state end,
    }))
    assert.same({ uncertain = 6 }, bulk.kinds(rows))
    assert.is_true(rows[1].err.maybe_charged)
    assert.equal(6, states[#states].uncertain)
    rows = bulk.collect(client:contacts(bulk.urls(1, 6), journaled { retry_charged = true }))
    assert.same({ value = 6 }, bulk.kinds(rows))
  end)

  it("asks again for what was refused", function()
    sandbox:fault("status:429,retry-after:0.01", 2, "people_linkedin_batch_v2")
    local rows, failure = bulk.collect(support.client():contacts(bulk.urls(1, 6),
      journaled { max_retry_wait = 0 }))
    assert.same({}, rows)
    assert.equal("rate_limited", failure.kind)
    rows = bulk.collect(support.client():contacts(bulk.urls(1, 6), journaled()))
    assert.same({ value = 6 }, bulk.kinds(rows))
  end)

  it("asks again for what the server refused as invalid: the next run may be right", function()
    sandbox:fault("status:400,message:callback_url must be public", -1, "people_linkedin_batch_v2")
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6), journaled()))
    assert.same({ invalid_request = 6 }, bulk.kinds(rows))
    sandbox:reset()
    rows = bulk.collect(support.client():contacts(bulk.urls(1, 6), journaled()))
    assert.same({ value = 6 }, bulk.kinds(rows))
  end)

  it("knows its file by what the options mean, not by how they were written", function()
    -- each program has another order of the same table's members
    local program = ([[
      local client = require("contactout").new { base_url = %q, token = %q }
      local rows = client:contacts({ "bad" }, { journal = %q,
        extra = { aa = 1, bb = { cc = true, dd = { "e" }, ff = 2 }, gg = "x", hh = 4 } })
      print(select(4, pcall(rows)))
    ]]):format(sandbox.url, support.TOKEN, file)
    for _ = 1, 5 do
      assert.matches("invalid_argument", (support.run_lua(program)))
    end
    os.remove(file)
    local client, opts = support.client(), journaled()
    assert.equal(1, #bulk.collect(client:contacts(bulk.urls(1, 1), opts)))
    opts.include_phone = false
    assert.equal(1, #bulk.collect(client:contacts(bulk.urls(1, 1), opts)))
  end)

  it("takes no key for sent that an error of the observer kept back", function()
    local client = support.client { observe = function(event)
      if event.type == "job" and event.status == "done" then
        error("mine", 0)
      end
    end }
    local opts = journaled { batch_size = 3, concurrency = 1 }
    local rows = client:contacts(bulk.urls(1, 6), opts)
    local _, failure = bulk.collect(rows)
    assert.equal("mine", failure)
    rows:close()
    rows = support.client():contacts(bulk.urls(1, 6), opts)
    assert.is_nil(bulk.kinds(bulk.collect(rows)).uncertain)
  end)

  it("ends by an error that is raised where its answers are written", function()
    local client, encode = support.client(), core.encode
    local rows = client:contacts(bulk.urls(1, 6), journaled { batch_size = 3 })
    finally(function() core.encode = encode end)
    core.encode = function()
      error("not enough memory", 0)
    end
    local _, failure = bulk.collect(rows)
    core.encode = encode
    rows:close()
    assert.equal("not enough memory", failure)
    rows = support.client():contacts(bulk.urls(1, 6), journaled())
    assert.same({ value = 6 }, bulk.kinds(bulk.collect(rows)))
    assert.equal(6, support.charges().email)
  end)

  it("refuses a file of other undocumented parameters", function()
    local client, opts = support.client(), journaled { extra = { aa = { 1, 2 } } }
    bulk.collect(client:contacts({}, opts))
    for _, other in ipairs { { aa = { 1, 3 } }, { aa = { 1 } }, { aa = { 1, 2 }, bb = 1 }, {} } do
      opts.extra = other
      local _, failure = bulk.collect(client:contacts({}, opts))
      assert.equal("journal", failure.kind)
    end
  end)

  it("refuses another run's file, and one that is in use", function()
    local client = support.client()
    local first = client:contacts(bulk.urls(1, 3), journaled())
    local _, failure = bulk.collect(client:contacts(bulk.urls(1, 3), journaled()))
    assert.equal("journal", failure.kind)
    first:close()
    _, failure = bulk.collect(client:contacts(bulk.urls(1, 3),
      journaled { include_phone = true }))
    assert.equal("journal", failure.kind)
    _, failure = bulk.collect(client:verify(bulk.emails(3), journaled()))
    assert.equal("journal", failure.kind)
    assert.equal(6, #bulk.collect(client:contacts(bulk.urls(1, 6), journaled())))
  end)

  it("has each attempt on record before it is sent, where one may be charged twice", function()
    sandbox:fault("reset-after", 2, "people_linkedin_batch")
    killed_run([[event.type == "response" and event.attempt == 2]], 1,
      "version = 1, retry_charged = true")
    support.wait_until_closed()
    local charged = support.charges().email
    local spent = assert(support.client():plan("contacts", bulk.urls(1, 60),
      { journal = file, version = 1 })).spent
    assert.is_true(charged > 10) -- a batch twice
    assert.is_true(spent.email + spent.uncertain.email >= charged,
      ("%d charged, %d told"):format(charged, spent.email + spent.uncertain.email))
  end)

  it("takes up a whole job that a host had no place for, whatever its budget #yields", function()
    local opts = journaled { job_timeout = 0.03, budget = { email = 9 } }
    sandbox:fault("job-never", 1, "people_linkedin_batch_v2")
    bulk.collect(support.client():contacts(bulk.urls(1, 6), opts))
    local host, has_place = { name = "crowded" }, false
    for name, member in pairs(plain) do
      host[name] = host[name] or member
    end
    function host.detached()
      return has_place and plain or nil, not has_place and { kind = "connection" } or nil
    end
    contactout.run(function()
      local iterator = support.client { loop = host }:contacts(bulk.urls(1, 6), opts)
      assert.is_false((pcall(iterator)))
      has_place = true
      assert.same({ job_timeout = 6 }, bulk.kinds(bulk.collect(iterator)))
    end)
    assert.equal(1, bulk.requests("people_linkedin_batch_v2"))
  end)

  it("has let go of it when on_progress fails at the end", function()
    local client = support.client()
    local _, failure = bulk.collect(client:contacts(bulk.urls(1, 6), journaled {
      on_progress = function(state)
        assert(state.done < 6, "all are there")
      end,
    }))
    assert.matches("all are there", failure)
    assert.equal(6, #bulk.collect(client:contacts(bulk.urls(1, 6), journaled())))
  end)

  it("goes on with what was in flight when it was closed", function()
    local iterator = support.client():contacts(bulk.urls(1, 60), journaled { batch_size = 10 })
    assert.is_string((iterator()))
    iterator:close()
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 60),
      journaled { batch_size = 10 }))
    assert.same({ value = 54, not_found = 6 }, bulk.kinds(rows))
    bulk.check_charges()
  end)

  describe("has the id of a job that was being submitted #yields", function()
    -- Begins a run whose submission is held, lets `leave` end it, releases the submission,
    -- and runs again. Nothing may be submitted twice, and nothing be uncertain.
    local function check(leave)
      contactout.run(function()
        local holder = {
          rows = support.client():contacts(bulk.urls(1, 6), bulk.with_fault("hold",
            { journal = file })),
        }
        holder.consumer = contactout.spawn(function(rows)
          return select(2, pcall(rows))
        end, holder.rows)
        while sandbox:state().held < 1 do
          contactout.sleep(0.001)
        end
        leave(holder)
        local client, deadline = support.client(), core.now() + 30
        local rows, failure
        repeat -- the journal is in use until the first run has ended
          contactout.sleep(0.001)
          rows, failure = bulk.collect(client:contacts(bulk.urls(1, 6), journaled()))
        until not failure or core.now() > deadline
        assert.is_nil(failure)
        assert.same({ value = 6 }, bulk.kinds(rows))
      end)
      assert.equal(1, sandbox:state().jobs)
      bulk.check_charges()
    end

    it("when its consumer was cancelled", function()
      check(function(holder)
        holder.consumer:cancel()
        assert.equal("cancelled", holder.consumer:wait().kind)
        sandbox:release()
        holder.rows:close()
      end)
    end)

    it("when its rows were closed", function()
      check(function(holder)
        local closing = contactout.spawn(holder.rows.close, holder.rows)
        contactout.sleep(0.005)
        assert.is_false(closing:has_ended())
        sandbox:release()
        closing:wait()
      end)
    end)

    it("when its rows were forgotten", function()
      check(function(holder)
        holder.consumer:cancel()
        holder.consumer:wait()
        holder.rows, holder.consumer = nil, nil
        for _ = 1, 4 do
          collectgarbage()
        end
        sandbox:release()
      end)
    end)
  end)

  it("says uncertain of what its client was sending when it was closed #yields", function()
    contactout.run(function()
      local client = support.client()
      local consumer = contactout.spawn(bulk.collect, client:contacts(bulk.urls(1, 6),
        bulk.with_fault("hold", { journal = file })))
      while sandbox:state().held < 1 do
        contactout.sleep(0.001)
      end
      client:close()
      assert.same({ cancelled = 6 }, bulk.kinds((consumer:wait())))
      sandbox:release()
    end)
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 6), journaled()))
    assert.same({ uncertain = 6 }, bulk.kinds(rows))
    bulk.check_charges()
  end)

  for _, moment in ipairs {
    { "as a job's id came", 'event.type == "job" and event.keys', 3 },
    { "as a job was done", 'event.type == "job" and event.status == "done"', 2 },
    { "before a poll was sent", 'event.type == "request" and event.endpoint:find("result")', 3 },
  } do
    it("takes up what was killed " .. moment[1], function()
      local before = killed_run(moment[2], moment[3])
      local rows = bulk.by_item(support.client():contacts(bulk.urls(1, 60),
        journaled { batch_size = 10 }))
      local kinds = bulk.kinds(rows)
      -- the request beside the one that ended it may have been on its way
      assert.is_true((kinds.uncertain or 0) <= 10)
      assert.equal(60, (kinds.value or 0) + (kinds.not_found or 0) + (kinds.uncertain or 0))
      bulk.check_charges()
      for url in before:gmatch("(%S+)\t%d+") do
        assert.is_table(rows[url].value)
      end
    end)
  end

  describe("tells the credits of all its runs", function()
    -- A run to its end -> what its last report says
    local function credits_of(first, last, opts)
      local credits
      opts = opts or {}
      opts.on_progress = function(state) credits = state.credits end
      bulk.collect(support.client():contacts(bulk.urls(first, last), journaled(opts)))
      return credits
    end

    local SUBMITTED = 'event.type == "response" and event.endpoint == "people_linkedin_batch_v2"'

    it("after a kill that left a request in doubt", function()
      killed_run(SUBMITTED, 2, "concurrency = 1")
      local credits = credits_of(1, 60, { batch_size = 10 })
      assert.equal(10, credits.uncertain.email)
      assert.equal(support.charges().email, credits.email + 9) -- of ten one has no address
      assert.same(credits, credits_of(1, 60, { batch_size = 10 }))
    end)

    it("after a kill that left jobs", function()
      killed_run('event.type == "job" and event.keys', 3, "concurrency = 1")
      local credits = credits_of(1, 60, { batch_size = 10 })
      assert.equal(0, credits.uncertain.email)
      assert.equal(54, credits.email)
      assert.same(credits, credits_of(1, 60, { batch_size = 10 }))
    end)

    it("after a job that failed, and one that lost keys", function()
      sandbox:fault("job-fail", 1, "people_linkedin_batch_v2")
      sandbox:fault("job-lose-keys:3,job-word:DONE", 1, "people_linkedin_batch_v2")
      local credits = credits_of(1, 20, { batch_size = 10, concurrency = 1 })
      assert.equal(10 + 3, credits.uncertain.email)
      assert.equal(7, credits.email)
      assert.equal(0, credits.phone)
      assert.same(credits, credits_of(1, 20))
    end)

    it("after a submission that was tried again, and may have been charged each time", function()
      sandbox:fault("reset-after", 2, "people_linkedin_batch_v2")
      local credits = credits_of(1, 6, { retry_charged = true })
      assert.same({ 6, 12 }, { credits.email, credits.uncertain.email })
      assert.same(credits, credits_of(1, 6))
    end)

    it("after a job that didn't end, and once it has", function()
      sandbox:config { job_polls = 100000 }
      local credits = credits_of(1, 10, { job_timeout = 0.02 })
      assert.equal(10, credits.uncertain.email)
      assert.same(credits, credits_of(1, 10, { job_timeout = 0.02 }))
      sandbox:config { job_polls = 1 }
      credits = credits_of(1, 10)
      assert.same({ 9, 0 }, { credits.email, credits.uncertain.email })
    end)
  end)

  it("reports what was killed with a request on its way, and doesn't repeat it", function()
    killed_run('event.type == "response" and event.endpoint == "people_linkedin_batch_v2"', 1,
      "concurrency = 1")
    local rows = bulk.collect(support.client():contacts(bulk.urls(1, 60),
      journaled { batch_size = 10 }))
    assert.equal(10, bulk.kinds(rows).uncertain)
    assert.equal(50, bulk.kinds(rows).value + bulk.kinds(rows).not_found)
    bulk.check_charges()
  end)

  it("is purged of a key by contactout.purge", function()
    local url = bulk.url_of(1)
    bulk.collect(support.client():contacts({ url }, journaled()))
    assert(contactout.purge(file))
    bulk.collect(support.client():contacts({ url }, journaled()))
    assert.equal(2, sandbox:state().jobs)
  end)
end)
