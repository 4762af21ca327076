-- What in a text names a person: an e-mail address or a LinkedIn URL. Pure: knows
-- neither the editor nor the API. Whether a URL is of a kind that the API takes,
-- say no Sales Navigator link, the client checks before it sends.

local M = {}

---@class contactout_nvim.Query
---@field kind "email"|"url"
---@field value string as it is asked for
---@field first integer byte of the text where it begins
---@field last integer

-- Bytes of other alphabets count as letters: half a name would be someone else.
local EMAIL = "[%w_\128-\255][%w.+_'\128-\255-]*@[%w\128-\255-]+%.[%w.\128-\255-]+"
local URL = "linkedin%.com/[^%s<>\"'`()%[%]{}|,;]+"

-- Where a sentence goes on, no address does.
local function without_punctuation(text)
  return (text:gsub("[.,;:!?]+$", ""))
end

local function add_emails(list, text)
  for first, match in text:gmatch("()(" .. EMAIL .. ")") do
    local value = without_punctuation(match)
    table.insert(list, { kind = "email", value = value, first = first, last = first + #value - 1 })
  end
end

local function add_urls(list, text)
  for place, match in text:lower():gmatch("()(" .. URL .. ")") do
    local before = text:sub(1, place - 1)
    local start = before:match("https?://[%w.-]*$") or before:match("[%w.-]*$")
    local first, last = place - #start, place + #without_punctuation(match) - 1
    local value = text:sub(first, last)
    value = value:find("^%a+://") and value or "https://" .. value
    table.insert(list, { kind = "url", value = value, first = first, last = last })
  end
end

-- All of a text, in their order.
local function all(text)
  local list = {}
  add_emails(list, text)
  add_urls(list, text)
  table.sort(list, function(a, b) return a.first < b.first end)
  return list
end

--- The first of a text.
---@param text string
---@return contactout_nvim.Query|nil
function M.first(text)
  return all(text)[1]
end

--- The one at a place of a line; else the only one in that line.
---@param line string
---@param column integer byte, from 1
---@return contactout_nvim.Query|nil
function M.at(line, column)
  local list = all(line)
  for _, query in ipairs(list) do
    if query.first <= column and column <= query.last then
      return query
    end
  end
  return #list == 1 and list[1] or nil
end

--- The same for each spelling of the same address or URL.
---@param query contactout_nvim.Query
---@return string
function M.key(query)
  local value = query.value:lower()
  return query.kind == "url" and value:match("linkedin%.com/([^?#]*[^?#/])") or value
end

return M
