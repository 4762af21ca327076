-- The client's table of endpoints against the sandbox's, which was copied from
-- the vendor's page by another hand: they differ where they mean to, and
-- nowhere else.

local contactout = require "contactout"
local routes = require "contactout.sandbox.routes"

--- Each difference that is meant, and why.
local INTENDED = {
  -- documented as free, but users have seen a search credit go for each hit
  "domain_enrich: credits search, not none",
  -- one string or a list of names, of which the page lists the combinations
  "people_linkedin.email_type: values personal work none, not personal work personal,work none",
}

local function words(list)
  local copy = {}
  for i = 1, #(list or {}) do
    copy[i] = list[i]
  end
  return #copy > 0 and table.concat(copy, " ") or "none"
end

local function sorted_words(list)
  local copy = {}
  for i = 1, #(list or {}) do
    copy[i] = list[i]
  end
  table.sort(copy)
  return words(copy)
end

local function compare(found, where, what, ours, theirs)
  if ours ~= theirs then
    found[#found + 1] = ("%s: %s %s, not %s"):format(where, what, tostring(ours), tostring(theirs))
  end
end

local function compare_param(found, where, param, other)
  compare(found, where, "type", param.type, other.type)
  compare(found, where, "required", param.required, other.required or false)
  compare(found, where, "max", param.max, other.max)
  compare(found, where, "min", param.min, other.min)
  compare(found, where, "values", words(param.values), words(other.values))
end

local function compare_params(found, endpoint, route)
  local known = {}
  for _, param in ipairs(endpoint.params) do
    local where = endpoint.name .. "." .. param.name
    known[param.name] = true
    if route.params[param.name] then
      compare_param(found, where, param, route.params[param.name])
    else
      found[#found + 1] = where .. ": not in the page"
    end
  end
  for name in pairs(route.params) do
    if not known[name] then
      found[#found + 1] = endpoint.name .. "." .. name .. ": missing"
    end
  end
end

local function differences()
  local found, by_name = {}, {}
  for _, route in ipairs(routes) do
    by_name[route.name] = route
  end
  for _, endpoint in ipairs(contactout.endpoints) do
    local route = by_name[endpoint.name]
    compare(found, endpoint.name, "method", endpoint.method, route.method)
    compare(found, endpoint.name, "path", endpoint.path, route.path)
    compare(found, endpoint.name, "class", endpoint.rate_class, route.class)
    compare(found, endpoint.name, "credits", sorted_words(endpoint.credits),
      sorted_words(route.credits))
    compare_params(found, endpoint, route)
  end
  table.sort(found)
  return found
end

describe("contactout.endpoints", function()
  it("has the 20 endpoints of the page", function()
    local ours, theirs = {}, {}
    for _, endpoint in ipairs(contactout.endpoints) do
      ours[endpoint.name] = true
    end
    for _, route in ipairs(routes) do
      theirs[route.name] = true
    end
    assert.equal(20, #routes)
    assert.same(theirs, ours)
  end)

  it("differs from the page only where it means to", function()
    assert.same(INTENDED, differences())
  end)
end)
