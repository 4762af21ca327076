-- What a progress bar shows of a state, and when: the format for some widths,
-- and the writing with a clock and a handle of the spec's own.

local progress = require "contactout.progress"

local STATE = {
  done = 225, total = 500, found = 180, missing = 43, failed = 2, duplicates = 7, uncertain = 0,
  rate = 35.4, eta = 7.8, credits = { email = 150 },
}

local function with(changes)
  return setmetatable(changes, { __index = STATE })
end

local function paper()
  local pieces = {}
  return {
    write = function(_, ...)
      for _, text in ipairs({ ... }) do
        pieces[#pieces + 1] = text
      end
    end,
    flush = function() end,
    text = function()
      return table.concat(pieces)
    end,
  }
end

-- A bar of the given kind, with its clock in `world.now`.
local function bar_with(world, opts)
  world.now, world.out = 0, paper()
  opts.out = world.out
  opts.clock = function()
    return world.now
  end
  return progress.new(opts)
end

describe("progress.format", function()
  it("shows everything where the line may be long", function()
    assert.equal(" 45%  225/500  0:08 left  35/s  found 180  missing 43  failed 2  duplicates 7",
      progress.format(STATE))
  end)

  it("draws a bar in the room that is left", function()
    local line = progress.format(STATE, 120)
    assert.equal("[#############.................]  45%  225/500", line:sub(1, 46))
    assert.matches("duplicates 7$", line)
  end)

  it("leaves out the last counts first", function()
    local line = progress.format(STATE, 80)
    assert.matches("found 180", line)
    assert.not_matches("duplicates", line)
  end)

  it("never gets wider than the terminal", function()
    for width = 1, 130 do
      local line = progress.format(STATE, width)
      assert.is_true(#line <= width, width .. ": " .. line)
    end
  end)

  it("keeps the percentage in a narrow terminal", function()
    assert.equal(" 45%  225/500", progress.format(STATE, 20))
  end)

  it("shows hours, and small rates with a decimal", function()
    local line = progress.format(with({ eta = 3725, rate = 0.26 }))
    assert.matches("1:02:05 left  0%.3/s", line)
  end)

  it("shows a pause in place of the time that is left", function()
    local line = progress.format(with({ eta = 9, held = 1800 }), 100)
    assert.matches("paused for 30:00", line, 1, true)
    assert.not_matches("left", line)
  end)

  it("shows that the server can't be reached, in place of the time that is left", function()
    local function shown(seconds)
      return progress.format(with({ eta = 9, held = seconds, held_by = "network" }))
    end
    assert.matches("225/500  server not reachable, next try in 0:40  35/s", shown(40), 1, true)
    assert.matches("225/500  server not reachable, trying  35/s", shown(0), 1, true)
  end)

  it("shows no time left at the end", function()
    local line = progress.format(with({ done = 500, eta = 0 }), 100)
    assert.matches("^%[#+%] 100%%  500/500  35/s", line)
    assert.not_matches("left", line)
  end)

  it("counts without a total", function()
    assert.equal("12 done  found 3", progress.format({ done = 12, found = 3 }, 80))
  end)

  it("calls nothing of nothing complete", function()
    assert.equal("100%  0/0", progress.format({ done = 0, total = 0 }))
  end)

  it("leaves out counts of nothing, but not the found", function()
    local nothing = { done = 0, total = 9, found = 0, failed = 0 }
    assert.equal("  0%  0/9  found 0", progress.format(nothing))
  end)
end)

describe("a bar on a terminal", function()
  it("rewrites one line and ends it once", function()
    local world = {}
    local bar = bar_with(world, { terminal = true, width = 60 })
    bar({ done = 0, total = 10 })
    world.now = 1
    bar({ done = 5, total = 10 })
    bar:finish()
    bar:finish()
    local lines = select(2, world.out.text():gsub("\n", ""))
    assert.equal(1, lines)
    assert.matches("^\r[^\r]+\r[^\r]+50%%[^\r]+\r[^\r]+50%%[^\r]+\n$", world.out.text())
  end)

  it("draws at most ten times a second, and the end in any case", function()
    local world = {}
    local bar = bar_with(world, { terminal = true, width = 60 })
    for done = 1, 1000 do
      world.now = done / 1000
      bar({ done = done, total = 1000 })
    end
    bar:finish()
    local drawn = select(2, world.out.text():gsub("\r", ""))
    assert.is_true(drawn >= 9 and drawn <= 12, tostring(drawn))
    assert.matches("1000/1000  1000/s *\n$", world.out.text())
  end)

  it("covers what a longer line left", function()
    local world = {}
    local bar = bar_with(world, { terminal = true, width = 90 })
    bar({ done = 1, found = 1, missing = 1000000 })
    world.now = 1
    bar({ done = 2, rate = 1, found = 1 })
    local first, second = world.out.text():match("^\r([^\r]+)\r([^\r]+)$")
    assert.equal(#first, #second)
  end)

  it("works out rate and time left by its clock", function()
    local world = {}
    local bar = bar_with(world, { terminal = true, width = 90 })
    world.now = 10
    bar({ done = 50, total = 150 })
    assert.matches("0:20 left  5%.0/s", world.out.text())
  end)

  it("does not touch the caller's state", function()
    local world, state = {}, { done = 1, total = 2 }
    local bar = bar_with(world, { terminal = true, width = 90 })
    world.now = 1
    bar(state)
    assert.same({ done = 1, total = 2 }, state)
  end)
end)

describe("a bar that is no terminal", function()
  it("prints a line every tenth of the way, not one a row", function()
    local world = {}
    local bar = bar_with(world, { terminal = false })
    for done = 1, 500 do
      bar({ done = done, total = 500 })
    end
    bar:finish()
    local lines = select(2, world.out.text():gsub("\n", ""))
    assert.equal(10, lines)
    assert.not_matches("\r", world.out.text())
    assert.matches("500/500\n$", world.out.text())
  end)

  it("prints the end of work that stopped early", function()
    local world = {}
    local bar = bar_with(world, { terminal = false })
    local state = { done = 0, total = 500 }
    for done = 1, 57 do
      state.done = done
      bar(state)
    end
    bar:finish()
    assert.matches("57/500\n$", world.out.text())
  end)

  it("prints a line when a pause begins, once", function()
    local world = {}
    local bar = bar_with(world, { terminal = false })
    bar({ done = 1, total = 500 })
    for left = 5, 1, -1 do
      bar({ done = 1, total = 500, held = left })
    end
    bar({ done = 2, total = 500 })
    assert.equal(1, select(2, world.out.text():gsub("\n", "")))
    assert.matches("paused for 0:05", world.out.text(), 1, true)
  end)

  it("prints by the clock where the total is not known", function()
    local world = {}
    local bar = bar_with(world, { terminal = false })
    for done = 1, 100 do
      world.now = done
      bar({ done = done })
    end
    local lines = select(2, world.out.text():gsub("\n", ""))
    assert.equal(3, lines)
  end)

  it("prints nothing of work that never began", function()
    local world = {}
    bar_with(world, { terminal = false }):finish()
    assert.equal("", world.out.text())
  end)
end)

describe("progress.is_terminal", function()
  -- script(1) gives a program a terminal; a redirection takes it away.
  local function asked(command)
    local pipe = assert(io.popen(command))
    local answer = pipe:read("*a")
    pipe:close()
    return answer
  end

  local lua = arg and arg[-1] and arg[-1]:match("^%S+$") or "lua"
  local program = lua .. " -e 'io.write(tostring(require \"contactout.progress\".is_terminal(2)))'"

  it("is false for a file", function()
    assert.equal("false", asked(program .. " 2>/dev/null"))
  end)

  it("is true for a terminal", function()
    assert.matches("true", asked("script -qec \"" .. program:gsub('"', '\\"') .. "\" /dev/null"))
  end)
end)

describe("progress.terminal_width", function()
  it("is a positive number wherever this runs", function()
    local width = progress.terminal_width()
    assert.is_true(width >= 1 and width == math.floor(width))
  end)
end)
