-- What the long proofs share: runs in processes of their own, what the sandbox
-- charged, and random numbers that can be had again. Each proof has a short form, for
-- `make test`; with SPEC_RUNS (`make soak`) it is done in full, and says what it measured.

local core = require "contactout.core"
local files = require "spec.support.files"
local inputs = require "spec.soak.inputs"
local native = require "spec.support.native"
local support = require "spec.support.client"

local M = { IS_FULL = os.getenv("SPEC_RUNS") ~= nil }

--- Says what was measured, in full runs.
function M.say(...)
  if M.IS_FULL then
    print(string.format(...))
    io.stdout:flush()
  end
end

-- Credits -----------------------------------------------------------------------------

--- What was charged is at least what is sure, and at most that with what is in doubt.
function M.check_credits(told)
  for kind, charged in pairs(support.charges()) do
    local most = told[kind] + told.uncertain[kind]
    assert(told[kind] <= charged and charged <= most,
      ("%s: %d charged, from %d to %d told"):format(kind, charged, told[kind], most))
  end
end

--- A run is within its budget, or spent nothing over what was spent before.
function M.check_budget(budget, before)
  for kind, charged in pairs(budget and support.charges() or {}) do
    assert(charged <= math.max(budget[kind], before[kind] or 0), kind .. " is over its budget")
  end
end

-- Random numbers ---------------------------------------------------------------------

--- The seed of this process: SPEC_SEED, or another one each time.
M.SEED = tonumber(os.getenv("SPEC_SEED")) or os.time() % 1000000 + 1

--- A generator that is the same in every Lua -> function(n): 1 to n.
function M.random(seed)
  local state = seed
  return function(n)
    state = state * 16807 % 2147483647
    return state % n + 1
  end
end

-- Rows -------------------------------------------------------------------------------

--- The rows of a program's output by their inputs, each of which has one at most; and
--- how it ended: "end", "failure MESSAGE", or nil if it was killed.
function M.read_rows(output)
  local rows, ending = {}, nil
  for line in output:gmatch("([^\n]*)\n") do
    local item, kind, text = line:match("^(%S+)\t(%S+)\t(.*)$")
    if item then
      assert(not rows[item], "two rows for " .. item)
      rows[item] = { kind = kind, text = text }
    else
      ending = line
    end
  end
  return rows, ending
end

-- Runs -------------------------------------------------------------------------------

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- A shell's command that runs a program.
local function command_of(job, around)
  local words = {
    around.before or "", ("timeout --foreground -s KILL %.4f env"):format(around.seconds or 60),
    "SPEC_JOB=" .. quote(assert(core.encode(job))),
  }
  if around.call then
    words[#words + 1] = "DIE_AT_CALL=" .. around.call
    words[#words + 1] = "LD_PRELOAD=" .. quote(native.library "sudden_death")
  end
  words[#words + 1] = arg[-1] .. " " .. (around.program or "spec/soak/program.lua")
  return table.concat(words, " ")
end

local function take(path)
  local text = files.read(path)
  os.remove(path)
  return text
end

--- Starts program.lua. `job`: url, token, method, count, opts. `around`: seconds after
--- which it is killed; `call`: at which of its calls (sudden_death.c); `before`: shell
--- words that come first; `program`: what is run instead.
-- -> function() that waits for its end -> its output, its exit code (137: killed), what it
-- said on standard error
function M.start(job, around)
  local errors = os.tmpname()
  local pipe = assert(io.popen(("{ %s; } 2>%s; code=$?; echo; echo $code")
    :format(command_of(job, around or {}), errors)))
  return function()
    local output, code = pipe:read("*a"):match("^(.*)\n(%d+)\n$")
    pipe:close()
    return output, tonumber(code), take(errors)
  end
end

--- As `start`, and waits for its end.
function M.run(job, around)
  return M.start(job, around)()
end

-- Charges ------------------------------------------------------------------------------

--- What the sandbox charged for each key: key -> kind -> how often. Waits until all that
--- was sent is done.
function M.charges()
  support.wait_until_closed()
  local charges = {}
  for _, entry in ipairs(support.sandbox:ledger()) do
    for _, charge in ipairs(entry.charges or {}) do
      local key = inputs.key_of(charge.subject)
      charges[key] = charges[key] or {}
      charges[key][charge.kind] = (charges[key][charge.kind] or 0) + 1
    end
  end
  return charges
end

return M
