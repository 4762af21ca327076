-- Everything that changes while the sandbox runs, in one place: ledger,
-- limits, credits, faults, jobs, settings, connections. A reset puts it back
-- to how it was at the start.

local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local credits = require "contactout.sandbox.credits"
local faults = require "contactout.sandbox.faults"
local jobs = require "contactout.sandbox.jobs"
local ledger = require "contactout.sandbox.ledger"
local limits = require "contactout.sandbox.limits"

local World = {}
World.__index = World

--- The settings of a fresh sandbox; main.lua's options change them.
World.DEFAULTS = {
  limits = true, -- enforce the rate limits?
  minute = 60, -- seconds in the minute of the limits
  job_polls = 1, -- how many polls of a job say QUEUED
  job_seconds = 0, -- if not 0: a job is done after that time instead
  ledger = 200000, -- entries kept
}

--- settings: what differs from DEFAULTS.
function World.new(settings)
  local world = setmetatable({
    at_start = settings, open = 0, changed = condition.new(), released = condition.new(),
  }, World)
  world:reset()
  return world
end

--- Clears all that happened. Requests in progress end in the old ledger.
function World:reset()
  local settings = {}
  for name, default in pairs(World.DEFAULTS) do
    local value = self.at_start[name]
    settings[name] = value == nil and default or value
  end
  local clock = cqueues.monotime
  self.settings = settings
  self.opened, self.held, self.callbacks = 0, 0, {}
  self.ledger = ledger.new { clock = clock, capacity = settings.ledger }
  self.limits = limits.new { clock = clock, minute = settings.minute }
  self.credits = credits.new()
  self.faults = faults.new()
  self.jobs = jobs.new { clock = clock, polls = settings.job_polls }
  self.released:signal()
  self.changed:signal()
end

--- Changes settings while it runs.
function World:configure(settings)
  for name in pairs(World.DEFAULTS) do
    if settings[name] ~= nil then
      self.settings[name] = settings[name]
    end
  end
  self.limits.minute = self.settings.minute
  self.jobs.polls = self.settings.job_polls
end

--- Lets the running coroutine wait for a release.
function World:hold()
  self.held = self.held + 1
  self.changed:signal()
  self.released:wait()
  self.held = math.max(0, self.held - 1)
end

--- Lets all go that are held -> how many.
function World:release()
  local held = self.held
  self.released:signal()
  return held
end

--- A connection's first API request; control connections don't count.
function World:connection_used(connection)
  if not connection.counted then
    connection.counted = true
    self.opened = self.opened + 1
    self.open = self.open + 1
  end
end

function World:connection_closed(connection)
  if connection.counted then
    self.open = self.open - 1
    self.changed:signal()
  end
end

--- Waits until `reached()` or for that long -> was it reached?
function World:wait_until(reached, seconds)
  local deadline = cqueues.monotime() + seconds
  while not reached() do
    local left = deadline - cqueues.monotime()
    if left <= 0 then
      return false
    end
    self.changed:wait(left)
  end
  return true
end

return World
