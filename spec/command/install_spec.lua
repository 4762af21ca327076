-- The command as it is installed: by `make install`, by LuaRocks, and in the tree.

local command = require "spec.support.command"

local LUA = arg[-1]
local VERSION = _VERSION:match("%d%.%d")

local folder

-- Runs a line of the shell without this spec's LUA_PATH -> what it printed
local function shell(line)
  local pipe = assert(io.popen("env -u LUA_PATH -u LUA_CPATH -u LUA_PATH_5_4 -u LUA_CPATH_5_4 "
    .. ("CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s "):format(command.TOKEN, command.sandbox.url)
    .. line .. " 2>&1"))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

describe("the installed command #programs", function()
  before_each(function()
    command.begin()
    folder = os.tmpname()
    os.remove(folder)
  end)

  after_each(function()
    os.execute("rm -rf " .. folder)
  end)

  it("runs by make install, from anywhere", function()
    shell(("make -s install LUA=%s PREFIX=%s"):format(LUA, folder))
    assert.matches("^plan,first,", shell("sh -c 'cd / && " .. folder .. "/bin/contactout usage'"))
  end)

  it("knows where it will stand, wherever DESTDIR has it", function()
    shell(("make -s install LUA=%s PREFIX=/opt/c DESTDIR=%s"):format(LUA, folder))
    local text = shell("cat " .. folder .. "/opt/c/bin/contactout")
    assert.matches("/opt/c/share/lua/" .. VERSION .. "/?.lua;", text, 1, true)
    assert.is_nil(text:find(folder, 1, true))
  end)

  it("runs in a shell with the lines of make env", function()
    local line = ([[sh -c 'eval "$(make -s env LUA=%s)"; cd /; contactout usage']]):format(LUA)
    assert.matches("^plan,first,", shell(line))
  end)

  -- In a copy, for LuaRocks builds in the folder itself; with this Lua's headers.
  it("runs by LuaRocks", function()
    local copy, tree = folder .. "/source", folder .. "/tree"
    shell(("sh -c 'mkdir -p %s && cp -r src lua rockspec %s'"):format(copy, copy))
    local made = shell(("sh -c 'cd %s && luarocks --lua-version %s make --tree %s %s'"):format(
      copy, VERSION, tree, "rockspec/contactout-scm-1.rockspec"))
    assert.matches("is now installed", made)
    assert.matches("^plan,first,", shell(tree .. "/bin/contactout usage"))
  end)
end)
