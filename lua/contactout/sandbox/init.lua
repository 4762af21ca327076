-- Starts the sandbox, an offline stand-in for the whole API, as a process of
-- its own, from any Lua. The server needs LuaJIT with lua-http and lua-cjson;
-- this launcher needs nothing.
--
-- The process ends with `stop`, when the returned table is collected, or when
-- this program ends, however it ends: its standard input is a pipe from here.

local M = {}

local HERE = debug.getinfo(1, "S").source:match("^@(.*)init%.lua$") or "./"

--- Options of `start` and the command line's names for them.
local OPTIONS = {
  port = "--port", tls = "--tls", minute = "--minute", people = "--people",
  job_polls = "--job-polls", job_seconds = "--job-seconds", ledger = "--ledger",
  record = "--record", upstream = "--upstream", replay = "--replay",
}

local function quote(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

local function command_line(opts)
  local words = { quote(opts.luajit or "luajit"), quote(HERE .. "main.lua"), "--with-parent" }
  for name, value in pairs(opts) do
    if OPTIONS[name] then
      words[#words + 1] = OPTIONS[name] .. " " .. quote(value)
    elseif name == "limits" then
      words[#words + 1] = value and "" or "--no-limits"
    elseif name ~= "luajit" then
      error("unknown option of sandbox.start: " .. tostring(name), 3)
    end
  end
  return table.concat(words, " ")
end

--- Runs the command with a pipe to its standard input; its first two lines,
-- its pid and what it prints, come back through a named pipe. -> pipe, pid, url
local function launch(command)
  local fifo = os.tmpname()
  os.execute("rm -f " .. fifo .. " && mkfifo -m 600 " .. fifo)
  local pipe = io.popen("{ echo $$; exec " .. command .. "; } > " .. fifo, "w")
  local output = assert(io.open(fifo, "r"))
  os.remove(fifo)
  local pid, url = output:read("*l"), output:read("*l")
  output:close()
  return pipe, tonumber(pid), url
end

local Sandbox = {}
Sandbox.__index = Sandbox
Sandbox.__name = "contactout.sandbox"

--- Ends the process and waits for its end. Safe to call twice.
function Sandbox:stop()
  if self.pipe then
    os.execute("kill " .. string.format("%d", self.pid) .. " 2>/dev/null")
    self.pipe:close()
    self.pipe = nil
  end
end

function Sandbox:__tostring()
  return "contactout.sandbox: " .. (self.pipe and self.url or "stopped")
end

--- Starts a sandbox; returns as soon as it accepts connections.
---@param opts? table port, people, job_polls, job_seconds, ledger: see `main.lua --help`;
--- tls: a folder, in which `ca.pem` is written; minute: seconds in the rate
--- limits' minute; limits = false: none; luajit: the program to run; record and
--- upstream, or replay: see contactout.testing.
---@return {url: string, control_url: string, pid: integer, stop: function}|nil
---@return string|nil message why it didn't start
function M.start(opts)
  local pipe, pid, url = launch(command_line(opts or {}))
  if not url or not url:find("^http") then
    pipe:close()
    return nil, url or "the sandbox didn't start: it needs luajit with lua-http, lua-luaossl and "
      .. "lua-cjson (Debian: apt-get install luajit lua-http lua-luaossl lua-cjson)"
  end
  local control_url = "http://127.0.0.1:" .. url:match("(%d+)$")
  return setmetatable({ url = url, control_url = control_url, pid = pid, pipe = pipe }, Sandbox)
end

return M
