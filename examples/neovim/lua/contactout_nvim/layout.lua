-- What the window says, as lines of coloured pieces. Pure: how wide a text is on
-- the screen is a function that it is given.
--
-- A line is a list of pieces {text, highlight group}; it may be empty.

local advice = require "contactout_nvim.advice"

local M = {}

local LABEL_WIDTH = 12
local STATIONS = 4 -- of an experience or education at most

---@class contactout_nvim.Page
---@field width integer columns
---@field width_of fun(text: string): integer
local Page = {}
Page.__index = Page

function Page:line(...)
  table.insert(self.lines, { ... })
end

function Page:blank()
  if #self.lines > 0 and #self.lines[#self.lines] > 0 then
    self:line()
  end
end

-- The parts of a word that is wider than a line; else the word.
local function pieces(word, width, width_of)
  local list, piece = {}, ""
  for character in word:gmatch("[%z\1-\127\194-\244][\128-\191]*") do
    if piece ~= "" and width_of(piece .. character) > width then
      table.insert(list, piece)
      piece = ""
    end
    piece = piece .. character
  end
  table.insert(list, piece)
  return list
end

-- A text in lines of at most `width` columns.
local function wrap(text, width, width_of)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    for _, piece in ipairs(pieces(word, width, width_of)) do
      local longer = line == "" and piece or line .. " " .. piece
      if width_of(longer) > width then
        table.insert(lines, line)
        longer = piece
      end
      line = longer
    end
  end
  table.insert(lines, line)
  return lines
end

function Page:text(text, group)
  for _, line in ipairs(wrap(text, self.width, self.width_of)) do
    self:line({ line, group })
  end
end

function Page:heading(text)
  self:blank()
  local rule = ("─"):rep(self.width - self.width_of(text) - 1)
  self:line({ text .. " ", "ContactOutHeading" }, { rule, "ContactOutBorder" })
end

-- A label and its values, below one another.
function Page:field(label, values, group)
  values = type(values) == "string" and { values } or values or {}
  for _, value in ipairs(values) do
    for _, line in ipairs(wrap(value, self.width - LABEL_WIDTH, self.width_of)) do
      local padding = (" "):rep(LABEL_WIDTH - self.width_of(label))
      self:line({ label .. padding, "ContactOutLabel" }, { line, group or "ContactOutText" })
      label = ""
    end
  end
end

-- Keys and what they do, as {{key, what}, ...}; two blanks stay between them.
function Page:keys(list)
  local line, width = {}, 0
  for _, one in ipairs(list) do
    local key, what = one[1], " " .. one[2]
    local needed = self.width_of(key .. what)
    if width > 0 and width + 3 + needed > self.width then
      table.insert(self.lines, line)
      line, width = {}, 0
    end
    if width > 0 then
      table.insert(line, { "   ", "ContactOutMuted" })
      width = width + 3
    end
    table.insert(line, { key, "ContactOutKey" })
    table.insert(line, { what, "ContactOutMuted" })
    width = width + needed
  end
  table.insert(self.lines, line)
end

local function joined(separator, ...)
  local parts = {}
  for i = 1, select("#", ...) do
    table.insert(parts, (select(i, ...)))
  end
  return #parts > 0 and table.concat(parts, separator) or nil
end

local function add_stations(page, title, stations)
  if #stations > 0 then
    page:heading(title)
  end
  for i = 1, math.min(#stations, STATIONS) do
    page:field(stations[i].when or "", stations[i].what)
  end
  if #stations > STATIONS then
    page:field("", ("and %d more"):format(#stations - STATIONS), "ContactOutMuted")
  end
end

local function add_contacts(page, person, what)
  page:heading("Contacts")
  local before = #page.lines
  page:field("work", person.work_emails, "ContactOutContact")
  page:field("personal", person.personal_emails, "ContactOutContact")
  page:field("e-mail", person.emails, "ContactOutContact")
  page:field("phone", person.phones, "ContactOutContact")
  if #page.lines == before then
    page:text(what == "contacts" and "none is known" or "not asked for", "ContactOutMuted")
  end
  page:field("LinkedIn", person.linkedin_url)
  page:field("GitHub", person.github)
  page:field("Twitter", person.twitter)
end

local function add_company(page, company)
  local size = joined(", ", company.size and company.size .. " people",
    company.founded and "founded " .. company.founded)
  if not (company.industry or size or company.headquarters or company.website) then
    return
  end
  page:heading(company.name or "Company")
  page:field("industry", company.industry)
  page:field("size", size)
  page:field("from", company.headquarters)
  page:field("web", company.website)
end

local function new_page(opts)
  return setmetatable({ lines = {}, width = opts.width, width_of = opts.width_of }, Page)
end

--- Somebody who was found.
---@param person contactout_nvim.Person
---@param what "profile"|"contacts" what was asked for
---@param opts table width, width_of, keys (see Page:keys), note (a line below all)
---@return table[] lines
function M.person(person, what, opts)
  local page = new_page(opts)
  page:text(person.name, "ContactOutName")
  page:text(joined(" · ", person.title or person.headline, person.company.name)
    or "nothing is known of their work", "ContactOutTitle")
  if person.location then
    page:text(person.location, "ContactOutMuted")
  end
  add_contacts(page, person, what)
  add_company(page, person.company)
  add_stations(page, "Experience", person.experience)
  add_stations(page, "Education", person.education)
  if #person.skills > 0 then
    page:heading("Skills")
    page:text(table.concat(person.skills, ", "), "ContactOutText")
  end
  page:blank()
  page:text(opts.note, "ContactOutMuted")
  page:keys(opts.keys)
  return page.lines
end

--- While a lookup runs.
---@param query contactout_nvim.Query
---@param price string
---@param opts table width, width_of, keys
---@return table[] lines
function M.waiting(query, price, opts)
  local page = new_page(opts)
  page:text("looking up…", "ContactOutName")
  page:text(query.value, "ContactOutText")
  page:blank()
  page:text("this costs " .. price, "ContactOutMuted")
  page:keys(opts.keys)
  return page.lines
end

--- What went wrong, and what to do next.
---@param query contactout_nvim.Query
---@param err table kind, message and the rest of a contactout.Error
---@param opts table width, width_of, keys
---@return table[] lines
function M.failure(query, err, opts)
  local page = new_page(opts)
  page:text(advice.title(err), "ContactOutError")
  page:text(query.value, "ContactOutText")
  page:blank()
  page:text(err.message, "ContactOutText")
  page:blank()
  for _, step in ipairs(advice.steps(err)) do
    page:text("→ " .. step, "ContactOutTitle")
  end
  page:blank()
  page:keys(opts.keys)
  return page.lines
end

return M
