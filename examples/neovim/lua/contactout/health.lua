-- :checkhealth contactout: whether the module is there for this Neovim, and what
-- it needs. Makes no request, and never shows the token. It lies in a folder named
-- as the module, which is where Neovim looks for it, and shadows nothing of that.

local M = {}

-- Neovim 0.8 and later have it as vim.health, with other names since 0.10.
local health = vim.health or require "health"
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local info = health.info or health.report_info
local warn = health.warn or health.report_warn
local report_error = health.error or health.report_error

local INSTALL = {
  "In contactout's folder: `make install LUA=luajit`",
  "Or without installing, in the shell that starts Neovim: `make LUA=luajit` and then "
    .. "`eval \"$(make -s env LUA=luajit)\"`",
}

-- The libcurl that the core has loaded: asked through the core's own file.
local function libcurl_version(core_file)
  local has_ffi, ffi = pcall(require, "ffi")
  if not has_ffi then
    return nil
  end
  pcall(ffi.cdef, "char *curl_version(void);")
  local loaded, version = pcall(function()
    return ffi.string(ffi.load(core_file).curl_version())
  end)
  return loaded and version:match("^%S+ ?%S*") or nil
end

local function check_module()
  start("contactout: the module")
  if not rawget(_G, "jit") then
    report_error("this Neovim has no LuaJIT: build contactout for Lua 5.1, where it can only block")
    return false
  end
  local loaded, core = pcall(require, "contactout.core")
  if not loaded then
    local is_missing = tostring(core):find("module 'contactout.core' not found", 1, true)
    report_error(is_missing and "contactout isn't built for LuaJIT, or not where Neovim looks"
      or "contactout's core can't be loaded: " .. tostring(core), INSTALL)
    return false
  end
  local file = package.searchpath("contactout.core", package.cpath) or "?"
  ok(("contactout %s, built for LuaJIT: %s"):format(core.version, file))
  local version = libcurl_version(file)
  ok(version and "libcurl is there: " .. version or "libcurl is there")
  return true
end

local function check_token(options)
  local from = options.token and "setup{}" or "CONTACTOUT_TOKEN"
  if options.token or (os.getenv("CONTACTOUT_TOKEN") or "") ~= "" then
    ok(("a token is there, from %s (not shown)"):format(from))
  else
    warn("there is no token", {
      "Set CONTACTOUT_TOKEN before Neovim starts",
      "Or: require(\"contactout_nvim\").setup{ client = { token = … } }",
    })
  end
end

-- Whether a client can be made of the options: this sends nothing.
local function check_client()
  start("contactout: the account")
  local options = require("contactout_nvim.config").options.client
  check_token(options)
  info("requests go to " .. (options.base_url or os.getenv("CONTACTOUT_BASE_URL")
    or "ContactOut's own address"))
  local client, err = require("contactout").new(options)
  if client then
    client:close()
    ok("the options are fine")
  elseif err.param ~= "token" then
    report_error(tostring(err), "See :help contactout-setup")
  end
  info("no request was made; to see whether the token is accepted, and what is left: "
    .. ":lua print(vim.inspect(require(\"contactout\").stats())), which is free")
end

function M.check()
  if check_module() then
    check_client()
  end
end

return M
