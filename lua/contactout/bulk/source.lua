-- What bulk work reads: a list or an iterator, one input at a time and no sooner
-- than it is wanted, each with its key. What a key is, and whether it is a valid one,
-- jobs/init.lua knows.

local jobs = require "contactout.jobs"
local tasks = require "contactout.tasks"

---@class contactout.Source
---@field total? integer how many inputs there are, where that is known
---@field has_ended boolean
local Source = {}
Source.__index = Source
Source.__name = "contactout.Source"

--- The next input. Calls the caller's functions: may yield, and raises what they do.
---@return any|nil item nil: there is none
---@return string|nil sent its key, as it is sent; nil: it has none that is valid
---@return string|contactout.Error|nil canonical or why not
function Source:next()
  local item
  if self._read < self._limit then
    item = self._next()
  end
  if item == nil then
    self.has_ended = true
    return nil
  end
  self._read = self._read + 1
  return item, jobs.key(self._kind, item, self._read, self._key_of)
end

local function next_of_list(list)
  local index = 0
  return function()
    index = index + 1
    return list[index]
  end
end

local is_callable = tasks.is_callable

local M = {}

--- Why that is no input.
---@param input any
---@return string|nil problem nil: it is one
function M.problem(input)
  local is_input = type(input) == "table" or type(input) == "string" or is_callable(input)
  if not is_input then
    return "must be a list or an iterator, not a " .. type(input)
  end
end

---@param kind contactout.JobKind what its keys are
---@param input any[]|string|fun(): any a list, one key, or what gives the next input
---@param opts table `limit` and `key`
---@return contactout.Source|nil source
---@return contactout.Error|nil err kind `invalid_argument`
function M.new(kind, input, opts)
  local limit, next_item, total = opts.limit or math.huge, input, nil
  if not is_callable(input) then
    local list = type(input) == "string" and { input } or input
    local count, err = jobs.count(kind, list)
    if not count then
      return nil, err
    end
    next_item, total = next_of_list(list), math.min(count, limit)
  end
  return setmetatable({
    total = total, has_ended = false, _next = next_item, _read = 0, _limit = limit,
    _kind = kind, _key_of = opts.key,
  }, Source)
end

return M
