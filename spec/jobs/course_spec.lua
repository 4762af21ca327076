local course = require "contactout.jobs.course"

local function view(word, result)
  return { word = word, result = result or {} }
end

local function covers_all()
  return true
end

local function covers_none()
  return false
end

-- The status after polls {at, word, result}, none of which covers all inputs.
local function after(polls, covers)
  local one = course.new("QUEUED", 0)
  for _, poll in ipairs(polls) do
    local shown = view(poll[2], poll[3])
    course.complete(one, shown)
    course.take(one, shown, poll[1], covers or covers_none)
  end
  return one.status, one
end

describe("a course", function()
  it("begins as pending, in the submission's word", function()
    local one = course.new("QUEUED", 0)
    assert.equal("pending", one.status)
    assert.equal("QUEUED", one.server_status)
    assert.same({}, one.result)
  end)

  it("knows the words for done and failed, in any case", function()
    for _, word in ipairs { "DONE", "Completed", "finished" } do
      assert.equal("done", (after { { 1, word } }))
    end
    for _, word in ipairs { "FAILED", "Error", "cancelled", "CANCELED", "expired" } do
      assert.equal("failed", (after { { 1, word } }))
    end
  end)

  it("is pending by any other word, or none", function()
    for _, word in ipairs { "QUEUED", "PROCESSING", "sending", "DONE?" } do
      assert.equal("pending", (after { { 1, word, { a = 1 } } }))
    end
    assert.equal("pending", (after { { 1, nil } }))
  end)

  it("keeps the vendor's word as it is, and the result so far", function()
    local _, one = after { { 1, "Working", { a = 1 } } }
    assert.equal("Working", one.server_status)
    assert.same({ a = 1 }, one.result)
  end)

  it("is done by SENT once all is answered", function()
    assert.equal("done", (after({ { 1, "sent", { a = 1 } } }, covers_all)))
    assert.equal("pending", (after({ { 1, "SENT", { a = 1 } } }, covers_none)))
  end)

  it("is done by SENT once the result has been the same for 10 s", function()
    local result = { a = { emails = { "x" } } }
    local same = { a = { emails = { "x" } } }
    assert.equal("pending", (after { { 1, "SENT", result }, { 10.9, "SENT", same } }))
    assert.equal("done", (after {
      { 1, "SENT", result }, { 5, "SENT", same }, { 11, "SENT", same },
    }))
  end)

  it("is pending while the result still changes", function()
    for _, other in ipairs { { a = 2 }, { a = 1, b = 1 }, { b = 1 }, { a = { 1 } } } do
      assert.equal("pending", (after { { 1, "SENT", { a = 1 } }, { 20, "SENT", other } }))
    end
    assert.equal("pending", (after { { 1, "SENT" }, { 20, "SENT", { a = 1 } } }))
    assert.equal("pending", (after { { 1, "WORKING", { a = 1 } }, { 20, "SENT", { a = 1 } } }))
  end)

  it("waits as long where SENT comes without any result", function()
    assert.equal("pending", (after { { 1, "SENT" }, { 10, "SENT" } }))
    assert.equal("done", (after { { 1, "SENT" }, { 11, "SENT" } }))
  end)

  it("stays done, and takes what comes to light later", function()
    local status, one = after { { 1, "DONE", { a = 1 } }, { 2, "SENT", { a = 1, b = 2 } },
      { 3, "QUEUED" } }
    assert.equal("done", status)
    assert.same({ a = 1, b = 2 }, one.result)
    assert.equal("DONE", one.server_status)
  end)

  it("forgets no answer that was given once", function()
    local known = { a = 1, b = 2 }
    for _, poll in ipairs { { 2, "QUEUED" }, { 2, "FAILED" }, { 2, "DONE", { b = 2 } } } do
      local _, one = after { { 1, "SENT", { a = 1, b = 2 } }, poll }
      assert.same(known, one.result)
    end
  end)

  it("says whether its status has changed, or the word for it", function()
    local one = course.new("QUEUED", 0)
    assert.is_false(course.take(one, view("QUEUED"), 1, covers_none))
    assert.is_true(course.take(one, view("WORKING"), 2, covers_none))
    assert.is_false(course.take(one, view("WORKING", { a = 1 }), 3, covers_none))
    assert.is_true(course.take(one, view("DONE", { a = 1 }), 4, covers_none))
  end)
end)

describe("may_appear", function()
  it("is true for 30 s after the submission", function()
    local one = course.new("QUEUED", 100)
    assert.is_true(course.may_appear(one, 130))
    assert.is_false(course.may_appear(one, 130.1))
  end)

  it("is false of a job that somebody else submitted", function()
    assert.is_false(course.may_appear(course.new(), 0))
  end)
end)
