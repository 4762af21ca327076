-- The program that runs inside a host: the name of the host and what to do are
-- in the environment, since not every host passes arguments on. It prints one
-- line for each fact of behaviour.lua and of the host's own, or does what
-- endings.lua has.

local HOST, TASK = os.getenv("SPEC_HOST"), os.getenv("SPEC_TASK")

-- On a line of its own: what the host wrote before may lack its end.
local function write(line)
  io.stdout:write("\n", line, "\n")
  io.stdout:flush()
end

-- In each: run(main) runs the host until `main`, in a coroutine of it, has ended,
-- and raises its error; finish() runs it to its own end, which it must reach;
-- tick(fn) calls `fn` from the host until it gives false; leave() is what ends its
-- program, if need be; start(fn) starts a coroutine in the host's own way, if it
-- has one; survives_fork: its loop may go on in a child; leaves_outside: the ways to
-- end of endings.lua that only its main chunk may use; ways: those it has of its own
-- instead.
local host = require("spec.hosts." .. HOST .. "_host")

local behaviour = require "spec.hosts.behaviour"
local contactout = require "contactout"
local core = require "contactout.core"
local endings = require "spec.hosts.endings"

local ticks, is_over = 0, false

local function check_facts()
  core.sleep(0.001) -- must be noticed, as anything that blocks would be
  write("ok: watched from here")
  host.tick(function()
    ticks = ticks + 1
    return not is_over
  end)
  behaviour.run({ ticks = function() return ticks end }, host.facts or {}, write)
  is_over = true
end

local TASKS = {
  facts = check_facts,
  fork = function()
    endings.fork(host, write)
  end,
  ["throw in a task"] = function()
    endings.throw(contactout.spawn, write)
  end,
  ["throw in a coroutine"] = function()
    endings.throw(host.start, write)
  end,
}

local way, state = TASK:match("^(.+) during (.+)$")
local leaves_outside = host.leaves_outside and host.leaves_outside[way]

host.run(TASKS[TASK] or function()
  endings.begin(state, write)
  if host.ways and host.ways[way] then
    host.ways[way]()
  elseif not leaves_outside then
    endings.leave(way)
  end
end)
if leaves_outside then
  endings.leave(way)
elseif not way then
  host.finish()
  write("ok: the host has ended")
end
if host.leave then
  host.leave()
end
