-- What the specs of the examples for the shell share: runs them as their user would,
-- with this Lua, against a sandbox, and reads what they wrote.

local csv = require "contactout.csv"
local files = require "spec.support.files"

local M = {}

local LUA = arg and arg[-1] or "lua"
local made = {}

M.contents = files.read

--- A file, empty or with a text, that `remove_files` removes.
function M.file(text)
  local path = files.temporary(text)
  made[#made + 1] = path
  return path
end

--- Removes what was made, and the journals beside it.
function M.remove_files()
  for _, path in ipairs(made) do
    for _, suffix in ipairs { "", ".part", ".journal", ".journal-wal", ".journal-shm" } do
      os.remove(path .. suffix)
    end
  end
  made = {}
end

--- The command that runs an example, for the shell.
function M.command(sandbox, token, words)
  return ("env CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s %s %s"):format(token, sandbox.url, LUA,
    words)
end

--- Runs it -> `printed`, `errors`, `code` (above 128: a signal's)
function M.run(sandbox, token, words)
  local errors = M.file()
  local pipe = assert(io.popen(M.command(sandbox, token, words) .. " 2>" .. errors
    .. "; echo exit $?"))
  local printed = pipe:read("*a")
  pipe:close()
  return {
    printed = printed, errors = M.contents(errors),
    code = tonumber(printed:match("exit (%d+)%s*$")),
  }
end

--- The rows of a CSV file, by the names of its columns, each with its `cells`; its header.
function M.rows(path)
  local rows, header = {}, nil
  for cells in csv.reader(M.contents(path)):rows() do
    local row = { cells = cells }
    for place, name in ipairs(header or {}) do
      row[name] = cells[place]
    end
    rows[#rows + (header and 1 or 0)] = header and row or nil
    header = header or cells
  end
  return rows, header
end

--- The number that a summary has before a word.
function M.count(run, word)
  return tonumber(run.printed:match("(%d+) " .. word .. "\n"))
end

--- How many rows have a value in a column.
function M.tally(rows, column, value)
  local count = 0
  for _, row in ipairs(rows) do
    count = count + (row[column] == value and 1 or 0)
  end
  return count
end

--- How often the sandbox charged for each subject at most, and how often in all.
function M.charges(sandbox, kind)
  local most, total, counts = 0, 0, {}
  for _, entry in ipairs(sandbox:ledger()) do
    for _, charge in ipairs(entry.charges or {}) do
      if charge.kind == kind then
        counts[charge.subject] = (counts[charge.subject] or 0) + 1
        most, total = math.max(most, counts[charge.subject]), total + 1
      end
    end
  end
  return most, total
end

return M
