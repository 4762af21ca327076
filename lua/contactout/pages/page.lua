-- One page of a search: its records in the server's order, each with the key by which it
-- is told from others, and what the page says of the whole. Pure.

local core = require "contactout.core"

---@class contactout.PageEntry
---@field key string
---@field name? string under which it stood
---@field raw table
---@field record table

---@class contactout.Page
---@field entries contactout.PageEntry[]
---@field count integer records that it had; fewer may be left, after a purge
---@field fresh? integer those of them that had not been seen
---@field is_unread? boolean there is something else than records
---@field size? integer how many a full page has, by its own word
---@field total? integer how many there are in all, likewise

local M = {}

local NONE = {}

local function positive_integer(value)
  return type(value) == "number" and value >= 1 and value % 1 == 0 and value or nil
end

-- Under what a record stood. A place in a list, which is an object if it has gaps, is none:
-- the next page has the same places.
local function name_of(key)
  return type(key) == "string" and not key:find("^%d+$") and key or nil
end

local function entry_of(kind, key_in_page, raw)
  local name = name_of(key_in_page)
  local record = kind.record(raw, name)
  local key = kind.key(record, name) or core.digest(core.encode(raw))
  return { key = key, name = name, raw = raw, record = record }
end

-- What the records are walked with: in a list each element is one.
local function walk(kind, answers)
  if kind.is_list and #answers > 0 then
    return ipairs(answers)
  end
  return core.ordered(answers)
end

-- The server has several words for an empty page: an empty table or list, null, or none.
local function is_unread(answers, entries)
  local is_empty = answers == nil or type(answers) == "table" and next(answers) == nil
  return #entries == 0 and not is_empty or nil
end

--- A page, from a reply of any shape.
---@param kind contactout.SearchKind
---@param reply table
---@return contactout.Page
function M.read(kind, reply)
  local answers, about = reply[kind.answers], reply.metadata
  local entries = {}
  for name, raw in walk(kind, type(answers) == "table" and answers or NONE) do
    if type(raw) == "table" then
      entries[#entries + 1] = entry_of(kind, name, raw)
    end
  end
  about = type(about) == "table" and about or NONE
  return {
    entries = entries, count = #entries, is_unread = is_unread(answers, entries),
    size = positive_integer(about.page_size), total = positive_integer(about.total_results),
  }
end

--- A page where there is none.
---@return contactout.Page
function M.none()
  return { entries = {}, count = 0 }
end

-- In a journal ------------------------------------------------------------------------

--- A page for a journal.
---@param page contactout.Page
---@return contactout.JournalPage
function M.pack(page)
  local list = {}
  for i, entry in ipairs(page.entries) do
    list[i] = { key = entry.key, value = { name = entry.name, raw = entry.raw } }
  end
  return { records = list, value = {
    count = page.count, fresh = page.fresh, size = page.size, total = page.total,
  } }
end

--- The page that stands in a journal.
---@param kind contactout.SearchKind
---@param entry contactout.JournalEntry
---@return contactout.Page
function M.unpack(kind, entry)
  local page = entry.value
  page.entries = {}
  for i, kept in ipairs(entry.records) do
    page.entries[i] = entry_of(kind, kept.value.name, kept.value.raw)
    page.entries[i].key = kept.key
  end
  return page
end

return M
