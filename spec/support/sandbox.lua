-- The sandbox for specs: that of contactout.testing, but asked over luasocket, so
-- that no second client is in the process, and sent plain requests. One process
-- for each set of options serves the whole busted run.
--
--   local sandbox = require("spec.support.sandbox").start{ minute = 1 }
--   sandbox.url                       for the client under test
--   sandbox:reset()                   in before_each
--   sandbox:fault("delay:0.5", 2, "stats")
--   sandbox:ledger()[1].status, sandbox:state().requests
--   sandbox:wait{ requests = 3 }      until three have arrived

local cjson = require "cjson"
local http = require "socket.http"
local ltn12 = require "ltn12"
local launcher = require "contactout.sandbox"

local M = {}

local Sandbox = setmetatable({}, { __index = require "contactout.testing.sandbox" })
Sandbox.__index = Sandbox

--- busted gives each file fresh globals and modules; the registry stays.
local REGISTRY_KEY = "contactout.spec.sandboxes"

local function shared()
  local registry = debug.getregistry()
  registry[REGISTRY_KEY] = registry[REGISTRY_KEY] or {}
  return registry[REGISTRY_KEY]
end

local function key_of(opts)
  local words = {}
  for name, value in pairs(opts) do
    words[#words + 1] = name .. "=" .. tostring(value)
  end
  table.sort(words)
  return table.concat(words, " ")
end

--- The running sandbox with those options (see contactout.sandbox), started
-- if there is none yet, and reset.
function M.start(opts)
  opts = opts or {}
  local processes, key = shared(), key_of(opts)
  processes[key] = processes[key] or assert(launcher.start(opts))
  local process = processes[key]
  local sandbox = setmetatable({
    url = process.url, control_url = process.control_url, pid = process.pid,
    key = key, ca_file = opts.tls and opts.tls .. "/ca.pem",
  }, Sandbox)
  sandbox:reset()
  return sandbox
end

--- Ends its process; the next `start` with the same options begins another.
function Sandbox:stop()
  local process = shared()[self.key]
  shared()[self.key] = nil
  if process then
    process:stop()
  end
end

local function send(url, method, headers, body)
  local parts = {}
  if body then
    headers["content-length"] = tostring(#body)
  end
  local ok, status, response_headers = http.request {
    url = url, method = method, headers = headers, redirect = false,
    source = body and ltn12.source.string(body), sink = ltn12.sink.table(parts),
  }
  if not ok then
    return nil, status
  end
  return status, table.concat(parts), response_headers
end

--- One control call -> its decoded answer, its status.
function Sandbox:control(method, path, args)
  local body = args and cjson.encode(args)
  local status, text = send(self.control_url .. "/_sandbox/" .. path, method,
    { ["content-type"] = body and "application/json" }, body)
  assert(status, "sandbox " .. path .. ": " .. tostring(text))
  return cjson.decode(text), status
end

--- The requests numbered above `since` (0), oldest first.
Sandbox.ledger = Sandbox.requests

--- One API request by luasocket. opts: method, path, token ("test-1"; false:
-- none), query (as it stands), json (a Lua value) or body, headers. Half a
-- surrogate pair, for which lua-cjson refuses a document, is read as "?".
-- -> status, decoded body (or text), headers, text | nil, message
function Sandbox:request(opts)
  local body = opts.body or opts.json and cjson.encode(opts.json)
  local headers = {
    accept = "application/json", authorization = "basic",
    ["content-type"] = body and "application/json",
    token = opts.token == nil and "test-1" or opts.token or nil,
  }
  for name, value in pairs(opts.headers or {}) do
    headers[name] = value or nil
  end
  local url = self.control_url .. opts.path .. (opts.query and "?" .. opts.query or "")
  local status, text, response_headers = send(url, opts.method or body and "POST" or "GET",
    headers, body)
  if not status then
    return nil, text
  end
  local ok, value = pcall(cjson.decode, (text:gsub("\\ud83d ", "?")))
  return status, ok and value or text, response_headers, text
end

return M
