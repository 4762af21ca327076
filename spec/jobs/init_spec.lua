-- Jobs against the sandbox: what is submitted, what polls show, what results are.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

local sandbox = support.sandbox

local function url_of(i)
  return data.person(i).linkedin_url
end

local function urls_of(n)
  local urls = {}
  for i = 1, n do
    urls[i] = url_of(i)
  end
  return urls
end

-- A client, and the bodies of what it will send.
local function recorded()
  local bodies = {}
  return support.client { observe_data = true, observe = function(event)
    if event.type == "request" and event.request.method == "POST" then
      bodies[#bodies + 1] = event.request.body
    end
  end }, bodies
end

-- A client with an observer of jobs -> client, events
local function watched(opts)
  local events = {}
  opts = opts or {}
  opts.observe = function(event)
    if event.type == "job" then
      events[#events + 1] = event
    end
  end
  return support.client(opts), events
end

-- A job under a fault, submitted by a client of its own.
local function job_under(fault, urls)
  return assert(support.client():submit_contacts(urls or urls_of(3), support.with_fault(fault)))
end

-- Polls until the job has ended.
local function poll_to_end(job)
  for _ = 1, 10 do
    if assert(job:poll()).status ~= "pending" then
      return job
    end
  end
  error("still " .. tostring(job))
end

-- The rows of a job, as lists {item, value, err}.
local function rows_of(job)
  local rows = {}
  for item, value, err in job:results() do
    rows[#rows + 1] = { item = item, value = value, err = err }
  end
  return rows
end

local function refuses(value, err, param, pattern)
  assert.is_nil(value)
  assert.equal("invalid_argument", err.kind)
  assert.equal(param, err.param)
  assert.matches(pattern, err.message)
  assert.equal(0, sandbox:state().requests)
end

before_each(support.begin)
after_each(support.finish)

describe("submit_contacts", function()
  it("gives a job that is pending", function()
    local job = assert(support.client():submit_contacts(urls_of(2)))
    assert.equal("contacts", job.kind)
    assert.equal("pending", job.status)
    assert.equal("QUEUED", job.server_status)
    assert.matches("^%x+%-", job.uuid)
    assert.equal("contactout.Job (contacts " .. job.uuid .. ", pending)", tostring(job))
  end)

  it("sends each key once, as it was given first, with a scheme", function()
    local client, bodies = recorded()
    assert(client:submit_contacts({
      "  linkedin.com/in/ann-lee/?a ", "https://www.linkedin.com/in/Ann-Lee", url_of(1),
    }, { include_phone = true }))
    assert.equal('{"profiles":["https://linkedin.com/in/ann-lee/?a","' .. url_of(1)
      .. '"],"include_phone":true}', bodies[1])
  end)

  it("takes one URL for a list of one", function()
    assert.equal(1, #rows_of(poll_to_end(assert(support.client():submit_contacts(url_of(1))))))
  end)

  it("charges duplicates once", function()
    local url = support.PROFILE
    assert(support.client():submit_contacts { url, url .. "/", url .. "?b=c" })
    assert.equal(1, support.charges().email)
  end)

  it("refuses what the endpoint would, before anything is sent", function()
    local client = support.client()
    local function check(urls, param, pattern, opts)
      local job, err = client:submit_contacts(urls, opts)
      refuses(job, err, param, pattern)
    end
    check({ url_of(1), "ann-lee" }, "urls[2]", "^urls%[2%] must be a URL of linkedin.com")
    check({ "https://www.linkedin.com/sales/lead/1" }, "urls[1]", "Sales Navigator")
    check({ url_of(1), " " }, "urls[2]", "must not be empty")
    check({ url_of(1), 7 }, "urls[2]", "must be a string, not a number")
    check({ url_of(1), nil, url_of(2) }, "urls[2]", "must have no hole")
    check({ url = url_of(1) }, "urls", "must be a list")
    check({}, "urls", "must not be empty")
    check({ url_of(1) }, "callback_url", "must begin with http", { callback_url = "acme" })
    check({ url_of(1) }, "include_phones", "did you mean include_phone", { include_phones = true })
    check({ url_of(1) }, "raw", "there is no option raw", { raw = true })
    check({ url_of(1) }, "key", "must be a function", { key = "url" })
  end)

  it("takes 1000 different keys, duplicates beside them, and no more", function()
    local client, urls = support.client(), urls_of(1001)
    local job, err = client:submit_contacts(urls)
    refuses(job, err, "urls", "at most 1000 different ones, not 1001")
    urls[1001] = urls[1] .. "/"
    assert(client:submit_contacts(urls))
  end)

  it("raises for what is no list at all, in the caller's name", function()
    local client = support.client()
    for _, urls in ipairs { 7, true } do
      local ok, problem = pcall(client.submit_contacts, client, urls)
      assert.is_false(ok)
      assert.matches("urls must be a list", problem)
    end
    assert.has_error(function() client:submit_contacts({ url_of(1) }, 7) end)
    assert.has_error(function() client:submit_contacts() end)
  end)

  it("takes items of any kind by opts.key", function()
    local items = { { at = url_of(1) }, { at = url_of(2) } }
    local job = assert(support.client():submit_contacts(items, {
      key = function(item) return item.at end,
    }))
    local rows = rows_of(poll_to_end(job))
    assert.equal(items[1], rows[1].item)
    assert.equal(items[2], rows[2].item)
    assert.equal(url_of(2), rows[2].value.linkedin_url)
  end)

  it("refuses an item without a key", function()
    local job, err = support.client():submit_contacts({ {} }, { key = function() end })
    refuses(job, err, "urls[1]", "must be a string, not a nil")
  end)

  it("passes the call's options on", function()
    local job, err = support.client():submit_contacts({ url_of(1) },
      support.with_fault("hang", { timeout = 0.05 }))
    assert.is_nil(job)
    assert.equal("timeout", err.kind)
    assert.is_true(err.maybe_charged)
  end)

  it("may have been charged where the reply can't be read, or has no id", function()
    for _, fault in ipairs { "not-json", "html", "null-members" } do
      local job, err = support.client():submit_contacts({ url_of(1) }, support.with_fault(fault))
      assert.is_nil(job)
      assert.equal("malformed_response", err.kind)
      assert.is_true(err.maybe_charged)
      assert.equal("people_linkedin_batch_v2", err.endpoint)
    end
  end)

  it("tells the observer of the id", function()
    local client, events = watched()
    local job = assert(client:submit_contacts(urls_of(2)))
    assert.same({ {
      type = "job", endpoint = "people_linkedin_batch_v2", job_uuid = job.uuid, kind = "contacts",
      status = "pending", server_status = "QUEUED", keys = 2,
    } }, events)
  end)
end)

describe("submit_verification", function()
  it("gives a job whose results are verdicts", function()
    local emails = { " Ann@Acme.example", "bo@acme.example", "ann@acme.EXAMPLE" }
    local client, bodies = recorded()
    local job = assert(client:submit_verification(emails))
    assert.equal("verification", job.kind)
    assert.equal('{"emails":["Ann@Acme.example","bo@acme.example"]}', bodies[1])
    local rows = rows_of(poll_to_end(job))
    for i, email in ipairs(emails) do
      assert.equal(email, rows[i].item)
      assert.equal(data.verdict(email:match("%S+"):lower()), rows[i].value)
    end
  end)

  it("has no option of the other kind", function()
    local job, err = support.client():submit_verification({ "a@x.example" },
      { include_phone = true })
    refuses(job, err, "include_phone", "there is no option include_phone")
  end)

  it("names the e-mail that is refused", function()
    local job, err = support.client():submit_verification { "a@x.example", "" }
    refuses(job, err, "emails[2]", "must not be empty")
  end)
end)

describe("a job", function()
  it("is read-only", function()
    local job = assert(support.client():submit_contacts(url_of(1)))
    assert.has_error(function() job.status = "done" end, nil)
    assert.equal("pending", job.status)
  end)

  it("shows by a poll how it stands, by one request each", function()
    sandbox:config { job_polls = 1 }
    local job = assert(support.client():submit_contacts(urls_of(2)))
    assert.equal(job, job:poll())
    assert.equal("pending", job.status)
    assert.equal("done", job:poll().status)
    assert.equal("SENT", job.server_status)
    assert.equal("table", type(job.result[url_of(1)]))
    assert.equal(3, sandbox:state().requests)
  end)

  it("may not be found yet", function()
    local job = job_under("job-404:2")
    assert.equal("pending", assert(job:poll()).status)
    poll_to_end(job)
  end)

  it("has its id in the error of a poll", function()
    local job = assert(support.client():submit_contacts(url_of(1)))
    sandbox:fault("status:401", 1)
    local polled, err = job:poll()
    assert.is_nil(polled)
    assert.equal(job.uuid, err.job_uuid)
    assert.equal("people_linkedin_batch_v2_result", err.endpoint)
  end)

  it("fails by the server's word", function()
    local job = poll_to_end(job_under("job-fail"))
    assert.equal("failed", job.status)
    assert.equal("FAILED", job.server_status)
  end)

  it("is done by other words, too", function()
    assert.equal("done", poll_to_end(job_under("job-word:completed")).status)
  end)

  it("isn't done while SENT comes with a part of the result", function()
    sandbox:config { job_polls = 2 }
    local job = job_under("job-partial:1")
    assert.equal("pending", assert(job:poll()).status)
    assert.equal("SENT", job.server_status)
    assert.is_not_nil(job.result[url_of(2)])
    assert.is_nil(job.result[url_of(3)])
    assert.equal("pending", assert(job:poll()).status)
    assert.equal("done", assert(job:poll()).status)
  end)

  it("tells the observer when its status changes, and of another job's id", function()
    local client, events = watched()
    local job = assert(client:submit_contacts({ url_of(1) }, support.with_fault("job-other-uuid")))
    poll_to_end(job)
    assert.equal(3, #events)
    assert.equal(job.uuid, events[2].job_uuid)
    assert.equal("the server answers for another job", events[2].warning)
    assert.not_equal(job.uuid, events[2].other_uuid)
    assert.equal("done", events[3].status)
    assert.equal(0, events[3].extra)
    assert.equal("people_linkedin_batch_v2_result", events[3].endpoint)
  end)

  it("survives an error of the observer's", function()
    local client = support.client { observe = function(event)
      error(event.type, 0)
    end }
    local job = assert(client:submit_contacts(url_of(1)))
    assert.has_error(function() job:poll() end, "request")
    assert.matches("pending", tostring(job))
  end)
end)

describe("results", function()
  it("give each input one row, duplicates included, in the caller's own words", function()
    local urls = {
      url_of(1), "linkedin.com/in/nobody",
      "http://linkedin.com/in/" .. data.person(1).slug:upper(), url_of(2),
    }
    local rows = rows_of(poll_to_end(assert(support.client():submit_contacts(urls))))
    assert.equal(4, #rows)
    for i, url in ipairs(urls) do
      assert.equal(url, rows[i].item)
    end
    assert.same(rows[1].value, rows[3].value)
    assert.equal("not_found", rows[2].err.kind)
    assert.is_nil(rows[2].err.maybe_charged)
    assert.same(data.person(2).personal_emails, rows[4].value.personal_emails)
  end)

  it("are matched whatever spelling the server uses", function()
    local urls = {
      "linkedin.com/pub/" .. data.person(1).slug,
      "http://uk.linkedin.com/in/" .. data.person(2).slug .. "/?x=y",
    }
    for _, fault in ipairs { "job-word:DONE", "keys-as-sent" } do
      for _, row in ipairs(rows_of(poll_to_end(job_under(fault, urls)))) do
        assert.is_nil(row.err)
      end
    end
  end)

  it("have an error for each key that the job lost", function()
    local job = poll_to_end(job_under("job-word:DONE,job-lose-keys:1"))
    local rows = rows_of(job)
    assert.is_nil(rows[2].err)
    local err = rows[3].err
    assert.equal("job_failed", err.kind)
    assert.equal(job.uuid, err.job_uuid)
    assert.is_true(err.maybe_charged)
  end)

  it("have an error for each key of a job that failed", function()
    for _, row in ipairs(rows_of(poll_to_end(job_under("job-fail")))) do
      assert.equal("job_failed", row.err.kind)
      assert.is_true(row.err.maybe_charged)
    end
  end)

  it("have what is there of a job that goes on, and errors for the rest", function()
    local job = job_under("job-partial:1", { url_of(1), "linkedin.com/in/nobody", url_of(2) })
    assert(job:poll())
    local rows = rows_of(job)
    assert.is_not_nil(rows[1].value)
    for i = 2, 3 do
      assert.equal("job_timeout", rows[i].err.kind)
      assert.equal(job.uuid, rows[i].err.job_uuid)
      assert.is_true(rows[i].err.maybe_charged)
    end
  end)

  it("end when they are closed", function()
    local rows = poll_to_end(job_under("job-word:DONE")):results()
    assert.is_not_nil((rows()))
    rows:close()
    assert.is_nil((rows()))
  end)
end)

describe("job", function()
  it("takes a job up again, whose rows are the server's keys", function()
    local urls = { "linkedin.com/in/" .. data.person(1).slug, url_of(2) .. "/" }
    local submitted = poll_to_end(job_under("job-word:DONE", urls))
    local job = assert(support.client():job("contacts", " " .. submitted.uuid .. "\n"))
    assert.equal(submitted.uuid, job.uuid)
    assert.equal("pending", job.status)
    local rows = rows_of(poll_to_end(job))
    assert.equal(url_of(1), rows[1].item)
    assert.equal(url_of(2), rows[2].item)
    assert.equal(url_of(2), rows[2].value.linkedin_url)
  end)

  it("isn't done by SENT at once: what was asked isn't known", function()
    local submitted = poll_to_end(assert(support.client():submit_contacts(url_of(1))))
    local job = assert(support.client():job("contacts", submitted.uuid):poll())
    assert.equal("SENT", job.server_status)
    assert.equal("pending", job.status)
  end)

  it("is not_found where nobody knows it", function()
    local _, err = support.client():job("verification", "7d0c"):poll()
    assert.equal("not_found", err.kind)
    assert.equal("7d0c", err.job_uuid)
    assert.is_nil(err.maybe_charged)
  end)

  it("refuses other kinds, and ids that can't be one", function()
    local job, err = support.client():job("contact", "7d0c")
    refuses(job, err, "kind", "contacts")
    for _, uuid in ipairs { "", "a/b", "..", 7, false } do
      job, err = support.client():job("contacts", uuid)
      refuses(job, err, "job_uuid", "must")
    end
    job, err = support.client():job("contacts")
    refuses(job, err, "job_uuid", "required")
  end)
end)

describe("contactout", function()
  it("gives every client these methods", function()
    local client = assert(contactout.new({ token = "test-1", base_url = sandbox.url }))
    for _, name in ipairs { "submit_contacts", "submit_verification", "job" } do
      assert.equal("function", type(client[name]))
    end
    client:close()
  end)
end)
