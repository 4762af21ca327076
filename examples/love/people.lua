-- The people of a CSV file, and what ContactOut knows of them: each is a row whose
-- `state` goes from "waiting" over "asking" to "found", "not found" or "failed".
-- Knows nothing of windows.

local contactout = require "contactout"
local csv = require "contactout.csv"

local M = {}

local COLUMNS = { -- what is read, by the names people give their columns
  name = { "name", "full name", "contact" },
  url = { "linkedin", "linkedin url", "linkedin profile", "profile url" },
}
local WRITTEN = { "name", "title", "company", "email", "url", "state" }

-- What is asked for besides the profile: one e-mail credit for both.
local CONTACTS = { "work_email", "personal_email" }

local is_stopped = false

--- The first people of the file who have a LinkedIn URL.
---@param path string
---@param limit integer how many at most
---@return table[]|nil rows {name, url, state}
---@return string|nil message why the file can't be read
function M.read(path, limit)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message
  end
  local reader, rows = csv.reader(file), {}
  local places = csv.columns(reader:read() or {}, COLUMNS)
  for cells in reader:rows() do
    local address = (cells[places.url] or ""):match("linkedin%.com/%S+")
    if address and #rows < limit then
      rows[#rows + 1] = {
        name = cells[places.name] or address, url = "https://www." .. address, state = "waiting",
      }
    end
  end
  file:close()
  return rows
end

-- The API documents two spellings of a profile, with lists or single strings.
local function first(value)
  return type(value) == "table" and value[1] or type(value) == "string" and value or nil
end

local function fill(row, profile)
  row.name = profile.full_name or profile.fullName or row.name
  local job = (profile.experience or {})[1] or {}
  row.title = job.title or profile.headline
  row.company = (profile.company or {}).name or job.company_name
  row.email = first(profile.work_email or profile.workEmail) or first(profile.email)
end

-- As in a program that may block: it is the task that waits, not the window.
local function look_up(client, row)
  row.state = "asking"
  local reply, err = client:people_enrich({ linkedin_url = row.url, include = CONTACTS })
  if reply then
    fill(row, reply.profile)
    row.state = "found"
  else
    row.state = err.kind == "not_found" and "not found" or "failed"
    row.problem = err.kind == "not_found" and "not found" or err.message
  end
end

--- Looks all of them up, several at a time: to be called in a task. A person who is
--- found costs 1 search credit, and 1 e-mail credit if there is an address.
function M.look_up(client, rows, concurrency)
  contactout.map(rows, function(row)
    if not is_stopped then
      look_up(client, row)
    end
  end, { concurrency = concurrency })
end

--- Nobody else is asked for. Who has been may cost a credit, and is still filled in.
function M.stop()
  is_stopped = true
end

--- How many rows are in that state.
function M.count(rows, state)
  local n = 0
  for _, row in ipairs(rows) do
    n = n + (row.state == state and 1 or 0)
  end
  return n
end

--- Whether nothing more will come for a row.
function M.has_ended(row)
  return row.state ~= "waiting" and row.state ~= "asking"
end

--- Writes them as CSV.
---@param file file*
function M.write(rows, file)
  local writer = csv.writer(file)
  assert(writer:write(WRITTEN))
  for _, row in ipairs(rows) do
    local cells = {}
    for i, field in ipairs(WRITTEN) do
      cells[i] = csv.guarded(row[field] or "")
    end
    assert(writer:write(cells))
  end
end

return M
