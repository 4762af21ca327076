-- Many people at once, by an asynchronous job: POST /contacts with a LinkedIn URL on
-- each line starts one, ContactOut posts to the webhook once it is done, and
-- GET /contacts?job=UUID reads what it found. Whatever worker gets the news.

local contactout = require "contactout"
local ngx = require "ngx"
local service = require "service"

local M = {}

local SECRET, PUBLIC_URL = os.getenv("WEBHOOK_SECRET"), os.getenv("PUBLIC_URL")

-- uuid -> what is known of the job, as JSON. In earnest: a database.
local jobs = ngx.shared.jobs
local PENDING = '{"status":"pending"}'

local function lines_of(text)
  local lines = {}
  for line in (text or ""):gmatch("[^\r\n]+") do
    lines[#lines + 1] = line
  end
  return lines
end

local function submit()
  ngx.req.read_body()
  local client, err = service.client()
  local job
  if client then
    job, err = client:submit_contacts(lines_of(ngx.req.get_body_data()), {
      callback_url = PUBLIC_URL and SECRET and PUBLIC_URL .. "/contactout/webhook/" .. SECRET,
    })
  end
  if not job then
    local status, body = service.refusal(err)
    return service.answer(status, body, err.retry_after)
  end
  jobs:add(job.uuid, PENDING)
  return service.answer(202, { job = job.uuid })
end

local function read()
  local uuid = ngx.var.arg_job
  local known = uuid and jobs:get(uuid)
  return service.answer(known and 200 or 404, known or { error = "not_found" })
end

--- The handler of /contacts.
function M.serve()
  return (ngx.req.get_method() == "POST" and submit or read)()
end

-- Keeps what a job has found so far, by LinkedIn URL.
local function keep(job)
  local found = {}
  for url, contact, err in job:results() do
    found[url] = contact and {
      work_emails = contact.work_emails, personal_emails = contact.personal_emails,
    } or { error = err.kind }
  end
  jobs:set(job.uuid, contactout.encode { status = job.status, found = found })
end

-- Takes the news. Nothing of what was posted is believed: `callback` asks the API
-- itself. The kind is given because another worker may have submitted the job; such
-- a one can tell by further polls alone whether all has come that will.
local function take_news(body)
  local client, err = service.client()
  local job
  if client then
    job, err = client:callback(body, { kind = "contacts" })
  end
  if job and not jobs:get(job.uuid) then
    return ngx.log(ngx.WARN, "webhook: a job that isn't ours: ", job.uuid)
  elseif job and job.status == "pending" then
    keep(job)
    job, err = job:wait { timeout = 300 }
  end
  if not job then
    return ngx.log(ngx.WARN, "webhook: ", tostring(err))
  end
  keep(job)
end

--- The handler of the webhook: answers at once, and sees to it afterwards.
---@param secret string of the URL
function M.webhook(secret)
  if not SECRET or SECRET == "" or secret ~= SECRET then
    return service.answer(404, { error = "not_found" })
  end
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  local taken = body and ngx.timer.at(0, function()
    take_news(body)
  end)
  -- whoever gets a 503 may come again
  return service.answer(taken and 202 or body and 503 or 400, {})
end

return M
