-- Neovim, 0.7 and later: coroutines wait while the editor goes on, and go on in
-- `vim.schedule`, where all of its functions may be called. The main one, say a
-- mapping's function, waits by `vim.wait`, which keeps callbacks running. See
-- init.lua for the contract, uv.lua for the rest.

local compat = require "contactout.compat"
local uv_loop = require "contactout.loops.uv"

local vim = rawget(_G, "vim")

local FAST = "Neovim can't wait in this callback: make the call in vim.schedule or in a coroutine"
local FOREVER = 0x7fffffff -- milliseconds; what vim.wait takes at most

-- Whether the user has pressed Ctrl-C. While vim.wait has a condition, 0.7 doesn't
-- look; but any evaluation fails then, which also takes the interrupt back.
local function is_interrupted()
  local ok, problem = pcall(vim.api.nvim_eval, "0")
  return not ok and tostring(problem):find("Keyboard interrupt", 1, true) ~= nil
end

-- False: the user has interrupted it.
local function block(done)
  local ok, reason
  repeat
    ok, reason = vim.wait(FOREVER, function()
      return done() or is_interrupted()
    end)
  until ok or reason == -2
  return done()
end

local M = uv_loop.new(vim.uv or vim.loop, vim.schedule, block)

M.name = "neovim"

--- See the contract.
function M.inside()
  if compat.running() then
    if not compat.isyieldable() then
      return nil, compat.C_BOUNDARY
    end
  elseif vim.in_fast_event() then
    return nil, FAST
  end
  return true
end

--- See the contract.
function M.report(err)
  vim.schedule(function()
    vim.notify("contactout: error in a task: " .. tostring(err), vim.log.levels.ERROR)
  end)
end

-- Scheduled, since this file may be loaded by a call in a fast callback.
vim.schedule(function()
  vim.api.nvim_create_autocmd("VimLeavePre", { callback = function() M.close() end })
end)

return M
