-- How long a host keeps others waiting: the gaps of a 1 ms ticker of its own, idle
-- and while 200 calls go on, 50 at once, on a client that has yet to connect. Runs
-- inside the host that SPEC_HOST names (spec/hosts), several rounds of each in
-- turn. Prints milliseconds, medians of the rounds: "http p99 BUSY IDLE", "http
-- longest BUSY IDLE", and the same of https.

local contactout = require "contactout"
local core = require "contactout.core"

local ROUNDS, CALLS, AT_ONCE = 5, 200, 50

local function median(list)
  table.sort(list)
  return list[math.floor((#list + 1) / 2)]
end

-- Gaps between the ticks of the host while `fn` runs -> their p99, the longest
local function gaps_during(ticker, fn)
  ticker.gaps, ticker.last = {}, core.now()
  fn()
  local gaps = ticker.gaps
  ticker.gaps = nil
  gaps[#gaps + 1] = core.now() - ticker.last
  table.sort(gaps)
  return gaps[math.ceil(#gaps * 0.99)], gaps[#gaps]
end

local function calls(url, ca_file)
  local client = assert(contactout.new({
    base_url = url, ca_file = ca_file, rate_limits = false,
  }))
  local items = {}
  for i = 1, CALLS do
    items[i] = i
  end
  contactout.map(items, function()
    assert(client:stats())
  end, { concurrency = AT_ONCE })
  client:close()
end

-- Medians over the rounds: p99 and longest of the two functions, in turn.
local function compare(ticker, idle, busy)
  local all = { {}, {}, {}, {} }
  for round = 1, ROUNDS do
    all[1][round], all[2][round] = gaps_during(ticker, idle)
    all[3][round], all[4][round] = gaps_during(ticker, busy)
  end
  return median(all[1]), median(all[2]), median(all[3]), median(all[4])
end

local SERVERS = {
  { name = "http", url = os.getenv("BENCH_HTTP") },
  { name = "https", url = os.getenv("BENCH_HTTPS"), ca_file = os.getenv("BENCH_CA") },
}

local function start_ticker(host)
  local ticker = { gaps = nil, last = 0, is_over = false }
  host.tick(function()
    local now = core.now()
    if ticker.gaps then
      table.insert(ticker.gaps, now - ticker.last)
    end
    ticker.last = now
    return not ticker.is_over
  end)
  return ticker
end

local function measure(ticker, server)
  local began = core.now()
  calls(server.url, server.ca_file) -- what is loaded once is loaded
  local seconds = core.now() - began
  local p99, longest, busy_p99, busy_longest = compare(ticker, function()
    contactout.sleep(seconds)
  end, function()
    calls(server.url, server.ca_file)
  end)
  io.stdout:write(("\n%s p99 %.3f %.3f\n"):format(server.name, busy_p99 * 1e3, p99 * 1e3),
    ("%s longest %.3f %.3f\n"):format(server.name, busy_longest * 1e3, longest * 1e3))
  io.stdout:flush()
end

local host = require("spec.hosts." .. os.getenv("SPEC_HOST") .. "_host")

host.run(function()
  local ticker = start_ticker(host)
  for _, server in ipairs(SERVERS) do
    measure(ticker, server)
  end
  ticker.is_over = true
end)
host.finish()
if host.leave then
  host.leave()
end
