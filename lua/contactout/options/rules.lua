-- What the value of an option must be: rules that several lists of options need. Each takes
-- the value, and gives whether it holds, what the value must be, and the kind of error if
-- that isn't invalid_argument.

local M = {}

function M.positive(value)
  return value > 0 and value < math.huge, "a number above 0"
end

function M.count(value)
  return value >= 0 and value % 1 == 0, "an integer of 0 or more"
end

function M.at_least_one(value)
  return value >= 1 and value % 1 == 0, "an integer of 1 or more"
end

function M.not_negative(value)
  return value >= 0, "a number of 0 or more"
end

function M.finite(value)
  return value >= 0 and value < math.huge, "a number of 0 or more"
end

function M.store(value)
  return value ~= "", "\"memory\", a file's name, or that of a shared dict of nginx"
end

local RATE_NAMES = { search = true, checker = true, other = true, window = true }

--- `false` for no limits; a limiter shared with others; or a table of requests per
--- minute by class, and `window`, the length of that minute, for a server whose
--- minutes are shorter.
function M.rate_limits(value)
  if value == false then
    return true
  end
  if type(value) ~= "table" then
    return false, "a table such as {search = 60}, or false"
  elseif type(value.acquire or value.bind) == "function" then
    return value.problem == nil, value.problem, not value.is_misused and "unsupported" or nil
  end
  for name, limit in pairs(value) do
    if not RATE_NAMES[name] then
      return false, "a table with the names search, checker, other, window"
    end
    local is_limit = limit == false or type(limit) == "number" and limit > 0
    if not is_limit then
      return false, "a table of numbers above 0"
    end
  end
  return true
end

return M
