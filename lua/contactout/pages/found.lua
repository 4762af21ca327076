-- What a search has found so far: its records in their order, each once, and what its pages
-- say of the whole. From that it is told whether another page is needed, and what one can
-- cost. Pure; the pages are got by others (walk.lua), or come from a journal (plan.lua).

local queue = require "contactout.queue"

---@class contactout.Found
---@field first integer the number of the first page
---@field limit number records that are given at most
---@field page_size? integer how many records a page can have, by the server's word
---@field total? integer how many there are in all, likewise
---@field distinct integer different records so far
local Found = {}
Found.__index = Found
Found.__name = "contactout.Found"

--- A page has arrived. Keeps those of its records that have not been seen.
---@param page contactout.Page
function Found:mark(page)
  local new = {}
  for _, entry in ipairs(page.entries) do
    if not self._seen[entry.key] then
      self._seen[entry.key] = true
      new[#new + 1] = entry
    end
  end
  page.entries = new
  page.fresh = page.fresh or #new
end

-- What a full page holds, by the server's word; or more, if more came.
local function largest(known, page)
  return page.size and math.max(known or 0, page.size, page.count) or known
end

--- Makes a page that has been marked ready to be given. It may be the last one, whatever it
--- says of the whole: one without anything new is, or nothing would end a search that
--- repeats a page.
---@param page contactout.Page
function Found:open(page)
  for _, entry in ipairs(page.entries) do
    self._ready:push(entry.record)
  end
  self.distinct = self.distinct + page.fresh
  self.total = page.total or self.total
  self.page_size = largest(self.page_size, page)
  self._is_last = page.fresh == 0 or self.total ~= nil and self.distinct >= self.total
end

--- The next record; nil: none is ready, or wanted.
---@return table|nil record
function Found:take()
  local record = self._given < self.limit and self._ready:pop() or nil
  self._given = self._given + (record and 1 or 0)
  return record
end

--- How many records were given, or are ready.
---@return integer
function Found:count()
  return self._given + self._ready:count()
end

--- Whether another page is needed for all that is wanted.
---@return boolean
function Found:wants_more()
  return not self._is_last and self:count() < self.limit
end

--- How many will be given in all, where that can be told: pages before the first one may
--- hold any number.
---@return number|nil
function Found:expected()
  return self.total and self.first == 1 and math.min(self.total, self.limit) or nil
end

--- What the next page can cost. The server's word for how many records a page has counts.
---@param most contactout.Credits by the rules
---@return contactout.Credits
function Found:most(most)
  if not self.page_size then
    return most
  end
  local known = {}
  for kind in pairs(most) do
    known[kind] = self.page_size
  end
  return known
end

--- Whether a page should have records, by the server's word.
---@param number integer the page's
---@param page contactout.Page what is said there
---@param size integer records on a page at most
---@return boolean
function Found:expects(number, page, size)
  local total = page.total or self.total
  return total ~= nil and (number - 1) * size < total
end

local M = {}

---@param first integer the number of the first page
---@param limit? integer
---@return contactout.Found
function M.new(first, limit)
  return setmetatable({
    first = first, limit = limit or math.huge, page_size = nil, total = nil, distinct = 0,
    _seen = {}, _is_last = false, _ready = queue.new(), _given = 0,
  }, Found)
end

return M
