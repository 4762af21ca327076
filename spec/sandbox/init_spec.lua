local http = require "socket.http"
local launcher = require "contactout.sandbox"

local function is_alive(pid)
  local ok = os.execute("kill -0 " .. string.format("%d", pid) .. " 2>/dev/null")
  return ok == true or ok == 0
end

describe("sandbox.start", function()
  it("returns when the sandbox accepts connections", function()
    local sandbox = assert(launcher.start())
    local _, status = http.request(sandbox.url .. "/_sandbox/state")
    assert.equal(200, status)
    sandbox:stop()
  end)

  it("stops the process, and twice does no harm", function()
    local sandbox = assert(launcher.start { people = 5, limits = false, minute = 0.5 })
    assert.is_true(is_alive(sandbox.pid))
    sandbox:stop()
    sandbox:stop()
    assert.is_false(is_alive(sandbox.pid))
    assert.equal("contactout.sandbox: stopped", tostring(sandbox))
  end)

  it("stops the process when it is collected", function()
    local pid = assert(launcher.start()).pid
    collectgarbage()
    collectgarbage()
    assert.is_false(is_alive(pid))
  end)

  it("says what is missing if it can't start", function()
    local sandbox, message = launcher.start { luajit = "false" }
    assert.is_nil(sandbox)
    assert.is_truthy(message:find("luajit", 1, true))
  end)

  it("raises for an unknown option", function()
    assert.has_error(function()
      launcher.start { minutes = 1 }
    end, "unknown option of sandbox.start: minutes")
  end)
end)

describe("sandbox main.lua", function()
  local function run(words)
    local pipe = io.popen("luajit lua/contactout/sandbox/main.lua " .. words .. " 2>&1")
    local text = pipe:read("*a")
    pipe:close()
    return text
  end

  it("lists every option and fault in --help", function()
    local text = run("--help")
    for _, fault in ipairs(require("contactout.sandbox.faults").LIST) do
      assert.is_truthy(text:find(fault.name, 1, true))
    end
    assert.is_truthy(text:find("--with-parent", 1, true))
  end)

  it("refuses options it doesn't know or can't read", function()
    assert.is_truthy(run("--nonsense"):find("unknown option", 1, true))
    assert.is_truthy(run("--minute long"):find("needs a number", 1, true))
    assert.is_truthy(run("--port"):find("needs a value", 1, true))
  end)
end)
