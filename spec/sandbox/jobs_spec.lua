local jobs = require "contactout.sandbox.jobs"
local json = require "contactout.sandbox.json"

describe("sandbox.jobs", function()
  local now, list

  local function add(course, kind)
    local result = json.keyed()
    result:add("a", 1)
    result:add("b", 2)
    result:add("c", 3)
    return list:add { kind = kind or "contacts", token = "t", result = result, course = course }
  end

  local function statuses(job, n)
    local seen = {}
    for i = 1, n do
      local view = list:poll(job.id, "t", job.kind)
      seen[i] = view and view.status or "404"
    end
    return seen
  end

  before_each(function()
    now = 0
    list = jobs.new {
      polls = 2,
      clock = function()
        return now
      end,
    }
  end)

  it("says QUEUED for the set polls, then SENT or DONE", function()
    assert.same({ "QUEUED", "QUEUED", "SENT", "SENT" }, statuses(add({}), 4))
    assert.same({ "QUEUED", "QUEUED", "DONE" }, statuses(add({}, "verification"), 3))
  end)

  it("goes by time where a time is set", function()
    local job = add({})
    job.done_at = 10
    assert.same({ "QUEUED", "QUEUED", "QUEUED", "QUEUED" }, statuses(job, 4))
    now = 10
    assert.same({ "SENT" }, statuses(job, 1))
  end)

  it("is unknown under another token, kind or uuid", function()
    local job = add({})
    assert.is_nil(list:poll(job.id, "u", "contacts"))
    assert.is_nil(list:poll(job.id, "t", "verification"))
    assert.is_nil(list:poll("nonsense", "t", "contacts"))
  end)

  it("gives each job a uuid of its own, in the usual form", function()
    local first, second = add({}).id, add({}).id
    assert.are_not.equal(first, second)
    assert.is_truthy(first:match("^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-8%x%x%x%-%x+$"))
    assert.equal(36, #first)
  end)

  it("hides, fails, renames and never ends on request", function()
    assert.same({ "404", "404", "QUEUED" }, statuses(add { ["job-404"] = "2" }, 3))
    assert.same({ "QUEUED", "QUEUED", "FAILED" }, statuses(add { ["job-fail"] = true }, 3))
    assert.same({ "QUEUED", "QUEUED", "READY" }, statuses(add { ["job-word"] = "READY" }, 3))
    assert.same("QUEUED", statuses(add { ["job-never"] = true }, 9)[9])
  end)

  it("loses the last keys of a result on request", function()
    local job = add { ["job-lose-keys"] = "2" }
    statuses(job, 2)
    assert.same({ "a" }, list:poll(job.id, "t", "contacts").result.keys)
  end)

  it("shows a part under the final word before it is done, on request", function()
    local job = add { ["job-partial"] = "1" }
    local early = list:poll(job.id, "t", "contacts")
    assert.equal("SENT", early.status)
    assert.same({ "a", "b" }, early.result.keys)
    statuses(job, 1)
    assert.equal(3, #list:poll(job.id, "t", "contacts").result.keys)
  end)

  it("answers under another uuid on request", function()
    local job = add { ["job-other-uuid"] = true }
    assert.are_not.equal(job.id, list:poll(job.id, "t", "contacts").uuid)
  end)
end)
