-- `make bench`: the client against bare libcurl, and the decoder against
-- lua-cjson, each pair in turn within one run. Figures are ratios, medians of
-- several rounds: seconds alone say more about the machine than about us.
--
--   lua run.lua BIN     BIN: folder of the compiled server and raw

local cjson = require "cjson"
local contactout = require "contactout"
local core = require "contactout.core"

local BIN = assert(arg[1], "usage: run.lua BIN")
local ROUNDS = 5
local PROFILE = "https://www.linkedin.com/in/some-body"
-- What asking for it looks like on the wire, for the other side.
local TARGET = "/v1/people/linkedin?profile=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fsome-body"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Runs `raw` and gives its seconds.
local function raw(url, calls, concurrency)
  local pipe = assert(io.popen(("%s/raw %s %d %d"):format(quote(BIN), quote(url), calls,
    concurrency)))
  local seconds = tonumber(pipe:read("*l"))
  pipe:close()
  return assert(seconds, "raw failed")
end

local function timed(fn)
  local started = core.now()
  fn()
  return core.now() - started
end

local function median(list)
  table.sort(list)
  return list[math.floor((#list + 1) / 2)]
end

-- Times the functions of `pair` in turn; medians of ours, theirs and the ratio.
local function compare(ours, theirs)
  local a, b, ratios = {}, {}, {}
  for round = 1, ROUNDS do
    b[round] = theirs()
    a[round] = ours()
    ratios[round] = a[round] / b[round]
  end
  return median(a), median(b), median(ratios)
end

local function report(name, unit, scale, ours, theirs, ratio)
  print(("%-46s %9.2f %9.2f %s   %.2f"):format(name, ours * scale, theirs * scale, unit, ratio))
end

-- A server of its own for each delay; it ends with its input, which closes when
-- this process does. Its port arrives through a named pipe.
local function start_server(delay_ms, body)
  local base = os.tmpname()
  local file = assert(io.open(base, "w"))
  file:write(body)
  file:close()
  os.remove(base .. ".port")
  assert(os.execute("mkfifo " .. quote(base .. ".port")))
  local keep = assert(io.popen(("%s/server %s %s > %s"):format(quote(BIN), delay_ms,
    quote(base), quote(base .. ".port")), "w"))
  local port = assert(io.open(base .. ".port"))
  local url = "http://127.0.0.1:" .. port:read("*l")
  port:close()
  os.remove(base)
  os.remove(base .. ".port")
  return url, keep
end

local PERSON = cjson.encode({
  status_code = 200,
  profile = { url = PROFILE, email = { "a@example.com" }, phone = { "+15550100" } },
})

local function sequential()
  local url, keep = start_server(0, PERSON)
  local client = assert(contactout.new({
    token = "test-bench", base_url = url, rate_limits = false,
  }))
  local handle = assert(core.new({ token = "test-bench", base_url = url }))
  local calls = 5000
  local function theirs()
    return raw(url .. TARGET, calls, 1) / calls
  end
  local function through(target)
    return timed(function()
      for _ = 1, calls do
        assert(target:people_linkedin({ profile = PROFILE }))
      end
    end) / calls
  end
  local function core_alone()
    return through(handle)
  end
  local function whole_client()
    return through(client)
  end
  report("one call after another, contactout.core", "us", 1e6, compare(core_alone, theirs))
  report("one call after another, contactout", "us", 1e6, compare(whole_client, theirs))
  client:close()
  keep:close()
end

local function concurrent()
  local url, keep = start_server(20, PERSON)
  local client = assert(contactout.new({
    token = "test-bench", base_url = url, rate_limits = false,
  }))
  local items = {}
  for i = 1, 500 do
    items[i] = i
  end
  local function ours()
    return timed(function()
      contactout.map(items, function()
        assert(client:people_linkedin({ profile = PROFILE }))
      end, { concurrency = 50 })
    end)
  end
  local function theirs()
    return raw(url .. TARGET, 500, 50)
  end
  report("500 calls of 20 ms, 50 at once", "ms", 1e3, compare(ours, theirs))
  client:close()
  keep:close()
end

local VERSION = rawget(_G, "jit") and "LuaJIT" or _VERSION
print(("%-46s %9s %9s      ours / theirs"):format(VERSION, "ours", "theirs"))
sequential()
concurrent()
dofile((arg[0]:gsub("run%.lua$", "decode.lua")))
