-- What the specs of the store and the journal share: a folder of their own, what
-- lies in it, and programs that are run by the Lua that runs the specs.
--
--   local support = require "spec.support.journal"
--   before_each(support.begin)
--   after_each(support.finish)        closes what was kept open, removes the folder

local files = require "spec.support.files"
local native = require "spec.support.native"

local M = {}

local folder
local kept = {}

function M.begin()
  folder = os.tmpname()
  os.execute("rm -f " .. folder .. " && mkdir -m 700 " .. folder)
end

function M.finish()
  for _, one in ipairs(kept) do
    one:close()
  end
  kept = {}
  os.execute("rm -rf " .. folder)
end

--- Closes it after the spec.
function M.keep(one, err)
  assert(one, err and tostring(err))
  kept[#kept + 1] = one
  return one
end

---@param name? string
function M.path(name)
  return folder .. "/" .. (name or "run.db")
end

local function output_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

--- Names of the folder's files, and their permissions: {["run.db"] = "600"}.
function M.files()
  local found = {}
  local text = output_of("cd " .. folder .. " && stat -c '%a %n' * 2>/dev/null")
  for mode, name in text:gmatch("(%d+) (%S+)") do
    found[name] = mode
  end
  return found
end

--- All bytes of the folder's files. Not while this process holds one of them open:
--- closing a file ends the system's locks on it.
function M.bytes()
  return output_of("cd " .. folder .. " && for f in *; do echo $f; cat $f; done")
end

--- Whether the text stands anywhere in them.
function M.hold(text)
  return M.bytes():find(text, 1, true) ~= nil
end

function M.write(name, text)
  files.write(M.path(name), text)
end

local PRELUDE = [[
package.cpath = %q .. ";" .. package.cpath
local process = require "spec_process"
local path = %q
local identity = { operation = "contacts", base_url = "https://api.example",
  options = { include_phone = false } }
local function say(...)
  print(...)
  io.stdout:flush()
end
]]

--- The beginning of each program: see above.
function M.prelude()
  return PRELUDE:format(native.module_path(), M.path())
end

--- Runs a program -> what it printed, its exit code.
function M.run(program)
  return require("spec.support.client").run_lua(M.prelude() .. program)
end

return M
