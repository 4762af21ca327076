-- One client: what users hold. Its options, a method for each endpoint, and its
-- end. How a call is made is call.lua's. Depends on the core, the limiter and the
-- loops; knows no host and no endpoint by name.

local cache = require "contactout.cache"
local call = require "contactout.call"
local core = require "contactout.core"
local limiter = require "contactout.limiter"
local lookups = require "contactout.lookups"
local loops = require "contactout.loops"
local options = require "contactout.options"
local query = require "contactout.query"
local question = require "contactout.question"
local sending = require "contactout.sending"
local spending = require "contactout.spending"

---@class contactout.Client
local Client = {}
Client.__index = Client
Client.__name = "contactout.Client"

-- What the attempts of an undocumented path go by: nothing is known of it, so
-- it counts as one that costs, but in no budget.
local UNDOCUMENTED = { rate_class = "other", costs = true }

local NONE = {}

-- The policy of a call: the client's, with the call's own options over it.
local function policy_of(self, given)
  local policy = {}
  for name, value in pairs(self._policy) do
    policy[name] = value
  end
  for name, value in pairs(given) do
    policy[name] = value
  end
  return policy
end

local function new_call(name, row, policy, request)
  return {
    name = name, row = row, request = request, attempts = 0, raw = request.raw, policy = policy,
  }
end

-- The public face -------------------------------------------------------------

local M = {}

--- Makes a call of an endpoint ready: checks and prices it. Nothing is sent.
---@param self contactout.Client
---@param row table the endpoint's
---@param params? table which may hold equations
---@param opts? table
---@return contactout.Call|nil call for `run`
---@return contactout.Error|nil err
function M.prepare(self, row, params, opts)
  local for_core, policy = nil, self._policy
  if opts then
    local rest
    for_core, rest = options.read(options.CALL, opts, row.name)
    if not for_core then
      return nil, rest
    end
    policy = policy_of(self, rest)
  end
  local written, err = query.write(row, params or NONE)
  if not written then
    return nil, err
  end
  local request
  request, err = core.build(row.name, written, for_core)
  if not request then
    return nil, err
  end
  local made = new_call(row.name, row, policy, request)
  if self._lookups and row.lookup then
    made.question = question.of(row, written, for_core) or request
  end
  spending.price(made, written, for_core and for_core.extra)
  return made
end

--- Makes a call that is ready.
---@type fun(self: contactout.Client, call: contactout.Call): table|nil, contactout.Error|nil
M.run = call.run

--- Calls an endpoint, as its method does.
---@param self contactout.Client
---@param row table the endpoint's
---@param params? table
---@param opts? table
---@param budget? contactout.Budget within the client's
---@return table|nil reply
---@return contactout.Error|nil err
function M.send(self, row, params, opts, budget)
  local made, err = M.prepare(self, row, params, opts)
  if not made then
    return nil, err
  end
  made.budget = budget
  return call.run(self, made)
end

-- A method for each endpoint: (params [, opts]) -> the decoded reply | nil, err.
for _, row in ipairs(core.endpoints) do
  Client[row.name] = function(self, params, opts)
    options.check_table(params, "params", 2)
    options.check_table(opts, "opts", 2)
    return M.send(self, row, params, opts)
  end
end

--- Calls an undocumented path with the client's token, errors and decoding. It
--- counts as one that may cost credits, in rate class `other`, but outside of `budget`
--- and `spent()`, since its price isn't known. Yields in a host.
---@param method string "GET", "POST", "PUT", "PATCH" or "DELETE"
---@param path string begins with one slash
---@param opts? table `query`, `json`, and the options of a call but `extra`
---@return table|nil body the decoded reply (with `raw`, the whole of it)
---@return contactout.Error|nil err
function Client:request(method, path, opts)
  options.check_table(opts, "opts", 2)
  -- a query may hold personal data, which belongs in no event and no error
  local name = type(path) == "string" and path:match("^[^?]*") or tostring(path)
  local for_core, rest = options.read(options.REQUEST, opts, name)
  if not for_core then
    return nil, rest
  end
  local request, err = core.build_path(method, path, for_core)
  if not request then
    return nil, err
  end
  return call.run(self, new_call(name, UNDOCUMENTED, policy_of(self, rest), request))
end

--- The credits that this client has spent, by the replies and the API's rules:
--- a number for each kind, and in `uncertain` what may have been charged besides:
--- by calls that ended without an answer, by jobs whose result isn't known yet and
--- by calls in flight. Calls of `client:request` aren't counted.
---@return contactout.Spent spent
function Client:spent()
  return self._spending.budget:totals()
end

--- A descriptor that is readable when `contactout.step` has something to do for
--- this client: for a host with a loop of its own.
---@return integer|nil fd
---@return contactout.Error|nil err
function Client:fd()
  return self._core:fd()
end

--- Takes no more calls and ends those that wait with kind `cancelled`. Never
--- waits itself; safe to call twice.
function Client:close()
  if self._closed then
    return
  end
  self._closed = true
  self._core:close()
  sending.wake_all(self._parked)
  if self._lookups then
    self._lookups:close()
  end
end

Client.__close = Client.close

function Client:__tostring()
  return (tostring(self._core):gsub("^contactout%.core", "contactout"))
end

-- Making one ------------------------------------------------------------------

-- What a loop needs to know of a client: its descriptor, and how to move on
-- those whose replies are there.
local function new_source(handle, waiters, parked)
  local source = {}
  function source.fd()
    return handle:fd()
  end
  function source.path()
    return handle:listen()
  end
  function source.step()
    local id = handle:next()
    while id do
      sending.wake(waiters, parked, id)
      id = handle:next()
    end
  end
  return source
end

--- Gives every client further methods: those of what is built on calls, which
--- clients themselves know nothing of.
---@param methods table<string, function>
function M.extend(methods)
  for name, method in pairs(methods) do
    assert(Client[name] == nil or Client[name] == method, name)
    Client[name] = method
  end
end

--- Makes a client. Nothing is sent.
---@param opts? contactout.Options
---@return contactout.Client|nil client
---@return contactout.Error|nil err
function M.new(opts)
  options.check_table(opts, "opts", 2)
  local for_core, rest = options.read(options.CLIENT, opts)
  if not for_core then
    return nil, rest
  end
  for_core.token = for_core.token or os.getenv("CONTACTOUT_TOKEN")
  for_core.base_url = for_core.base_url or os.getenv("CONTACTOUT_BASE_URL")
  local loop, problem = loops.named(rest.loop)
  if problem then
    return nil, problem
  end
  local handle, err = core.new(for_core)
  if not handle then
    return nil, err
  end
  local found
  if rest.cache then
    found, problem = cache.open(rest.cache, for_core)
    if problem then
      handle:close()
      return nil, problem
    end
  end
  local base_url = handle:base_url()
  -- by weak keys: nginx ends coroutines without a word
  local waiters, parked = {}, setmetatable({}, { __mode = "k" })
  return setmetatable({
    _core = handle, _loop = loop, _waiters = waiters, _parked = parked,
    _source = new_source(handle, waiters, parked),
    _limits = limiter.set(rest.rate_limits, core.now,
      { base_url = base_url, token = for_core.token }),
    _spending = spending.new(rest.budget),
    _policy = { max_retries = rest.max_retries, max_retry_wait = rest.max_retry_wait },
    _timeout = for_core.timeout, -- nil: the core's
    _base_url = base_url,
    _lookups = found and lookups.new(found),
    _observe = rest.observe, _observe_data = rest.observe_data, _closed = false,
  }, Client)
end

return M
