-- A search as it was asked for, checked: its kind, query and options, and the call that
-- gets one of its pages. Sends nothing.

local clients = require "contactout.client"
local copy = require "contactout.copy"
local kinds = require "contactout.pages.kinds"
local list = require "contactout.pages.options"
local options = require "contactout.options"

---@class contactout.Search
---@field method string
---@field kind contactout.SearchKind
---@field opts table `call`, and what the options say
---@field first integer the page to begin with
---@field text string the query, but for its page, as it is sent
local Search = {}
Search.__index = Search
Search.__name = "contactout.Search"

--- The call that gets a page. No page is sent with the first one unless the query has it.
---@param client contactout.Client
---@param number integer
---@return contactout.Call|nil call
---@return contactout.Error|nil err
function Search:call(client, number)
  local params = {}
  for name, value in pairs(self._query) do
    params[name] = value
  end
  if number ~= self.first then
    params.page = number
  end
  return clients.prepare(client, self.kind.row, params, self.opts.call)
end

--- What a page can cost by the rules.
---@param client contactout.Client
---@return contactout.Credits
function Search:most(client)
  return self:call(client, self.first).most
end

--- How many people the server says that it finds, for nothing.
---@param client contactout.Client
---@return integer|nil
---@return contactout.Error|nil err
function Search:count(client)
  local opts = {}
  for name, value in pairs(self.opts.call) do
    opts[name] = value
  end
  if opts.extra then
    opts.extra = copy.deep(opts.extra)
    opts.extra.page_size = nil -- says only how they are shown
  end
  return client:count(self._query, opts)
end

--- Whether that is all the query asks for: contacts that somebody must have aren't counted.
---@return boolean
function Search:is_counted()
  return self._query.data_types == nil
end

-- The query as it is sent, whatever its page.
local function text_of(client, kind, query)
  local params = {}
  for name, value in pairs(query) do
    params[name] = name ~= "page" and value or nil
  end
  local call, err = clients.prepare(client, kind.row, params)
  return call and (call.request.body or call.request.target), err
end

local function read_query(kind, query)
  if type(query) == "string" then
    return kind.read(query)
  end
  return copy.deep(query)
end

local M = {}

--- Why that is no query.
---@param method string
---@param query any
---@return string|nil problem nil: it is one
function M.problem(method, query)
  local may_be_text = kinds[method].read ~= nil
  if type(query) == "table" or may_be_text and type(query) == "string" then
    return nil
  end
  return ("must be a table%s, not a %s"):format(may_be_text and " or a text" or "", type(query))
end

---@param client contactout.Client
---@param method string
---@param query table|string
---@param given? table options
---@return contactout.Search|nil
---@return contactout.Error|nil err kind `invalid_argument`
function M.new(client, method, query, given)
  local kind = kinds[method]
  local for_core, opts = options.read(list, given)
  if not for_core then
    return nil, opts
  end
  opts.call = options.of_call(for_core, opts)
  local own, err = read_query(kind, query)
  if not own then
    return nil, err
  end
  local search = setmetatable({
    method = method, kind = kind, opts = opts, first = own.page or 1, _query = own,
  }, Search)
  local call
  call, err = search:call(client, search.first)
  if not call then
    return nil, err
  end
  search.first = math.floor(search.first) -- 2.0 where integers are of a kind of their own
  search.text = text_of(client, kind, own)
  return search
end

return M
