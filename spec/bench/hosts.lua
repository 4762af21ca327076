-- Of `make bench`: how long each host keeps others waiting while calls go on
-- (gaps.lua), against the same host without them, in turn within one run.
--
--   luajit hosts.lua BIN     BIN: folder of the compiled server

local bench = require "spec.bench.support"
local launcher = require "contactout.sandbox"
local nginx = require "spec.support.nginx"

local PROGRAM = "spec/bench/gaps.lua"
local HOSTS = { "plain", "cqueues", "luv", "copas", "neovim", "nginx", "love" }

local function new_folder()
  local folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir -m 700 " .. folder)
  return folder
end

-- What runs the program inside a host; plain `luajit` where nothing is named.
local nginx_folder, nginx_command = nginx.write {
  main = "env BENCH_HTTP; env BENCH_HTTPS; env BENCH_CA; master_process off;",
  http = nginx.run_in_timer(PROGRAM),
}
local COMMANDS = {
  neovim = "nvim --headless -u NONE -i NONE -c 'luafile " .. PROGRAM .. "' -c 'cquit 9'",
  nginx = nginx_command,
  love = "env SPEC_PROGRAM=" .. PROGRAM .. " xvfb-run -a love spec/hosts/love",
}

local tls_folder = new_folder()
local http_url, keep = bench.start_server(20)
local secure = assert(launcher.start { tls = tls_folder, limits = false, ledger = 1 })

local ENVIRONMENT = ("env CONTACTOUT_TOKEN=test-bench CONTACTOUT_BASE_URL=%s BENCH_HTTP=%s "
  .. "BENCH_HTTPS=%s BENCH_CA=%s/ca.pem"):format(http_url, http_url, secure.url, tls_folder)

local function report(host, output)
  for server, what, busy, idle in output:gmatch("(https?) (%S+) ([%d.]+) ([%d.]+)") do
    print(("%-46s %9.2f %9.2f ms   %.2f"):format(
      ("%s, %s gap, %s"):format(host, what, server), busy, idle, busy / idle))
  end
end

print(("%-46s %9s %9s      calls / idle"):format("gaps of a 1 ms ticker, 200 calls, cold", "calls",
  "idle"))
for _, host in ipairs(HOSTS) do
  local pipe = assert(io.popen(("%s SPEC_HOST=%s timeout 60 %s 2>&1 </dev/null"):format(ENVIRONMENT,
    host, COMMANDS[host] or "luajit " .. PROGRAM)))
  local output = pipe:read("*a")
  pipe:close()
  if output:find("https longest", 1, true) then
    report(host, output)
  else
    print(host .. ": nothing was measured: " .. output)
  end
end

secure:stop()
keep:close()
os.execute("rm -rf " .. tls_folder .. " " .. nginx_folder)
