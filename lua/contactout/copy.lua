-- Copies of tables, all the way down: what is changed in one is not in the other. Each
-- keeps its metatable, which marks empty arrays and equations. Pure.

local M = {}

--- A copy of a value; of anything but a table the value itself.
---@generic T
---@param value T
---@return T
function M.deep(value)
  if type(value) ~= "table" then
    return value
  end
  local same = {}
  for name, member in pairs(value) do
    same[name] = M.deep(member)
  end
  return setmetatable(same, getmetatable(value))
end

return M
