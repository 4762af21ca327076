-- Neovim's adapter as somebody at the editor meets it: keys pressed while a call
-- blocks, the ways to leave with calls in flight, other timers. What holds in
-- every host is neovim_spec.lua's.
if not rawget(_G, "jit") then
  return
end

local neovim = require "spec.support.neovim"
local support = require "spec.support.client"

local sandbox = support.sandbox
local editor

-- An editor with a client, `one`.
local function start(env)
  env = env or {}
  env.CONTACTOUT_TOKEN = support.TOKEN
  env.CONTACTOUT_BASE_URL = env.CONTACTOUT_BASE_URL or sandbox.url
  editor = neovim.start({ env = env })
  editor:run([[contactout = require "contactout"
    one = assert(contactout.new({ rate_limits = false, max_connections = 1 }))]])
end

-- Runs Lua in the main coroutine, by a key as a mapping would. When it has ended
-- `ended` is true and `err` its error, returned or raised.
local function press(code)
  editor:run("ended = nil; vim.keymap.set('n', 'X', function() local results = { pcall(function() "
    .. code .. " end) }; err = results[1] and results[3] or results[2]; ended = true end)")
  editor:send("X")
end

-- What Ctrl-C makes of a call that waits as soon as `begun` has come: its kind.
local function kind_after_interrupt(code, begun)
  start()
  press(code)
  begun()
  editor:send("<C-c>")
  editor:wait("ended")
  return editor:eval("type(err) == 'table' and err.kind or tostring(err)")
end

local function finish()
  if editor then
    editor:quit()
    editor = nil
  end
  sandbox:release()
end

describe("Ctrl-C in Neovim #yields", function()
  before_each(support.begin)
  after_each(finish)

  local function held()
    sandbox:wait({ held = 1 })
  end

  local function answered()
    sandbox:wait({ responses = 1 })
  end

  local function at_once()
    editor:wait("begun")
  end

  it("ends a call that blocks with cancelled", function()
    sandbox:fault("hold", 1)
    assert.equal("cancelled", kind_after_interrupt("return one:stats()", held))
  end)

  it("ends it once: the next call gets its reply", function()
    sandbox:fault("hold", 1)
    kind_after_interrupt("return one:stats()", held)
    sandbox:fault("delay:0.5", 1)
    press("return nil, assert(one:stats())")
    editor:wait("ended")
    assert.equal("200", editor:eval("err.status_code"))
  end)

  -- With one connection the next call waits for the end of the one before.
  it("lets a charged request that was sent go on to its end", function()
    sandbox:fault("hold", 1)
    local kind = kind_after_interrupt(
      ("return one:linkedin_enrich({ profile = %q })"):format(support.PROFILE), held)
    assert.equal("cancelled", kind)
    assert.equal("true", editor:eval("err.maybe_charged"))
    sandbox:release()
    press("return one:stats()")
    editor:wait("ended")
    assert.same({ 200, 200 }, support.statuses())
    assert.same({ email = 1, phone = 1 }, support.charges())
    assert.equal(1, sandbox:state().connections_opened)
  end)

  it("ends the wait for a retry, and nothing is sent again", function()
    sandbox:fault("status:429,retry-after:60", 1)
    assert.equal("cancelled", kind_after_interrupt("return one:stats()", answered))
    assert.equal(1, sandbox:state().requests)
  end)

  it("ends the wait for the rate limit, and nothing is sent", function()
    assert.equal("cancelled", kind_after_interrupt([[
      local slow = contactout.new({ rate_limits = { other = 10, window = 600 } })
      assert(slow:stats())
      return slow:stats()]], answered))
    assert.equal(1, sandbox:state().requests)
  end)

  it("ends a sleep", function()
    assert.equal("cancelled",
      kind_after_interrupt("begun = true; return contactout.sleep(1000)", at_once))
  end)

  it("ends a map and the calls in it", function()
    sandbox:fault("hold", 1)
    assert.equal("cancelled", kind_after_interrupt(
      "return contactout.map({ 1 }, function() return assert(one:stats()) end)", held))
  end)

  it("ends the wait for a task", function()
    assert.equal("cancelled", kind_after_interrupt([[
      begun = true
      contactout.spawn(contactout.sleep, 1000):wait()]], at_once))
  end)
end)

-- Each several times, since what goes wrong here goes wrong sometimes.
describe("leaving Neovim with calls in flight #yields", function()
  local WAYS = {
    { name = ":qall", code = "vim.cmd('qall!')", exit = 0 },
    { name = ":cquit", code = "vim.cmd('cquit 3')", exit = 3 },
    { name = "os.exit", code = "os.exit(4)", exit = 4 },
    { name = "SIGTERM", code = "vim.loop.kill(vim.loop.os_getpid(), 'sigterm')", exit = 1 },
  }
  local TIMES = 3

  before_each(support.begin)
  after_each(finish)

  for _, way in ipairs(WAYS) do
    it("ends by " .. way.name .. ", whatever waits", function()
      for time = 1, TIMES do
        sandbox:fault("hold", 1)
        start()
        editor:run([[contactout.spawn(one.stats, one) -- held
          contactout.spawn(one.stats, one) -- waits for the connection
          contactout.spawn(contactout.sleep, 1000)]])
        sandbox:wait({ held = time })
        local code, output = editor:quit("vim.schedule(function() " .. way.code .. " end)")
        assert.equal(way.exit, code, output)
      end
    end)
  end

  it("ends by SIGTERM while a call blocks", function()
    sandbox:fault("hold", 1)
    start()
    press("return one:stats()")
    sandbox:wait({ held = 1 })
    local code, output = editor:quit("vim.loop.kill(vim.loop.os_getpid(), 'sigterm')")
    assert.equal(1, code, output)
  end)
end)

describe("Neovim's loop #yields", function()
  before_each(support.begin)
  after_each(finish)

  -- Ten rounds of 20 calls, each answered after a while in which a host that goes
  -- on is called by its timer at least once, however slow the machine.
  local function assert_ticks_in_each_round(env)
    start(env)
    editor:run([[
      ticks, quiet, timer = 0, 0, vim.loop.new_timer()
      timer:start(1, 1, function() ticks = ticks + 1 end)
      contactout.spawn(function()
        local client = contactout.new({ rate_limits = false, ca_file = vim.env.CA_FILE })
        for _ = 1, 10 do
          local before = ticks
          contactout.map(vim.fn.range(20), function()
            return assert(client:stats(nil, { headers = { ["x-sandbox-fault"] = "delay:0.05" } }))
          end, { concurrency = 20 })
          quiet = quiet + (ticks > before and 0 or 1)
        end
        ended = true
      end)]])
    editor:wait("ended")
    assert.equal("0", editor:eval("quiet"))
  end

  it("calls its timers between the replies of 200 calls", function()
    assert_ticks_in_each_round({})
  end)

  it("calls them between those over https, connections included", function()
    local folder = os.tmpname()
    os.execute("rm " .. folder .. " && mkdir " .. folder)
    local secure = require("spec.support.sandbox").start({ tls = folder })
    finally(function()
      secure:stop()
      os.execute("rm -r " .. folder)
    end)
    assert_ticks_in_each_round({ CONTACTOUT_BASE_URL = secure.url, CA_FILE = secure.ca_file })
  end)

  it("keeps no handle of 1,000 calls, nor of waits, once the client is closed", function()
    start()
    -- uv.walk would do, but fails on handles of Neovim's own
    editor:run([[made, open = 0, {}
      for _, name in ipairs({ "new_poll", "new_timer" }) do
        local make = vim.loop[name]
        vim.loop[name] = function(...)
          local handle = make(...)
          made, open[handle] = made + 1, true
          return handle
        end
      end
      contactout.spawn(function()
        local client = contactout.new({ rate_limits = false })
        contactout.map(vim.fn.range(1000), function()
          contactout.sleep(0)
          return assert(client:stats())
        end)
        client:close()
        ended = true
      end)]])
    editor:wait("ended")
    assert.equal("true", editor:eval("made > 1000"))
    assert.equal("0", editor:eval("#vim.tbl_filter(function(handle) "
      .. "return not handle:is_closing() end, vim.tbl_keys(open))"))
    assert.equal(1000, sandbox:state().responses)
  end)
end)
