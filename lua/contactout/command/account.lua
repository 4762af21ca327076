-- The verbs that ask one thing, for free: `count` and `usage`.

local contactout = require "contactout"
local csv = require "contactout.csv"
local endings = require "contactout.command.endings"
local output = require "contactout.command.output"
local query = require "contactout.command.query"

local M = {}

local HEADER = { "plan", "first", "last", "kind", "used", "quota", "left", "over" }
local KINDS = { "email", "phone", "search" }

--- How many people a search would find.
function M.count(client, opts)
  local count = endings.must(client:count(query.read(opts, "people_search")))
  local is_json = output.format(opts) == "ndjson"
  io.stdout:write(is_json and ('{"count":%d}'):format(count) or ("%d"):format(count), "\n")
  return 0
end

local function print_table(usage)
  local writer = csv.writer(io.stdout, { line_end = "\n" })
  writer:write(HEADER)
  for _, kind in ipairs(KINDS) do
    local of_kind = usage[kind]
    writer:write({
      n = #HEADER, usage.plan, usage.period.first, usage.period.last, kind, of_kind.used,
      of_kind.quota, of_kind.left, of_kind.over,
    })
  end
end

--- What the account has used and has left.
function M.usage(client, opts)
  local usage = endings.must(client:usage(opts.period))
  if output.format(opts) == "csv" then
    print_table(usage)
    return 0
  end
  usage.raw = nil
  io.stdout:write(assert(contactout.encode(usage)), "\n")
  return 0
end

return M
