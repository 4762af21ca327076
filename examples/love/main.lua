-- A window that looks people up while it goes on drawing:
--
--   CONTACTOUT_TOKEN=... love examples/love [LIST.csv] [--screenshot FILE.png]
--
-- or `make love`, against the sandbox. The calls are made in a task, and the one
-- line that makes them fit in between two frames is in love.update. When it is
-- closed what was found goes to standard output, as CSV. With --screenshot it saves
-- the window once everybody is there, and ends.

local contactout = require "contactout"
local frames = require "frames"
local people = require "people"
local window = require "window"

local USAGE = "usage: love examples/love [LIST.csv] [--screenshot FILE.png]"
local MOST = 14 -- people, as many as the window has rows for
local CONCURRENCY = 5
local SETTLING = 0.5 -- seconds: the first frames are long, since they load what is drawn with

local client, rows, screenshot
local is_saving, is_closing = false, false

local function must(value, problem)
  if not value then
    io.stderr:write(tostring(problem), "\n")
    os.exit(1)
  end
  return value
end

local function arguments(words)
  local list = love.filesystem.getSource() .. "/../leads.csv"
  local i = 1
  while words[i] do
    if words[i] == "--screenshot" then
      i = i + 1
      screenshot = must(words[i], USAGE)
    else
      list = must(words[i]:match("^[^-].*"), USAGE)
    end
    i = i + 1
  end
  return list
end

function love.load(words)
  local list = arguments(words)
  client = must(contactout.new())
  rows = must(people.read(list, MOST))
  window.open(list:match("[^/]+$"), #rows)
  contactout.spawn(function()
    contactout.sleep(SETTLING)
    frames.reset()
    people.look_up(client, rows, CONCURRENCY)
  end)
end

function love.update(seconds)
  contactout.step() -- the one line
  frames.add(seconds)
  window.update(rows, seconds)
  if is_closing and people.count(rows, "asking") == 0 then
    love.event.quit()
  end
end

local function save(image)
  local file = assert(io.open(screenshot, "wb"))
  assert(file:write(image:encode("png"):getString()))
  assert(file:close())
  love.event.quit()
end

function love.draw()
  window.draw(rows)
  if screenshot and not is_saving and window.is_still(rows) then
    is_saving = true
    love.graphics.captureScreenshot(save)
  end
end

-- Closed while calls are in flight it stays until they have ended, since they may
-- have been charged; closed once more it goes at once.
function love.quit()
  if not is_closing and people.count(rows, "asking") > 0 then
    people.stop()
    is_closing = true
    return true
  end
  people.write(rows, io.stdout)
  client:close()
end
