-- The formats of the output: how one answer becomes a line. An answer has a `status`, a
-- `record`, an `err`; and the input's row, if it answers one. Pure.

local contactout = require "contactout"
local columns = require "contactout.command.columns"
local csv = require "contactout.csv"

local M = {}

-- CSV ----------------------------------------------------------------------------

local Csv = {}
Csv.__index = Csv

-- Names for our columns; one that the caller's table has already gets the verb before it,
-- once for each time that a table has been through here.
local function own_names(names, header, verb)
  local taken, ours = {}, {}
  for _, name in ipairs(header) do
    taken[name] = true
  end
  for i, name in ipairs(names) do
    while taken[name] do
      name = verb .. "_" .. name
    end
    ours[i] = name
  end
  return ours
end

-- A record: the caller's cells, ours, and those that stand beyond the caller's header.
local function assemble(self, theirs, fill)
  local width, cells = #self.header, { n = self.n }
  for place = 1, width do
    cells[place] = theirs[place]
  end
  fill(cells, width)
  for place = width + 1, #theirs do
    cells.n = cells.n + 1
    cells[cells.n] = theirs[place]
  end
  return csv.encode(cells, self.opts)
end

---@return string line the names of the columns
function Csv:head()
  return assemble(self, self.header, function(cells, width)
    for i, name in ipairs(self.names) do
      cells[width + i] = name
    end
  end)
end

---@param answer table
---@param row? contactout.InputRow
---@return string line
function Csv:line(answer, row)
  return assemble(self, row and (row.cells or { row.key }) or {}, function(cells, width)
    columns.fill(self.fields, answer.record, cells, width)
    if row then
      local last = width + #self.fields
      cells[last + 1], cells[last + 2] = answer.status, answer.err and tostring(answer.err)
    end
  end)
end

---@param opts {input: contactout.Input?, record: string?, verb: string, separator: string?}
function M.csv(opts)
  local fields = columns.of(opts.record)
  local header = opts.input and (opts.input.header or { "input" }) or {}
  local names = {}
  for i, column in ipairs(fields) do
    names[i] = column.name
  end
  if opts.input then
    names[#names + 1], names[#names + 2] = "status", "error"
  end
  return setmetatable({
    fields = fields, header = header, names = own_names(names, header, opts.verb),
    n = #header + #names, opts = { separator = opts.separator, line_end = "\n" },
  }, Csv)
end

-- NDJSON -------------------------------------------------------------------------

local Ndjson = {}
Ndjson.__index = Ndjson

function Ndjson.head()
  return ""
end

local NONE = {}
local FIRST = { "status", "error", "linkedin_url", "full_name", "name" }
local encode

local function is_list(value)
  return value[1] ~= nil or getmetatable(value) == contactout.empty_array_mt
end

-- The names of an object's members: some first, the others in the alphabet's order, so
-- that one run writes what another wrote.
local function names_of(object, first)
  local names, others, is_first = {}, {}, {}
  for _, name in ipairs(first) do
    names[#names + 1] = object[name] ~= nil and not is_first[name] and name or nil
    is_first[name] = true
  end
  for name in pairs(object) do
    others[#others + 1] = not is_first[name] and name or nil
  end
  table.sort(others)
  for _, name in ipairs(others) do
    names[#names + 1] = name
  end
  return names
end

-- An object as JSON. `raw` is the server's own, at each level, in the server's order.
local function encode_object(object, first, has_raw)
  local parts = {}
  for _, name in ipairs(names_of(object, first)) do
    local is_raw = name == "raw"
    local text = is_raw and has_raw and contactout.encode(object.raw)
      or not is_raw and encode(object[name], has_raw)
    parts[#parts + 1] = text and contactout.encode(name) .. ":" .. text or nil
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

function encode(value, has_raw)
  if type(value) ~= "table" then
    return assert(contactout.encode(value))
  elseif not is_list(value) then
    return encode_object(value, NONE, has_raw)
  end
  local parts = {}
  for i, element in ipairs(value) do
    parts[i] = encode(element, has_raw)
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

-- What the row was: NDJSON's own line, CSV's cells by their names, or the key.
local function encode_input(self, row)
  if not row.cells then
    return row.text or encode(row.key)
  end
  local cells = {}
  for place, name in ipairs(self.input.header) do
    cells[name] = row.cells[place]
  end
  return encode_object(cells, self.input.header, true)
end

---@param answer table
---@param row? contactout.InputRow
---@return string line
function Ndjson:line(answer, row)
  local object = {}
  for name, value in pairs(answer.record or NONE) do
    object[name] = value
  end
  if not row then
    return encode_object(object, FIRST, self.has_raw) .. "\n"
  end
  object.status, object.error = answer.status, answer.err
  local text = encode_object(object, FIRST, self.has_raw)
  return '{"input":' .. encode_input(self, row) .. "," .. text:sub(2) .. "\n"
end

---@param opts {input: contactout.Input?, raw: boolean?}
function M.ndjson(opts)
  return setmetatable({ input = opts.input, has_raw = opts.raw }, Ndjson)
end

return M
