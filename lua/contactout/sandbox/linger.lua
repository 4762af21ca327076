-- Makes a socket's close a reset: SO_LINGER with a time of 0, which cqueues
-- has no call for. Needs LuaJIT's FFI; without it the close is an ordinary
-- one.

local M = {}

local has_ffi, ffi = pcall(require, "ffi")
local set_option

if has_ffi then
  ffi.cdef [[
    int setsockopt(int socket, int level, int name, const void *value, unsigned length);
  ]]
  local is_linux = ffi.os == "Linux"
  local level, name = is_linux and 1 or 0xFFFF, is_linux and 13 or 0x80
  set_option = function(descriptor)
    local on_for_no_time = ffi.new("int[2]", 1, 0)
    ffi.C.setsockopt(descriptor, level, name, on_for_no_time, ffi.sizeof(on_for_no_time))
  end
end

--- From now on, closing this cqueues socket resets the connection.
function M.reset_on_close(socket)
  if set_option then
    set_option(socket:pollfd())
  end
end

return M
