-- Memory that runs out, at each request in turn: no crash, and nothing is left when
-- the Lua state closes. spec/support/failing_allocator.c, built by make beside the
-- core, runs each script of spec/support/allocation.

-- The folder that `make` builds into for this Lua, by the core found in it.
local function build_folder()
  for folder in package.cpath:gmatch("([^;]*)%?%.so") do
    local file = io.open(folder .. "failing_allocator", "rb")
    if file then
      file:close()
      return folder
    end
  end
  error("failing_allocator is not built: run `make test`")
end

local function run(script)
  local pipe = io.popen(("%sfailing_allocator spec/support/allocation/%s.lua 2>&1")
    :format(build_folder(), script))
  local output = pipe:read("*a")
  pipe:close()
  return output
end

describe("running out of memory", function()
  for _, script in ipairs({ "codec", "exchange", "transport" }) do
    it("leaves nothing behind in " .. script .. ".lua", function()
      local output = run(script)
      assert.are.equal("ok", output:match("([^\n]*)\n$"), output)
    end)
  end
end)
