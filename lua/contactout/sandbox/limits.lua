-- The documented rate limits: for each token and class, no rolling minute
-- holds more requests than the limit. Exact: the times of the last `limit`
-- requests are kept in a ring. Pure: the clock is an argument.

local Limits = {}
Limits.__index = Limits

--- Requests per minute, by class.
Limits.PER_MINUTE = { search = 60, checker = 150, other = 1000 }

--- opts: clock (function -> seconds), minute (the window's length, seconds).
function Limits.new(opts)
  return setmetatable({ clock = opts.clock, minute = opts.minute, rings = {} }, Limits)
end

local function ring_of(self, token, class)
  local of_token = self.rings[token]
  if not of_token then
    of_token = {}
    self.rings[token] = of_token
  end
  of_token[class] = of_token[class] or { head = 0 }
  return of_token[class]
end

--- Takes one request's place in the window -> true | false, seconds to wait.
-- A refused request takes no place.
function Limits:take(token, class)
  local limit = Limits.PER_MINUTE[class]
  local ring, now = ring_of(self, token, class), self.clock()
  local slot = ring.head % limit + 1
  local oldest = ring[slot]
  if oldest and now - oldest < self.minute then
    return false, oldest + self.minute - now
  end
  ring[slot] = now
  ring.head = slot
  return true
end

return Limits
