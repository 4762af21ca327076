local answers = require "contactout.sandbox.answers"
local credits = require "contactout.sandbox.credits"
local formats = require "contactout.sandbox.formats"
local limits = require "contactout.sandbox.limits"
local router = require "contactout.sandbox.router"
local routes = require "contactout.sandbox.routes"

describe("sandbox.routes", function()
  it("lists 20 endpoints, each with an answer", function()
    assert.equal(20, #routes)
    for _, route in ipairs(routes) do
      assert.is_function(answers[route.name], route.name)
    end
  end)

  it("names only types, formats, classes and pools there are", function()
    local types = { string = true, boolean = true, integer = true, list = true }
    local pools = {}
    for _, pool in ipairs(credits.POOLS) do
      pools[pool] = true
    end
    for _, route in ipairs(routes) do
      assert.is_number(limits.PER_MINUTE[route.class])
      for _, pool in ipairs(route.credits) do
        assert.is_true(pools[pool])
      end
      for _, param in pairs(route.params) do
        assert.is_true(types[param.type])
        assert.is_true(param.format == nil or formats[param.format] ~= nil)
      end
    end
  end)
end)

describe("sandbox.router", function()
  it("finds each route by its own method and path", function()
    for _, route in ipairs(routes) do
      local path = route.path:gsub("{job_uuid}", "some-uuid")
      local found, uuid = router.find(route.method, path)
      assert.equal(route, found)
      assert.equal(path ~= route.path and "some-uuid" or nil, uuid)
    end
  end)

  it("tells an unknown path from a wrong method", function()
    for path, status in pairs {
      ["/v1/stats/"] = 404, ["/V1/stats"] = 404, ["/v2/stats"] = 404, ["/"] = 404,
      ["/v2/people/linkedin/batch/"] = 404, ["/v2/people/linkedin/batch/a/b"] = 404,
      ["/v1/people/linkedin/batch/a"] = 404, ["/v1/people/search"] = 405,
    } do
      local _, _, found = router.find("GET", path)
      assert.equal(status, found, path)
    end
  end)
end)
