-- nginx, for program.lua: in a timer of a worker that is a process of its own.

local ffi = require "ffi"
local ngx = require "ngx"

ffi.cdef "int kill(int pid, int signal);"

local SIGQUIT = 3

return {
  -- The program itself is in a coroutine of nginx's, and may wait.
  run = function(main)
    main()
  end,
  finish = function() end,
  tick = function(fn)
    ngx.thread.spawn(function()
      while fn() do
        ngx.sleep(0.001)
      end
    end)
  end,
  leave = function()
    ffi.C.kill(ngx.worker.pid(), SIGQUIT) -- os.execute would have it ignored
  end,
}
