-- What the facts of behaviour.lua and the endings of endings.lua share: clients,
-- faults, calls that stay in flight, and what the process holds. Runs inside a
-- host, so all of it waits in the host's way.

local contactout = require "contactout"
local core = require "contactout.core"

local M = {}

-- How often to repeat what goes wrong only sometimes.
M.RUNS = tonumber(os.getenv("SPEC_RUNS")) or 20

-- Seconds after which nothing will come any more.
local PATIENCE = 20

-- More descriptors than these facts ever have open.
local MOST_DESCRIPTORS = 300

--- -> a list, and what adds a fact to it, in plain present tense.
function M.list()
  local list = {}
  return list, function(name, check)
    table.insert(list, { name = name, check = check })
  end
end

function M.equal(expected, actual, what)
  if expected ~= actual then
    error((what or "value") .. ": expected " .. tostring(expected) .. ", got "
      .. tostring(actual), 2)
  end
end

function M.client(opts)
  local all = { rate_limits = false, max_retries = 0 }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  return assert(contactout.new(all))
end

--- The options of a call whose request meets a fault of the sandbox.
function M.with(fault, opts)
  opts = opts or {}
  opts.headers = { ["x-sandbox-fault"] = fault }
  return opts
end

--- The kind of the error with which a free call under a fault ends.
function M.kind_under(fault, opts, client_opts)
  local value, err = M.client(client_opts):stats(nil, M.with(fault, opts))
  M.equal(nil, value)
  return err.kind
end

--- Lets the host go on until `done()`.
function M.wait_until(done)
  local deadline = core.now() + PATIENCE
  while not done() do
    if core.now() > deadline then
      error("it didn't come", 2)
    end
    assert(contactout.sleep(0.001))
  end
end

--- Starts `n` calls that are never answered -> tasks, each giving its error.
function M.in_flight(one, n)
  local tasks, begun = {}, 0
  for i = 1, n do
    tasks[i] = contactout.spawn(function()
      begun = begun + 1
      return select(2, one:stats(nil, M.with("hang")))
    end)
  end
  M.wait_until(function()
    return begun == n and one._core:pending() == n
  end)
  return tasks
end

-- What the process holds ----------------------------------------------------------

local function count_descriptors()
  local count = 0
  for descriptor = 0, MOST_DESCRIPTORS do
    local file = io.open("/proc/self/fdinfo/" .. descriptor)
    if file then
      file:close()
      count = count + 1
    end
  end
  return count
end

local function count_threads()
  local file = assert(io.open("/proc/self/status"))
  local count = file:read("*a"):match("\nThreads:%s*(%d+)")
  file:close()
  return tonumber(count)
end

-- LuaJIT's traces keep alive the closures that they were made for.
local function collect()
  local jit = rawget(_G, "jit")
  if jit then
    jit.flush()
  end
  collectgarbage()
  collectgarbage()
end

--- Waits until the process holds no more threads and descriptors than `before`.
-- A closed client's are given up by its thread, and by the next one to be closed.
function M.settle(before)
  local threads, descriptors
  local ok = pcall(M.wait_until, function()
    M.client():close()
    collect()
    threads, descriptors = count_threads(), count_descriptors()
    return threads <= before.threads and descriptors <= before.descriptors
  end)
  if not ok then
    error(("left: %d threads instead of %d, %d descriptors instead of %d")
      :format(threads, before.threads, descriptors, before.descriptors), 2)
  end
end

--- What the process holds once everything has been used and let go -> {threads,
-- descriptors}
function M.warm_up()
  local before = { threads = count_threads(), descriptors = math.huge }
  local one = M.client()
  assert(one:stats())
  one:close()
  M.settle(before)
  before.descriptors = count_descriptors()
  return before
end

return M
