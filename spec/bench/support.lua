-- What the benchmarks share: pairs timed in turn, the server they measure
-- against, and bare libcurl. Programs of `make bench`; BIN, their first argument,
-- is the folder of what was compiled of server.c and raw.c.

local cjson = require "cjson"
local core = require "contactout.core"

local BIN = assert(arg[1], "usage: PROGRAM BIN")

local M = {}

M.PROFILE = "https://www.linkedin.com/in/some-body"
--- What asking for it looks like on the wire, for the other side.
M.TARGET = "/v1/people/linkedin?profile=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fsome-body"

local PERSON = cjson.encode({
  status_code = 200,
  profile = { url = M.PROFILE, email = { "a@example.com" }, phone = { "+15550100" } },
})

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- The command that makes calls by bare libcurl, and prints its seconds.
function M.raw_command(url, calls, concurrency)
  return ("%s/raw %s %d %d"):format(quote(BIN), quote(url), calls, concurrency)
end

--- Runs it -> seconds
function M.raw(url, calls, concurrency)
  local pipe = assert(io.popen(M.raw_command(url, calls, concurrency)))
  local seconds = tonumber(pipe:read("*l"))
  pipe:close()
  return assert(seconds, "raw failed")
end

function M.timed(fn)
  local started = core.now()
  fn()
  return core.now() - started
end

function M.median(list)
  table.sort(list)
  return list[math.floor((#list + 1) / 2)]
end

--- Times the two functions in turn -> medians of ours, theirs and the ratio
function M.compare(ours, theirs, rounds)
  local a, b, ratios = {}, {}, {}
  for round = 1, rounds do
    b[round] = theirs()
    a[round] = ours()
    ratios[round] = a[round] / b[round]
  end
  return M.median(a), M.median(b), M.median(ratios)
end

function M.report(name, unit, scale, ours, theirs, ratio)
  print(("%-46s %9.2f %9.2f %s   %.2f"):format(name, ours * scale, theirs * scale, unit, ratio))
end

--- Starts a server that answers anything with a person, after so long. It ends
--- with its input, which closes when this process does. Its port arrives through
--- a named pipe.
---@return string url
---@return file* keep
function M.start_server(delay_ms)
  local base = os.tmpname()
  local file = assert(io.open(base, "w"))
  file:write(PERSON)
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

return M
