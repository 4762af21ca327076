-- What program.lua does, in a coroutine of a host, besides checking facts: it ends
-- in some way while something is in flight, forks meanwhile, or throws an error
-- which nobody waits for. hosts.lua in spec/support asks for it and judges.

local contactout = require "contactout"
local facts = require "spec.hosts.facts"

local M = {}

-- Ends ---------------------------------------------------------------------------

-- What can be in flight when a program ends.
local STATES = {
  calls = function()
    facts.in_flight(facts.client(), 5)
  end,
  -- one on a connection that is there, and the others about to get theirs
  handshakes = function()
    local one = facts.client({
      base_url = os.getenv("SPEC_SECURE_URL"), ca_file = os.getenv("SPEC_CA_FILE"),
    })
    assert(one:stats())
    facts.in_flight(one, 5)
  end,
  lookups = function()
    facts.in_flight(facts.client({ base_url = "https://slow9.test" }), 5)
  end,
}

-- How the program goes on then; "its last line" is to do nothing.
local WAYS = {
  ["its last line"] = function() end,
  ["os.exit"] = function() os.exit(0) end,
  ["os.exit with the state closed"] = function() os.exit(0, true) end,
  ["an error"] = function() error("on purpose", 0) end,
}

--- Gets something in flight.
---@param state string of STATES
---@param write fun(line: string)
function M.begin(state, write)
  STATES[state]()
  write("ok: in flight")
end

--- Begins to end.
---@param way string of WAYS
function M.leave(way)
  WAYS[way]()
end

-- Forks --------------------------------------------------------------------------

local function check_refused(parents)
  local value, err = parents:stats()
  facts.equal(nil, value)
  facts.equal("unsupported", err.kind)
  facts.equal(true, err.message:find("fork", 1, true) ~= nil, err.message)
  facts.equal(0, parents._core:pending())
end

-- Never comes back. The child's loop is the parent's, so it waits on it only where
-- that does no harm.
local function be_child(host, parents, write)
  local ok, problem = pcall(function()
    for _, one in ipairs(parents) do
      check_refused(one)
    end
    local own = facts.client({ loop = not host.survives_fork and "plain" or nil })
    facts.equal(200, assert(own:stats()).status_code)
    for _, one in ipairs(parents) do
      one:close()
    end
  end)
  write(ok and "ok: the child made a client of its own" or "failed: " .. tostring(problem))
  os.exit(ok and 0 or 1)
end

--- Forks with one client between its calls and one with calls in flight.
---@param host table see program.lua
---@param write fun(line: string)
function M.fork(host, write)
  local process = require "spec_process"
  local idle, busy = facts.client(), facts.client()
  assert(idle:stats())
  local tasks = {}
  for i = 1, 5 do
    tasks[i] = contactout.spawn(function()
      return assert(busy:stats(nil, facts.with("delay:0.2"))).status_code
    end)
  end
  facts.wait_until(function() return busy._core:pending() == 5 end)
  local child = process.fork()
  if child == 0 then
    be_child(host, { busy, idle }, write)
  end
  for _, task in ipairs(tasks) do
    facts.equal(200, task:wait())
  end
  assert(idle:stats())
  facts.equal(0, process.wait(child), "the child's exit code")
  write("ok: the parent lost nothing")
end

-- Throws -------------------------------------------------------------------------

--- Throws an error in a coroutine while others' calls are in flight.
---@param start fun(fn: function) starts `fn` in a coroutine
---@param write fun(line: string)
function M.throw(start, write)
  local one, tasks = facts.client(), {}
  for i = 1, 3 do
    tasks[i] = contactout.spawn(function()
      return assert(one:stats(nil, facts.with("delay:0.2"))).status_code
    end)
  end
  start(function()
    assert(one:stats())
    error("on purpose", 0)
  end)
  for _, task in ipairs(tasks) do
    facts.equal(200, task:wait())
  end
  write("ok: the others have ended")
end

return M
