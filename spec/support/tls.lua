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

--- A script for raw_server.lua: somebody else, with a certificate that nobody trusts.
M.STRANGER = [[
  local key = require("openssl.pkey").new { type = "EC", curve = "prime256v1" }
  local name = require("openssl.x509.name").new():add("CN", "a hotel")
  local certificate = require("openssl.x509").new()
  certificate:setVersion(3)
  certificate:setSubject(name)
  certificate:setIssuer(name)
  certificate:setPublicKey(key)
  certificate:setLifetime(os.time() - 60, os.time() + 3600)
  certificate:sign(key, "sha256")
  local context = require("openssl.ssl.context").new("TLS", true)
  context:setCertificate(certificate)
  context:setPrivateKey(key)

  function serve(connection)
    connection.socket:starttls(context)
  end
]]

return M
