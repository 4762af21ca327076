local contactout = require "contactout"
local errors = require "contactout.errors"
local pages = require "spec.support.pages"
local plain = require "contactout.loops.plain"
local simulated = require "spec.support.simulated_loop"
local support = require "spec.support.client"
local turns = require "contactout.pages.turn"

before_each(support.begin)
after_each(support.finish)

-- A turn that is due in a host which has no room for its task, and what would begin it.
local function due()
  local made, begin = { gets = 0, ends = 0 }, nil
  local turn = turns.new(3, function()
    made.gets = made.gets + 1
  end, function()
    made.ends = made.ends + 1
  end)
  turn:start({ detached = plain.detach, spawn = function(fn) begin = coroutine.wrap(fn) end })
  function turn._task.wait()
    error(errors.new("timeout", "the task did not end in time"), 0)
  end
  return turn, made, begin
end

describe("a turn that no task begins with", function()
  it("is called off by who waits for it, who is told why", function()
    local turn, made, begin = due()
    local _, failure = pcall(turn.wait, turn)
    assert.equal("connection", failure.kind)
    assert.equal(3, failure.page)
    assert.is_true(failure.retryable)
    assert.is_false(turn:is_on_its_way())
    begin()
    assert.same({ gets = 0, ends = 0 }, made)
  end)

  it("is called off once, and no other in its place", function()
    local turn = due()
    pcall(turn.wait, turn)
    assert.is_nil((turn:wait())) -- another one who was waiting: raises nothing
  end)

  it("is called off by close, without a wait", function()
    local turn, made, begin = due()
    turn:close()
    begin()
    assert.same({ gets = 0, ends = 0 }, made)
  end)

  it("is waited for no longer once it has begun", function()
    local turn, made, begin = due()
    begin()
    turn:wait()
    assert.same({ gets = 1, ends = 1 }, made)
    assert.equal("ended", turn.state)
  end)
end)

describe("a turn that is no task of its own", function()
  -- Everybody, by a client that waits with one loop only; `on_request` gets the iterator.
  local function people_with(on_request)
    local people
    local client = support.client { loop = simulated.new(), observe = function(event)
      if event.type == "request" and event.endpoint == "people_search" then
        on_request(people)
      end
    end }
    people = client:each_person(pages.QUERY)
    return people, client
  end

  it("may be closed by an observer of its request", function()
    local people, client = people_with(function(people)
      people:close()
    end)
    local given, failure = pages.collect(people)
    assert.same({}, given)
    assert.is_nil(failure)
    assert(client:stats()) -- which would raise an error of the observer's
  end)

  it("is asked for once, though an observer calls the iterator", function()
    local failure
    local people = people_with(function(people)
      failure = failure or select(2, pcall(people))
    end)
    assert.equal(pages.COUNT, #pages.collect(people))
    assert.is_true(contactout.is_error(failure))
    assert.equal("unsupported", failure.kind)
    assert.equal(2, pages.requests())
  end)
end)
