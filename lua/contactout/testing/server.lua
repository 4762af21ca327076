-- What the three servers of contactout.testing have in common: a process of its own
-- on the loopback, which is asked over its control paths what it has seen. They are
-- asked by a client of our own, so that nothing else need be installed.

local contactout = require "contactout"
local errors = require "contactout.errors"
local launcher = require "contactout.sandbox"

local M = {}

---@class contactout.testing.Server
---@field url string its base URL
---@field token string one it takes
local Server = {}

local PROGRAM = "env CONTACTOUT_BASE_URL=%s CONTACTOUT_TOKEN=%s"

--- Asks a control path (see contactout.sandbox.control), as do all methods here but
--- `client`. Waits as a call does, and raises what goes wrong.
---@param method string
---@param path string
---@param args? table
---@return table answer
---@return integer status
function Server:control(method, path, args)
  self._control = self._control or assert(contactout.new({
    base_url = self.control_url, token = "control", rate_limits = false, max_retries = 0,
  }))
  local opts = { json = args, raw = true }
  local reply, err = self._control:request(method, "/_sandbox/" .. path, opts)
  if not reply then
    error(err, 0)
  end
  return reply.data, reply.status
end

--- A client of this server, without rate limits.
---@param opts? table as of `contactout.new`, over what is filled in
---@return contactout.Client|nil client
---@return contactout.Error|nil err
function Server:client(opts)
  local all = { base_url = self.url, token = self.token, rate_limits = false }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  return contactout.new(all)
end

--- What came: counts, `charges` by token and kind, `errors`, `notices`.
---@return table state
function Server:state()
  return (self:control("GET", "state"))
end

--- The requests so far, oldest first: `method`, `path`, `query`, `body`,
--- `endpoint`, `status`, and in the sandbox `charges` and `headers`.
---@param since? integer only those after so many
---@return table[] requests
function Server:requests(since)
  return (self:control("GET", "ledger?since=" .. (since or 0)))
end

--- Words to put before a command, so that a program of its own uses this server:
--- os.execute(sandbox:environment() .. " lua program.lua").
---@return string words
function Server:environment()
  return PROGRAM:format(self.url, self.token)
end

--- Ends the process and waits for its end. Safe to call twice. What is collected,
--- or whose program ends in whatever way, ends too.
function Server:stop()
  if self._control then
    self._control:close()
    self._control = nil
  end
  self._process:stop()
end

--- A class of servers.
---@param name string
---@param methods table<string, function> what it has besides
---@return table class
function M.class(name, methods)
  local class = { __name = "contactout.testing." .. name }
  class.__index = class
  for _, all in ipairs({ Server, methods }) do
    for key, method in pairs(all) do
      class[key] = method
    end
  end
  class.__close = class.stop
  function class:__tostring()
    return tostring(self._process):gsub("^contactout%.sandbox", self.__name, 1)
  end
  return class
end

--- Starts one.
---@param class table
---@param opts table options of contactout.sandbox.start
---@param fields table what it has besides
---@return contactout.testing.Server|nil server
---@return contactout.Error|nil err
function M.start(class, opts, fields)
  local process, problem = launcher.start(opts)
  if not process then
    return errors.fail("unsupported", problem)
  end
  fields.url, fields.control_url, fields.pid = process.url, process.control_url, process.pid
  fields._process = process
  return setmetatable(fields, class)
end

return M
