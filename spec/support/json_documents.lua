-- Random JSON texts from a seed, the same on every Lua, for specs that hold for any
-- document; and a comparison of what they decode to.

local M = {}

-- Park and Miller's generator: exact in doubles and in integers alike.
local function new_random(seed)
  local state = seed
  return function(limit)
    state = (state * 16807) % 2147483647
    return state % limit + 1
  end
end

local STRINGS = {
  "", "name", "title", "li_vanity", "a", "b", "In\195\170s", "\230\150\135\229\173\151",
  "\240\159\152\128 grin", "\\u00e9", "\\ud83d\\ude00", "\\\"quoted\\\"",
  "https:\\/\\/x.example\\/in",
  "tab\\tline\\nend", "\\u0000",
  "a much longer text that Lua does not keep among its short ones, 1",
  "exactly8", "seventeen bytes..", "\127", "back\\\\slash", "\\u20ac 5", "profiles", "result",
}

local NUMBERS = {
  "0", "-0", "1", "-1", "12345678", "9007199254740991", "-9007199254740991", "0.1", "-2.5", "1e3",
  "1E-3", "3.14159265358979", "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324", "1e23",
  "0.30000000000000004", "123456789012345678e-5", "8.5", "1e-400", "100000000000000000000",
}

local function pick(random, list)
  return list[random(#list)]
end

local function string_text(random)
  local pieces = {}
  for i = 1, random(3) do
    pieces[i] = pick(random, STRINGS)
  end
  return '"' .. table.concat(pieces) .. '"'
end

local function blank(random)
  return random(6) == 1 and pick(random, { " ", "\n", "\t", "\r\n  " }) or ""
end

local value_text

local function array_text(random, depth)
  local elements = {}
  for i = 1, random(depth > 4 and 2 or 8) - 1 do
    elements[i] = blank(random) .. value_text(random, depth + 1) .. blank(random)
  end
  return "[" .. table.concat(elements, ",") .. "]"
end

local function object_text(random, depth)
  local members = {}
  for i = 1, random(depth > 4 and 2 or 9) - 1 do
    local key = random(3) == 1 and string_text(random) or '"' .. pick(random, STRINGS) .. '"'
    members[i] = blank(random) .. key .. blank(random) .. ":" .. blank(random)
      .. value_text(random, depth + 1)
  end
  return "{" .. table.concat(members, ",") .. "}"
end

function value_text(random, depth)
  local kind = random(10)
  if kind <= 2 then
    return object_text(random, depth)
  elseif kind <= 4 then
    return array_text(random, depth)
  elseif kind <= 7 then
    return string_text(random)
  elseif kind <= 9 then
    return pick(random, NUMBERS)
  end
  return pick(random, { "true", "false", "null" })
end

--- `count` texts, each an object or an array.
function M.generate(seed, count)
  local random, texts = new_random(seed), {}
  for i = 1, count do
    texts[i] = random(2) == 1 and object_text(random, 1) or array_text(random, 1)
  end
  return texts
end

--- Whether two decoded values are equal; members that are `null` count as absent.
function M.same(a, b, null)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    local other = b[key]
    if not (value == null and other == nil) and not M.same(value, other, null) then
      return false
    end
  end
  for key, value in pairs(b) do
    if a[key] == nil and value ~= null then
      return false
    end
  end
  return true
end

return M
