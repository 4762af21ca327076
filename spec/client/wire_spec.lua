-- What each endpoint puts on the wire, as the sandbox saw it, and what its
-- reply becomes.

local contactout = require "contactout"
local support = require "spec.support.client"
local version = require "contactout.version"

local cases = require "spec.client.wire_cases"
local sandbox = support.sandbox

local routes = {}
for _, route in ipairs(require "contactout.sandbox.routes") do
  routes[route.name] = route
end

--- The value at the end of a path of keys, whose last element it should be.
local function follow(body, path)
  local value = body
  for i = 1, #path - 1 do
    value = value[path[i]]
  end
  return value, path[#path]
end

--- Calls `check` for each number in a reply.
local function each_number(value, check)
  for _, member in pairs(value) do
    if type(member) == "table" then
      each_number(member, check)
    elseif type(member) == "number" then
      check(member)
    end
  end
end

local function keys_in_order(map)
  local keys = {}
  for key in contactout.ordered(map) do
    keys[#keys + 1] = key
  end
  return keys
end

--- Calls an endpoint as its case says -> body, the ledger's entry
local function call(client, name)
  local params = cases[name].params
  if type(params) == "function" then
    params = params(client)
    client[name](client, params) -- the first poll says QUEUED
  end
  local body = assert(client[name](client, params))
  local ledger = sandbox:ledger()
  return body, ledger[#ledger], params
end

--- What two requests must have in common to be the same.
local function wire_of(entry)
  local wire = { entry.method, entry.path, entry.query, entry.body }
  for _, name in ipairs { "accept", "authorization", "content-type", "user-agent" } do
    wire[name] = entry.headers[name]
  end
  return wire
end

before_each(support.begin)
after_each(support.finish)

describe("the cases of this spec", function()
  it("cover every endpoint and no other", function()
    local known = {}
    for _, endpoint in ipairs(contactout.endpoints) do
      known[endpoint.name] = true
      assert.is_table(cases[endpoint.name], "no case for " .. endpoint.name)
    end
    for name in pairs(cases) do
      assert.is_true(known[name], "no endpoint " .. name)
    end
  end)
end)

for name, case in pairs(cases) do
  describe("client:" .. name, function()
    local route = routes[name]

    it("sends the documented request", function()
      local _, entry, params = call(support.client(), name)
      assert.equal(route.method, entry.method)
      assert.equal((route.path:gsub("{job_uuid}", params.job_uuid or "")), entry.path)
      assert.equal(case.query or "", entry.query)
      assert.equal(case.body or "", entry.body)
    end)

    it("sends the documented headers and no other of its own", function()
      local _, entry = call(support.client(), name)
      local headers = entry.headers
      assert.equal(support.TOKEN, headers.token)
      assert.equal("basic", headers.authorization)
      assert.equal("application/json", headers.accept)
      assert.equal("contactout-lua/" .. version, headers["user-agent"])
      assert.equal(case.body and "application/json" or nil, headers["content-type"])
      assert.equal(case.body and tostring(#case.body) or nil, headers["content-length"])
      local allowed = {
        token = true, authorization = true, accept = true, ["user-agent"] = true, host = true,
        ["content-type"] = true, ["content-length"] = true, ["accept-encoding"] = true,
      }
      for header in pairs(headers) do
        assert.is_true(allowed[header], "unexpected header " .. header)
      end
    end)

    it("breaks no rule of the server", function()
      call(support.client(), name)
      local state = sandbox:state()
      assert.same({}, state.errors)
      assert.same({}, state.notices)
    end)

    it("gives the reply as Lua values", function()
      local body = call(support.client(), name)
      local value, expected = follow(body, case.holds)
      assert.equal(expected, value)
    end)

    it("gives integers as integers", function()
      local body = call(support.client(), name)
      each_number(body, function(number)
        assert.equal(string.format("%d", number), tostring(number))
      end)
    end)

    if case.ordered then
      it("keeps the server's order of a keyed result", function()
        local body = call(support.client(), name)
        local map, expected = follow(body, case.ordered)
        assert.same(expected, keys_in_order(map))
      end)
    end
  end)
end

describe("contactout.NAME", function()
  local PROGRAM = [[
    local contactout = require "contactout"
    local cases = require "spec.client.wire_cases"
    for _, endpoint in ipairs(contactout.endpoints) do
      local name, params = endpoint.name, cases[endpoint.name].params
      if type(params) == "function" then
        params = params(setmetatable({}, { __index = function(_, submit)
          return function(_, ...) return contactout[submit](...) end
        end }))
      end
      local body, err = contactout[name](params)
      print(name, body and "ok" or tostring(err))
    end
  ]]

  it("sends what the method sends, by the environment's token and base URL", function()
    local output = support.run_lua(PROGRAM,
      { CONTACTOUT_TOKEN = "test-env", CONTACTOUT_BASE_URL = sandbox.url })
    local as_function = {}
    for _, entry in ipairs(sandbox:ledger()) do
      assert.equal("test-env", entry.token)
      as_function[entry.endpoint] = as_function[entry.endpoint] or wire_of(entry)
    end
    sandbox:reset()
    local client = support.client()
    for name in pairs(cases) do
      assert.matches(name .. "\tok", output, 1, true)
      local _, entry = call(client, name)
      as_function[name][2] = routes[name].path:find("{", 1, true) and entry.path
        or as_function[name][2]
      assert.same(wire_of(entry), as_function[name], name)
    end
  end)

  it("gives an error that names the environment where there is no token", function()
    local output, code = support.run_lua([[
      local value, err = require("contactout").stats()
      print(value, err.kind, err.param, err.message)
    ]])
    assert.equal(0, code)
    assert.matches("^nil\tinvalid_argument\ttoken\t.*CONTACTOUT_TOKEN", output)
  end)

  it("refuses an empty token of the environment", function()
    local output = support.run_lua([[
      local _, err = require("contactout").stats()
      print(err.kind, err.param)
    ]], { CONTACTOUT_TOKEN = "", CONTACTOUT_BASE_URL = sandbox.url })
    assert.equal("invalid_argument\ttoken", output)
    assert.same({}, sandbox:ledger())
  end)
end)
