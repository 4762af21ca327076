-- A real nginx with its Lua module, for specs: written into a folder of its own,
-- started on a free port of the loopback, stopped by pid.
--
--   local nginx = require "spec.support.nginx"
--   local server = nginx.start { workers = 2, server = "location / { … }" }
--   server:get("/") -> body, status
--   server:stop() -> what it wrote to its error log

local files = require "spec.support.files"
local http = require "socket.http"
local socket = require "socket"

local M = {}

local MODULES = "/usr/lib/nginx/modules/"

-- Places for ${name}; the Lua paths and what the client reads of the environment
-- are those of the program that runs the specs.
local MAIN = [[
load_module ]] .. MODULES .. [[ndk_http_module.so;
load_module ]] .. MODULES .. [[ngx_http_lua_module.so;
user root;
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
env CONTACTOUT_BASE_URL;
]]

local HTTP = [[
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  lua_package_path '${lua_path}';
  lua_package_cpath '${lua_cpath}';
]]

local CONFIGURATION = MAIN .. [[
${main}
worker_processes ${workers};
worker_shutdown_timeout 20s;
env CONTACTOUT_TOKEN;
env SPEC_HOST;
env SPEC_TASK;
env SPEC_RUNS;
env SPEC_SECURE_URL;
env SPEC_CA_FILE;
events { worker_connections ${connections}; }
]] .. HTTP .. [[
  ${http}
  server {
    listen 127.0.0.1:${port} backlog=1024;
    lua_check_client_abort on;
    ${server}
  }
}
]]

-- A document's configuration, with what it leaves to the machine, and our port.
local function completed(whole)
  return MAIN .. whole:gsub("http {\n", function() return HTTP end)
    :gsub("(listen 127%.0%.0%.1:)%d+", "%1${port}")
end

local function free_port()
  local one = assert(socket.bind("127.0.0.1", 0))
  local _, port = one:getsockname()
  one:close()
  return port
end

local function read(path)
  local file = io.open(path)
  local text = file and file:read("*a") or ""
  if file then
    file:close()
  end
  return text
end

local function new_folder()
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir -m 700 " .. folder))
  return folder
end

--- Writes the configuration -> its folder, the command that runs it, its port
function M.write(opts)
  local folder, port = new_folder(), free_port()
  local values = {
    main = opts.main or "", http = opts.http or "", server = opts.server or "",
    workers = tostring(opts.workers or 1), connections = tostring(opts.connections or 1024),
    folder = folder, port = tostring(port),
    lua_path = (opts.path or "") .. package.path, lua_cpath = (opts.cpath or "") .. package.cpath,
  }
  local configuration = opts.whole and completed(opts.whole) or CONFIGURATION
  files.write(folder .. "/nginx.conf", (configuration:gsub("%${([%w_]+)}", values)))
  -- -e: the log of before the configuration is read
  local command = ("nginx -p %s -e %s/error.log -c %s/nginx.conf"):format(folder, folder, folder)
  return folder, command, port
end

--- For `http`: runs a program in a timer of each worker, and ends that where it
--- fails. Not by dofile, a C function, out of which nothing could yield.
function M.run_in_timer(program)
  return ([[
    init_worker_by_lua_block {
      ngx.timer.at(0, function()
        local ok, problem = xpcall(assert(loadfile(%q)), debug.traceback)
        if not ok then
          io.stderr:write(problem, "\n")
          os.exit(9)
        end
      end)
    }
  ]]):format(program)
end

local Server = {}
Server.__index = Server

--- -> body, status; or nil, message
function Server:get(path)
  return http.request(self.url .. path)
end

--- A connection on which a request was sent, and whose answer is to be read.
function Server:begin(path)
  local one = assert(socket.connect("127.0.0.1", self.port))
  assert(one:send("GET " .. path .. " HTTP/1.0\r\n\r\n"))
  return one
end

function Server:log()
  return read(self.folder .. "/error.log")
end

--- Sends a signal to the master.
function Server:signal(name)
  os.execute(("kill -%s %d"):format(name, self.pid))
end

--- The pids of the workers that are alive.
function Server:workers()
  local pids = {}
  local pipe = assert(io.popen("ps -o pid= --ppid " .. self.pid))
  for pid in pipe:read("*a"):gmatch("%d+") do
    pids[#pids + 1] = tonumber(pid)
  end
  pipe:close()
  return pids
end

--- Ends it, gracefully unless another signal is named, and waits for its end.
---@return string log
---@return integer code its exit code
function Server:stop(signal)
  if self.pipe then
    self:signal(signal or "QUIT")
    self.code = tonumber(self.pipe:read("*a"):match("(%d+)%s*$"))
    self.pipe:close()
    self.pipe, self.final_log = nil, self:log()
    os.execute("rm -rf " .. self.folder)
  end
  return self.final_log, self.code
end

-- Until it answers; its master listens before the workers are there.
local function wait_until_up(server)
  for _ = 1, 1000 do
    local one = socket.connect("127.0.0.1", server.port)
    if one then
      one:close()
      server.pid = tonumber(read(server.folder .. "/nginx.pid"):match("%d+"))
    end
    if server.pid then
      return server
    end
    socket.sleep(0.01)
  end
  error("nginx didn't start: " .. server:log())
end

--- Starts one. Options: `server`, `http` and `main`, configuration to go there;
--- `workers` (1), `connections` of each (1024), `env`, words before the command; `whole`,
--- instead of those: a document's configuration; `path`: before Lua's own.
function M.start(opts)
  local folder, command, port = M.write(opts)
  local pipe = assert(io.popen(("env %s %s </dev/null 2>&1; echo $?"):format(opts.env or "",
    command)))
  return wait_until_up(setmetatable({
    folder = folder, port = port, pipe = pipe, url = "http://127.0.0.1:" .. port,
  }, Server))
end

return M
