-- What the specs of the core's transport share: clients of the core alone, on
-- a sandbox without rate limits, and how to wait for what they have in flight.
--
--   local support = require "spec.support.core"
--   before_each(support.begin)
--   after_each(support.finish)        closes clients, stops raw servers
--   local client = support.client { timeout = 1 }

local core = require "contactout.core"
local data = require "contactout.sandbox.data"
local native = require "spec.support.native"
local raw = require "spec.support.raw_server"

local M = { TOKEN = "test-core-7" }

local PATIENCE = 20

--- Somebody whose lookup costs one e-mail credit.
M.PROFILE = data.person(6).linkedin_url

M.sandbox = require("spec.support.sandbox").start { limits = false }

local made = {}

-- What a closed client had in flight may still be arriving: it must not count in
-- the spec that comes next.
function M.begin()
  M.settles(M.open_connections, 0)
  M.sandbox:reset()
end

function M.finish()
  for _, client in ipairs(made) do
    client:close()
  end
  made = {}
  raw.stop_all()
end

--- opts are those of core.new; closed by `finish`.
function M.client(opts)
  local all = { base_url = M.sandbox.url, token = M.TOKEN }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  local client = assert(core.new(all))
  made[#made + 1] = client
  return client
end

local function with_fault(fault, opts)
  opts = opts or {}
  opts.headers = fault and { ["x-sandbox-fault"] = fault }
  return opts
end

--- Requests, each with a fault if one is named: one that is free, and two that
-- cost a credit, by GET and by POST.
function M.free(fault, opts)
  return assert(core.build("stats", nil, with_fault(fault, opts)))
end

function M.costly(fault, opts)
  return assert(core.build("linkedin_enrich", { profile = M.PROFILE }, with_fault(fault, opts)))
end

function M.costly_post(fault, opts)
  return assert(core.build("people_enrich",
    { linkedin_url = M.PROFILE, include = { "work_email" } }, with_fault(fault, opts)))
end

--- Takes the client to its thread: from now on its calls go through that.
function M.start_thread(client)
  local ticket = assert(client:submit(M.free()))
  client:wait(ticket)
  client:next()
  return assert(ticket:take())
end

--- The two who may drive a transport: each makes a client whose next call it
-- drives.
M.drivers = {
  ["on the caller's thread"] = function(opts)
    return M.client(opts)
  end,
  ["on the client's thread"] = function(opts)
    local client = M.client(opts)
    assert(client:submit(M.free())):take()
    return client
  end,
}

--- Names of `count` tickets as they end, by the descriptor.
function M.named(client, count)
  local ids, deadline = {}, core.now() + PATIENCE
  while #ids < count do
    local id = client:next()
    if id then
      ids[#ids + 1] = id
    else
      assert(core.poll({ client:fd() }, deadline - core.now()), "nothing came in time")
    end
  end
  return ids
end

--- How much the sandbox has charged, of all kinds.
function M.charged()
  local sum = 0
  for _, count in pairs(M.sandbox:state().charges[M.TOKEN] or {}) do
    sum = sum + count
  end
  return sum
end

--- Seconds that a function takes, and its results.
function M.timed(f, ...)
  local started = core.now()
  local value, err, sent = f(...)
  return core.now() - started, value, err, sent
end

--- Connections that the sandbox holds.
function M.open_connections()
  return M.sandbox:state().connections_open
end

-- This process ------------------------------------------------------------------

local function entries(folder)
  local names = {}
  for name in require("lfs").dir(folder) do
    if name:match("^%d+$") then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

--- The ids of this process's threads, and its open descriptors.
function M.threads()
  return entries("/proc/self/task")
end

function M.descriptors()
  return entries("/proc/self/fd")
end

--- Waits until a count, given by `f`, is at most `most`: what another thread
-- ends, it ends soon.
function M.settles(f, most)
  local deadline = core.now() + PATIENCE
  while f() > most do
    assert(core.now() < deadline, "still " .. f())
    core.sleep(0.001)
  end
  return true
end

-- Programs ------------------------------------------------------------------------

--- A folder that goes when the specs end.
function M.folder()
  local path = os.tmpname()
  os.execute("rm -f " .. path .. " && mkdir -m 700 " .. path)
  made[#made + 1] = { close = function()
    os.execute("rm -rf " .. path)
  end }
  return path
end

local PRELUDE = [[
package.cpath = %q .. ";" .. package.cpath
local core = require "contactout.core"
local process = require "spec_process"
local URL, TOKEN, PROFILE = %q, %q, %q
local function client(opts)
  local all = { base_url = URL, token = TOKEN }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  return assert(core.new(all))
end
local function free(fault)
  return assert(core.build("stats", nil, { headers = fault and { ["x-sandbox-fault"] = fault } }))
end
local function costly(fault)
  return assert(core.build("linkedin_enrich", { profile = PROFILE },
    { headers = fault and { ["x-sandbox-fault"] = fault } }))
end
local function say(...)
  print(...)
  io.stdout:flush()
end
]]

--- Runs a program of its own, by this Lua; it may use what PRELUDE has.
-- -> what it printed, its exit code (above 128: killed by a signal)
function M.run(program, env)
  local prelude = PRELUDE:format(native.module_path(), M.sandbox.url, M.TOKEN, M.PROFILE)
  return require("spec.support.client").run_lua(prelude .. program, env)
end

--- LD_PRELOAD with a library of ours behind what is there already.
function M.preload(name)
  local before = os.getenv("LD_PRELOAD")
  return (before and before ~= "" and before .. ":" or "") .. native.library(name)
end

--- Repetitions: few by default, SPEC_RUNS if that is set (`make soak`).
function M.times(few)
  return tonumber(os.getenv("SPEC_RUNS")) or few
end

return M
