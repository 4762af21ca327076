-- The pauses of a walk (pausing.lua): a page that came to nothing and surely cost nothing,
-- because the server wants no request for longer than a call waits, or the network is down,
-- is asked for again later. Those who want a record wait for that here.

local errors = require "contactout.errors"
local failures = require "contactout.failures"
local pausing = require "contactout.pausing"
local places = require "contactout.places"
local sending = require "contactout.sending"

---@class contactout.Pause
---@field client contactout.Client
---@field hold contactout.Hold
---@field tally contactout.Tally
local Pause = {}
Pause.__index = Pause
Pause.__name = "contactout.Pause"

-- Why the walk pauses after a failure, if it may. A page that is left in doubt by two of its
-- calls isn't asked for once more.
local function reason(self, err)
  local is_in_doubt_again = self._is_in_doubt and err.maybe_charged
  self._is_in_doubt = self._is_in_doubt or err.maybe_charged
  return failures.reason_to_pause(err, {
    retries_charged = self._asks_again and not is_in_doubt_again,
    is_reached = self.hold.is_reached,
  })
end

--- A request of the walk came to nothing. Begins a pause, if that may help.
---@param err contactout.Error
---@return contactout.Error|nil err what ends the walk; nil: it is to be made again once the
---  pause is over
function Pause:bear(err)
  if err.status then
    self.hold:answered()
  end
  local why, ending = reason(self, err), err
  if why then
    ending = select(2, pausing.begin(self, why, err))
  end
  if ending then
    ending.maybe_charged = self._is_in_doubt -- by an earlier call for this page, too
  end
  return ending
end

--- The server has accepted a request of the walk.
function Pause:accepted()
  self._is_in_doubt = nil
  self.hold:answered()
  self.hold:accepted()
end

--- Whether nothing is sent.
---@return boolean
function Pause:is_held()
  return pausing.left(self) > 0
end

--- Tells `on_progress` of it, if there is news.
---@return number seconds until it is to be told again
function Pause:tell()
  return pausing.tell(self)
end

--- Waits for the end of it. Raises kind `cancelled`.
---@param seconds number at most
function Pause:wait(seconds)
  local loop = places.current(self.client)
  if places.park(self.client, loop, self._waiters, seconds) == "cancelled" then
    error(errors.new("cancelled", "the wait for the next page was cancelled; the iterator can be "
      .. "called again"), 0)
  end
end

--- Ends all waits for it.
function Pause:wake()
  sending.wake_all(self._waiters)
end

-- By weak keys: nginx ends coroutines without a word.
local WEAK = { __mode = "k" }

local M = {}

---@param client contactout.Client
---@param opts table of the walk's calls, as for pausing.new_hold
---@param tally contactout.Tally
---@return contactout.Pause
function M.new(client, opts, tally)
  return setmetatable({
    client = client, hold = pausing.new_hold(client, opts), tally = tally,
    _asks_again = opts.retry_charged == true, _is_in_doubt = nil,
    _waiters = setmetatable({}, WEAK),
  }, Pause)
end

return M
