-- The rockspec lists every source and every module, and nothing else.

local temporary = require("spec.support.files").temporary

local function lines_of(command)
  local list = {}
  local pipe = assert(io.popen(command))
  for line in pipe:lines() do
    list[#list + 1] = line
  end
  pipe:close()
  table.sort(list)
  return list
end

-- A rockspec is Lua that sets globals. Run by a Lua of its own, which prints the
-- modules and their files, for not every Lua can load a chunk into a table.
local function modules_of(path)
  local script = [[
    dofile(arg[1])
    for name, file in pairs(build.modules) do
      for _, one in ipairs(type(file) == "table" and file.sources or { file }) do
        print(name .. " " .. one)
      end
    end]]
  local file = temporary(script)
  local list = lines_of(("%s %s %s"):format(arg[-1], file, path))
  os.remove(file)
  return list
end

describe("the rockspec", function()
  local modules = modules_of("rockspec/contactout-scm-1.rockspec")

  -- The files of the modules whose files' names match.
  local function files(pattern, module)
    local list = {}
    for _, line in ipairs(modules) do
      local name, file = line:match("^(%S+) (%S+)$")
      if file:find(pattern) and (module or name) == name then
        list[#list + 1] = file
      end
    end
    table.sort(list)
    return list
  end

  it("lists the C sources in src", function()
    assert.are.same(lines_of("ls src/*.c"), files("%.c$", "contactout.core"))
    assert.are.same(lines_of("ls src/store/*.c"), files("%.c$", "contactout.store"))
  end)

  it("lists the Lua modules in lua", function()
    assert.are.same(lines_of("find lua -name '*.lua'"), files("%.lua$"))
  end)

  it("gives each Lua module the name by which it is required", function()
    for _, line in ipairs(modules) do
      local name, file = line:match("^(%S+) lua/(%S+)$")
      local path = file and file:gsub("/init%.lua$", ""):gsub("%.lua$", "")
      assert.are.equal(path and path:gsub("/", "."), name and file and name)
    end
  end)
end)
