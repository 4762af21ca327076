-- `make bench`: the client against bare libcurl, and the decoder against
-- lua-cjson, each pair in turn within one run. Figures are ratios, medians of
-- several rounds: seconds alone say more about the machine than about us.
--
--   lua run.lua BIN     BIN: folder of the compiled server and raw

local bench = require "spec.bench.support"
local contactout = require "contactout"
local core = require "contactout.core"

local ROUNDS = 5

local function new_client(url)
  return assert(contactout.new({ token = "test-bench", base_url = url, rate_limits = false }))
end

local function sequential()
  local url, keep = bench.start_server(0)
  local client = new_client(url)
  local handle = assert(core.new({ token = "test-bench", base_url = url }))
  local calls = 5000
  local function theirs()
    return bench.raw(url .. bench.TARGET, calls, 1) / calls
  end
  local function through(target)
    return bench.timed(function()
      for _ = 1, calls do
        assert(target:people_linkedin({ profile = bench.PROFILE }))
      end
    end) / calls
  end
  local function core_alone()
    return through(handle)
  end
  local function whole_client()
    return through(client)
  end
  bench.report("one call after another, contactout.core", "us", 1e6,
    bench.compare(core_alone, theirs, ROUNDS))
  bench.report("one call after another, contactout", "us", 1e6,
    bench.compare(whole_client, theirs, ROUNDS))
  client:close()
  keep:close()
end

local function concurrent()
  local url, keep = bench.start_server(20)
  local client = new_client(url)
  local items = {}
  for i = 1, 500 do
    items[i] = i
  end
  local function ours()
    return bench.timed(function()
      contactout.map(items, function()
        assert(client:people_linkedin({ profile = bench.PROFILE }))
      end, { concurrency = 50 })
    end)
  end
  local function theirs()
    return bench.raw(url .. bench.TARGET, 500, 50)
  end
  bench.report("500 calls of 20 ms, 50 at once", "ms", 1e3, bench.compare(ours, theirs, ROUNDS))
  client:close()
  keep:close()
end

local VERSION = rawget(_G, "jit") and "LuaJIT" or _VERSION
print(("%-46s %9s %9s      ours / theirs"):format(VERSION, "ours", "theirs"))
sequential()
concurrent()
dofile((arg[0]:gsub("run%.lua$", "decode.lua")))
