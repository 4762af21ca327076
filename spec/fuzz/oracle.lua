-- luacheck: std lua54
-- What decode_fuzz.c asks of a text: whether decode makes of it what lua-cjson does, and
-- whether encode gives that back. Where the two differ by intention is said here: bytes
-- that are not UTF-8, lone surrogates, a byte order mark, depth, null members, and what
-- C takes for a number and JSON doesn't.

local core = require "contactout.core"
local cjson = require("cjson").new()

cjson.decode_invalid_numbers(false)
cjson.decode_max_depth(200)

-- Whether two values are the same by `is_same`, which is asked of those that are no tables;
-- `null` stands for a member that the first one leaves out.
local function compare(ours, theirs, is_same, null)
  if type(ours) ~= "table" or type(theirs) ~= "table" then
    return is_same(ours, theirs)
  end
  for key, value in pairs(theirs) do
    local is_left_out = value == null and type(key) == "string" and ours[key] == nil
    if not is_left_out and not compare(ours[key], value, is_same, null) then
      return false
    end
  end
  for key in pairs(ours) do
    if theirs[key] == nil then
      return false
    end
  end
  return true
end

-- lua-cjson makes a float of every number.
local function is_same_as_cjson(ours, theirs)
  if math.type(ours) == "integer" then
    return ours + 0.0 == theirs
  end
  return ours == theirs or ours == core.null and theirs == cjson.null
end

local function is_equal(one, other)
  return one == other
end

-- lua-cjson reads numbers such as "1." and "-.5", and stops at a NUL.
local function may_read_more(text)
  return (text .. " "):find("%d%.%D") or text:find("-%.") or text:find("[eE]") or text:find("%z")
end

-- It refuses what it can't make UTF-8 of, and has no byte order mark.
local function may_read_less(text)
  return text:sub(1, 3) == "\u{FEFF}" or text:find("\\u[dD]") or text:find("%z")
end

---@param text string
---@return string|nil fault
return function(text)
  local value, err = core.decode(text)
  local is_read, theirs = pcall(cjson.decode, text)
  local is_utf8 = utf8.len(text) ~= nil -- lua-cjson leaves what isn't as it is
  if value == nil then
    local is_known = not is_read or may_read_more(text) or err.message:find("too deep", 1, true)
    return not is_known and "lua-cjson reads it: " .. tostring(err) or nil
  elseif not is_read and is_utf8 and not may_read_less(text) then
    return "lua-cjson doesn't read it: " .. theirs
  elseif is_read and is_utf8 and not compare(value, theirs, is_same_as_cjson, cjson.null) then
    return "lua-cjson reads something else"
  elseif not compare(core.decode(assert(core.encode(value))), value, is_equal) then
    return "encode and decode disagree"
  end
end
