-- What the specs of searches with pages share: a query with four pages of ten people,
-- and what an iterator gives and raises.

local contactout = require "contactout"
local files = require "spec.support.journal"
local keys = require "contactout.keys"
local support = require "spec.support.client"

local M = {}

--- A fresh sandbox, and a folder for journals.
function M.begin()
  support.begin()
  files.begin()
end

function M.finish()
  support.finish()
  files.finish()
end

--- Everybody at one company: 40 people. With pages of 25 that is two of them.
M.QUERY = { domain = support.PERSON.company.domain }
M.COUNT = 40

--- From now on pages have that many records.
function M.page_size(n)
  support.sandbox:fault("page-size:" .. n, -1)
end

--- The next requests of a search meet these faults, false: none, one after another; with
--- pages of ten, and so have those that follow.
function M.pages_of_ten(...)
  for _, fault in ipairs { ... } do
    support.sandbox:fault("page-size:10" .. (fault and "," .. fault or ""))
  end
  M.page_size(10)
end

--- What an iterator gives until it ends -> records, what it raised
function M.collect(records, most)
  local list = {}
  local ok, failure = pcall(function()
    while #list < (most or math.huge) do
      local record = records()
      if record == nil then
        return
      end
      list[#list + 1] = record
    end
  end)
  if ok then
    return list
  end
  return list, failure
end

--- The URLs of records, in canonical form.
function M.urls(records)
  local urls = {}
  for i, record in ipairs(records) do
    urls[i] = select(2, keys.profile(record.linkedin_url))
  end
  return urls
end

--- The URLs of all people of the query, as the server ranks them.
function M.ranking()
  local client, urls = support.client(), {}
  for page = 1, 2 do
    local reply = assert(client:people_search { domain = M.QUERY.domain, page = page })
    for url in contactout.ordered(reply.profiles) do
      urls[#urls + 1] = select(2, keys.profile(url))
    end
  end
  client:close()
  support.begin()
  return urls
end

--- Lets others have turns until the sandbox holds a request.
function M.wait_until_held()
  repeat
    contactout.sleep(0.001)
  until support.sandbox:state().held > 0
end

--- How many requests there have been.
function M.requests()
  return support.sandbox:state().requests
end

--- The pages that were asked for, in their order; 1 where none was named.
function M.pages_asked()
  local pages = {}
  for i, entry in ipairs(support.sandbox:ledger()) do
    local text = (entry.body or "") .. (entry.query or "")
    pages[i] = tonumber(text:match('"page":(%d+)') or text:match("page=(%d+)") or 1)
  end
  return pages
end

return M
