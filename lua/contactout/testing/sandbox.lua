-- The sandbox as tests use it: what it charged, and what it shall do next. See
-- contactout.sandbox.control, whose paths these methods are.

local contactout = require "contactout"
local server = require "contactout.testing.server"

---@class contactout.testing.Sandbox: contactout.testing.Server
local methods = {}

--- All back to how it was at the start: requests, charges, credits, limits, jobs,
--- faults and answers. For `before_each`.
function methods:reset()
  self:control("POST", "reset")
end

--- The credits that were charged.
---@param token? string by this token alone
---@return table charged `{email =, phone =, search =, verifier =}`
function methods:charged(token)
  local sums = { email = 0, phone = 0, search = 0, verifier = 0 }
  for who, charges in pairs(self:state().charges) do
    for kind, count in pairs(charges) do
      sums[kind] = sums[kind] + (token and who ~= token and 0 or count)
    end
  end
  return sums
end

--- Lets something go wrong with the next requests: "status:503", "reset-after",
--- "delay:0.5", several joined by commas. The help of sandbox/main.lua lists them all.
---@param fault string
---@param times? integer how many requests (1); -1: all
---@param target? string only those to this endpoint or path
function methods:fault(fault, times, target)
  local answer, status = self:control("POST", "faults", {
    fault = fault, times = times, path = target,
  })
  if status ~= 200 then
    error(answer.message, 2)
  end
end

-- A fault's argument, whose commas would begin another fault.
local function escape(text)
  return (text:gsub("[%%,]", function(sign)
    return ("%%%02x"):format(sign:byte())
  end))
end

--- What the next request to an endpoint gets instead of the sandbox's own answer.
--- Several wait in their order. Nothing is checked or charged.
---@param target string an endpoint, or a path
---@param reply table|string a document, or its text
---@param opts? table `status` (200), `times` (1; -1: always)
function methods:answer(target, reply, opts)
  opts = opts or {}
  local text = type(reply) == "table" and contactout.encode(reply) or reply
  local fault = ("answer:%s,status:%d"):format(escape(text), opts.status or 200)
  self:fault(fault, opts.times, target)
end

--- Changes settings: limits, minute, job_polls, job_seconds, and what accounts have
--- left, `credits = {["test-me"] = {email = 3}}`.
---@param settings table
function methods:config(settings)
  self:control("POST", "config", settings)
end

--- Waits until counts of `state` have been reached; raises after ten seconds.
---@param wanted table such as `{requests = 3}`
---@param seconds? number
---@return table state
function methods:wait(wanted, seconds)
  local words = { "seconds=" .. (seconds or 10) }
  for name, count in pairs(wanted) do
    words[#words + 1] = name .. "=" .. count
  end
  local state, status = self:control("GET", "wait?" .. table.concat(words, "&"))
  if status ~= 200 then
    error("not reached: " .. table.concat(words, " ") .. " but " .. contactout.encode(state), 2)
  end
  return state
end

--- Lets the requests go that the fault `hold` keeps.
function methods:release()
  return self:control("GET", "release")
end

return server.class("Sandbox", methods)
