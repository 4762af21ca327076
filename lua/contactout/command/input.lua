-- What the command reads: CSV, NDJSON or a key on each line, from a file, from standard
-- input, or keys among its own words. One row at a time; a file, which can be read twice,
-- is read once more beforehand, for its number of rows. Knows no endpoint.

local core = require "contactout.core"
local csv = require "contactout.csv"
local endings = require "contactout.command.endings"
local lines = require "contactout.command.lines"
local progress = require "contactout.progress"

local refuse = endings.refuse

---@class contactout.InputRow
---@field key string what is asked by; may be empty
---@field cells? string[] of CSV
---@field text? string of NDJSON: the line

---@class contactout.Input
---@field format "csv"|"ndjson"|"lines"
---@field header? string[] of CSV
---@field separator? string of CSV's cells
---@field is_rewindable boolean
---@field without_key integer rows that whoever reads it has found to have none
---@field must_be_utf8? boolean its rows become JSON
local Input = {}
Input.__index = Input

local EXTENSIONS = {
  csv = "csv", ndjson = "ndjson", jsonl = "ndjson", json = "ndjson", txt = "lines",
}

-- What an editor may put before the first line.
local UTF_16 = { "^\255\254", "^\254\255" }

-- What no text has, but the first bytes of a spreadsheet's own file. (Older Luas read a
-- line up to a zero byte only.)
local BINARY = "[%z\1-\8\14-\31]"

local SEPARATORS = { ",", ";", "\t" } -- of cells, the likeliest first

--- The format that a file's name tells.
---@param path? string
---@return string|nil format
local function format_of(path)
  return EXTENSIONS[((path or ""):match("%.(%w+)$") or ""):lower()]
end

local function is_blank(text)
  return not text:find("%S")
end

-- JSON's writer and reader put U+FFFD in the place of what isn't UTF-8.
local function is_utf8(text)
  return not text:find("[\128-\255]") or core.decode(core.encode(text)) == text
end

-- Formats ------------------------------------------------------------------------

-- The cells or members to ask by, best first.
local function first_key(values, places)
  for _, place in ipairs(places) do
    local value = values[place]
    if type(value) == "string" and not is_blank(value) then
      return value
    end
  end
  return ""
end

-- The columns that hold keys: the one that was named, or of each family of names the
-- first that is there.
local function find_places(self, header)
  local places = {}
  for _, names in ipairs(self.families) do
    places[#places + 1] = csv.columns(header, { key = names }).key
  end
  return places
end

local function need_places(self, places, header)
  if #places == 0 then
    refuse(("%s has no column %s, only %s; say which with --column%s"):format(self.name,
      self.families[1][1], table.concat(header, ", "), self.header
      and ", or put a line with the names of the columns before the others" or ""))
  end
  return places
end

local READERS = {}

function READERS.csv(self)
  local reader = csv.reader(self.lines, { separator = self.separator })
  local header, err = reader:read()
  if not header then
    return refuse(self.name .. (err and ": " .. err.message or " is empty"))
  end
  self.header = header
  local places = need_places(self, find_places(self, header), header)
  return function()
    local cells, line = reader:read()
    if not cells and line then
      refuse(self.name .. ": " .. line.message)
    end
    return cells and { cells = cells, key = first_key(cells, places) }, line
  end
end

-- An object's key. A member may be spelt as a column may; the first object must have it.
local function key_of(self, object)
  local names, places = {}, {}
  for name in pairs(object) do
    names[#names + 1] = type(name) == "string" and name or nil
  end
  for i, place in ipairs(find_places(self, names)) do
    places[i] = names[place]
  end
  if not self.has_begun then
    need_places(self, places, names)
    self.has_begun = true
  end
  return first_key(object, places)
end

local function next_text(self)
  local line
  repeat
    line = self.lines:read()
  until not line or not is_blank(line)
  return line
end

function READERS.ndjson(self)
  return function()
    local line = next_text(self)
    if not line then
      return nil
    end
    local value, err = core.decode(line)
    local is_list = type(value) == "table" and value[1] ~= nil
    if err or is_list then
      refuse(("%s, line %d: %s; NDJSON has one object on each line, which jq -c '.[]' makes of a "
        .. "list"):format(self.name, self.lines.number, err and err.message or "a list"))
    end
    local key = type(value) == "table" and key_of(self, value) or value
    return { text = line:match("^%s*(.-)%s*$"), key = type(key) == "string" and key or "" },
      self.lines.number
  end
end

function READERS.lines(self)
  return function()
    local line = next_text(self)
    local key = line and line:match("^%s*(.-)%s*$")
    return key and { key = key }, self.lines.number
  end
end

local function next_word(words)
  local index = 0
  return function()
    index = index + 1
    return words[index] and { key = words[index] }
  end
end

-- What separates the first line's cells, if it is a header that is known.
local function separator_of(self, first)
  for _, separator in ipairs(self.separator and { self.separator } or SEPARATORS) do
    local header = csv.reader(first, { separator = separator }):read()
    if header and #find_places(self, header) > 0 then
      return separator
    end
  end
end

-- What the first line looks like: a header that is known, an object, or a key.
local function guess(self, first)
  if separator_of(self, first) then
    return "csv"
  elseif first:find("^%s*[%[{]") or first:find("^%s*\"") and core.decode(first) ~= nil then
    return "ndjson"
  end
  local is_table = self.column or first:find(self.separator or ",", 1, true)
  return is_table and "csv" or "lines"
end

-- The input ----------------------------------------------------------------------

-- A table that isn't UTF-8 is read and written as it is, but can't become JSON.
local function need_utf8(self, texts, line)
  for _, text in ipairs(texts) do
    if not is_utf8(text) then
      refuse(("%s is not UTF-8, as NDJSON must be; convert it first, say by iconv -f WINDOWS-1252 "
        .. "-t UTF-8 %s"):format(line and self.name .. ", line " .. line or text,
        self.is_rewindable and line and self.name or "FILE"))
    end
  end
end

--- The next row; nil at the end. Raises what is wrong with the input.
---@return contactout.InputRow|nil row
function Input:read()
  if self._read >= self.limit then
    return nil
  elseif self._read == 0 and self.must_be_utf8 then
    need_utf8(self, self.header or {}, 1)
  end
  self._read = self._read + 1
  local row, line = self._next()
  if row and self.must_be_utf8 then
    need_utf8(self, row.cells or { row.text or row.key }, line)
  end
  return row
end

--- Goes back to the first row. Only where it `is_rewindable`.
function Input:rewind()
  self._read, self.without_key = 0, 0
  if self.words then
    self._next = next_word(self.words)
    return
  end
  self.handle:seek("set", self.start)
  self.lines = lines.new(self.handle, self.name)
  self._next = READERS[self.format](self)
end

local function looks_like(text, patterns)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then
      return true
    end
  end
  return false
end

-- Opens the one file that the words name; nil: they are keys themselves.
local function open_file(self, words, keys)
  local name = words[1] or "-"
  if name == "-" then
    if not words[1] and progress.is_terminal(0) then
      refuse("nothing to read: name a file, or - for standard input")
    end
    self.name = "standard input"
    return io.stdin
  end
  self.name = name
  local handle, why = io.open(name, "rb")
  for i = handle and 2 or 1, #words do
    if handle then
      refuse("one file at a time; " .. words[i] .. " is one too many")
    elseif not looks_like(words[i], keys.patterns) then
      refuse(("%s is neither a file nor %s%s"):format(words[i], keys.what,
        i == 1 and " (" .. why:sub(#name + 3) .. ")" or ""))
    end
  end
  return handle
end

local M = { format_of = format_of }

--- Opens the input.
---@param words string[] one file's name or -, keys that look like it, or nothing
---@param keys contactout.ListKeys
---@param opts table `input`, `column`, `separator`, `limit`
---@return contactout.Input input
function M.open(words, keys, opts)
  local self = setmetatable({
    families = opts.column and { { opts.column } } or keys.families, column = opts.column,
    separator = opts.separator, limit = opts.limit or math.huge,
    without_key = 0, _read = 0,
  }, Input)
  self.handle = open_file(self, words, keys)
  if not self.handle then
    self.format, self.words, self.is_rewindable = "lines", words, true
    self:rewind()
    return self
  end
  self.start = self.handle:seek("cur")
  self.is_rewindable = self.start ~= nil
  self.lines = lines.new(self.handle, self.name)
  local first = self.lines:peek()
  if looks_like(first, UTF_16) then
    refuse(self.name .. " is UTF-16; save it as UTF-8")
  elseif first:find(BINARY) then
    refuse(self.name .. " is no text; save a spreadsheet as CSV in UTF-8")
  end
  self.format = opts.input or format_of(words[1]) or guess(self, first)
  self.separator = self.separator or separator_of(self, first)
  self._next = READERS[self.format](self)
  return self
end

return M
