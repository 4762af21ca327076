-- One https sandbox for the whole busted run.

local native = require "spec.support.native"

local M = {}

local REGISTRY_KEY = "contactout.spec.tls_folder"

local function folder()
  local registry = debug.getregistry()
  if not registry[REGISTRY_KEY] then
    local path = os.tmpname()
    os.execute("rm -f " .. path .. " && mkdir -m 700 " .. path)
    registry[REGISTRY_KEY] = path
    registry[REGISTRY_KEY .. ".cleaner"] = native.at_collection(function()
      os.execute("rm -rf " .. path)
    end)
  end
  return registry[REGISTRY_KEY]
end

--- The running sandbox behind https, without rate limits, reset.
function M.sandbox()
  return require("spec.support.sandbox").start { tls = folder(), limits = false }
end

return M
