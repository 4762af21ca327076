-- By what a run's journal is told from that of another run. Pure.

local M = {}

-- Adds a value, a table's members one by one: they have no order that the next run would
-- find again.
local function add_members(options, name, value)
  if type(value) ~= "table" or next(value) == nil then
    options[name] = value
    return
  end
  for key, member in pairs(value) do
    add_members(options, name .. " " .. tostring(key), member)
  end
end

--- The identity of a run.
---@param client contactout.Client
---@param operation string the method
---@param options table<string, any> those that change the answers
---@param extra? table undocumented parameters, which may, too
---@return table identity for `contactout.journal`
function M.of(client, operation, options, extra)
  for name, value in pairs(extra or {}) do
    add_members(options, "extra " .. tostring(name), value)
  end
  return { operation = operation, base_url = client._base_url, options = options }
end

return M
