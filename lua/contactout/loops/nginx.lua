-- nginx, with its Lua module: a light thread that waits for a reply reads a
-- connection to the client's bell (src/bell.h), one of its own, which nginx closes
-- when the visitor leaves; every other wait is on a semaphore. Nothing polls. A
-- light thread may be ended without a word at any wait. See init.lua for the
-- contract.

local ngx = require "ngx"
local semaphore = require "ngx.semaphore"

local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"

local M = { name = "nginx", now = core.now }

-- Milliseconds: the longest that nginx counts. The core has the real time-outs.
local FOREVER = 0x7fffffff
-- Seconds of one wait on a semaphore at most.
local LONG_WAIT = 1e6
-- Connections that are kept for the next waiters, and for how long.
local POOL_SIZE, KEEP_MS = 256, 60000

-- The phases in which nginx lets Lua wait.
local CAN_WAIT = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true,
  preread = true, ssl_cert = true, ssl_client_hello = true, ssl_session_fetch = true,
}

local WAY_OUT = "nginx can't wait in its phase %s: make the call in a timer, which "
  .. "ngx.timer.at(0, fn) starts"
local IN_MASTER = "nginx can't wait in its phase init, and its workers can't use a client that "
  .. "was made there: make both in a worker, at the first request or in a timer of init_worker"

--- See the contract.
function M.inside()
  local phase = ngx.get_phase()
  if phase == "init" then
    return nil, IN_MASTER
  elseif not CAN_WAIT[phase] then
    return nil, WAY_OUT:format(phase)
  elseif not compat.isyieldable() then
    return nil, compat.C_BOUNDARY
  end
  return true
end

-- Waiters -----------------------------------------------------------------------

--- A waiter: {woken, semaphore, and for a reply: socket, ticket, called_off}.
function M.waiter()
  return { woken = false }
end

-- Waits for a post, for at least a millisecond, as nginx counts, and at most
-- about `seconds`.
local function wait_for_post(one, seconds)
  local ms = math.max(math.ceil(seconds * 1000), 1)
  one:wait(math.min(ms / 1000, LONG_WAIT))
end

-- Until woken, or for `seconds`. The semaphore may hold a post of before.
local function sleep(waiter, seconds)
  waiter.semaphore = waiter.semaphore or semaphore.new(0)
  local deadline = M.now() + (seconds or math.huge)
  repeat
    wait_for_post(waiter.semaphore, deadline - M.now())
  until waiter.woken or deadline <= M.now()
end

-- Until the bell rings: the ticket has ended, or was cancelled.
local function hear(waiter)
  local socket = waiter.socket
  local asked = socket:send(("%d\n"):format(waiter.ticket:id()))
  waiter.is_reusable = asked and socket:receive(1) ~= nil
  waiter.ticket, waiter.woken = nil, true
end

--- See the contract.
function M.park(waiter, seconds)
  if waiter.ticket then
    hear(waiter)
  elseif not waiter.woken then
    sleep(waiter, seconds)
  end
  local woken = waiter.woken
  waiter.woken = false
  return woken
end

--- See the contract. Who waits for a reply is woken by giving that up.
function M.wake(waiter)
  if waiter.woken or waiter.called_off then
    return false
  elseif waiter.ticket then
    waiter.called_off = true
    waiter.ticket:cancel()
    return true
  end
  waiter.woken = true
  if waiter.semaphore then
    waiter.semaphore:post(1)
  end
  return true
end

--- See the contract. A new light thread runs at once: this one waits to be posted.
function M.spawn(fn)
  local turn = semaphore.new(0)
  ngx.thread.spawn(function()
    wait_for_post(turn, LONG_WAIT)
    fn()
  end)
  turn:post(1)
end

-- This loop, but for its spawn, whose coroutines no visitor's end ends.
local detached = setmetatable({
  spawn = function(fn)
    require("contactout.loops.keeper").spawn(fn)
  end,
}, { __index = M })

--- See the contract.
function M.detached()
  local ready, err = require("contactout.loops.keeper").prepare()
  return ready and detached, err
end

-- Sources -------------------------------------------------------------------------

-- Source -> the name of its pool. A path may come again, for another client.
local pools = setmetatable({}, { __mode = "k" })
local last_pool = 0

local function pool_of(source)
  if not pools[source] then
    last_pool = last_pool + 1
    pools[source] = "contactout " .. last_pool
  end
  return pools[source]
end

--- See the contract: a connection to the source's bell.
function M.attach(source, waiter)
  local path, err = source.path()
  if not path then
    return err
  end
  local socket = ngx.socket.tcp()
  socket:settimeouts(FOREVER, FOREVER, FOREVER)
  local ok, message = socket:connect("unix:" .. path, {
    pool = pool_of(source), pool_size = POOL_SIZE,
  })
  if not ok then
    return errors.new("connection", "nginx has no connection left to wait on (" .. message
      .. "): raise its worker_connections and worker_rlimit_nofile", { retryable = true })
  end
  waiter.socket = socket
end

--- See the contract.
function M.detach(_, waiter)
  if waiter.is_reusable then
    waiter.socket:setkeepalive(KEEP_MS)
  else
    waiter.socket:close()
  end
end

--- See the contract.
function M.expect(waiter, ticket)
  waiter.ticket = ticket
end

--- See the contract.
function M.report(err)
  ngx.log(ngx.ERR, "contactout: error in a task: ", tostring(err))
end

return M
