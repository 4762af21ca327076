-- What the command says of its work: a plan before, a bar meanwhile, a summary after, all
-- on standard error, but for the plan that was asked for, which is the output. Nothing
-- of it is said with --quiet.

local contactout = require "contactout"
local endings = require "contactout.command.endings"
local output = require "contactout.command.output"
local progress = require "contactout.progress"

local M = {}

local KINDS = { "email", "phone", "search", "verifier" } -- of credits

local function say(opts, text)
  if not opts.quiet then
    io.stderr:write(text, "\n")
  end
end

-- A number of a plan; what nothing bounds is math.huge there.
local function number_text(number)
  return number < math.huge and ("%.0f"):format(number) or "unlimited"
end

local function counted(number, name)
  return number_text(number) .. " " .. name .. (number == 1 and "" or "s")
end

local function price_text(credits)
  local parts = {}
  for _, kind in ipairs(KINDS) do
    local cost = credits[kind]
    if cost then
      parts[#parts + 1] = ("%s to %s %s"):format(number_text(cost.min), number_text(cost.max), kind)
    end
  end
  return #parts > 0 and "credits: " .. table.concat(parts, ", ") or "free"
end

local function spent_text(spent)
  local parts = {}
  for _, kind in ipairs(KINDS) do
    local unsure = spent.uncertain[kind]
    if spent[kind] > 0 or unsure > 0 then
      parts[#parts + 1] = spent[kind] .. " " .. kind
        .. (unsure > 0 and (" and up to %d uncertain"):format(unsure) or "")
    end
  end
  return #parts > 0 and table.concat(parts, ", ") or "none"
end

local function work_text(plan)
  local least = plan.seconds > 0 and (", %s at least"):format(counted(plan.seconds, "second")) or ""
  local before = plan.spent and "; spent so far, by the journal: " .. spent_text(plan.spent) or ""
  return price_text(plan.credits) .. "; " .. counted(plan.requests, "request") .. least .. before
end

local function size_of(plan)
  return plan.keys + plan.duplicates + plan.invalid
end

--- The plan of a list, in a line.
---@param plan contactout.Plan
---@param rows contactout.Input which has been read to its end
---@return string line
function M.rows(plan, rows)
  return ("%s: %d to be asked for, %d known already, %s, %d invalid, %d without a key; %s"):format(
    counted(size_of(plan) + rows.without_key, "row"), plan.keys - plan.known, plan.known,
    counted(plan.duplicates, "duplicate"), plan.invalid, rows.without_key, work_text(plan))
end

--- The plan of a search.
---@param plan contactout.Plan
---@return string line
function M.records(plan)
  return ("%s, %d of them known already; %s"):format(counted(plan.keys, "record"), plan.known,
    work_text(plan))
end

-- The same for JSON, which has no infinity.
local function bounded(plan)
  local same = {}
  for name, value in pairs(plan) do
    if type(value) == "table" then
      same[name] = bounded(value)
    elseif value < math.huge then
      same[name] = value
    end
  end
  return same
end

--- A plan, as the output that --plan asks for.
---@param plan contactout.Plan
---@param line string what it says
---@param format "csv"|"ndjson" the latter: as JSON
---@return integer code
function M.print_plan(plan, line, format)
  local is_json = format == "ndjson"
  output.print((is_json and assert(contactout.encode(bounded(plan))) or line) .. "\n")
  return 0
end

--- The plan of a list, before the work.
function M.announce(plan, rows, opts)
  say(opts, M.rows(plan, rows))
end

--- What `on_progress` takes, and its end. On a terminal that shows the output a bar would
--- stand in its way.
---@param opts table
---@param plan? contactout.Plan which knows the size of the work, where the client can't
function M.progress(opts, plan)
  local is_hidden = opts.quiet or not opts.out and progress.is_terminal(1)
  local self = { bar = not is_hidden and progress.new() or nil }
  function self.show(state)
    state.total = state.total or plan and size_of(plan)
    if self.bar then
      self.bar(state)
    end
  end
  function self.finish()
    if self.bar then
      self.bar:finish()
    end
  end
  return self
end

-- Statuses with their counts, the most frequent first.
local function counts_text(counts)
  local names, parts = {}, {}
  for name in pairs(counts) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    return counts[a] > counts[b] or counts[a] == counts[b] and a < b
  end)
  for i, name in ipairs(names) do
    parts[i] = counts[name] .. " " .. name
  end
  return #parts > 0 and table.concat(parts, ", ") or "nothing found"
end

-- How to go on after an early end; nil where the journal itself is the trouble, of
-- which its error says more, and the same command would end alike.
local function advice(problem, opts, spent)
  if not opts.journal then
    return spent ~= "none" and "without --journal another run begins anew, and pays anew" or nil
  end
  local kind = type(problem) == "table" and problem.kind
  if kind == "journal" or kind == "unsupported" then
    return nil
  end
  return "nothing is lost: the same command goes on" .. (kind == "budget"
    and ", with a larger --budget, which counts all its runs" or " where this one ended")
end

--- The end of work with an output: the summary, and why it ended early if it did.
---@param out contactout.Output
---@param client contactout.Client
---@param opts table
---@param problem any what was raised; nil: it came to its end
---@return integer code
function M.finish(out, client, opts, problem)
  local spent = spent_text(client:spent())
  if problem ~= nil and spent == "none" and not out:has_answers() then
    out:abandon()
    return endings.complain(problem)
  end
  local ok, failure = pcall(out.finish, out)
  if not ok and problem == nil then
    problem = failure
  end
  if problem == endings.BROKEN_PIPE then
    return endings.code(problem) -- nobody is there to be told
  end
  say(opts, counts_text(out.counts) .. "; credits spent: " .. spent)
  if problem == nil then
    return out.failed > 0 and 1 or 0
  end
  local code, text = endings.complain(problem), advice(problem, opts, spent)
  if text then
    say(opts, text)
  end
  return code
end

return M
