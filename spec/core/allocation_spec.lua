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

--- Scripts that need a folder to write to find it in SCRATCH.
local function run(script)
  local scratch = os.tmpname()
  os.execute("rm -f " .. scratch .. " && mkdir -m 700 " .. scratch)
  local pipe = io.popen(("SCRATCH=%s %sfailing_allocator spec/support/allocation/%s.lua 2>&1")
    :format(scratch, build_folder(), script))
  local output = pipe:read("*a")
  pipe:close()
  os.execute("rm -rf " .. scratch)
  return output
end

describe("running out of memory", function()
  for _, script in ipairs({ "codec", "exchange", "store", "transport" }) do
    it("leaves nothing behind in " .. script .. ".lua", function()
      local output = run(script)
      assert.are.equal("ok", output:match("([^\n]*)\n$"), output)
    end)
  end
end)
