-- LÖVE, for program.lua, which runs in a task: spec/hosts/love/main.lua starts it,
-- and tells of each function that LÖVE calls.

local love = require "love"

local contactout = require "contactout"

local WAY_OUT = { "contactout.spawn", "contactout.step", "love.update" }

-- Name of a LÖVE function -> {fn, result}: to be called in it, once.
local visitors = {}
local frames = 0
local fails_in_frame = false
local tickers = {}

local function client(opts)
  opts = opts or {}
  opts.rate_limits, opts.max_retries = false, 0
  return assert(contactout.new(opts))
end

-- In a frame ------------------------------------------------------------------

-- Calls `fn` in that function of LÖVE's, when LÖVE next calls it.
local function visit(name, fn)
  visitors[name] = { fn = fn }
  return visitors[name]
end

local function wait_for_visit(visitor)
  while not visitor.result do
    assert(contactout.sleep(0.001))
  end
  assert(visitor.result[1], visitor.result[2])
  return visitor.result[2]
end

-- What a call gives that is made there, and how much of it was submitted.
local function try_call()
  local one = client()
  local value, err = one:stats()
  return { value = value, err = err, pending = one._core:pending() }
end

local function check_refused(err)
  assert(err.kind == "unsupported", err.kind)
  for _, word in ipairs(WAY_OUT) do
    assert(err.message:find(word, 1, true), err.message)
  end
end

local at_load = visit("load", function()
  return { call = try_call(), task = contactout.spawn(function()
    return client():stats().status_code
  end) }
end)

-- Facts -----------------------------------------------------------------------

local function refuses_in_frames()
  local tries = { wait_for_visit(at_load).call }
  for _, name in ipairs({ "update", "draw", "keypressed" }) do
    local visitor = visit(name, try_call)
    if name == "keypressed" then
      love.event.push(name, "a", "a", false)
    end
    tries[#tries + 1] = wait_for_visit(visitor)
  end
  for _, try in ipairs(tries) do
    assert(try.value == nil and try.pending == 0)
    check_refused(try.err)
  end
end

local function refuses_to_wait_in_frames()
  local task = contactout.spawn(contactout.sleep, 0.05)
  local waits = {
    function() return contactout.run(function() end) end,
    function() return contactout.map({ 1 }, function() end) end,
    function() return task:wait() end,
    function() return error(select(2, contactout.sleep(0)), 0) end,
  }
  for _, wait in ipairs(waits) do
    local result = wait_for_visit(visit("update", function()
      return { pcall(wait) }
    end))
    assert(result[1] == false)
    check_refused(result[2])
  end
  assert(task:wait() == true)
end

local function refuses_foreign_coroutines()
  local try = wait_for_visit(visit("update", coroutine.wrap(try_call)))
  assert(try.value == nil and try.pending == 0)
  check_refused(try.err)
end

-- They take a coroutine that may yield for one of theirs.
local function refuses_beside_other_hosts()
  require "copas"
  require "luv"
  check_refused(wait_for_visit(visit("update", try_call)).err)
end

local function spawns_in_frames()
  assert(wait_for_visit(at_load).task:wait() == 200)
  local task = wait_for_visit(visit("update", function()
    return contactout.spawn(function() return client():stats().status_code end)
  end))
  assert(task:wait() == 200)
end

local function takes_loop_by_name()
  assert(client({ loop = "love" }):stats().status_code == 200)
  local err = wait_for_visit(visit("update", function()
    return select(2, client({ loop = "love" }):stats())
  end))
  check_refused(err)
end

-- The server holds all of them until it is told to let them go, which a step that
-- waited for any would never come to.
local function goes_on_with_200_calls()
  local one, sandbox, replies = client({ max_connections = 200 }), client(), 0
  local before = frames
  for _ = 1, 200 do
    contactout.spawn(function()
      assert(one:stats(nil, { headers = { ["x-sandbox-fault"] = "hold" } }))
      replies = replies + 1
    end)
  end
  assert(sandbox:request("GET", "/_sandbox/wait", { query = { held = 200, seconds = 30 } }))
  local held = frames
  while frames < held + 30 do
    assert(contactout.sleep(0))
  end
  assert(replies == 0 and one._core:pending() == 200)
  assert(held > before, "frames while they were sent")
  assert(sandbox:request("GET", "/_sandbox/release"))
  while replies < 200 do
    assert(contactout.sleep(0))
  end
end

local function lets_threads_block()
  local answer = love.thread.newChannel()
  love.thread.newThread([[
    local contactout = require "contactout"
    local client = contactout.new({ rate_limits = false })
    local both = contactout.map({ 1, 2 }, function() return client:stats().status_code end)
    local answer = ...
    answer:push(client:stats().status_code + both[1] + both[2])
  ]]):start(answer)
  local begun, sum = frames, nil
  while not sum do
    assert(contactout.sleep(0.001))
    sum = answer:pop()
  end
  assert(sum == 600, sum)
  assert(frames > begun)
end

return {
  facts = {
    { name = "a call in a frame is refused before it is sent", check = refuses_in_frames },
    { name = "run, map, wait and sleep in a frame are refused", check = refuses_to_wait_in_frames },
    { name = "a call in a foreign coroutine is refused", check = refuses_foreign_coroutines },
    { name = "spawn in a frame starts a task", check = spawns_in_frames },
    { name = "its name as the option loop changes nothing", check = takes_loop_by_name },
    { name = "frames go on with 200 calls in flight", check = goes_on_with_200_calls },
    { name = "a call in a love.thread blocks that", check = lets_threads_block },
    { name = "other hosts' modules change nothing", check = refuses_beside_other_hosts },
  },
  --- LÖVE has called its function of that name.
  called = function(name)
    if name == "update" then
      frames = frames + 1
      contactout.step()
      for i = #tickers, 1, -1 do
        if not tickers[i]() then
          table.remove(tickers, i)
        end
      end
      if fails_in_frame then
        error("on purpose", 0)
      end
    end
    local visitor = visitors[name]
    if visitor then
      visitors[name] = nil
      visitor.result = { pcall(visitor.fn) }
    end
  end,
  run = function(main)
    main()
  end,
  finish = function() end,
  tick = function(fn)
    tickers[#tickers + 1] = fn
  end,
  leave = function()
    love.event.quit()
  end,
  -- that of a task is raised once no task goes on, and calls in flight may never end
  ways = { ["an error"] = function() fails_in_frame = true end },
}
