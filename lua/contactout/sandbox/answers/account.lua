-- Usage statistics, in the two shapes: a postpaid account sees what it may
-- use and what is left, a prepaid one sees in `quota` what is left. The
-- verifier credits don't appear. Only the current month has been used.

local json = require "contactout.sandbox.json"
local reply = require "contactout.sandbox.reply"
local credits = require "contactout.sandbox.credits"

local M = {}

local answer = json.object { "status_code", "period", "usage" }
local period_shape = json.object { "start", "end" }
local usage_shape = json.object {
  "count", "quota", "remaining", "over_quota",
  "phone_count", "phone_quota", "phone_remaining", "phone_over_quota",
  "search_count", "search_quota", "search_remaining", "search_over_quota",
}

local PREFIXES = { email = "", phone = "phone_", search = "search_" }

local function add_pool(usage, account, pool, is_current)
  local prefix = PREFIXES[pool]
  local used = is_current and account.used[pool] or 0
  usage[prefix .. "count"] = used
  if account.prepaid then
    usage[prefix .. "quota"] = credits.left(account, pool)
  else
    usage[prefix .. "quota"] = account.allowed[pool]
    usage[prefix .. "remaining"] = account.allowed[pool] - used
    usage[prefix .. "over_quota"] = 0
  end
end

-- The last day of a month YYYY-MM: the day before the first of the next one, at noon.
local function last_day(month)
  local year, number = month:match("^(%d+)-(%d+)$")
  return os.date("%Y-%m-%d", os.time { year = year, month = number + 1, day = 0, hour = 12 })
end

--- The API's page has a period end on the 31st of April; nobody should rely on that.
function M.stats(call)
  local month = os.date("!%Y-%m")
  local period = call.args.period or month
  local usage = {}
  for pool in pairs(PREFIXES) do
    add_pool(usage, call.account, pool, period == month)
  end
  return reply.ok(answer {
    status_code = 200,
    period = period_shape { start = period .. "-01", ["end"] = last_day(period) },
    usage = usage_shape(usage),
  })
end

return M
