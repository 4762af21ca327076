-- Reads a query string as the real service's PHP does ("+" is a blank), but
-- refuses what PHP lets pass in silence, and takes note of bytes that went
-- unencoded. Pure.

local M = {}

local function decode(text)
  if text:find("%%%X") or text:find("%%.?$") or text:find("%%%x%X") then
    return nil
  end
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

--- -> args (name to text), notices (a list) | nil, message
function M.parse(raw)
  local args, notices = {}, {}
  for pair in (raw or ""):gmatch("[^&]+") do
    local name, value = pair:match("^([^=]+)=(.*)$")
    local decoded = value and decode(value)
    if not name then
      return nil, "Invalid query: " .. pair .. " is not a parameter."
    elseif not decoded then
      return nil, "Invalid query: " .. name .. " must be percent-encoded."
    elseif args[name] then
      return nil, "Invalid query: the parameter " .. name .. " comes twice."
    end
    if value:find("[^%w%-._~%%]") then
      notices[#notices + 1] = "unencoded " .. name
    end
    args[name] = decoded
  end
  return args, notices
end

return M
