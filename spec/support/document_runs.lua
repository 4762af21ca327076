-- Runs the blocks of documents.lua, each in a folder of its own and in the program
-- that it is for. A runner raises why a block fails.

local contactout = require "contactout"
local documents = require "spec.support.documents"
local files = require "spec.support.files"
local nginx = require "spec.support.nginx"

local M = {}

local TOKEN = "test-document"
local PATIENCE = 60

local function output_of(command)
  local pipe = assert(io.popen("{ " .. command .. "; } 2>&1 </dev/null; code=$?; echo; echo $code"))
  local output, code = pipe:read("*a"):match("^(.-)%s*\n(%d+)\n$")
  pipe:close()
  return output, tonumber(code)
end

local ROOT = output_of("pwd")
local LUA = output_of("command -v " .. arg[-1])

-- A folder to run in ----------------------------------------------------------------

local FILES = {
  ["people.csv"] = [[
Name,LinkedIn,Work e-mail
Grace,https://www.linkedin.com/in/grace-petrovic-99,grace.petrovic99@post.example
Ines,linkedin.com/in/ines-lindqvist-39,
Nobody,https://www.linkedin.com/in/nobody-at-all,
]],
  ["crm.csv"] = [[
id,linkedin_url,email
1,https://www.linkedin.com/in/grace-petrovic-99,grace.petrovic99@post.example
2,https://www.linkedin.com/in/ines-lindqvist-39,invalid@post.example
]],
  ["your_script.lua"] = [[print(require("contactout").stats().status_code)]],
}
FILES["leads.csv"], FILES["recipe.lua"] = FILES["people.csv"], FILES["your_script.lua"]

-- What documents call Lua is the one that runs the specs.
local NEW_FOLDER = [[
cd $(mktemp -d) && mkdir bin && ln -s %s bin/lua && ln -s lua bin/lua5.4 && ln -s %s/examples . \
  && pwd]]

local function new_folder()
  local folder = output_of(NEW_FOLDER:format(LUA, ROOT))
  for name, text in pairs(FILES) do
    files.write(folder .. "/" .. name, text)
  end
  return folder
end

-- What a document can't know.
local function filled_in(text, sandbox)
  return (text:gsub("CONTACTOUT_TOKEN=%.%.%.", "CONTACTOUT_TOKEN=" .. TOKEN)
    :gsub('token = "%.%.%."', ("token = %q"):format(TOKEN))
    :gsub("http://127%.0%.0%.1:PORT", sandbox.url)
    :gsub("https://api%.contactout%.com", sandbox.url))
end

local function execute(folder, sandbox, command)
  return output_of(("cd %s && PATH=$PWD/bin:$PATH CONTACTOUT_BASE_URL=%s CONTACTOUT_TOKEN=%s "
    .. "timeout -s KILL %d %s"):format(folder, sandbox.url, TOKEN, PATIENCE, command))
end

local function expect_success(output, code)
  if code ~= 0 then
    error(("exit code %s\n%s"):format(tostring(code), output), 0)
  end
  return output
end

-- In which program --------------------------------------------------------------------

local RUNNERS = {}

function RUNNERS.lua(block, folder, sandbox)
  files.write(folder .. "/block.lua", filled_in(documents.program(block), sandbox))
  return expect_success(execute(folder, sandbox, LUA .. " block.lua"))
end

local function check_targets(line)
  local makefile = assert(io.open("Makefile")):read("*a")
  for target in line:gsub("#.*", ""):gsub("^%s*make%s", ""):gmatch("%S+") do
    if not target:find("[=-]") and not makefile:find("\n" .. target .. ":", 1, true) then
      error("there is no make " .. target, 0)
    end
  end
end

--- First word of a line of a script -> what is done instead of running it.
local NOT_RUN = {
  make = check_targets, luarocks = true, ["apt-get"] = true, sudo = true, git = true, cd = true,
  eval = true, -- of `make env`, which the specs themselves begin with
}

-- The command, as it is installed.
local COMMAND = ([[contactout() { lua %s/lua/contactout/command/main.lua "$@"; }]]):format(ROOT)

function RUNNERS.sh(block, folder, sandbox)
  local script = { "set -e", COMMAND }
  for line in filled_in(documents.program(block), sandbox):gsub("\\\n", ""):gmatch("[^\n]+") do
    local instead = NOT_RUN[line:match("^%s*([%w-]+)")]
    if instead == check_targets then
      check_targets(line)
    elseif not instead then
      script[#script + 1] = line
    end
  end
  files.write(folder .. "/block.sh", table.concat(script, "\n") .. "\n")
  return expect_success(execute(folder, sandbox, "sh block.sh"))
end

-- In Neovim, with the plugin of examples/neovim on its path.
local NEOVIM = [[
local how, name, command = %q, %q, %q
local ok, problem = pcall(function()
  vim.cmd(how .. " " .. name)
  if command ~= "" then
    vim.cmd(command)
    assert(vim.wait(20000, function() return #vim.api.nvim_list_wins() > 1 end),
      "no window was opened by " .. command)
  end
end)
if not ok then
  io.stderr:write(problem, "\n")
  vim.cmd("cquit")
end
vim.cmd("qall!")
]]

local function run_neovim(name, how, block, folder, sandbox)
  files.write(folder .. "/" .. name, filled_in(documents.program(block), sandbox))
  files.write(folder .. "/harness.lua", NEOVIM:format(how, name, block.marks["then"] or ""))
  return expect_success(execute(folder, sandbox, "nvim --headless -u NONE -i NONE -n"
    .. " --cmd 'set rtp^=examples/neovim' -c 'runtime plugin/contactout.lua' -S harness.lua"))
end

function RUNNERS.neovim(...)
  return run_neovim("block.lua", "luafile", ...)
end

function RUNNERS.vim(...)
  return run_neovim("block.vim", "source", ...)
end

-- Ends LÖVE when the tasks that the block began have ended.
local LOVE = [[
local contactout = require "contactout"
local spawn, tasks = contactout.spawn, 0
function contactout.spawn(fn, ...)
  tasks = tasks + 1
  return spawn(function(...)
    fn(...)
    tasks = tasks - 1
  end, ...)
end
function love.errorhandler(message)
  io.stderr:write(tostring(message), "\n")
  return function() return 1 end
end
require "block"
local update = love.update
function love.update(...)
  update(...)
  if tasks == 0 then
    love.event.quit(0)
  end
end
]]

function RUNNERS.love(block, folder, sandbox)
  files.write(folder .. "/block.lua", filled_in(documents.program(block), sandbox))
  files.write(folder .. "/main.lua", LOVE)
  files.write(folder .. "/conf.lua", "function love.conf(t) t.modules.audio = false end\n")
  return expect_success(execute(folder, sandbox, "xvfb-run -a love ."))
end

-- Lets the sandbox post the end of a job to a location.
local function call_back(path, server, sandbox)
  local client = assert(contactout.new { token = TOKEN, base_url = sandbox.url })
  assert(client:submit_contacts({ "https://www.linkedin.com/in/grace-petrovic-99" },
    { callback_url = server.url .. path })):wait { interval = 0.01 }
  client:close()
  sandbox:wait { callbacks = 1 }
  local callback = sandbox:state().callbacks[1]
  assert(callback.status == 200, ("%s: %s %s"):format(path, callback.status, callback.error))
  return server:log()
end

-- Asks for what the mark `get` says, or for each of the locations.
local function visit(block, server, sandbox)
  local path = block.marks.get
  if block.marks.webhook then
    return call_back(block.marks.webhook, server, sandbox)
  elseif path then
    local body, status = server:get(path)
    return assert(status == 200 and body, ("%s: %s\n%s"):format(path, status, body))
  end
  for location in block.text:gmatch("location = (%S+)") do
    local body, status = server:get(location)
    assert(status < 500, ("%s: %s\n%s"):format(location, status, body))
  end
  return ""
end

function RUNNERS.nginx(block, folder, sandbox)
  if block.module then
    local name = assert(block.text:match('require%("(.-)"%)'), "it requires no module")
    local program = filled_in(documents.program(block.module), sandbox)
    files.write(folder .. "/" .. name .. ".lua", program)
  end
  local server = nginx.start {
    whole = filled_in(documents.program(block), sandbox), path = folder .. "/?.lua;",
    env = ("CONTACTOUT_BASE_URL=%s CONTACTOUT_TOKEN=%s"):format(sandbox.url, TOKEN),
  }
  local ok, answer = pcall(visit, block, server, sandbox)
  local log = server:stop()
  if not ok or log:find("[error]", 1, true) then
    error(tostring(answer) .. "\n" .. log, 0)
  end
  return answer
end

--- Whether a block runs in LuaJIT, whatever Lua runs the specs.
function M.needs_luajit(block)
  return block.host == "neovim" or block.host == "vim" or block.host == "love"
    or block.host == "nginx"
end

--- Runs a block, and holds what it printed against what the document shows.
function M.run(block, sandbox)
  local folder = new_folder()
  local ok, output = pcall(RUNNERS[block.host], block, folder, sandbox)
  os.execute("rm -rf " .. folder)
  if not ok then
    error(("%s:%d: %s"):format(block.file, block.line, tostring(output)), 0)
  elseif block.prints and not documents.shows(block.prints, output) then
    error(("%s:%d prints\n%s\nand not\n%s"):format(block.file, block.line, output, block.prints), 0)
  end
end

return M
