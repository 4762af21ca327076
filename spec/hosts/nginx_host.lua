-- nginx, for program.lua: in a timer of a worker that is a process of its own.

local ffi = require "ffi"
local ngx = require "ngx"
local vanishing = require "spec.hosts.vanishing"

ffi.cdef "int kill(int pid, int signal);"

local SIGQUIT = 3

local function survives_killed_waiters()
  vanishing(function(fn, done)
    local thread = ngx.thread.spawn(fn)
    while not done() do
      ngx.sleep(0.001)
    end
    assert(ngx.thread.kill(thread))
  end)
end

return {
  facts = {
    { name = "killed waiters hold up no other", check = survives_killed_waiters },
  },
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
