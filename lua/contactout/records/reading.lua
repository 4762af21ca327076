-- How records are read. The rows of a record type become steps, once: in any one raw
-- value most of them find nothing, which then costs a look and no call. Never raises. Pure.

local lists = require "contactout.records.lists"
local mapping = require "contactout.records.mapping"
local values = require "contactout.records.values"

local M = {}

local NO_MEMBERS = {}

---@class contactout.ReadingStep
---@field name string of the field
---@field member? string of the raw value, which is read if it is there; without it the raw
---  value itself is, whatever it is, or the record so far
---@field read fun(value: any, record: table, raw: any): any|nil
---@field again? boolean it is for a field that has a value, too

local function take(steps, raw, record)
  local members = type(raw) == "table" and raw or NO_MEMBERS
  for i = 1, #steps do
    local step = steps[i]
    local member, value = step.member, raw
    if member then
      value = members[member]
    end
    if value ~= nil or not member then
      local name = step.name
      if record[name] == nil or step.again then
        value = step.read(value, record, raw)
        if value ~= nil then -- to store nil makes room for it, before 5.4
          record[name] = value
        end
      end
    end
  end
end

-- The value at a source, which may be of any type, goes to `read`.
local function step_at(source, read)
  local name, within = source[1], source.within
  if name == mapping.ITSELF then
    return { read = read }
  elseif not within then
    return { read = read, member = name }
  end
  return { member = within, read = function(holder, record)
    if type(holder) == "table" and holder[name] ~= nil then
      return read(holder[name], record)
    end
  end }
end

-- Steps by the type of a field --------------------------------------------------------

-- From a field to its steps, which have no names yet.
local STEPS = {}

-- The first source that says something; failing that, the fields named by `with`.
local function first(value_of)
  return function(field)
    local steps = {}
    for i, source in ipairs(field.from) do
      steps[i] = step_at(source, value_of)
    end
    for _, name in ipairs(field.with or {}) do
      steps[#steps + 1] = { read = function(_, record)
        return value_of(record[name])
      end }
    end
    return steps
  end
end

for _, name in ipairs {
  "string", "code", "url", "slug", "boolean", "integer", "year", "dollars",
} do
  STEPS[name] = first(values[name])
end

-- A date has a year or a text; else it isn't there, whatever else is.
function STEPS.date(field)
  local steps = {}
  for _, source in ipairs(field.from) do
    local names = source[1]
    local function read(_, _, raw)
      return values.date(raw, names)
    end
    steps[#steps + 1] = names.year and { member = names.year, read = read }
    steps[#steps + 1] = names.text and { member = names.text, read = read }
  end
  return steps
end

-- Each source adds to what stands in the record, which is finished when all have.
local function joined(field, join, finish)
  local name, steps = field.name, {}
  for i, source in ipairs(field.from) do
    steps[i] = step_at(source, function(value, record)
      return join(record[name], value, record)
    end)
    steps[i].again = true
  end
  steps[#steps + 1] = { again = true, read = function(_, record)
    return finish(record[name], record)
  end }
  return steps
end

-- All sources united, and the fields named by `with`.
local function united(value_of)
  local function join(union, list)
    union = union or lists.union(value_of)
    union:add(list)
    return union
  end
  return function(field)
    local with = field.with or {}
    return joined(field, join, function(union, record)
      for i = 1, #with do
        union = join(union, record[with[i]])
      end
      return union and union:list() or lists.none()
    end)
  end
end

STEPS.strings = united(values.string)
STEPS.codes = united(values.code)

local function add_status(statuses, address, word)
  address = values.string(address)
  if address then
    statuses[address] = statuses[address] or values.status(word)
  end
end

-- A word alone is of the one address there is, or of none that could be named.
local function add_word(statuses, addresses, word)
  if #addresses == 1 then
    add_status(statuses, addresses[1], word)
  end
end

function STEPS.statuses(field)
  local with = field.with[1]
  return joined(field, function(statuses, value, record)
    statuses = statuses or {}
    if type(value) == "table" then
      for address, word in pairs(value) do
        add_status(statuses, address, word)
      end
    else
      add_word(statuses, record[with], value)
    end
    return statuses
  end, function(statuses)
    return statuses or {}
  end)
end

-- Records -----------------------------------------------------------------------------

--- Whether any field of a record says something.
---@param record table
---@param given? table<string, boolean> names of fields that don't count
---@return boolean
function M.says_anything(record, given)
  for name, value in pairs(record) do
    if name ~= "raw" and not (given and given[name])
      and (type(value) ~= "table" or next(value) ~= nil) then
      return true
    end
  end
  return false
end

--- What reads records of a type. Fields that `record` has already keep their values.
---@param record_type contactout.RecordType
---@return fun(raw: any, record: table|nil): table record
function M.reader(record_type)
  local steps, keeps_raw = {}, record_type.keeps_raw
  for _, field in ipairs(record_type) do
    for _, step in ipairs(STEPS[field.type](field)) do
      step.name = field.name
      steps[#steps + 1] = step
    end
  end
  return function(raw, record)
    record = record or {}
    if keeps_raw then
      record.raw = raw
    end
    take(steps, raw, record)
    return record
  end
end

-- A record, or nil if it would be empty.
local function record_of(record_type)
  local read = M.reader(record_type)
  return function(raw)
    local record = read(raw)
    return M.says_anything(record) and record or nil
  end
end

function STEPS.record(field)
  return first(record_of(field.of))(field)
end

-- An object in place of a list is its one element.
local function records_of(record_type)
  local value_of = record_of(record_type)
  return function(raw)
    local elements, is_object = lists.elements(raw)
    if is_object then
      elements = { raw }
    end
    local records = {}
    for i = 1, #elements do
      records[#records + 1] = value_of(elements[i])
    end
    return lists.marked(records)
  end
end

function STEPS.records(field)
  local steps = first(records_of(field.of))(field)
  steps[#steps + 1] = { read = lists.none }
  return steps
end

return M
