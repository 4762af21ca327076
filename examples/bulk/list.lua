-- The list of bulk_contacts.lua and verify_list.lua: a CSV file that is read row by row,
-- the same rows written in the same order with what was found, and a summary. In memory
-- are only rows that wait for an answer, or for a row before them. It knows nothing of
-- what is asked.

local command = require "bulk.command"
local csv = require "contactout.csv"
local progress = require "contactout.progress"

local must = command.must

local M = {}

-- What a kind of error means for a row; any other is "failed", or "uncertain" if it
-- may have been charged.
local STATUS = {
  not_found = "not found", invalid_argument = "bad row", invalid_request = "bad row",
}
local KINDS = { "email", "phone", "search", "verifier" } -- of credits
local NOT_YET = { status = "not yet" }

local List = {}
List.__index = List

--- A file of rows. `names`: what the column may be called, unless --column says;
--- `added`: the columns that answers have, besides status and reason.
function M.open(opts, names, added)
  local self = setmetatable({ opts = opts, added = added, counts = {}, width = 0 }, List)
  self:rows()
  names = opts.column and { opts.column } or names
  self.column = must(csv.columns(self.header, { key = names }).key,
    ("%s has no column %s, only %s; say which with --column"):format(
      opts[1], names[1], table.concat(self.header, ", ")))
  return self
end

--- What gives the next row, from the first one on, as the client reads them.
function List:rows()
  if self.input then
    self.input:close()
  end
  self.input = must(io.open(self.opts[1], "rb"))
  local reader = csv.reader(self.input)
  self.header = must(reader:read())
  self.next_cells = reader:rows()
  self.waiting, self.next, self.last = {}, 1, 0 -- rows by number; to be written; read
  return function()
    return self:read()
  end
end

function List:read()
  local cells = self.next_cells()
  if not cells then
    return nil
  end
  local row = { cells = cells }
  self.last, self.width = self.last + 1, math.max(self.width, #self.header, #cells)
  self.waiting[self.last] = self.writer and row or nil -- for a plan, none is kept
  return row
end

--- The options of the bulk call.
function List:bulk_options()
  local opts = self.opts
  return {
    key = function(row) return row.cells[self.column] or "" end,
    journal = opts.journal, budget = opts.budget, batch_size = opts["batch-size"],
    retry_charged = opts["retry-charged"],
    interval = opts.interval, max_interval = opts.interval,
    on_progress = function(state)
      state.total = self.total
      self.bar(state)
    end,
  }
end

local function credits_text(spent)
  local parts = {}
  for _, kind in ipairs(KINDS) do
    local unsure = spent.uncertain[kind]
    if spent[kind] > 0 or unsure > 0 then
      parts[#parts + 1] = spent[kind] .. " " .. kind
        .. (unsure > 0 and " and up to " .. unsure .. " uncertain" or "")
    end
  end
  return #parts > 0 and table.concat(parts, ", ") or "none"
end

--- Shows what client:plan says; it has read all rows, so their number is known then.
function List:show_plan(plan)
  self.total = plan.keys + plan.duplicates + plan.invalid
  self.duplicates = plan.duplicates
  print(("%d rows: %d to be asked, %d known already, %d duplicates, %d bad"):format(self.total,
    plan.keys - plan.known, plan.known, plan.duplicates, plan.invalid))
  for _, kind in ipairs(KINDS) do
    local cost = plan.credits[kind]
    if cost then
      print(("  %d to %d %s credits"):format(cost.min, cost.max, kind))
    end
  end
  print(("  %d requests, %.0f seconds at least"):format(plan.requests, plan.seconds))
  print("  spent so far, by the journal: " .. credits_text(plan.spent))
end

--- Begins the output, beside what an earlier run wrote: that stays until this is whole.
function List:begin()
  self.part = self.opts[2] .. ".part"
  self.file = must(io.open(self.part, "wb"))
  self.writer = csv.writer(self.file)
  self.bar = progress.new()
  self.bar({ done = 0, total = self.total })
  self:write(self.header, { status = "status", reason = "reason" }, self.added)
end

function List:write(cells, answer, values)
  cells.n = self.width + #self.added + 2
  for i = 1, #self.added do
    cells[self.width + i] = values[i]
  end
  cells[cells.n - 1], cells[cells.n] = answer.status, answer.reason
  must(self.writer:write(cells))
end

local function write_next(self, answer)
  self:write(self.waiting[self.next].cells, answer, answer)
  self.counts[answer.status] = (self.counts[answer.status] or 0) + 1
  self.waiting[self.next], self.next = nil, self.next + 1
end

--- A row has its answer: a status and the added cells, or an error.
function List:answer(row, status, cells, err)
  local answer = cells or {}
  answer.status = status or err.maybe_charged and "uncertain" or STATUS[err.kind] or "failed"
  answer.reason = err and err.kind ~= "not_found" and err.message or nil
  row.answer = answer
  while self.waiting[self.next] and self.waiting[self.next].answer do
    write_next(self, self.waiting[self.next].answer)
  end
end

-- The rest: each row that has no answer says so.
local function write_rest(self)
  while self.waiting[self.next] or self:read() do
    write_next(self, self.waiting[self.next].answer or NOT_YET)
  end
  must(self.file:close())
  must(os.rename(self.part, self.opts[2]))
  self.input:close()
end

---------------------------------------------------------------------------
-- The summary
---------------------------------------------------------------------------

-- What to do next, by the kind of error that ended the run.
local NEXT = {
  budget = "a larger --budget goes on; it counts what earlier runs with this journal spent",
  out_of_credits = "once there are credits, run it again with the same words",
  credentials = "with a valid token, run it again with the same words",
}

local function show_advice(counts, problem)
  if counts.uncertain then
    print("uncertain: may have been charged, but no answer came. Run it again: jobs are asked for\n"
      .. "again, free; what stays uncertain is sent, and may cost, again with --retry-charged")
  end
  if problem then
    local text = tostring(problem)
    io.stderr:write("ended early: ", text:match("interrupted!$") or text, "\n") -- Lua's word for ^C
  end
  local kind = type(problem) == "table" and problem.kind
  print("nothing is lost: " .. (NEXT[kind] or "run it again with the same words, and it goes on"))
end

local function show_counts(self, names, spent)
  for status in (names .. ",bad row,failed,uncertain,not yet"):gmatch("[^,]+") do
    print(("%6d %s"):format(self.counts[status] or 0, status))
  end
  print(("%6d duplicates among them, paid for once"):format(self.duplicates))
  print("credits this run spent: " .. credits_text(spent))
end

--- The end, whatever came before: writes the rest, says how it ended, and gives the exit
--- code. `names`: the statuses to count first; `problem`: what ended it early, an
--- error's table or (^C) a text.
function List:finish(names, spent, problem)
  self.bar:finish()
  local ok, failure = pcall(write_rest, self)
  problem = problem or not ok and failure
  show_counts(self, names, spent)
  if not (problem or self.counts.failed or self.counts.uncertain) then
    return 0
  end
  show_advice(self.counts, problem)
  return 1
end

return M
