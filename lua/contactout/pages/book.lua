-- What is known of the pages of a search. With a journal that is what earlier runs were
-- given, and what was asked stands on disk before it is sent, what was answered before
-- it is handed out. Without one nothing is known.

local errors = require "contactout.errors"
local identity = require "contactout.journal.identity"
local journal = require "contactout.journal"
local pages = require "contactout.pages.page"

---@class contactout.Book
local Book = {}
Book.__index = Book
Book.__name = "contactout.Book"

local UNCERTAIN = "page %d was sent by an earlier run that was killed: it may have been charged, "
  .. "and what it holds is not known; retry_charged = true asks for it again"

--- The page of that number, if it is known.
---@param number integer
---@return contactout.Page|nil page nil without an error: ask for it
---@return contactout.Error|nil err kind `uncertain` or `journal`
function Book:recall(number)
  local entry, err = self._journal:page(number)
  if not entry then
    return nil, err
  elseif entry.state == "answered" then
    return pages.unpack(self._kind, entry)
  elseif not self._asks_again then
    return errors.fail("uncertain", UNCERTAIN:format(number), {
      endpoint = self._kind.row.name, maybe_charged = true, retryable = false,
    })
  end
end

--- A page is about to be asked for.
---@param number integer
---@param most contactout.Credits what it can cost
---@return integer|nil batch
---@return contactout.Error|nil err
function Book:begin(number, most)
  return self._journal:begin({ tostring(number) }, { at_most = most })
end

--- It may have been charged, or may be by now: it is about to be asked for once more.
---@param batch integer
---@param uncertain contactout.Credits what all of that may cost
---@return true|nil
---@return contactout.Error|nil err
function Book:doubted(batch, uncertain)
  return self._journal:doubted(batch, uncertain)
end

--- It surely cost nothing, and nothing came of it.
---@param batch integer
---@return true|nil
---@return contactout.Error|nil err
function Book:refused(batch)
  return self._journal:cleared(batch)
end

--- It is there.
---@param batch integer
---@param number integer
---@param page contactout.Page
---@param spent table what it has cost; `uncertain`: what it may have, besides
---@return true|nil
---@return contactout.Error|nil err
function Book:keep(batch, number, page, spent)
  return self._journal:answered_page(batch, number, pages.pack(page), spent)
end

--- What all runs have spent by the journal.
---@return table|nil
---@return contactout.Error|nil err
function Book:spent()
  return self._journal:spent()
end

function Book:close()
  self._journal:close()
end

-- Without a journal ---------------------------------------------------------------------

local function nothing_there()
end

local function nothing_to_do()
  return true
end

local EMPTY = {
  recall = nothing_there, spent = nothing_there, close = nothing_there,
  begin = nothing_to_do, doubted = nothing_to_do, refused = nothing_to_do, keep = nothing_to_do,
}

local M = {}

--- Opens what is known of a search.
---@param client contactout.Client
---@param search contactout.Search
---@return contactout.Book|nil
---@return contactout.Error|nil err
function M.open(client, search)
  local opts = search.opts
  if not opts.journal then
    return EMPTY
  end
  local opened, err = journal.open(opts.journal, identity.of(client, search.method,
    { query = search.text, page = search.first }, opts.call.extra))
  if not opened then
    return nil, err
  end
  return setmetatable({
    _journal = opened, _kind = search.kind, _asks_again = opts.call.retry_charged == true,
  }, Book)
end

return M
