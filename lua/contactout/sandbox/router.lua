-- Which endpoint a method and a path name, exactly as they are documented:
-- no trailing slash, no other case. Pure.

local routes = require "contactout.sandbox.routes"

local M = {}

--- path (or, for jobs, the part before the uuid) -> method -> route
local exact, by_prefix = {}, {}

for _, route in ipairs(routes) do
  local prefix = route.path:match("^(.*/){[%w_]+}$")
  local paths = prefix and by_prefix or exact
  local path = prefix or route.path
  paths[path] = paths[path] or {}
  paths[path][route.method] = route
end

--- -> route, the path's uuid if it has one | nil, nil, status, message
function M.find(method, path)
  local methods, job_uuid = exact[path], nil
  if not methods then
    local prefix, segment = path:match("^(.*/)([^/]+)$")
    methods, job_uuid = by_prefix[prefix], segment
  end
  if not methods then
    return nil, nil, 404, "No such endpoint: " .. path
  elseif not methods[method] then
    return nil, nil, 405, "The " .. method .. " method is not supported for this endpoint"
  end
  return methods[method], job_uuid
end

return M
