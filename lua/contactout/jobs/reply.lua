-- Reads what the server says of a job. The id is `job_id` where a job is made,
-- `uuid` where it is asked after and `job_uuid` in the vendor's prose; all may
-- stand in the reply itself or in its `data`; an empty result may be anything.
-- Pure: no reply makes it raise.

local compat = require "contactout.compat"
local core = require "contactout.core"

local M = {}

local ID_NAMES = { "job_id", "uuid", "job_uuid" }

-- An id might be a number some day.
local function id_of(value)
  if type(value) == "number" then
    return ("%.0f"):format(value)
  end
  return type(value) == "string" and value ~= "" and value or nil
end

-- The tables in which the members may stand, the likelier first.
local function places(reply)
  if type(reply.data) == "table" then
    return { reply.data, reply }
  end
  return { reply }
end

local function find(list, name)
  for _, place in ipairs(list) do
    if place[name] ~= nil then
      return place[name]
    end
  end
end

local function find_id(list)
  for _, name in ipairs(ID_NAMES) do
    local id = id_of(find(list, name))
    if id then
      return id
    end
  end
end

---@class contactout.JobView a job, as one reply shows it
---@field uuid? string
---@field word? string its status, in the vendor's words
---@field result table by the server's keys; empty if there is none yet

--- Reads a reply of a submission or of a poll.
---@param reply table decoded
---@return contactout.JobView
function M.read(reply)
  local list = places(reply)
  local word, result = find(list, "status"), find(list, "result")
  return {
    uuid = find_id(list),
    word = type(word) == "string" and word ~= "" and word or nil,
    result = type(result) == "table" and result or {},
  }
end

--- A job's result by canonical keys. Of keys that are the same, the first counts.
---@param result table by the server's keys
---@param form fun(text: string): string, string one of contactout.keys
---@return table<string, {key: string, value: any}> answers
M.answers = compat.interpreted(function(result, form)
  local answers = {}
  for key, value in core.ordered(result) do
    local _, canonical = form(tostring(key))
    answers[canonical] = answers[canonical] or { key = key, value = value }
  end
  return answers
end)

return M
