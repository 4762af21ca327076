-- What the window shows: a table whose rows fill in, and below it how the frames
-- go. Bars that shimmer stand for what isn't there yet. Draws, and asks nothing.

local utf8 = require "utf8"

local frames = require "frames"
local people = require "people"

local M = {}

local COLOURS = {
  ground = { 0.953, 0.961, 0.969 }, card = { 1, 1, 1 }, line = { 0.886, 0.906, 0.925 },
  text = { 0.118, 0.161, 0.231 }, muted = { 0.447, 0.510, 0.580 },
  accent = { 0.078, 0.557, 0.541 }, asking = { 0.929, 0.643, 0.216 },
  failed = { 0.784, 0.353, 0.333 },
}

local STATE_COLOURS = {
  waiting = "line", asking = "asking", found = "accent", failed = "failed", ["not found"] = "muted",
}

-- The first that is there, for the regular and the bold face; else LÖVE's own.
local FACES = {
  { "/usr/share/fonts/opentype/inter/Inter-Regular.otf",
    "/usr/share/fonts/opentype/inter/Inter-SemiBold.otf" },
  { "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf" },
}
-- For what a face lacks, say Chinese.
local FALLBACK = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"

local MARGIN, INSET = 32, 24
local TABLE = { x = MARGIN, y = 98, width = 1016, height = 446, head = 40, row = 28 }
local PANEL = { x = MARGIN, y = 560, width = 1016, height = 92 }
local COLUMNS = {
  { field = "name", title = "NAME", x = 80, width = 156 },
  { field = "title", title = "TITLE", x = 248, width = 206 },
  { field = "company", title = "COMPANY", x = 466, width = 160 },
  { field = "email", title = "E-MAIL", x = 638, width = 386 },
}
local FADE = 0.4 -- seconds in which a row appears
local BAR = 2 -- pixels of a frame in the graph
local SMOOTH = 1 / 60 -- seconds of a frame at 60 a second

local fonts, title, subtitle
local clock = 0
local shown = {} -- row -> how much of its fading in is over, 0 to 1

-- Type and paint ----------------------------------------------------------------

local function face_data(path)
  local file = path and io.open(path, "rb")
  if not file then
    return nil
  end
  local data = love.filesystem.newFileData(file:read("*a"), path)
  file:close()
  return data
end

local function load_face(place)
  for _, face in ipairs(FACES) do
    local data = face_data(face[place])
    if data then
      return data
    end
  end
end

local function load_fonts()
  local regular, bold, fallback = load_face(1), load_face(2), face_data(FALLBACK)
  local function font(data, size)
    local made = data and love.graphics.newFont(data, size) or love.graphics.newFont(size)
    if data and fallback then
      made:setFallbacks(love.graphics.newFont(fallback, size))
    end
    return made
  end
  return {
    title = font(bold, 24), cell = font(regular, 14), name = font(bold, 14),
    small = font(regular, 12), label = font(bold, 11), number = font(bold, 22),
  }
end

local function paint(name, alpha)
  local colour = COLOURS[name]
  love.graphics.setColor(colour[1], colour[2], colour[3], alpha or 1)
end

-- The text, or as much of it as there is room for.
local function fitted(text, font, width)
  if not width or font:getWidth(text) <= width then
    return text
  end
  local short
  for length = utf8.len(text) - 1, 0, -1 do
    short = text:sub(1, utf8.offset(text, length + 1) - 1) .. "…"
    if font:getWidth(short) <= width then
      break
    end
  end
  return short
end

local function write(text, font, x, y, width)
  love.graphics.setFont(font)
  love.graphics.print(fitted(text, font, width), x, y)
end

-- Its edge is drawn once more, since lines are smooth, and what is filled isn't.
local function dot(x, y, radius)
  love.graphics.circle("fill", x, y, radius - 0.5)
  love.graphics.circle("line", x, y, radius - 0.5)
end

local function card(place)
  paint("card")
  love.graphics.rectangle("fill", place.x, place.y, place.width, place.height, 10)
  paint("line")
  love.graphics.rectangle("line", place.x, place.y, place.width, place.height, 10)
end

-- The table ---------------------------------------------------------------------

-- A bar where a text is going to be; the light goes over all of them as one.
local function draw_bar(column, y, index)
  local width = column.width * (0.45 + 0.4 * math.abs(math.sin(index * 2.7 + column.x)))
  paint("line", 0.65 + 0.35 * math.sin(clock * 4 - column.x / 160 - index / 5))
  love.graphics.rectangle("fill", column.x, y + 4, math.min(width, 190), 10, 5)
end

local function draw_state(row, y)
  paint(STATE_COLOURS[row.state], people.has_ended(row) and shown[row] or 1)
  dot(62, y + 9, row.state == "asking" and 4 + 1.2 * math.sin(clock * 8) or 4)
end

local function draw_row(row, index)
  local y = TABLE.y + TABLE.head + 8 + (index - 1) * TABLE.row
  draw_state(row, y)
  local alpha = shown[row] or 0
  for _, column in ipairs(COLUMNS) do
    if column.field == "name" then
      paint(row.state == "found" and "text" or "muted")
      write(row.name, fonts.name, column.x, y, column.width)
    elseif not people.has_ended(row) then
      draw_bar(column, y, index)
    elseif row.state == "found" then
      paint(row[column.field] and "text" or "muted", alpha)
      write(row[column.field] or "–", fonts.cell, column.x, y, column.width)
    end
  end
  if row.problem then
    paint(STATE_COLOURS[row.state], alpha)
    write(row.problem, fonts.cell, COLUMNS[2].x, y, TABLE.width - COLUMNS[2].x)
  end
end

local function draw_table(rows)
  card(TABLE)
  for _, column in ipairs(COLUMNS) do
    paint("muted")
    write(column.title, fonts.label, column.x, TABLE.y + 15)
  end
  paint("line")
  love.graphics.line(TABLE.x, TABLE.y + TABLE.head, TABLE.x + TABLE.width, TABLE.y + TABLE.head)
  for index, row in ipairs(rows) do
    draw_row(row, index)
  end
end

-- Around it ---------------------------------------------------------------------

-- Dots in a circle that never stands still: if a frame waited, one would see it.
local function draw_circle()
  local x, y = TABLE.x + TABLE.width - 24, 54
  for i = 0, 11 do
    local angle = clock * 3 - i * math.pi / 6
    paint("accent", (1 - i / 12) ^ 1.5)
    dot(x + 17 * math.cos(angle), y + 17 * math.sin(angle), 3.4 - i * 0.2)
  end
end

local function draw_numbers(rows)
  local numbers = {
    { people.count(rows, "found") .. " of " .. #rows, "found" },
    { people.count(rows, "asking"), "calls in flight" },
    { love.timer.getFPS(), "frames per second" },
    { ("%.1f ms"):format(frames.longest() * 1000), "longest frame" },
  }
  for i, number in ipairs(numbers) do
    local x = PANEL.x + INSET + (i - 1) * 128
    paint("text")
    write(tostring(number[1]), fonts.number, x, PANEL.y + 22)
    paint("muted")
    write(number[2], fonts.small, x, PANEL.y + 54)
  end
end

local function draw_graph()
  local width, height = frames.KEPT * BAR, 48
  local x, bottom = PANEL.x + PANEL.width - INSET - width, PANEL.y + PANEL.height - 16
  for i, seconds in ipairs(frames.times()) do
    local size = math.min(seconds / (2 * SMOOTH), 1) * height
    paint(seconds > 2 * SMOOTH and "failed" or "accent", 0.75)
    love.graphics.rectangle("fill", x + (i - 1) * BAR, bottom - size, BAR, size)
  end
  paint("line")
  love.graphics.line(x, bottom + 0.5, x + width, bottom + 0.5)
  love.graphics.line(x, bottom - height / 2, x + width, bottom - height / 2)
  paint("muted")
  write("frame times; the line is 1/60 s", fonts.small, x, PANEL.y + 10)
end

--- To be called once there is a window.
---@param list string the name of the list
---@param count integer how many people
function M.open(list, count)
  fonts = load_fonts()
  title = ("Looking up %d people"):format(count)
  subtitle = list .. ": each row fills in as its reply comes, and no frame waits for one"
  love.graphics.setBackgroundColor(COLOURS.ground)
end

function M.update(rows, seconds)
  clock = clock + seconds
  for _, row in ipairs(rows) do
    if people.has_ended(row) then
      shown[row] = math.min((shown[row] or 0) + seconds / FADE, 1)
    end
  end
end

--- Whether every row has faded in.
function M.is_still(rows)
  for _, row in ipairs(rows) do
    if shown[row] ~= 1 then
      return false
    end
  end
  return true
end

function M.draw(rows)
  paint("text")
  write(title, fonts.title, MARGIN, 26)
  paint("muted")
  write(subtitle, fonts.cell, MARGIN, 62)
  draw_circle()
  draw_table(rows)
  draw_numbers(rows)
  draw_graph()
end

return M
