-- A recording: what was asked of the real API and what it answered, one exchange a
-- line of JSON, after a first line that says what the file is. Here is how a line
-- is written and read, and when a request is the recorded one: the same method,
-- path, parameters in any order, and body whatever the order of its members. Pure
-- but for `read`.

local json = require "contactout.sandbox.json"
local query = require "contactout.sandbox.query"

local M = {}

local VERSION = 1
local MAX_SHOWN = 150

local heading = json.object { "contactout_recording", "from" }
local line = json.object { "method", "path", "query", "body", "status", "headers", "reply" }

-- lua-cjson writes \/ for a slash, which nobody likes to read.
local function encode(value)
  return json.encode(value):gsub("\\(.)", { ["/"] = "/" }) .. "\n"
end

--- The first line of a recording of that base URL.
function M.heading(base_url)
  return encode(heading { contactout_recording = VERSION, from = base_url })
end

local function percent_encoded(text)
  return (text:gsub("[^%w%-._~]", function(sign)
    return ("%%%02X"):format(sign:byte())
  end))
end

-- The text without a secret, in whatever spelling a server may repeat it.
local function without(secret, text)
  local escaped = json.encode(secret):sub(2, -2)
  for _, spelling in ipairs { secret, escaped, percent_encoded(secret) } do
    text = text:gsub(spelling:gsub("%p", "%%%0"), "(token)")
  end
  return text
end

--- exchange: method, path, query, body, status, headers (a list of pairs), reply
-- -> its line, without the token, should the server have repeated it.
function M.line(exchange, token)
  for _, name in ipairs { "query", "body", "reply" } do
    exchange[name] = without(token, exchange[name])
  end
  for _, header in ipairs(exchange.headers) do
    header[2] = without(token, header[2])
  end
  return encode(line(exchange))
end

local function sorted_query(text)
  local args = query.parse(text)
  if not args then
    return text
  end
  return json.encode(args)
end

--- What two requests have in common that are the same one.
function M.key(request)
  local body = request.body ~= "" and json.decode(request.body)
  return table.concat({
    request.method, request.path, sorted_query(request.query),
    body and json.encode(body) or request.body,
  }, " ")
end

local function short(text)
  return #text <= MAX_SHOWN and text or text:sub(1, MAX_SHOWN - 3) .. "..."
end

--- A request in a line for people: its method, path, parameters, body.
function M.describe(request)
  local words = request.method .. " " .. request.path
  if request.query ~= "" then
    words = words .. "?" .. request.query
  end
  return short(request.body ~= "" and words .. " " .. request.body or words)
end

local function is_heading(text)
  local first = text and json.decode(text)
  return type(first) == "table" and first.contactout_recording == VERSION
end

local function read_lines(file, name)
  if not is_heading(file:read("*l")) then
    return nil, name .. " is no recording of contactout.testing"
  end
  local list = {}
  for text in file:lines() do
    local exchange, number = json.decode(text), #list + 2
    if type(exchange) ~= "table" or not exchange.method then
      return nil, ("%s:%d can't be read"):format(name, number)
    end
    exchange.number = number
    list[#list + 1] = exchange
  end
  return list
end

--- -> a list of exchanges, each with the `number` of its line | nil, message
function M.read(name)
  local file, problem = io.open(name, "rb")
  if not file then
    return nil, problem
  end
  local list
  list, problem = read_lines(file, name)
  file:close()
  return list, problem
end

return M
