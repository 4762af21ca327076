-- The course of a job, from what its polls show: pending, done or failed. The
-- vendor lists no states, and says SENT both of a job that has been sent to work
-- and of one that is done; so what SENT means is read from the result. Pure: the
-- clock is an argument.

local M = {}

local WORDS = {
  DONE = "done", COMPLETED = "done", FINISHED = "done",
  FAILED = "failed", ERROR = "failed", CANCELLED = "failed", CANCELED = "failed",
  EXPIRED = "failed",
}
local SENT = "SENT"

-- Seconds after which a result that stays the same is the whole of it.
local SETTLES = 10
-- Seconds after its submission in which a job may not be found yet.
local APPEARS = 30

---@class contactout.JobCourse
---@field status "pending"|"done"|"failed"
---@field server_status? string the vendor's word
---@field result table what is known so far, by the server's keys
---@field submitted_at? number when it was submitted; nil: by somebody else
---@field same_since? number when the result was first as it is

---@param word? string what the submission's reply said
---@param submitted_at? number
---@return contactout.JobCourse
function M.new(word, submitted_at)
  return { status = "pending", server_status = word, result = {}, submitted_at = submitted_at }
end

-- Whether two decoded values are equal.
local function is_same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for name, value in pairs(a) do
    if not is_same(value, b[name]) then
      return false
    end
  end
  for name in pairs(b) do
    if a[name] == nil then
      return false
    end
  end
  return true
end

-- The status that SENT stands for.
local function status_of_sent(same_since, now, covers)
  return (now - same_since >= SETTLES or covers()) and "done" or "pending"
end

--- Adds to what a poll has shown what earlier ones did: an answer that the server
--- has given once, and may have charged, is never forgotten.
---@param course contactout.JobCourse
---@param view contactout.JobView
function M.complete(course, view)
  for key, value in pairs(course.result) do
    if view.result[key] == nil then
      view.result[key] = value
    end
  end
end

--- Takes in what a poll has shown, once it is completed. Who is done stays so.
---@param course contactout.JobCourse
---@param view contactout.JobView
---@param now number
---@param covers fun(): boolean whether it answers all that was asked
---@return boolean has_changed the status, or the vendor's word for it
function M.take(course, view, now, covers)
  local word = view.word and view.word:upper()
  local is_as_before = view.word == course.server_status and is_same(view.result, course.result)
  local same_since = is_as_before and course.same_since or now
  local status = word == SENT and status_of_sent(same_since, now, covers)
    or WORDS[word] or "pending"
  course.result, course.same_since = view.result, same_since
  if course.status == "done" and status ~= "done" then
    return false
  end
  local has_changed = status ~= course.status or view.word ~= course.server_status
  course.status, course.server_status = status, view.word
  return has_changed
end

--- Whether it is too early to wonder that the job can't be found.
---@param course contactout.JobCourse
---@param now number
---@return boolean
function M.may_appear(course, now)
  return course.submitted_at ~= nil and now - course.submitted_at <= APPEARS
end

return M
