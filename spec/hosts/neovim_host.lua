-- Neovim, for program.lua: run by luafile, outside of any coroutine.

local contactout = require "contactout"

local vim = rawget(_G, "vim")
local uv = vim.loop

local function client()
  return contactout.new({ rate_limits = false })
end

local function may_use_the_editor()
  assert(client():stats())
  assert(vim.api.nvim_get_current_buf() > 0)
end

-- Runs `fn` in the main coroutine, and waits for it.
local function in_main(fn)
  local result
  vim.schedule(function()
    result = { pcall(fn) }
  end)
  while not result do
    contactout.sleep(0.001)
  end
  assert(result[1], result[2])
end

local function waits_outside_of_coroutines()
  in_main(function()
    local ticks, timer = 0, uv.new_timer()
    timer:start(0, 1, function() ticks = ticks + 1 end)
    local reply = client():stats(nil, { headers = { ["x-sandbox-fault"] = "delay:0.1" } })
    timer:close()
    assert(reply.status_code == 200)
    assert(ticks > 5, ticks .. " ticks")
    assert(contactout.map({ 1, 2 }, function(i) return i end).n == 2)
  end)
end

local function refuses_fast_callbacks()
  local value, err
  local timer = uv.new_timer()
  timer:start(0, 0, function()
    timer:close()
    value, err = client():stats()
  end)
  while not err do
    contactout.sleep(0.001)
  end
  assert(value == nil and err.kind == "unsupported")
  assert(err.message:find("vim.schedule", 1, true), err.message)
end

local function serves_coroutines_of_fast_callbacks()
  local status
  local timer = uv.new_timer()
  timer:start(0, 0, function()
    timer:close()
    coroutine.wrap(function()
      status = assert(client():stats()).status_code
      assert(vim.api.nvim_get_current_buf() > 0)
    end)()
  end)
  while not status do
    contactout.sleep(0.001)
  end
  assert(status == 200)
end

return {
  facts = {
    { name = "a coroutine may use the editor after a call", check = may_use_the_editor },
    { name = "a call outside of coroutines waits, and the editor goes on",
      check = waits_outside_of_coroutines },
    { name = "a call in a fast callback is refused", check = refuses_fast_callbacks },
    { name = "a coroutine of a fast callback may call",
      check = serves_coroutines_of_fast_callbacks },
  },
  run = function(main)
    contactout.spawn(main):wait()
  end,
  finish = function() end,
  start = function(fn)
    coroutine.wrap(fn)()
  end,
  tick = function(fn)
    local timer = uv.new_timer()
    timer:start(1, 1, function()
      if not fn() then
        timer:close()
      end
    end)
  end,
  leave = function()
    vim.cmd("qall!")
  end,
}
