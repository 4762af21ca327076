-- Finished jobs, told to the client: one POST to the job's callback_url, once
-- and to this machine only (formats.lua saw to that), with the document that
-- a poll would get.

local cqueues = require "cqueues"
local cqueues_socket = require "cqueues.socket"
local bulk = require "contactout.sandbox.answers.bulk"
local json = require "contactout.sandbox.json"

local M = {}

--- How long a job with a callback takes if no time was set.
local DEFAULT_SECONDS = 0.05
local TIMEOUT = 5

local REQUEST = "POST %s HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\n"
  .. "content-length: %d\r\nconnection: close\r\n\r\n%s"

--- -> the status of the callback's answer | nil, message
local function post(url, text)
  local host, port, path = url:match("^http://([^/:?#]+):?(%d*)(.*)$")
  if not host then
    return nil, "only http is called back"
  end
  local socket = cqueues_socket.connect(host, tonumber(port) or 80)
  socket:onerror(function(_, _, code)
    return code
  end)
  socket:settimeout(TIMEOUT)
  if not path:find("^/") then
    path = "/" .. path
  end
  socket:setmode("b", "bf")
  local sent = socket:write(REQUEST:format(path, host, #text, text)) and socket:flush()
  local line = sent and socket:read("*l")
  socket:close()
  return line and tonumber(line:match("^HTTP/1%.%d (%d+)")), "no answer"
end

local function call_back(world, job)
  cqueues.sleep(job.done_at - cqueues.monotime())
  local view = world.jobs:view(job)
  view.uuid = job.id
  local status, problem = post(job.callback_url, json.encode(bulk.job_document(view)))
  world.callbacks[#world.callbacks + 1] = {
    url = job.callback_url, job_id = job.id, status = status or 0,
    problem = not status and problem or nil,
  }
  world.changed:signal()
end

--- Sets the time at which a job is done, if it goes by time, and its callback.
function M.schedule(world, job, spawn)
  local seconds = world.settings.job_seconds
  if job.callback_url and seconds == 0 then
    seconds = DEFAULT_SECONDS
  end
  if seconds > 0 then
    job.done_at = cqueues.monotime() + seconds
  end
  if job.callback_url and not job.course["job-never"] then
    spawn(call_back, world, job)
  end
end

return M
