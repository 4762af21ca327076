-- One client: how a call becomes attempts. Each attempt waits for the limiter,
-- goes out through the core, and its outcome is held against the retry policy.
-- Depends on the core, the limiter, the retry policy and the loops; knows no
-- host and no endpoint by name.

local core = require "contactout.core"
local errors = require "contactout.errors"
local limiter = require "contactout.limiter"
local loops = require "contactout.loops"
local options = require "contactout.options"
local retry = require "contactout.retry"
local tasks = require "contactout.tasks"

---@class contactout.Client
local Client = {}
Client.__index = Client
Client.__name = "contactout.Client"

local rows = {}
for _, row in ipairs(core.endpoints) do
  rows[row.name] = row
end

-- What the attempts of an undocumented path go by: nothing is known of it, so
-- it counts as one that costs.
local UNDOCUMENTED = { rate_class = "other", costs = true }

-- Observers -----------------------------------------------------------------

-- An observer's error never costs a reply: it is kept for the next call.
local function emit(self, kind, call, fields)
  local observe = self._observe
  if not observe then
    return
  end
  local event = { type = kind, endpoint = call.name }
  for name, value in pairs(fields) do
    event[name] = value
  end
  local ok, problem = pcall(observe, event)
  if not ok and self._observer_error == nil then
    self._observer_error = { value = problem }
  end
end

local function raise_observer_error(self)
  local kept = self._observer_error
  if kept then
    self._observer_error = nil
    error(kept.value, 0)
  end
end

-- Waiting -------------------------------------------------------------------

-- Parks the running coroutine on the client's behalf, so that `close` finds and
-- wakes it. Gives what tasks.park does; a closed client is a cancellation.
local function park(self, loop, waiter, seconds)
  self._parked[waiter] = loop
  local outcome = tasks.park(loop, waiter, seconds)
  self._parked[waiter] = nil
  if self._closed then
    return "cancelled"
  end
  return outcome
end

-- Sends a request and waits for it in the host's way.
---@return table|nil value
---@return contactout.Error|nil err
---@return boolean|nil sent whether something of it may have left this machine
local function send(self, loop, request)
  if loop.blocks then
    return self._core:perform(request)
  end
  local ticket, err = self._core:submit(request)
  if not ticket then
    return nil, err
  end
  local waiter, id = loop.waiter(), ticket:id()
  self._waiters[id] = waiter
  loop.attach(self._source)
  park(self, loop, waiter)
  loop.detach(self._source)
  self._waiters[id] = nil
  return ticket:take()
end

-- One call ------------------------------------------------------------------

local function cancelled(call)
  return errors.new("cancelled", "cancelled before it was sent", { endpoint = call.name })
end

-- The error of a call that would have to wait for longer than it may, because
-- the server asked its whole class to; nil otherwise.
local function held_too_long(self, call)
  local seconds = self._limits:held(call.row, call.name)
  if seconds <= call.policy.max_retry_wait then
    return nil
  end
  return errors.new("rate_limited", string.format("not sent: the server asked for a pause, of "
    .. "which %d s are left, more than max_retry_wait", math.ceil(seconds)),
    { endpoint = call.name, retry_after = seconds, retryable = true })
end

-- Waits for a place within the rate limit. True, or nil and an error.
local function wait_for_turn(self, loop, call)
  if self._closed then
    return nil, errors.new("cancelled", "the client is closed", { endpoint = call.name })
  end
  local started, problem = core.now(), nil
  local turn = not tasks.take_cancel()
    and self._limits:acquire(call.row, call.name, function(waiter, seconds)
      problem = held_too_long(self, call)
      return problem and "cancelled" or park(self, loop, waiter, seconds)
    end, loop)
  local waited = core.now() - started
  if self._observe and waited > 0.001 then
    emit(self, "wait", call, { reason = "rate_limit", seconds = waited })
  end
  if not turn then
    return nil, problem or cancelled(call)
  end
  return true
end

-- Waits before a further attempt. True, or nil and an error.
local function wait_to_retry(self, loop, call, delay, err)
  emit(self, "retry", call, {
    attempt = call.attempts, status = err.status, kind = err.kind, seconds = delay,
  })
  if park(self, loop, loop.waiter(), delay) == "timeout" then
    return true
  end
  return nil, cancelled(call)
end

-- One attempt: its turn, the request, and what is told of it.
local function attempt(self, loop, call)
  local turn, err = wait_for_turn(self, loop, call)
  if not turn then
    return nil, err, false
  end
  call.attempts = call.attempts + 1
  if not self._observe then
    return send(self, loop, call.request)
  end
  local started = core.now()
  emit(self, "request", call, {
    attempt = call.attempts, request = self._observe_data and call.request or nil,
  })
  local value, problem, sent = send(self, loop, call.request)
  emit(self, "response", call, {
    attempt = call.attempts, seconds = core.now() - started,
    status = problem and problem.status or not problem and 200 or nil,
    kind = problem and problem.kind or nil,
    data = self._observe_data and value or nil,
  })
  return value, problem, sent
end

-- Whether, and after how long, to try again: seconds, or nil.
local function delay_after(self, call, err, sent)
  if err.status == 429 then
    self._limits:refused(call.row, call.name, err.retry_after)
  elseif err.status == 503 and err.retry_after then
    self._limits:hold(call.row, call.name, err.retry_after)
  end
  local outcome = {
    kind = err.kind, status = err.status, retry_after = err.retry_after,
    sent = sent, costs = call.row.costs, permanent = err.retryable == false,
  }
  err.retryable = retry.is_retryable(outcome, call.policy)
  return retry.delay(outcome, call.attempts, call.policy, math.random)
end

local function finish(call, value, err, charged)
  if value ~= nil then
    if call.raw then
      value.attempts = call.attempts
    end
    return value
  end
  err.attempts = call.attempts
  err.endpoint = err.endpoint or call.name
  err.maybe_charged = charged or nil
  return nil, err
end

local function run(self, call)
  raise_observer_error(self)
  local loop, message = loops.current(self._loop)
  if not loop then
    return errors.fail("unsupported", message, { endpoint = call.name })
  end
  local charged = false
  while true do
    local value, err, sent = attempt(self, loop, call)
    if not err then
      return finish(call, value)
    end
    charged = charged or err.maybe_charged or false
    local delay = delay_after(self, call, err, sent)
    if not delay then
      return finish(call, value, err, charged)
    end
    local waited, problem = wait_to_retry(self, loop, call, delay, err)
    if not waited then
      return finish(call, nil, problem, charged)
    end
  end
end

-- The policy of a call: the client's, with the call's own options over it.
local function policy_of(self, given)
  if not given or next(given) == nil then
    return self._policy
  end
  local policy = {}
  for name, value in pairs(self._policy) do
    policy[name] = value
  end
  for name, value in pairs(given) do
    policy[name] = value
  end
  return policy
end

-- Raises, in the name of whoever called the public function.
local function check_table(value, what)
  if value ~= nil and type(value) ~= "table" then
    error(what .. " must be a table, not a " .. type(value), 3)
  end
end

local function read_call_options(list, opts, name)
  if opts == nil then
    return nil, nil
  end
  return options.read(list, opts, name)
end

-- The public face -------------------------------------------------------------

for name, row in pairs(rows) do
  Client[name] = function(self, params, opts)
    check_table(params, "params")
    check_table(opts, "opts")
    local for_core, rest = read_call_options(options.CALL, opts, name)
    if core.is_error(rest) then
      return nil, rest
    end
    local request, err = core.build(name, params, for_core)
    if not request then
      return nil, err
    end
    return run(self, {
      name = name, row = row, request = request, attempts = 0,
      raw = request.raw, policy = policy_of(self, rest),
    })
  end
end

--- Calls an undocumented path with the client's token, errors and decoding. It
--- counts as one that may cost credits, in rate class `other`. Yields in a host.
---@param method string "GET", "POST", "PUT", "PATCH" or "DELETE"
---@param path string begins with one slash
---@param opts? table `query`, `json`, and the options of a call but `extra`
---@return table|nil body the decoded reply (with `raw`, the whole of it)
---@return contactout.Error|nil err
function Client:request(method, path, opts)
  check_table(opts, "opts")
  -- a query may hold personal data, which belongs in no event and no error
  local name = type(path) == "string" and path:match("^[^?]*") or tostring(path)
  local for_core, rest = read_call_options(options.REQUEST, opts, name)
  if core.is_error(rest) then
    return nil, rest
  end
  local request, err = core.build_path(method, path, for_core)
  if not request then
    return nil, err
  end
  return run(self, {
    name = name, row = UNDOCUMENTED, request = request, attempts = 0,
    raw = request.raw, policy = policy_of(self, rest),
  })
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
  for waiter, loop in pairs(self._parked) do
    loop.wake(waiter)
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
  function source.step()
    local id = handle:next()
    while id do
      local waiter = waiters[id]
      local loop = waiter and parked[waiter]
      if loop then
        loop.wake(waiter)
      end
      id = handle:next()
    end
  end
  return source
end

local M = {}

--- Makes a client. Nothing is sent.
---@param opts? table see `contactout.options`
---@return contactout.Client|nil client
---@return contactout.Error|nil err
function M.new(opts)
  check_table(opts, "opts")
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
  local waiters, parked = {}, {}
  return setmetatable({
    _core = handle, _loop = loop, _waiters = waiters, _parked = parked,
    _source = new_source(handle, waiters, parked),
    _limits = limiter.set(rest.rate_limits, core.now),
    _policy = { max_retries = rest.max_retries, max_retry_wait = rest.max_retry_wait },
    _observe = rest.observe, _observe_data = rest.observe_data, _closed = false,
  }, Client)
end

return M
