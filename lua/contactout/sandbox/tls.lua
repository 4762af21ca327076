-- A certificate authority and a certificate for localhost and 127.0.0.1,
-- made anew at each start; ca.pem is for the client to trust. By luaossl.

local M = {}

local DAYS = 24 * 60 * 60

local function new_key()
  return require("openssl.pkey").new { type = "EC", curve = "prime256v1" }
end

local function new_name(common_name)
  return require("openssl.x509.name").new():add("CN", common_name)
end

local function new_certificate(subject, key, serial)
  local certificate = require("openssl.x509").new()
  certificate:setVersion(3)
  certificate:setSerial(require("openssl.bignum").new(serial))
  certificate:setSubject(subject)
  certificate:setPublicKey(key)
  certificate:setLifetime(os.time() - DAYS, os.time() + 30 * DAYS)
  certificate:setBasicConstraintsCritical(true)
  return certificate
end

--- -> certificate, key of the authority
local function new_authority()
  local key, subject = new_key(), new_name("contactout sandbox CA")
  local certificate = new_certificate(subject, key, os.time() * 2)
  certificate:setIssuer(subject)
  certificate:setBasicConstraints { CA = true }
  certificate:addExtension(require("openssl.x509.extension").new(
    "keyUsage", "critical,keyCertSign,cRLSign"))
  certificate:sign(key, "sha256")
  return certificate, key
end

--- -> certificate, key of the server
local function new_server(authority, authority_key)
  local key = new_key()
  local certificate = new_certificate(new_name("localhost"), key, os.time() * 2 + 1)
  local names = require("openssl.x509.altname").new():add("DNS", "localhost")
    :add("IP", "127.0.0.1")
  certificate:setIssuer(authority:getSubject())
  certificate:setSubjectAlt(names)
  certificate:setBasicConstraints { CA = false }
  certificate:sign(authority_key, "sha256")
  return certificate, key
end

local function select_protocol(_, offered)
  for _, protocol in ipairs(offered) do
    if protocol == "h2" or protocol == "http/1.1" then
      return protocol
    end
  end
end

--- Writes DIR/ca.pem -> the server's TLS context, with HTTP/2 by ALPN.
function M.context(folder)
  local authority, authority_key = new_authority()
  local certificate, key = new_server(authority, authority_key)
  local file = assert(io.open(folder .. "/ca.pem", "w"))
  file:write(tostring(authority))
  file:close()
  local context = require("http.tls").new_server_context()
  context:setPrivateKey(key)
  context:setCertificate(certificate)
  context:setAlpnSelect(select_protocol)
  return context
end

return M
