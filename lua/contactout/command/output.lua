-- What the command writes: whole lines, to standard output or to a file, which keeps what
-- it had until the new one is whole. Rows stand in the order of the input, so one waits
-- for those before it. It counts the answers by status.

local endings = require "contactout.command.endings"
local formats = require "contactout.command.formats"
local input = require "contactout.command.input"

local NOT_ASKED = { status = "not_asked" }
local EPIPE = 32 -- the system's number for a pipe that nobody reads

---@class contactout.Output
---@field counts table<string, integer> answers by status
---@field failed integer answers that are errors, but for what is not found
local Output = {}
Output.__index = Output

local function must_write(ok, why, number)
  if not ok then
    error(number == EPIPE and endings.BROKEN_PIPE or "can't write the output: " .. why, 0)
  end
end

local function write(self, text)
  self.is_broken = true
  must_write(self.handle:write(text))
  self.is_broken = false
end

--- Takes a row of the input, which will be written in this place.
---@param row contactout.InputRow
function Output:expect(row)
  self.last = self.last + 1
  self.waiting[self.last] = row
end

local function write_next(self, answer)
  local row = self.waiting[self.next]
  self.waiting[self.next], self.next = nil, self.next + 1
  self:record(answer, row)
end

--- Writes one answer, which belongs to a row or stands alone.
---@param answer table
---@param row? contactout.InputRow
function Output:record(answer, row)
  self.counts[answer.status] = (self.counts[answer.status] or 0) + 1
  write(self, self.format:line(answer, row))
end

--- The answer to a row: what was found, or why nothing was.
---@param row contactout.InputRow
---@param status string a word for it, where there is no error
---@param record? table
---@param err? contactout.Error
function Output:answer(row, status, record, err)
  if err then
    status = err.maybe_charged and "uncertain" or err.kind
    err = err.kind ~= "not_found" and err or nil
  end
  self.failed = self.failed + (err and 1 or 0)
  row.answer = { status = status, record = record, err = err }
  while self.waiting[self.next] and self.waiting[self.next].answer do
    write_next(self, self.waiting[self.next].answer)
  end
end

-- Each row that has no answer says so; of a stream only those that were read.
local function write_rest(self)
  local rows = self.input
  while rows do
    if not self.waiting[self.next] then
      local row = rows.is_rewindable and rows:read()
      if not row then
        break
      end
      self:expect(row)
    end
    write_next(self, self.waiting[self.next].answer or NOT_ASKED)
  end
end

local OWN_STATUSES = { no_key = true, invalid_argument = true } -- for which nobody is asked

--- Whether a row, or a search, has got an answer.
function Output:has_answers()
  for status in pairs(self.counts) do
    if not OWN_STATUSES[status] then
      return true
    end
  end
  return false
end

--- Ends the output of a run that came to nothing: a file keeps what it had.
function Output:abandon()
  if self.path and self.part ~= self.path then
    self.handle:close()
    os.remove(self.part)
  end
end

--- Ends the output; raises what went wrong with it.
function Output:finish()
  if self.is_broken then
    return
  end
  write_rest(self)
  if self.path then
    must_write(self.handle:close())
    must_write(self.part == self.path or os.rename(self.part, self.path))
  end
end

-- Where the output stands until it is whole. A device, say /dev/null, is written to as it
-- is: a file that takes its name would take its place.
local function part_of(path, rows)
  if path:find("^/dev/") and not path:find("^/dev/shm/") then
    return path
  elseif io.open(path .. "/.", "rb") then
    endings.refuse("--out: " .. path .. " is a directory")
  end
  local part = path .. ".part"
  if rows and rows.name == part then
    endings.refuse("--out: " .. part .. " is the input, and where the output would stand until "
      .. "it is whole; name another file")
  end
  return part
end

local function open_handle(self, path)
  if not path or path == "-" then
    io.stdout:setvbuf("no") -- a line is one write, whole, and there at once
    self.handle = io.stdout
    return
  end
  self.path, self.part = path, part_of(path, self.input)
  local why
  self.handle, why = io.open(self.part, "wb")
  if not self.handle then
    endings.refuse("--out: " .. why)
  end
end

local M = {}

--- Writes a text that is the whole output, to standard output.
---@param text string
function M.print(text)
  io.stdout:setvbuf("no") -- so that what goes wrong does so here
  must_write(io.stdout:write(text))
end

--- The format that was asked for, or else fits the file's name, or the input.
---@param opts table
---@param rows? contactout.Input
---@return "csv"|"ndjson" format
function M.format(opts, rows)
  local told = opts.output or opts.out and input.format_of(opts.out)
  if told == "csv" or told == "ndjson" then
    return told
  end
  return rows and rows.format == "ndjson" and "ndjson" or "csv"
end

--- Begins the output.
---@param opts table `out`, `output`, `raw`, `separator`, `journal`, `verb`
---@param record? string the name of the records
---@param rows? contactout.Input whose rows they answer
---@return contactout.Output output
function M.open(opts, record, rows)
  local self = setmetatable({
    input = rows, counts = {}, failed = 0, waiting = {}, next = 1, last = 0,
  }, Output)
  self.format = formats[M.format(opts, rows)] {
    input = rows, record = record, verb = opts.verb, raw = opts.raw,
    separator = opts.separator or rows and rows.separator,
  }
  open_handle(self, opts.out)
  write(self, self.format:head())
  return self
end

return M
