-- C helpers of the specs, compiled when they are first needed.
--
--   native.library("slow_dns")      path of a library, for LD_PRELOAD
--   native.module_path()            package.cpath entry where spec_process lies

local M = {}

local HERE = debug.getinfo(1, "S").source:match("^@(.*)native%.lua$")

--- busted gives each file fresh modules; the registry stays.
local REGISTRY_KEY = "contactout.spec.native"

local function shared()
  local registry = debug.getregistry()
  registry[REGISTRY_KEY] = registry[REGISTRY_KEY] or { folder = nil, built = {} }
  return registry[REGISTRY_KEY]
end

local function folder()
  local state = shared()
  if not state.folder then
    state.folder = os.tmpname()
    os.execute("rm -f " .. state.folder .. " && mkdir -m 700 " .. state.folder)
    state.cleaner = M.at_collection(function()
      os.execute("rm -rf " .. state.folder)
    end)
  end
  return state.folder
end

--- An object whose collection, at the latest when the state closes, calls f.
function M.at_collection(f)
  if newproxy then -- luacheck: ignore
    local proxy = newproxy(true) -- luacheck: ignore
    getmetatable(proxy).__gc = f
    return proxy
  end
  return setmetatable({}, { __gc = f })
end

local function lua_name()
  local is_jit = rawget(_G, "jit") ~= nil
  return is_jit and "luajit" or "lua" .. _VERSION:match("%d%.%d")
end

local function build(name, flags)
  local built = shared().built
  local path = folder() .. "/" .. name .. ".so"
  if not built[name] then
    local command = "env -u LD_PRELOAD cc -std=c11 -Wall -Wextra -O1 -fPIC -shared"
      .. " %s -o %s %s%s.c -ldl -pthread"
    os.execute(command:format(flags, path, HERE, name))
    local file = assert(io.open(path), "can't compile " .. name .. ".c")
    file:close()
    built[name] = true
  end
  return path
end

function M.library(name)
  return build(name, "")
end

--- Builds the Lua module spec_process, and says where require finds it.
function M.module_path()
  build("spec_process", "$(pkg-config --cflags " .. lua_name() .. ")")
  return folder() .. "/?.so"
end

return M
