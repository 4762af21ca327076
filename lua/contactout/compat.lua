-- luacheck: std max
-- What differs between the Lua versions, in one place: the newest way of saying
-- it, built on the older one. The only file that asks which Lua it runs on.
-- Loading it creates no coroutine: some hosts forbid that during `require`.

local core = require "contactout.core"

local M = {}

M.unpack = table.unpack or unpack

M.pack = table.pack or function(...)
  return { n = select("#", ...), ... }
end

--- Whether coroutines can yield across `pcall` and iterators. PUC 5.1 can't.
M.CAN_YIELD = _VERSION ~= "Lua 5.1" or rawget(_G, "jit") ~= nil

--- The running coroutine, or nil in the main one.
---@return thread|nil
function M.running()
  local running, is_main = coroutine.running()
  if is_main then
    return nil
  end
  return running
end

-- Lua 5.2 has no way to ask, but the stack shows it: a C function on it can't be
-- left and come back to, except for these.
local TRANSPARENT = { [pcall] = true, [xpcall] = true, [dofile] = true }

local function isyieldable_by_stack()
  if not M.running() then
    return false
  end
  local level = 2
  local info = debug.getinfo(level, "Sf")
  while info do
    if info.what == "C" and not TRANSPARENT[info.func] then
      return false
    end
    level = level + 1
    info = debug.getinfo(level, "Sf")
  end
  return true
end

--- Whether the running coroutine may yield now. Not every host shows Lua's own.
---@type fun(): boolean
M.isyieldable = _VERSION == "Lua 5.2" and isyieldable_by_stack or core.isyieldable

--- Keeps a function from being compiled. LuaJIT's traces hold on to what they call, and
--- so to all that an iterator made in C holds.
---@param fn function
---@return function fn
function M.interpreted(fn)
  if rawget(_G, "jit") then
    jit.off(fn)
  end
  return fn
end

--- Something that calls `fn` once it is collected itself: for an object to hold, so
--- that its end is noticed. `fn` must not refer to that object.
---@param fn function must not raise
---@return any sentinel
function M.sentinel(fn)
  if not newproxy then
    return setmetatable({}, { __gc = fn })
  end
  local proxy = newproxy(true)
  getmetatable(proxy).__gc = fn
  return proxy
end

--- Why a host's coroutine for which that is false can't wait, and the way out.
M.C_BOUNDARY = "a C function such as table.sort or string.gsub can't be left and come back "
  .. "to: make the call before or after it"

return M
