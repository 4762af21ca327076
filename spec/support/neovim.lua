-- A Neovim for specs: a process of its own without a screen, driven from outside
-- as a user would, by keys, and asked what it shows.
--
--   local editor = require("spec.support.neovim").start({ env = { ... } })
--   editor:send(":ContactOut<CR>")
--   editor:wait("vim.api.nvim_buf_line_count(0) > 1")
--   editor:eval("vim.api.nvim_get_current_line()")
--   local exit_code, output = editor:quit()

local cjson = require "cjson"

local M = {}

-- Seconds after which one is killed that doesn't end; a wait takes half of that.
local PATIENCE = 60

-- Seconds that a wait stays in the editor at a stretch. Where a mapping's call
-- blocks, that is inside the call's own wait, which can't end meanwhile.
local STRETCH = 0.1

local Editor = {}
Editor.__index = Editor

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- What a command prints, and whether it succeeded.
local function output_of(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo; echo $?"))
  local output, code = pipe:read("*a"):match("^(.-)%s*\n(%d+)\n$")
  pipe:close()
  return output, code == "0"
end

function Editor:remote(option, text)
  return output_of(("nvim --server %s --remote-%s %s"):format(self.address, option, quote(text)))
end

--- Types keys, as nvim_input() takes them; comes back before they are worked off.
function Editor:send(keys)
  local output, ok = self:remote("send", keys)
  assert(ok, output)
end

-- Runs Lua there -> how that ended, as JSON, since a line end would get lost.
function Editor:call(code)
  local chunk = "(function() local ok, value = pcall(function() " .. code .. " end) "
    .. "return vim.fn.json_encode({ ok, tostring(value) }) end)()"
  return self:remote("expr", "luaeval('" .. chunk:gsub("'", "''") .. "')")
end

--- Runs Lua there -> what it returned, as text. Raises its error, as text too.
function Editor:run(code)
  local output = self:call(code)
  local decoded, result = pcall(cjson.decode, output)
  if decoded and result[1] then
    return result[2]
  end
  error(decoded and result[2] or output, 2)
end

--- The value of a Lua expression there, as text.
function Editor:eval(expression)
  return self:run("return " .. expression)
end

--- Waits until a Lua expression is true there; raises after a time.
function Editor:wait(expression)
  local wait = ("(vim.wait(%d, function() return %s end, 5))"):format(STRETCH * 1000, expression)
  for _ = 1, PATIENCE / 2 / STRETCH do
    if self:eval(wait) == "true" then
      return
    end
  end
  error("it never came that " .. expression .. "\n" .. self:text(), 2)
end

--- The text of the current buffer.
function Editor:text()
  return self:eval("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')")
end

--- Waits for its end -> the exit code (above 128: a signal), and what it printed.
function Editor:finish()
  local output, code = self.pipe:read("*a"):match("^(.-)%s*\n(%d+)\n$")
  self.pipe:close()
  self.pipe = nil
  os.remove(self.address)
  return tonumber(code), output
end

--- Ends it by Lua, `:qall!` without it, unless it has ended -> as `finish`.
function Editor:quit(code)
  if self.pipe then
    self:call(code or "vim.cmd('qall!')")
    return self:finish()
  end
end

-- Until it listens, and has read what it starts with.
local function wait_for_start(editor)
  for _ = 1, 500 do
    if editor:remote("expr", "v:vim_did_enter") == "1" then
      return editor
    end
  end
  error("Neovim didn't start: " .. select(2, editor:finish()))
end

--- Starts one.
---@param opts? table `env`: variables by name; `arguments`: words for its command line
function M.start(opts)
  opts = opts or {}
  local address = os.tmpname()
  os.remove(address)
  local words = { "env -u CONTACTOUT_TOKEN -u CONTACTOUT_BASE_URL" }
  for name, value in pairs(opts.env or {}) do
    words[#words + 1] = name .. "=" .. quote(value)
  end
  words[#words + 1] = ("timeout -s KILL %d nvim --headless -i NONE -n --listen %s %s")
    :format(PATIENCE, address, opts.arguments or "-u NONE")
  local pipe = assert(io.popen("{ " .. table.concat(words, " ")
    .. "; code=$?; echo; echo $code; } 2>&1 </dev/null"))
  return wait_for_start(setmetatable({ address = address, pipe = pipe }, Editor))
end

return M
