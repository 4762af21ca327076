-- Whether a record is what the mapping says of its class, down to its last element.

local core = require "contactout.core"
local mapping = require "contactout.records.mapping"

local M = {}

local function is_in(value, least, most)
  return value == nil or (value >= least and value <= most and value % 1 == 0)
end

local CHECKS = {}

function CHECKS.string(value)
  assert(type(value) == "string" and value:find("^%S") and value:find("%S$"), "no text")
end

function CHECKS.integer(value)
  assert(type(value) == "number" and value % 1 == 0, "no number")
  assert(not tostring(value):find("[.]"), "no integer: " .. tostring(value))
end

function CHECKS.boolean(value)
  assert(type(value) == "boolean", "no boolean")
end

CHECKS["contactout.Date"] = function(value)
  CHECKS.integer(value.year)
  assert(is_in(value.year, 1000, 2999) and is_in(value.month, 1, 12) and is_in(value.day, 1, 31))
  for part in pairs(value) do
    assert(part == "year" or part == "month" or part == "day", part)
  end
end

CHECKS["string[]"] = function(value)
  local seen, count = {}, 0
  for place, text in pairs(value) do
    CHECKS.string(text)
    assert(place <= #value and not seen[text], "no list of different texts")
    seen[text], count = true, count + 1
  end
  assert(count == #value, "no list")
  assert(count > 0 or getmetatable(value) == core.empty_array_mt, "not marked as empty")
end

CHECKS["table<string, string>"] = function(value)
  for address, status in pairs(value) do
    CHECKS.string(address)
    assert(status == "verified" or status == "unverified", status)
  end
end

local function check_field(field, value)
  local kind = mapping.TYPES[field.type]
  if value == nil then
    assert(not kind.always, "isn't there")
  elseif field.type == "record" then
    M.check(field.of, value)
  elseif field.type == "records" then
    assert(#value > 0 or getmetatable(value) == core.empty_array_mt, "not marked as empty")
    for _, element in ipairs(value) do
      assert(next(element) ~= nil, "an empty element")
      M.check(field.of, element)
    end
  else
    CHECKS[kind.lua](value)
  end
end

--- Raises unless the record has the documented fields alone, each of its type.
function M.check(class, record)
  local known = { raw = class.keeps_raw }
  for _, field in ipairs(class) do
    known[field.name] = true
    local ok, problem = pcall(check_field, field, record[field.name])
    assert(ok, class.class .. "." .. field.name .. ": " .. tostring(problem))
  end
  for name in pairs(record) do
    assert(known[name], "undocumented: " .. name)
  end
end

return M
