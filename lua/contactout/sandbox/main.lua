-- The command: luajit lua/contactout/sandbox/main.lua [options]
--
-- Prints one line, the URL, as soon as it accepts connections, and serves
-- until SIGTERM or SIGINT (or the end of its standard input). Where it can't
-- serve, the line says why.

--- So that it runs from a checkout without any LUA_PATH.
local here = arg[0]:match("^(.*)contactout/sandbox/main%.lua$")
if here then
  package.path = here .. "?.lua;" .. here .. "?/init.lua;" .. package.path
end

local OPTIONS = {
  { "--port N", "listen on that port of 127.0.0.1 (0: any free one)" },
  { "--tls DIR", "serve https, HTTP/2 too; DIR/ca.pem is written for clients to trust" },
  { "--minute SECONDS", "how long a minute of the rate limits lasts (60)" },
  { "--no-limits", "no rate limits" },
  { "--people N", "how many people there are (20000)" },
  { "--job-polls N", "how many polls of a job say QUEUED before it is done (1)" },
  { "--job-seconds S", "a job is done after that time, however often it is polled" },
  { "--ledger N", "how many requests are remembered (200000)" },
  { "--record FILE", "hand requests on to the API, and write them and its answers to FILE" },
  { "--upstream URL", "which API (its own is https://api.contactout.com)" },
  { "--replay FILE", "answer from a recording, and nothing else" },
  { "--with-parent", "end when standard input ends" },
  { "--help", "this text" },
}

local function print_help()
  print("usage: luajit main.lua [options]\n\nAn offline stand-in for the ContactOut API.\n")
  for _, option in ipairs(OPTIONS) do
    print(string.format("  %-18s %s", option[1], option[2]))
  end
  print("\nTokens: test-ANY (rich), trial-ANY (no paid endpoints), poor-ANY (no credits),")
  print("prepaid-ANY. Control paths: see control.lua.\n")
  print("Faults, by header `x-sandbox-fault: NAME[:ARGUMENT][,...]` or POST /_sandbox/faults:\n")
  for _, fault in ipairs(require("contactout.sandbox.faults").LIST) do
    print(string.format("  %-24s %s", fault.name, fault.does))
  end
end

local function fail(message)
  io.stderr:write("sandbox: ", message, " (see --help)\n")
  os.exit(2)
end

--- -> {name = value} by OPTIONS; an option without a value is true.
local function read_options(words)
  local takes_value = {}
  for _, option in ipairs(OPTIONS) do
    local name, value = option[1]:match("^%-%-(%S+) ?(.*)$")
    takes_value[name] = value ~= ""
  end
  local options, i = {}, 1
  while words[i] do
    local name = words[i]:match("^%-%-(.+)$")
    if takes_value[name] == nil then
      fail("unknown option " .. words[i])
    elseif takes_value[name] then
      i = i + 1
      options[name] = words[i] or fail("--" .. name .. " needs a value")
    else
      options[name] = true
    end
    i = i + 1
  end
  return options
end

local function number(options, name)
  local value = options[name]
  return value and (tonumber(value) or fail("--" .. name .. " needs a number"))
end

local function settings_of(options)
  local settings = {
    minute = number(options, "minute"), job_polls = number(options, "job-polls"),
    job_seconds = number(options, "job-seconds"), ledger = number(options, "ledger"),
  }
  if options["no-limits"] then
    settings.limits = false
  end
  return settings
end

--- Ends the server at SIGTERM and SIGINT.
local function heed_signals(server)
  local signal = require "cqueues.signal"
  signal.ignore(signal.SIGPIPE)
  signal.block(signal.SIGTERM, signal.SIGINT)
  local listener = signal.listen(signal.SIGTERM, signal.SIGINT)
  server.spawn(function()
    listener:wait()
    server:stop()
  end)
end

--- Ends the server when standard input ends: when its parent has died.
local function heed_parent(server)
  local input = require("cqueues.socket").fdopen(0)
  input:onerror(function(_, _, code)
    return code
  end)
  server.spawn(function()
    while input:read(1) do
      -- What the parent writes means nothing.
    end
    server:stop()
  end)
end

--- Name of a module that may be missing -> what Debian, and LuaRocks, call it.
local NEEDED = {
  { "cqueues", "lua-cqueues", "cqueues" }, { "http.h1_connection", "lua-http", "http" },
  { "openssl.ssl.context", "lua-luaossl", "luaossl" }, { "cjson", "lua-cjson", "lua-cjson" },
}

--- Raises a message that says what to install.
local function check_modules()
  local packages, rocks = {}, {}
  for _, needed in ipairs(NEEDED) do
    if not pcall(require, needed[1]) then
      packages[#packages + 1], rocks[#rocks + 1] = needed[2], needed[3]
    end
  end
  if #rocks > 0 then
    error(("it lacks %s: apt-get install %s, or luarocks --lua-version 5.1 install each of: %s")
      :format(table.concat(rocks, ", "), table.concat(packages, " "), table.concat(rocks, " ")), 0)
  end
end

--- Who answers, if not the sandbox itself.
local function app_of(options, world)
  if options.record then
    return require("contactout.sandbox.recorder").new(world, options.record,
      options.upstream or "https://api.contactout.com")
  elseif options.replay then
    return require("contactout.sandbox.player").new(world, options.replay)
  end
end

local function listen(options)
  check_modules()
  local data = require "contactout.sandbox.data"
  if options.people then
    data.set_people(number(options, "people"))
  end
  local world = require("contactout.sandbox.world").new(settings_of(options))
  return require("contactout.sandbox.server").listen {
    world = world, port = number(options, "port") or 0, app = app_of(options, world),
    context = options.tls and require("contactout.sandbox.tls").context(options.tls),
  }
end

local function start(options)
  local ok, server, port = pcall(listen, options)
  if not ok then
    print("the sandbox can't start: " .. tostring(server))
    os.exit(1)
  end
  heed_signals(server)
  if options["with-parent"] then
    heed_parent(server)
  end
  print((options.tls and "https://localhost:" or "http://127.0.0.1:") .. string.format("%d", port))
  io.stdout:flush()
  server:run()
  if server.app.finish then
    server.app:finish()
  end
end

local options = read_options(arg)
if options.help then
  print_help()
else
  start(options)
end
