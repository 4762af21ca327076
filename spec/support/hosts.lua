-- Runs the shared behaviour of hosts (spec/hosts/behaviour.lua) inside one, in a
-- process of its own, and asserts each of its lines: for spec/hosts/*_spec.lua.
--
--   for _, one in ipairs(hosts.checks("cqueues")) do
--     it(one.name, one.check)
--   end

local assert = require "luassert"
local behaviour = require "spec.hosts.behaviour"
local support = require "spec.support.client"

local M = {}

-- Seconds after which a host that doesn't end is killed.
local PATIENCE = 60

-- How the Lua that runs the specs, or what `command` names, runs the program.
local function run(host, task, command)
  local env = {
    SPEC_HOST = host, SPEC_TASK = task,
    CONTACTOUT_TOKEN = support.TOKEN, CONTACTOUT_BASE_URL = support.sandbox.url,
  }
  local words = { "env" }
  for name, value in pairs(env) do
    words[#words + 1] = name .. "=" .. value
  end
  local program = command or arg[-1] .. " spec/hosts/program.lua"
  local pipe = assert(io.popen(("{ %s timeout -s KILL %d %s; } 2>&1 </dev/null; echo; echo $?")
    :format(table.concat(words, " "), PATIENCE, program)))
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

-- The facts, checked by one run of the host when the first of them is asked for.
local function add_facts(checks, name, opts)
  local output, code

  local function add(title, wanted)
    table.insert(checks, { name = title, check = function()
      if not output then
        support.sandbox:reset()
        output, code = run(name, "facts", opts.command)
      end
      assert.equal("ok", verdict(output, wanted))
    end })
  end

  for _, fact in ipairs(behaviour.facts) do
    add("holds that " .. fact.name, fact.name)
  end
  for _, fact in ipairs(opts.own or {}) do
    add("holds that " .. fact, fact)
  end
  add("ends by itself when all is done", "the host has ended")
  table.insert(checks, { name = "exits as if nothing had been wrong", check = function()
    checks[1].check()
    assert.equal(0, code)
  end })
end

-- Each several times, since what goes wrong here goes wrong sometimes.
local function add_ends(checks, name, opts)
  for _, way in ipairs(opts.ends or { "its last line", "exit", "close" }) do
    table.insert(checks, { name = "ends with calls in flight, by " .. way, check = function()
      for _ = 1, 5 do
        local output, code = run(name, "'" .. way .. "'", opts.command)
        assert.equal("ok", verdict(output, "in flight"))
        assert.equal(0, code, output)
      end
    end })
  end
end

--- What holds in a host: the shared behaviour, and its own.
---@param name string its program is spec/hosts/NAME_host.lua
---@param opts? table `command`: runs program.lua; `own`: names of its own facts;
---  `ends`: the ways to end a program, see program.lua
---@return table[] checks {name, check}, for `it`
function M.checks(name, opts)
  local checks = {}
  add_facts(checks, name, opts or {})
  add_ends(checks, name, opts or {})
  return checks
end

return M
