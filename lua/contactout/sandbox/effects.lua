-- Does what the faults say. In the order of a request's life: `before` the
-- work, `replacement` for the work, `spoil` the reply, `send` it (or not).

local cqueues = require "cqueues"
local json = require "contactout.sandbox.json"
local reply = require "contactout.sandbox.reply"

local M = {}

local HTML = "<!DOCTYPE html><html><head><title>Just a moment</title></head>"
  .. "<body><h1>We'll be back soon</h1></body></html>"

--- Waits as the plan says, or ends the request.
-- -> nil to go on | the word under which the ledger notes the end
function M.before(plan, exchange, world)
  if plan.delay then
    cqueues.sleep(tonumber(plan.delay) or 1)
  end
  if plan.hold then
    world:hold()
  end
  if plan.hang then
    exchange:wait_gone()
    return "hang"
  elseif plan["reset-before"] then
    return "reset"
  elseif plan["close-before"] then
    return "closed"
  end
end

local function set_text(answer, content_type, text)
  answer.text = text
  answer.content_type = content_type
end

local function status_of(plan)
  return tonumber(plan.status) or plan.answer and 200 or plan["echo-token"] and 401
    or plan["html-error"] and 502 or plan.redirect and 302 or 400
end

--- The error, or the document, that takes the place of the work.
function M.replacement(plan, token)
  local status = status_of(plan)
  local code = tonumber(plan["status_code-in-200"])
  local text = plan.message or ("Sandbox says " .. (code or status))
  if plan["echo-token"] then
    text = reply.BAD_CREDENTIALS .. ": token " .. tostring(token)
  end
  local answer = reply.error(code or status, text)
  answer.status = code and 200 or status
  if plan.answer then
    set_text(answer, nil, plan.answer)
  elseif plan["html-error"] then
    set_text(answer, "text/html", HTML)
  elseif status == 204 or status == 304 then
    set_text(answer, nil, "")
  elseif plan.redirect then
    reply.add_header(answer, "location", plan.redirect)
  end
  return answer
end

local function retry_after(value)
  local seconds = value:match("^date%+(%d+)$")
  return seconds and os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + tonumber(seconds)) or value
end

--- Puts a member before the others of the document, which is an object.
local function with_member(text, member)
  return (text:gsub("^{", function()
    return "{" .. member .. ","
  end))
end

local function all_null(value)
  local nulls = json.keyed()
  for _, name in ipairs(json.members(value)) do
    nulls:add(name, name == "status_code" and value.status_code or json.null)
  end
  return json.encode(nulls)
end

--- What a fault makes of the document: name -> function(text, argument, reply).
local DOCUMENTS = {
  ["null-members"] = function(_, _, answer)
    return all_null(answer.value)
  end,
  surrogate = function(text)
    return with_member(text, '"note":"half \\ud83d of a pair"')
  end,
  ["bad-utf8"] = function(text)
    return with_member(text, '"note":"bytes \255\254\195 and more"')
  end,
  ["control-bytes"] = function(text)
    return with_member(text, '"note":"raw \1 and \0 and \n"')
  end,
  nan = function(text)
    return with_member(text, '"note":NaN')
  end,
  ["not-json"] = function(text)
    return text:sub(1, math.floor(#text / 2)) .. "!<"
  end,
  ["top-array"] = function(text)
    return "[" .. text .. "]"
  end,
  deep = function(_, depth)
    local n = (tonumber(depth) or 300) - 1
    return '{"profile":' .. ("["):rep(n) .. ("]"):rep(n) .. "}"
  end,
  big = function(_, bytes)
    local frame = '{"status_code":200,"profile":{"summary":""}}'
    return frame:sub(1, -4) .. ("x"):rep((tonumber(bytes) or 1e6) - #frame) .. '"}}'
  end,
  trailing = function(text)
    return text .. " and so on"
  end,
  bom = function(text)
    return "\239\187\191" .. text
  end,
  ["empty-body"] = function()
    return ""
  end,
}

local function compress(plan, answer)
  if plan.gzip then
    answer.text = require("contactout.sandbox.compressed").gzip(answer.text)
    reply.add_header(answer, "content-encoding", "gzip")
  elseif plan["gzip-bomb"] then
    local bomb = require("contactout.sandbox.compressed").bomb
    answer.text = bomb(answer.text, tonumber(plan["gzip-bomb"]) or 1e8)
    reply.add_header(answer, "content-encoding", "deflate")
  end
end

local function fatten_headers(answer, bytes)
  local n = 0
  for left = tonumber(bytes) or 100000, 1, -1000 do
    n = n + 1
    reply.add_header(answer, "x-filler-" .. n, ("f"):rep(math.min(left, 1000)))
  end
end

--- Changes the reply, whose document is already text.
function M.spoil(plan, answer)
  for name, change in pairs(DOCUMENTS) do
    if plan[name] then
      answer.text = change(answer.text, plan[name], answer)
    end
  end
  if plan.html then
    set_text(answer, "text/html", HTML)
  end
  if plan["status-999"] then
    answer.status = 999
  end
  if type(plan["retry-after"]) == "string" then
    reply.add_header(answer, "retry-after", retry_after(plan["retry-after"]))
  end
  if plan.headers then
    fatten_headers(answer, plan.headers)
  end
  compress(plan, answer)
end

--- How the reply's bytes go out.
local function manner(plan)
  return {
    chunked = plan.chunked,
    truncated = plan.truncate,
    slow = plan["slow-body"] and (tonumber(plan["slow-body"]) or 1),
    continue = plan["100-continue"],
  }
end

--- The word for the ledger if no answer goes out, else nil.
function M.no_answer(plan)
  return plan["reset-after"] and "reset" or plan["close-after"] and "closed"
    or plan.garbage and "garbage" or nil
end

--- Ends the request without an answer.
function M.end_without(word, exchange)
  if word == "reset" then
    exchange:reset()
  elseif word == "closed" then
    exchange:close()
  elseif word == "garbage" then
    exchange:write_raw("\22\3\1 this is no HTTP\0\r\n\r\n")
  end
end

--- Sends the answer, and sees to the connection afterwards.
function M.send(plan, exchange, answer)
  exchange:respond(answer, manner(plan))
  if plan["close-kept"] then
    exchange:close()
  elseif plan["die-on-reuse"] then
    exchange.connection.doomed = true
  end
end

return M
