-- A record as cells of CSV: its fields in the order of contactout.records.mapping, as far
-- as a cell can hold them. A list of texts is one cell; NDJSON has the rest.

local csv = require "contactout.csv"
local mapping = require "contactout.records.mapping"

local M = {}

local SEPARATOR = "; "
local NOT_ONE_CELL = { date = true, statuses = true, record = true, records = true }
local WITHIN = { company = { "name", "domain", "linkedin_url" } } -- fields of a field

---@class contactout.Column
---@field name string
---@field field string
---@field within? string the field's field

--- The fields that are columns.
---@param record? string the record's name
---@return contactout.Column[] columns
function M.of(record)
  local columns = {}
  for _, field in ipairs(mapping[record] or {}) do
    for _, within in ipairs(WITHIN[field.name] or {}) do
      local name = field.name .. "_" .. within
      columns[#columns + 1] = { name = name, field = field.name, within = within }
    end
    local is_column = not NOT_ONE_CELL[field.type]
    columns[#columns + 1] = is_column and { name = field.name, field = field.name } or nil
  end
  return columns
end

-- A text may be a stranger's, and a spreadsheet's to open.
local function cell(value)
  if type(value) == "table" then
    value = table.concat(value, SEPARATOR)
  end
  return type(value) == "string" and csv.guarded(value) or value
end

local function value_of(column, record)
  local value = record[column.field]
  if column.within and value then
    return value[column.within]
  end
  return value
end

--- The cells of a record, in the order of its columns.
---@param columns contactout.Column[]
---@param record? table
---@param cells table where they go
---@param last integer the place before the first of them
function M.fill(columns, record, cells, last)
  for i, column in ipairs(columns) do
    cells[last + i] = record and cell(value_of(column, record))
  end
end

return M
