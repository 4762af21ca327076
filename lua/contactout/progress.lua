-- Progress of long work: one line that is rewritten on a terminal, a line every
-- tenth of the way anywhere else (a log, a pipe, cron's mail). `format` is pure;
-- the bar around it decides when and where to write.
--
--   local bar = progress.new()
--   for ... do bar(state) end
--   bar:finish()
--
-- A state is what `on_progress` gives: done, total, found, missing, failed,
-- duplicates, uncertain, rate (a second), eta (seconds), held (seconds of a pause),
-- held_by, credits; all optional but done. Rate and time left are worked out here where the
-- state has none.

local core = require "contactout.core"

local M = {}

local REDRAW_SECONDS = 0.1
local PLAIN_STEPS = 10 -- lines in all where there is no terminal, if the total is known
local PLAIN_SECONDS = 30 -- and between two of them where it isn't
local WIDEST_BAR, NARROWEST_BAR = 30, 8
local DEFAULT_WIDTH = 80

---------------------------------------------------------------------------
-- From a state to a line
---------------------------------------------------------------------------

-- Shown in this order; when the line is too long the last ones go first.
local COUNTS = { "found", "missing", "failed", "uncertain", "duplicates" }
local ALWAYS = { found = true }

local function duration(seconds)
  local whole = math.floor(seconds + 0.5)
  local hours, minutes = math.floor(whole / 3600), math.floor(whole / 60)
  if hours > 0 then
    return ("%d:%02d:%02d"):format(hours, minutes % 60, whole % 60)
  end
  return ("%d:%02d"):format(minutes, whole % 60)
end

local function pause_of(state)
  if state.held_by ~= "network" then
    return "paused for " .. duration(state.held)
  elseif state.held == 0 then
    return "server not reachable, trying"
  end
  return "server not reachable, next try in " .. duration(state.held)
end

local function fraction_of(state)
  if not state.total then
    return nil
  end
  return state.total > 0 and math.min(state.done / state.total, 1) or 1
end

--- The parts of the line after the bar, the most wanted first.
local function parts_of(state)
  local fraction = fraction_of(state)
  local parts = { ("%d done"):format(state.done) }
  if fraction then
    parts = {
      ("%3d%%"):format(math.floor(fraction * 100)), ("%d/%d"):format(state.done, state.total),
    }
  end
  if state.held then
    parts[#parts + 1] = pause_of(state)
  elseif state.eta and fraction ~= 1 then
    parts[#parts + 1] = duration(state.eta) .. " left"
  end
  if state.rate then
    parts[#parts + 1] = (state.rate < 10 and "%.1f/s" or "%.0f/s"):format(state.rate)
  end
  for _, name in ipairs(COUNTS) do
    local count = state[name]
    if count and (count > 0 or ALWAYS[name]) then
      parts[#parts + 1] = ("%s %d"):format(name, count)
    end
  end
  return parts
end

local function bar_text(fraction, cells)
  local full = math.floor(fraction * cells)
  return "[" .. ("#"):rep(full) .. ("."):rep(cells - full) .. "] "
end

--- A state as one line of at most `width` bytes, all of them ASCII. Too narrow
--- for everything, it leaves out the last counts, then the bar.
---@param state contactout.ProgressState of which only `done` must be there
---@param width? integer columns; without it everything is shown, and no bar
---@return string
function M.format(state, width)
  local fraction, parts = fraction_of(state), parts_of(state)
  local text = table.concat(parts, "  ")
  local needed = fraction and NARROWEST_BAR + 3 or 0
  while width and #parts > 2 and #text + needed > width do
    table.remove(parts)
    text = table.concat(parts, "  ")
  end
  if not width then
    return text
  end
  local cells = math.min(WIDEST_BAR, width - #text - 3)
  if fraction and cells >= NARROWEST_BAR then
    text = bar_text(fraction, cells) .. text
  end
  return text:sub(1, width)
end

---------------------------------------------------------------------------
-- What is at the other end
---------------------------------------------------------------------------

--- Is standard error (or that descriptor) a terminal? Lua can't tell; the core
--- can, and so can the shell's `test`, whose answer `os.execute` gives as a
--- number in Lua 5.1 and as a boolean since.
---@param fd? integer default 2
---@return boolean
function M.is_terminal(fd)
  fd = fd or 2
  if core.isatty then
    return core.isatty(fd)
  end
  local answer = os.execute("test -t " .. fd)
  return answer == true or answer == 0
end

--- The terminal's width in columns: COLUMNS, else what `stty` says, else 80.
---@return integer
function M.terminal_width()
  local columns = tonumber(os.getenv("COLUMNS") or "")
  if not columns then
    local pipe = io.popen("stty size <&2 2>/dev/null")
    local answer = pipe and pipe:read("*l") or ""
    columns = tonumber(answer:match("^%d+ (%d+)"))
    if pipe then
      pipe:close()
    end
  end
  return columns and columns > 0 and columns or DEFAULT_WIDTH
end

---------------------------------------------------------------------------
-- The bar
---------------------------------------------------------------------------

---@class contactout.Progress
local Progress = {}
Progress.__index = Progress
Progress.__name = "contactout.Progress"

--- The state with its rate and time left; the caller's table is not touched.
local function completed(self, state)
  local elapsed = self._clock() - self._started
  local full = setmetatable({}, { __index = state })
  full.rate = state.rate or elapsed > 0 and state.done / elapsed or nil
  if state.total and full.rate and full.rate > 0 then
    full.eta = state.eta or (state.total - state.done) / full.rate
  end
  return full
end

--- Rewrites the line, with blanks over what an earlier, longer one left.
local function draw(self, state)
  local line = M.format(completed(self, state), self._width)
  local rest = math.max(0, self._shown - #line)
  self._out:write("\r", line, (" "):rep(rest))
  self._shown = #line
end

local function print_line(self, state)
  self._out:write(M.format(completed(self, state)), "\n")
end

local function show(self, state, now)
  local write = self._terminal and draw or print_line
  write(self, state)
  self._out:flush()
  self._written, self._done = now, state.done
end

--- Is there enough new? On a terminal by the clock, elsewhere by tenths of the
--- way, and by the clock where nobody knows how long the way is. A pause that
--- begins is news, or a log would look as if all had stopped.
local function is_due(self, state, now)
  local fraction, was_held = fraction_of(state), self._is_held
  self._is_held = state.held ~= nil
  if self._is_held and not was_held then
    return true
  elseif self._terminal or not fraction then
    return now - self._written >= (self._terminal and REDRAW_SECONDS or PLAIN_SECONDS)
  end
  local step = math.floor(fraction * PLAIN_STEPS)
  local further = step > self._step
  self._step = math.max(step, self._step)
  return further
end

--- Shows a state if it is time to. The bar can also be called with it, so it is
--- an `on_progress` as it stands.
---@param state contactout.ProgressState of which only `done` must be there
function Progress:update(state)
  self._last = state
  local now = self._clock()
  if is_due(self, state, now) then
    show(self, state, now)
  end
end

function Progress.__call(self, state)
  self:update(state)
end

--- Shows the end, whatever was skipped before, and ends the line. Safe twice.
---@param state? table default: the last one
function Progress:finish(state)
  state = state or self._last
  if self._finished or not state then
    return
  end
  self._finished = true
  if self._terminal or state.done ~= self._done then
    show(self, state, self._clock())
  end
  if self._terminal then
    self._out:write("\n")
    self._out:flush()
  end
end

--- A progress bar on standard error.
---@param opts? table out (a handle; default io.stderr), terminal (default: whether
---  standard error is one), width (default: the terminal's), clock (a function that
---  gives seconds; default the core's, else os.time)
---@return contactout.Progress
function M.new(opts)
  opts = opts or {}
  local terminal = opts.terminal
  if terminal == nil then
    terminal = M.is_terminal(2)
  end
  local clock = opts.clock or core.now or os.time
  local now = clock()
  return setmetatable({
    _out = opts.out or io.stderr,
    _terminal = terminal,
    -- A line as wide as the terminal would wrap, and "\r" go back half of it.
    _width = terminal and (opts.width or M.terminal_width()) - 1 or nil,
    _clock = clock,
    _started = now,
    _written = terminal and now - REDRAW_SECONDS or now, -- the first is drawn at once
    _step = 0,
    _shown = 0,
  }, Progress)
end

return M
