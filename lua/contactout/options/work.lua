-- The options of all long work, in bulk or through the pages of a search. Data alone;
-- contactout.options reads them. What one method takes besides stands in bulk/options.lua
-- and pages/options.lua.

local budget = require "contactout.budget"
local options = require "contactout.options"
local rules = require "contactout.options.rules"
local tasks = require "contactout.tasks"

local M = {}

local function callable(value)
  return tasks.is_callable(value), "a function"
end

M.CONCURRENCY = { name = "concurrency", type = "number", check = rules.at_least_one,
  doc = "in flight at most: 4 jobs, or 8 requests where no job is made" }
M.JOURNAL = { name = "journal", type = "string",
  doc = "file that makes the run survive a kill: the same call takes it up again" }
M.BUDGET = { name = "budget", type = "any", check = budget.check,
  doc = "credits this run may spend, by kind, with what its journal recorded" }
M.ON_PROGRESS = { name = "on_progress", type = "any", check = callable,
  doc = "function(state), called ten times a second at most, and at the end; its credits "
    .. "are those of this run, with what its journal recorded" }
M.JOB_TIMEOUT = { name = "job_timeout", type = "number", check = rules.not_negative,
  default = 900,
  doc = "seconds, those of pauses and outages aside, until a job that has not ended is given up, "
    .. "with kind job_timeout; 900" }

local MAX_RETRY_WAIT = { name = "max_retry_wait", type = "number", check = rules.not_negative,
  doc = "seconds of pauses that the server wants, one after another, or of an outage, until "
    .. "which the run waits and after which it ends; an hour" }

--- Adds a call's options, of which one means more to long work.
---@param own contactout.Option[]
---@return contactout.Option[] own
function M.with_call(own)
  for index, option in ipairs(options.with_call(own)) do
    own[index] = option.name == MAX_RETRY_WAIT.name and MAX_RETRY_WAIT or option
  end
  return own
end

--- An option of other methods, as one of a method where it has nothing to bound: so one
--- table of options may serve several.
---@param option contactout.Option
---@param why string
---@return contactout.Option
function M.ignored(option, why)
  return { name = option.name, type = option.type, check = option.check, is_ignored = true,
    doc = "no effect: " .. why }
end

M.NO_JOB = "no job is made"

return M
