-- Runs the shared behaviour of hosts (spec/hosts/behaviour.lua) inside one, in a
-- process of its own, and asserts each of its lines: for spec/hosts/*_spec.lua.
-- Repeats what goes wrong only sometimes SPEC_RUNS times (`make soak`).
--
--   for _, one in ipairs(hosts.checks("cqueues")) do
--     it(one.name, one.check)
--   end

local assert = require "luassert"
local behaviour = require "spec.hosts.behaviour"
local core = require "contactout.core"
local native = require "spec.support.native"
local support = require "spec.support.client"

local M = {}

-- Seconds after which a host that doesn't end is killed, and in which one that
-- ends hasn't waited for a lookup (nine, in endings.lua).
local PATIENCE, SOON = 60, 6

local RUNS = tonumber(os.getenv("SPEC_RUNS")) or 2

local WAYS = { "its last line", "os.exit", "os.exit with the state closed", "an error" }
local STATES = { "calls", "handshakes", "lookups" }

local function environment(host, task)
  local secure = require("spec.support.tls").sandbox()
  return {
    SPEC_HOST = host, SPEC_TASK = "'" .. task .. "'",
    SPEC_SECURE_URL = secure.url, SPEC_CA_FILE = secure.ca_file,
    CONTACTOUT_TOKEN = support.TOKEN, CONTACTOUT_BASE_URL = support.sandbox.url,
    LUA_CPATH = ("'%s;%s'"):format(native.module_path(), package.cpath),
    LD_PRELOAD = native.library("slow_dns") .. ":" .. native.library("blocking_calls"),
  }
end

-- How the Lua that runs the specs, or what `command` names, runs the program
-- -> its output, its exit code.
local function run(host, task, command)
  local words = { "env" }
  for name, value in pairs(environment(host, task)) do
    words[#words + 1] = name .. "=" .. value
  end
  local pipe = assert(io.popen(("{ %s timeout -s KILL %d %s; } 2>&1 </dev/null; "
    .. "code=$?; echo; echo $code"):format(table.concat(words, " "), PATIENCE,
    command or arg[-1] .. " spec/hosts/program.lua")))
  local output, code = pipe:read("*a"):match("^(.-)%s*\n(%d+)\n$")
  pipe:close()
  return output, tonumber(code)
end

-- What the host printed of a fact: "ok", or the whole of what there is.
local function verdict(output, name)
  for line in output:gmatch("[^\r\n]+") do
    if line == "ok: " .. name then
      return "ok"
    elseif line:find("failed: " .. name .. ":", 1, true) == 1 then
      return line
    end
  end
  return "nothing was said of it:\n" .. output
end

-- Facts ---------------------------------------------------------------------------

-- Where the core made the host wait (blocking_calls.c), while the shared facts
-- were checked, but for the function by which the host itself does.
local function waits(output, own)
  local last = behaviour.facts[#behaviour.facts].name
  local shared = output:match("ok: watched from here(.-): " .. last:gsub("%p", "%%%0"))
  local list = {}
  for name in (shared or output):gmatch("waits in ([%w_]+)") do
    if name ~= own then
      list[#list + 1] = name
    end
  end
  return table.concat(list, " ")
end

-- The facts, checked by one run of the host when the first of them is asked for.
local function add_facts(checks, name, opts)
  local output, code

  local function add(title, check)
    table.insert(checks, { name = title, check = function()
      if not output then
        support.sandbox:reset()
        output, code = run(name, "facts", opts.command)
      end
      check()
    end })
  end

  local function add_line(title, wanted)
    add(title, function()
      assert.equal("ok", verdict(output, wanted))
    end)
  end

  for _, fact in ipairs(behaviour.facts) do
    add_line("holds that " .. fact.name, fact.name)
  end
  for _, fact in ipairs(opts.own or {}) do
    add_line("holds that " .. fact, fact)
  end
  add("never waits in a blocking call", function()
    assert.matches("waits in nanosleep.-ok: watched from here", output)
    assert.equal("", waits(output, opts.waits_in))
  end)
  add_line("ends by itself when all is done", "the host has ended")
  add("exits as if nothing had been wrong", function()
    assert.equal(0, code)
  end)
end

-- Ends ----------------------------------------------------------------------------

local function check_end(name, way, state, opts)
  local expected = way == "an error" and (opts.error_code or 1) or 0
  for _ = 1, RUNS do
    local begun = core.now()
    local output, code = run(name, way .. " during " .. state, opts.command)
    assert.equal("ok", verdict(output, "in flight"))
    assert.equal(expected, code, output)
    assert.is_true(core.now() - begun < SOON)
  end
end

local function add_ends(checks, name, opts)
  for _, way in ipairs(opts.ends or WAYS) do
    for _, state in ipairs(STATES) do
      table.insert(checks, {
        name = ("ends with %s in flight, by %s"):format(state, way),
        check = function()
          check_end(name, way, state, opts)
        end,
      })
    end
  end
end

local function add_fork(checks, name, opts)
  table.insert(checks, {
    name = "with calls in flight survives a fork, and so does the child #fork",
    check = function()
      for _ = 1, RUNS do
        support.sandbox:reset()
        local output, code = run(name, "fork", opts.command)
        assert.equal("ok", verdict(output, "the child made a client of its own"))
        assert.equal("ok", verdict(output, "the parent lost nothing"))
        assert.equal(0, code, output)
        assert.equal(8, support.sandbox:state().requests)
      end
    end,
  })
end

-- `expected`: `told`, in the host's words; `ends`: it ends the program; `code`.
local function add_throw(checks, name, where, expected, opts)
  table.insert(checks, {
    name = "tells of an error thrown in " .. where,
    check = function()
      local output, code = run(name, "throw in " .. where, opts.command)
      assert.matches(expected.told, output)
      if not expected.ends then
        assert.equal("ok", verdict(output, "the others have ended"))
      end
      assert.equal(expected.code or 0, code, output)
    end,
  })
end

--- What holds in a host: the shared behaviour, and its own.
---@param name string its program is spec/hosts/NAME_host.lua
---@param opts? table `command`: runs program.lua; `own`: names of its own facts;
---  `ends`: the ways to end a program, see endings.lua; `error_code` of a program
---  that ends by an error (1); `waits_in`: the core's function in which its loop
---  itself waits; `forks`: it may; `thrown`: how it tells of errors thrown in "a task"
---  and in "a coroutine"
---@return table[] checks {name, check}, for `it`
function M.checks(name, opts)
  local checks = {}
  opts = opts or {}
  add_facts(checks, name, opts)
  add_ends(checks, name, opts)
  if opts.forks then
    add_fork(checks, name, opts)
  end
  for where, expected in pairs(opts.thrown or {}) do
    add_throw(checks, name, where, expected, opts)
  end
  return checks
end

return M
