-- How nginx.conf is run from the tree: for demo.lua, and for its spec. OpenResty
-- reads it as it stands; what Debian's nginx needs besides is said on its command
-- line.

local M = {}

local MODULES = "/usr/lib/nginx/modules/"
local DEBIAN = ("load_module %sndk_http_module.so; load_module %sngx_http_lua_module.so;"):format(
  MODULES, MODULES)

local function can_read(path)
  local file = io.open(path)
  return file ~= nil and file:close() and true
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Makes a folder to run in.
---@param here string the folder of nginx.conf
---@param port integer instead of nginx.conf's
---@return string folder to be removed afterwards; nginx.pid will be in it
---@return string command
function M.prepare(here, port)
  local folder = os.tmpname()
  os.remove(folder)
  os.execute(("mkdir -m 700 %s && ln -s \"$(realpath %s)\" %s/lua"):format(folder,
    quote(here .. "/lua"), folder))
  local from = assert(io.open(here .. "/nginx.conf"))
  local to = assert(io.open(folder .. "/nginx.conf", "w"))
  to:write((from:read("*a"):gsub("127%.0%.0%.1:8080", "127.0.0.1:" .. port)))
  from:close()
  to:close()
  -- root's workers would be nobody's, and couldn't read the tree
  local globals = "daemon off; user root; "
    .. (can_read(MODULES .. "ngx_http_lua_module.so") and DEBIAN or "")
  local program = os.execute("command -v openresty >/dev/null") == 0 and "openresty" or "nginx"
  return folder, ("%s -p %s/ -e stderr -c nginx.conf -g %s"):format(program, folder,
    quote(globals))
end

return M
