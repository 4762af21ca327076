-- Who waits: the contract between this library and the hosts it runs in, and
-- how the host of a call is found. Each host is one file beside this one and
-- one row of HOSTS; a user's own is a table with the same fields.
--
-- A loop has
--   name                    string
--   inside()                true: the running coroutine is the host's and may
--                           yield; false: the host's loop isn't running here,
--                           so a call may block; nil, message: inside, but it
--                           can't wait here. The message names the way out
--   waiter()                a new waiter, for the running coroutine
--   park(waiter [, seconds])   waits until it is woken: true, or false after
--                           `seconds`, or false, "interrupted" where the user
--                           can end it. A wake that came first counts, once
--   wake(waiter)            from anywhere in this Lua state; any number of times.
--                           Runs the coroutine later, not before it returns.
--                           false: it had been woken already (may be left out)
--   spawn(fn)               starts `fn` in a new coroutine of the host, soon
--   attach(source, waiter), detach(source, waiter)   while attached, source.step()
--                           is called when the descriptor source.fd() is readable.
--                           Counts: a source attached twice is detached twice.
--                           Before a request is sent; attach may return an error
--                           instead, and nothing is
--   now()                   seconds, as `contactout.core`'s
-- and, where it applies,
--   expect(waiter, ticket)  the waiter's next park ends when that ticket of the
--                           core has, instead of by source.step(); source.path()
--                           is the unix socket that tells (see src/bell.h)
--   detached()              where coroutines may end before their time: a loop like
--                           this one whose spawned ones don't; false where there is
--                           none any more; nil, err
--   spawns_outside          true: spawn works while the loop isn't running
--   spawns_on               the loop on which tasks start where inside() gives nil
--   drive(done [, seconds]) runs the loop from outside until done(); false after
--                           `seconds`
--   keeps                   true: no coroutine of it ends while it is parked, so
--                           that others may rely on its waking them
--   report(err)             tells of an error in a task that nobody waits for
--   blocks                  true: park stops the thread (see blocking.lua)

local blocking = require "contactout.loops.blocking"
local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"
local plain = require "contactout.loops.plain"

local M = {}

-- In the order they are asked, each with the module or global that shows it. A program
-- brings that along; a library can be loaded.
local HOSTS = {
  { name = "nginx", module = "ngx", is_program = true },
  { name = "neovim", global = "vim", is_program = true },
  { name = "love", module = "love", is_program = true },
  { name = "cqueues", module = "cqueues" },
  { name = "copas", module = "copas" },
  { name = "luv", module = "luv" },
}

local REQUIRED = { "inside", "waiter", "park", "wake", "spawn", "attach", "detach", "now" }

local NO_COROUTINES = "Lua 5.1 can't wait inside a coroutine, since it can't yield across pcall: "
  .. "call from outside of one, or use LuaJIT or Lua 5.2 and later"

-- Users' own loops, for what isn't called on a client; forgotten with them.
local users_own = setmetatable({}, { __mode = "k" })

-- The adapter of that name; nil if there is none in this installation.
local function load_adapter(name)
  local module = "contactout.loops." .. name
  local ok, loop = pcall(require, module)
  if ok then
    return loop
  elseif tostring(loop):find("module '" .. module .. "' not found", 1, true) then
    return nil
  end
  error(loop, 0)
end

local function is_present(host)
  return host.module and package.loaded[host.module] ~= nil
    or host.global and rawget(_G, host.global) ~= nil
end

-- The loops that may be running, those that know their own coroutines first.
local function candidates()
  local list = { plain }
  for loop in pairs(users_own) do
    list[#list + 1] = loop
  end
  for _, host in ipairs(HOSTS) do
    local loop = is_present(host) and load_adapter(host.name)
    if loop then
      list[#list + 1] = loop
    end
  end
  return list
end

-- The first of `list` that is running here; nil if none is; nil, a message and
-- the loop where one is, but can't wait.
local function find_inside(list)
  local problem, refusing
  for _, loop in ipairs(list) do
    local inside, message = loop.inside()
    if inside then
      return loop
    elseif inside == nil and not problem then
      problem = message or tostring(loop.name) .. " can't wait here"
      refusing = loop
    end
  end
  return nil, problem, refusing
end

local function check_own(loop)
  for _, name in ipairs(REQUIRED) do
    if type(loop[name]) ~= "function" then
      return errors.fail("invalid_argument",
        "loop needs a function " .. name .. ": see contactout.loops", { param = "loop" })
    end
  end
  users_own[loop] = true
  return loop
end

-- Of a name that is no loop's.
local function unknown(name)
  local names = { "plain" }
  for _, host in ipairs(HOSTS) do
    names[#names + 1] = host.name
  end
  local nearest = type(name) == "string" and core.nearest(name, names)
  return errors.fail("invalid_argument", ("there is no loop %s; %s"):format(tostring(name),
    nearest and "did you mean " .. nearest .. "?" or "there are: " .. table.concat(names, ", ")),
    { param = "loop" })
end

-- Of a host that isn't here, or whose library isn't.
local function absent(host, problem)
  local what = host.is_program and "is there only inside of " .. host.name
    or ("needs its library (luarocks install %s): %s"):format(host.name,
      problem:match("[^\n]*[^\n:]"))
  return errors.fail("unsupported", ("the loop %s %s; leave the option out to have the host "
    .. "detected"):format(host.name, what), { param = "loop" })
end

local function named_host(host)
  if host.is_program and not is_present(host) then
    return absent(host)
  end
  local ok, loop = pcall(load_adapter, host.name)
  if not ok then
    return absent(host, tostring(loop))
  end
  return loop
end

--- The loop that the option `loop` names.
---@param option nil|string|table the name of a host, or an adapter of one's own
---@return table|nil loop nil for none: detect it at each call
---@return contactout.Error|nil err
function M.named(option)
  if option == nil then
    return nil
  elseif type(option) == "table" then
    return check_own(option)
  elseif option == "plain" then
    return plain
  end
  for _, host in ipairs(HOSTS) do
    if host.name == option then
      return named_host(host)
    end
  end
  return unknown(option)
end

--- The loop with which the running code waits.
---@param chosen? table instead of detecting one
---@return table|nil loop one that blocks outside of any host
---@return string|nil message why nothing can wait here, and the way out
function M.current(chosen)
  if not compat.CAN_YIELD and compat.running() then
    return nil, NO_COROUTINES
  end
  if not chosen and plain.inside() then
    return plain
  end
  local loop, problem = find_inside(chosen and { chosen } or candidates())
  if problem then
    return nil, problem
  end
  return loop or blocking
end

--- The loop on which the running code starts tasks.
---@return table|nil loop
---@return string|nil message
function M.for_tasks()
  if not compat.CAN_YIELD then
    return nil, NO_COROUTINES
  end
  local list = candidates()
  local loop, problem, refusing = find_inside(list)
  if loop or problem then
    return loop or refusing.spawns_on, problem
  end
  for _, candidate in ipairs(list) do
    if candidate.spawns_outside and candidate ~= plain then
      return candidate
    end
  end
  return plain
end

return M
