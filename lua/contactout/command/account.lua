-- The verbs that ask one thing, for free: `count` and `usage`.

local contactout = require "contactout"
local csv = require "contactout.csv"
local endings = require "contactout.command.endings"
local output = require "contactout.command.output"
local query = require "contactout.command.query"

local M = {}

local HEADER = { "plan", "first", "last", "kind", "used", "quota", "left", "over" }
local KINDS = { "email", "phone", "search" }
local LINES = { line_end = "\n" }

--- How many people a search would find.
function M.count(client, opts)
  local count = endings.must(client:count(query.read(opts, "people_search")))
  local is_json = output.format(opts) == "ndjson"
  output.print((is_json and '{"count":%d}\n' or "%d\n"):format(count))
  return 0
end

local function table_of(usage)
  local lines = { csv.encode(HEADER, LINES) }
  for i, kind in ipairs(KINDS) do
    local of_kind = usage[kind]
    lines[i + 1] = csv.encode({
      n = #HEADER, usage.plan, usage.period.first, usage.period.last, kind, of_kind.used,
      of_kind.quota, of_kind.left, of_kind.over,
    }, LINES)
  end
  return table.concat(lines)
end

--- What the account has used and has left.
function M.usage(client, opts)
  local usage = endings.must(client:usage(opts.period))
  if output.format(opts) == "csv" then
    output.print(table_of(usage))
    return 0
  end
  usage.raw = nil
  output.print(assert(contactout.encode(usage)) .. "\n")
  return 0
end

return M
