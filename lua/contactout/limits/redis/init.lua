-- Rate limits that any number of machines share, in a Redis. What users make, once, and
-- give to their clients; each client's turns (turns.lua) belong to its token and base
-- URL, of which Redis sees a digest. Knows for which kind of socket a host can wait;
-- luasocket is loaded only where it is needed.

local clock = require "contactout.limits.redis.clock"
local commands = require "contactout.limits.redis.commands"
local core = require "contactout.core"
local limiter = require "contactout.limiter"
local options = require "contactout.options"
local rules = require "contactout.options.rules"
local slots = require "contactout.limits.slots"
local turns = require "contactout.limits.redis.turns"

local M = {}

-- Seconds: what comes later than that by the clock of Redis eats up a minute's margin.
local LONGEST_TIMEOUT = 0.4

local function timeout(value)
  return value > 0 and value <= LONGEST_TIMEOUT, "above 0 and at most 0.4, since a turn that is "
    .. "told of later is missed"
end

local function own_rates(value)
  if type(value) ~= "table" then
    return false, "a table such as {search = 20}"
  end
  return rules.rate_limits(value)
end

---@type contactout.Option[]
M.OPTIONS = {
  { name = "host", type = "string", default = "127.0.0.1",
    doc = "where Redis is; a name is looked up at once, and that waits; 127.0.0.1" },
  { name = "port", type = "number", check = rules.at_least_one, default = 6379,
    doc = "its port; 6379" },
  { name = "path", type = "string", doc = "its unix socket, instead of host and port" },
  { name = "username", type = "string", doc = "for a Redis that has users" },
  { name = "password", type = "string", doc = "for a Redis that wants one; never shown" },
  { name = "database", type = "number", check = rules.count, default = 0,
    doc = "number of its database; 0" },
  { name = "prefix", type = "string", default = "contactout:",
    doc = "before the names of its keys; \"contactout:\"" },
  { name = "timeout", type = "number", check = timeout, default = LONGEST_TIMEOUT,
    doc = "seconds for one exchange with Redis; 0.4, and no more" },
  { name = "alone", type = "any", check = own_rates,
    doc = "requests per minute by class for this process while Redis is lost; as else" },
}
for _, name in ipairs { "search", "checker", "other", "window" } do
  table.insert(M.OPTIONS, { name = name, type = "any",
    doc = "as in the client's option rate_limits" })
end

-- Options -------------------------------------------------------------------------

-- The options, and the rates among them; nil and what they must be.
local function read(given)
  if type(given) ~= "table" then
    return nil, "limits that were made with a table of options"
  end
  local is_right, opts = options.read(M.OPTIONS, given)
  if not is_right then
    return nil, "limits with other options: " .. opts.message
  end
  local rates = { search = opts.search, checker = opts.checker, other = opts.other,
    window = opts.window }
  local holds, rule = rules.rate_limits(rates)
  if not holds then
    return nil, rule
  end
  return opts, rates
end

-- Whether this is nginx, which has sockets of its own.
local function is_nginx()
  local ngx = package.loaded.ngx
  return ngx ~= nil and ngx.socket ~= nil
end

-- The functions of libuv, where this is Neovim.
local function neovim_uv()
  local vim = rawget(_G, "vim")
  return vim and (vim.uv or vim.loop)
end

-- Looks a host's name up -> its address; nil, message
local function look_up(host, uv)
  if host:find("^[%d.]+$") or host:find(":", 1, true) then
    return host
  elseif not uv then
    return require("socket").dns.toip(host)
  end
  local found, problem = uv.getaddrinfo(host, nil, { family = "inet", socktype = "stream" })
  return found and found[1].addr, problem
end

-- What the options say of where Redis is, for this host; nil and what there must be
-- instead. To look a name up is the one thing for which nobody but nginx can but wait.
local function find_redis(opts)
  local port, uv = math.floor(opts.port), neovim_uv()
  if is_nginx() then
    return { host = opts.host, port = port, path = opts.path }
  end
  if not uv and not pcall(require, "socket") then
    return nil, "something else: limits in Redis need luasocket (lua-socket in Debian, "
      .. "\"luarocks install luasocket\" elsewhere)"
  elseif opts.path then
    return { path = opts.path, uv = uv }
  end
  local address, problem = look_up(opts.host, uv)
  if not address then
    return nil, ("limits in a Redis that there is: %s can't be found (%s)"):format(opts.host,
      tostring(problem))
  end
  return { host = address, port = port, uv = uv }
end

-- What a new connection says first. A function, so that nothing that is shown has it.
local function greetings(opts)
  local list = {}
  if opts.password then
    list[1] = commands.encode { "AUTH", opts.username or opts.password,
      opts.username and opts.password }
  end
  if opts.database ~= 0 then
    list[#list + 1] = commands.encode { "SELECT", ("%d"):format(opts.database) }
  end
  return function()
    return list
  end
end

-- For a client ----------------------------------------------------------------------

---@class contactout.RedisLimits
---@field problem? string what rate_limits must be instead, where these can't be used
---@field is_misused? boolean true where the options are wrong, and not the place
local Limits = {}
Limits.__index = Limits
Limits.__name = "contactout.RedisLimits"

--- The turns of a client. One node of a cluster has all of its keys: they are told apart
--- by what is in braces.
---@param asked table base_url and token
---@return contactout.RedisTurns
function Limits:bind(asked)
  local key = ("%s{%s}:"):format(self._prefix, core.digest(asked.base_url .. "\n" .. asked.token))
  return turns.new(self._line, {
    place = self._place, key = key, classes = slots.by_class(key, self._rates, core.rates),
    own = limiter.set(self._alone or self._rates, core.now), state = self._state,
  })
end

function Limits:__tostring()
  return ("contactout.limits.redis (%s)"):format(self._place or "can't be used")
end

--- See contactout.limits.redis.
---@param given table
---@return contactout.RedisLimits
function M.new(given)
  local opts, rates = read(given)
  local settings, problem
  if opts then
    settings, problem = find_redis(opts)
  end
  if not settings then
    return setmetatable({ problem = problem or rates, is_misused = not opts }, Limits)
  end
  settings.timeout, settings.greetings = opts.timeout, greetings(opts)
  local kind = is_nginx() and "cosocket" or "connection"
  return setmetatable({
    _line = require("contactout.limits.redis." .. kind).new(settings),
    _place = opts.path or ("%s:%d"):format(opts.host, math.floor(opts.port)),
    _prefix = opts.prefix, _rates = rates, _alone = opts.alone,
    _state = { clock = clock.new() },
  }, Limits)
end

return M
