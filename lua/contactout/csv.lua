-- CSV as RFC 4180 has it and as spreadsheets write it: a reader that keeps one
-- record in memory however long the file, and a writer that quotes only where
-- it must. No opinion on what the columns mean; no I/O but the caller's handle.
--
--   local reader = csv.reader(io.open("leads.csv", "rb"))
--   local columns = csv.columns(reader:read())
--   for row, line in reader:rows() do print(line, row[columns.email]) end
--
-- A handle is anything with :read(bytes), and :write(text) for the writer; open
-- files in binary mode, so that no line end is changed on the way.

local errors = require "contactout.errors"

local M = {
  --- No record may be longer: else a quote that is never closed would read the
  --- rest of the file into memory before anyone hears of it.
  MAX_RECORD_BYTES = 1024 * 1024,
}

local BLOCK_BYTES = 64 * 1024
local BYTE_ORDER_MARK = "\239\187\191"
local LITTLE_ENDIAN, BIG_ENDIAN = "\255\254", "\254\255" -- marks of UTF-16

---------------------------------------------------------------------------
-- Reading
---------------------------------------------------------------------------

---@class contactout.CsvReader
---@field line integer where the last record began, counted from 1
local Reader = {}
Reader.__index = Reader
Reader.__name = "contactout.CsvReader"

local function bad(line, what)
  return errors.new("invalid_argument", "CSV line " .. line .. ": " .. what, { line = line })
end

--- Moves the next block into the buffer; false at the end of the input.
local function fill(self)
  local block = self._handle and self._handle:read(BLOCK_BYTES)
  if not block or block == "" then
    self._handle = nil
    return false
  end
  self._buffer = self._buffer:sub(self._at) .. block
  self._at = 1
  return true
end

--- The next line with its line end (the last may have none) | nil, and an error
--- if it is too long.
local function next_line(self)
  local feed = self._buffer:find("\n", self._at, true)
  while not feed do
    local seen = #self._buffer - self._at + 1
    if seen > M.MAX_RECORD_BYTES then
      return nil, bad(self._lines + 1, "longer than " .. M.MAX_RECORD_BYTES .. " bytes")
    elseif not fill(self) then
      break
    end
    feed = self._buffer:find("\n", seen + 1, true)
  end
  local line = self._buffer:sub(self._at, feed or -1)
  if line == "" then
    return nil
  end
  self._at = self._at + #line
  self._lines = self._lines + 1
  return line
end

--- A quoted field, which may go on over several lines. Takes the line and the
--- place after the opening quote; returns the text, the line it ends on and the
--- place after the closing quote | nil, err.
local function quoted_field(self, line, from)
  local pieces, bytes = {}, 0
  while true do
    local quote = line:find('"', from, true)
    local piece = line:sub(from, quote and quote - 1 or -1)
    pieces[#pieces + 1], bytes = piece, bytes + #piece
    if quote and line:sub(quote + 1, quote + 1) == '"' then
      pieces[#pieces + 1], from = '"', quote + 2
    elseif quote then
      return table.concat(pieces), line, quote + 1
    else
      local err
      line, err = next_line(self)
      from = 1
      if not line or bytes > M.MAX_RECORD_BYTES then
        return nil, err or bad(self.line, "a quoted field that begins here never ends")
      end
    end
  end
end

--- A field without quotes, up to the separator or the line end.
local function bare_field(self, line, from)
  local stop = line:find(self._separator, from, true) or line:find("\r?\n?$", from)
  local text = line:sub(from, stop - 1)
  if text:find('"', 1, true) then
    return nil, bad(self._lines, "a quote inside a field that is not quoted")
  end
  return text, line, stop
end

--- The fields of the record that begins with this line | nil, err.
local function parse(self, line)
  local row, at = {}, 1
  while true do
    local quoted = line:sub(at, at) == '"'
    local text, where
    if quoted then
      text, where, at = quoted_field(self, line, at + 1)
    else
      text, where, at = bare_field(self, line, at)
    end
    if not text then
      return nil, where
    end
    line = where
    row[#row + 1] = text
    if line:sub(at, at) ~= self._separator then
      if line:find("^\r?\n?$", at) then
        return row
      end
      return nil, bad(self._lines, "text after the closing quote of a field")
    end
    at = at + 1
  end
end

--- Drops a byte order mark; refuses UTF-16, which Excel saves as "Unicode text".
local function begin(self)
  if not self._begun then
    self._begun = true
    while #self._buffer < #BYTE_ORDER_MARK and fill(self) do end -- luacheck: ignore 542
    local mark = self._buffer:sub(1, 2)
    if mark == LITTLE_ENDIAN or mark == BIG_ENDIAN then
      self._failure = bad(1, "the file is UTF-16; save it as CSV UTF-8")
    elseif self._buffer:sub(1, 3) == BYTE_ORDER_MARK then
      self._at = 4
    end
  end
  return self._failure
end

--- The next record as a list of strings, as many as the line has. Empty lines
--- are skipped (a line of separators isn't one). After an error the reader does
--- not go on: what follows a misplaced quote can't be trusted.
---@return string[]|nil row nil at the end
---@return integer|table|nil line where it begins | the error
function Reader:read()
  if begin(self) then
    return nil, self._failure
  end
  local line, err
  repeat
    line, err = next_line(self)
  until not line or (line ~= "\n" and line ~= "\r\n" and line ~= "\r")
  local row
  if line then
    self.line = self._lines
    row, err = parse(self, line)
  end
  self._failure = err
  return row, err or (row and self.line)
end

--- For a `for` loop: every record and the line it begins on. Raises the error
--- object where :read() would return it.
---@return fun(): string[]|nil, integer|nil rows
function Reader:rows()
  return function()
    local row, line = self:read()
    if not row and line then
      error(line, 0)
    end
    return row, line
  end
end

local function check_separator(opts)
  local separator = opts and opts.separator or ","
  if type(separator) ~= "string" or #separator ~= 1 or separator:find('["\r\n]') then
    error("csv: the separator must be one byte, and no quote or line end", 3)
  end
  return separator
end

--- A reader of a file handle or of a string.
---@param source file*|string
---@param opts? { separator: string } default ","; many European spreadsheets write ";"
---@return contactout.CsvReader
function M.reader(source, opts)
  local is_text = type(source) == "string"
  return setmetatable({
    line = 0,
    _handle = not is_text and source or nil,
    _separator = check_separator(opts),
    _buffer = is_text and source or "",
    _at = 1,
    _lines = 0,
  }, Reader)
end

local function plain_name(name)
  return (name:lower():gsub("[%s_%-]+", " "):gsub("^ ", ""):gsub(" $", ""))
end

--- Which column is which. Names are compared without case, and blanks, "_" and
--- "-" are the same; of two columns with one name the first counts.
---@param header string[] the first row
---@param aliases? table<string, string[]> field -> the names it may have, best first
---@return table<string, integer> columns field (without aliases: plain name) -> place
function M.columns(header, aliases)
  local places = {}
  for place = #header, 1, -1 do
    places[plain_name(header[place])] = place
  end
  if not aliases then
    return places
  end
  local columns = {}
  for field, names in pairs(aliases) do
    for i = #names, 1, -1 do
      columns[field] = places[plain_name(names[i])] or columns[field]
    end
  end
  return columns
end

---------------------------------------------------------------------------
-- Writing
---------------------------------------------------------------------------

--- For text from strangers that a spreadsheet will open: what it would run as a
--- formula gets an apostrophe in front. A telephone number may begin with "+":
--- digits alone run nothing. The writer never does this by itself, since it
--- changes the data.
---@param text string
---@return string
function M.guarded(text)
  local formula = text:find("^[=@\t\r]") or text:find("^[+-].*[^%d%s().+-]")
  return formula and "'" .. text or text
end

local function quote(text, separator)
  if text:find('["\r\n]') or text:find(separator, 1, true) then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

--- One record with its line end. `nil` (up to row.n, else #row) is an empty field.
---@param row table of strings, numbers and booleans
---@param opts? { separator: string, line_end: string } line_end: "\r\n" unless given
---@return string
function M.encode(row, opts)
  local separator, cells = check_separator(opts), {}
  for i = 1, row.n or #row do
    cells[i] = quote(row[i] == nil and "" or tostring(row[i]), separator)
  end
  if #cells == 1 and cells[1] == "" then
    cells[1] = '""' -- else an empty line, which readers skip
  end
  return table.concat(cells, separator) .. (opts and opts.line_end or "\r\n")
end

---@class contactout.CsvWriter
local Writer = {}
Writer.__index = Writer
Writer.__name = "contactout.CsvWriter"

--- Writes one record.
---@param row table as for `encode`
---@return true|nil ok
---@return table|nil err what the handle said
function Writer:write(row)
  local ok, why = self._handle:write(M.encode(row, self._opts))
  if not ok then
    return errors.fail("unsupported", "CSV: can't write: " .. tostring(why))
  end
  return true
end

--- A writer on a file handle, which stays the caller's to close.
---@param handle file*
---@param opts? table as for `encode`
---@return contactout.CsvWriter
function M.writer(handle, opts)
  check_separator(opts)
  return setmetatable({ _handle = handle, _opts = opts }, Writer)
end

return M
