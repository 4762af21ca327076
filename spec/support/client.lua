-- What the specs of the client's behaviour share: clients on the one sandbox,
-- and programs of their own, run by the Lua that runs the specs.
--
--   local support = require "spec.support.client"
--   before_each(support.begin)        a fresh sandbox
--   after_each(support.finish)        closes the clients that were made
--   local client = support.client { timeout = 1 }

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local files = require "spec.support.files"

-- An option of its own gives these specs a process of their own, so that their
-- connections, which end a moment after a client, count in no other spec.
local M = { sandbox = require("spec.support.sandbox").start { ledger = 50000 }, TOKEN = "test-1" }

--- Somebody with e-mails of both kinds and a telephone: a lookup costs.
M.PERSON = data.person(6)
M.PROFILE = M.PERSON.linkedin_url

local made = {}

-- What a closed client had in flight may still be arriving: it must not count in
-- the spec that comes next.
function M.begin()
  M.wait_until_closed()
  M.sandbox:reset()
end

function M.finish()
  for _, client in ipairs(made) do
    client:close()
  end
  made = {}
end

-- Seconds of a whole minute's margin, less a bit. It shrinks with the minute; what a busy
-- machine is late by doesn't.
local MARGIN = 0.8

--- Has the sandbox enforce a short minute, for clients whose own is that of so many
--- seconds: with no less between the two than between whole ones.
---@param seconds number
function M.shorten_minute(seconds)
  M.sandbox:config { minute = seconds - MARGIN }
end

--- Holds none of the clients any more, so that they can be collected.
function M.forget()
  made = {}
end

--- A client on the sandbox: no rate limits, and retries that hardly wait.
function M.client(opts)
  local all = {
    base_url = M.sandbox.url, token = M.TOKEN, rate_limits = false, max_retry_wait = 0.02,
  }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  local client = assert(contactout.new(all))
  made[#made + 1] = client
  return client
end

--- The options of a call whose request meets a fault.
function M.with_fault(fault, opts)
  opts = opts or {}
  opts.headers = { ["x-sandbox-fault"] = fault }
  return opts
end

--- How often the sandbox charged each kind: {email = n, ...}.
function M.charges()
  return M.sandbox:state().charges[M.TOKEN] or {}
end

--- The statuses of all requests so far, in the order of their arrival.
function M.statuses()
  local list = {}
  for i, entry in ipairs(M.sandbox:ledger()) do
    list[i] = entry.status or "unanswered"
  end
  return list
end

--- Asks the sandbox until it has seen the end of every connection; raises if
-- that doesn't come.
function M.wait_until_closed()
  for _ = 1, 10000 do
    if M.sandbox:state().connections_open == 0 then
      return
    end
  end
  error("a connection is still open", 2)
end

--- How often to repeat what goes wrong only sometimes: `few`, or what SPEC_RUNS
-- says.
function M.rounds(few)
  return tonumber(os.getenv("SPEC_RUNS")) or few
end

local function shell_quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Runs a program with this Lua, or by a command in which FILE stands for it; `env` in
-- its environment (false: without)
-- -> what it printed, its exit code (above 128: killed by a signal)
function M.run_lua(program, env, command)
  local file = files.temporary(program)
  local words = { "timeout 60", "env", "-u CONTACTOUT_TOKEN", "-u CONTACTOUT_BASE_URL" }
  for name, value in pairs(env or {}) do
    words[#words + 1] = name .. "=" .. shell_quote(value)
  end
  words[#words + 1] = command and command:gsub("FILE", file) or arg[-1] .. " " .. file
  local pipe = assert(io.popen("{ " .. table.concat(words, " ")
    .. "; } 2>&1; code=$?; echo; echo $code"))
  local output, code = pipe:read("*a"):match("^(.-)%s*\n(%d+)\n$")
  pipe:close()
  os.remove(file)
  return output, tonumber(code)
end

return M
