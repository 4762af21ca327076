-- Single values: what a raw one of any type says as a text, a number, a date and so on;
-- nil where it says nothing of the kind. Nothing is guessed. Pure.

local M = {}

-- Doubles hold whole numbers exactly up to here, on every Lua.
local MOST = 2 ^ 53

-- The last of the blanks among the bytes.
local BLANK = (" "):byte()

local byte, type = string.byte, type -- called for every text

--- A text without the blanks around it. What is inside stays, tabs and all.
function M.string(value)
  if type(value) ~= "string" then
    return nil
  end
  local first, last = byte(value), byte(value, -1)
  if first and first > BLANK and last > BLANK then
    return value -- as almost all are
  end
  return value:match("^%s*(.*%S)")
end

--- A whole number, from a number or a text of digits; an integer where Lua has them.
function M.integer(value)
  local number, kind = value, type(value)
  if kind == "string" then
    number = tonumber(value:match("^%s*(%-?%d+)%s*$"))
  elseif kind ~= "number" then
    return nil
  end
  if number and number % 1 == 0 and number >= -MOST and number <= MOST then
    return math.floor(number)
  end
end

--- Digits and the like, which are a text, or a number above 0 by mistake.
function M.code(value)
  if type(value) ~= "number" then
    return M.string(value)
  end
  local number = M.integer(value)
  return number and number > 0 and ("%.0f"):format(number) or nil
end

function M.url(value)
  local text = M.string(value)
  return text and text:find("/", 1, true) and text or nil
end

--- A profile's name in URLs. The one in /pub/ doesn't name it alone.
function M.slug(value)
  local text = M.string(value)
  if not M.url(text) then
    return text
  end
  local first, last = text:lower():match("linkedin%.com/in/()[^/?#]+()")
  return first and text:sub(first, last - 1)
end

function M.boolean(value)
  if type(value) == "boolean" then
    return value
  end
end

local MAGNITUDES = { [""] = 1, k = 1e3, m = 1e6, b = 1e9, t = 1e12 }

--- Whole dollars: of a number; of "$5.4M" 5400000; of "$1,234" 1234.
function M.dollars(value)
  local number = value
  if type(value) == "string" then
    local text = value:lower():gsub("%s", ""):gsub(",(%d%d%d)", "%1")
    local digits, magnitude = text:match("^%$?(%d[%d.]*)([kmbt]?)$")
    number = tonumber(digits)
    number = number and number * MAGNITUDES[magnitude]
  end
  return type(number) == "number" and M.integer(math.floor(number + 0.5)) or nil
end

local STATUSES = { verified = "verified", unverified = "unverified" }

--- What an address was found to be, in one spelling.
function M.status(value)
  local word = M.string(value)
  return word and STATUSES[word:lower()]
end

-- Dates -----------------------------------------------------------------------------

local function within(value, least, most)
  local number = value ~= nil and M.integer(value)
  return number and number >= least and number <= most and number or nil
end

--- A year of four digits, which 9999 isn't.
function M.year(value)
  return within(value, 1000, 2999)
end

-- A month that can't be leaves the year alone; so does a day without a month.
local function date_of(year, month, day)
  year, month = M.year(year), within(month, 1, 12)
  return year and { year = year, month = month, day = month and within(day, 1, 31) }
end

-- "20204" and "202112", whose month has no zero before it; also with hyphens.
local function date_in(value)
  local text = M.code(value) or ""
  local year, month = text:match("^(%d%d%d%d)(%d?%d?)$")
  local day
  if not year then
    year, month, day = text:match("^(%d%d%d%d)%-(%d%d?)%-?(%d?%d?)$")
  end
  return year and date_of(year, month, day)
end

local PARTS = { text = "text", year = "year", month = "month", day = "day" }

--- A date from its parts: the numbers, and what they leave out from a text that is of
--- the same year, since two different dates don't make a third.
---@param raw table
---@param names? table<string, string> of its members that are `year`, `month`, `day` and
---  `text`; these
---@return contactout.Date|nil
function M.date(raw, names)
  names = names or PARTS
  local date = date_of(raw[names.year], raw[names.month], raw[names.day])
  local text = raw[names.text]
  if text == nil or date and date.month then
    return date
  end
  local written = date_in(text)
  local is_same = not date or written and written.year == date.year
  return is_same and written or date
end

return M
