-- The program that runs inside a host: the name of the host and what to do are
-- in the environment, since not every host passes arguments on. It prints one
-- line for each fact of behaviour.lua and of the host's own, or, to show how a
-- program ends, leaves calls in flight.

local HOST, TASK = os.getenv("SPEC_HOST"), os.getenv("SPEC_TASK")

local function write(line)
  io.stdout:write(line, "\n")
  io.stdout:flush()
end

-- In each: run(main) runs the host until `main`, in a coroutine of it, has ended;
-- finish() runs it to its own end, which it must reach; tick(fn) calls `fn` from
-- the host until it gives false; leave() is what ends its program, if need be.
local host = require("spec.hosts." .. HOST .. "_host")

local contactout = require "contactout"
local behaviour = require "spec.hosts.behaviour"

local ticks, is_over = 0, false

local function check_facts()
  host.tick(function()
    ticks = ticks + 1
    return not is_over
  end)
  behaviour.run({ ticks = function() return ticks end }, host.facts or {}, write)
  is_over = true
end

local function leave_in_flight()
  behaviour.in_flight(assert(contactout.new({ rate_limits = false })), 5)
  write("ok: in flight")
  if TASK == "exit" then
    os.exit(0)
  elseif TASK == "close" then
    os.exit(0, true)
  end
end

if TASK == "facts" then
  host.run(check_facts)
  host.finish()
  write("ok: the host has ended")
else
  host.run(leave_in_flight)
end
if host.leave then
  host.leave()
end
