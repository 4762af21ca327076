-- What a client's lookups have found, for a while: which calls are kept, under which
-- key (question.lua says what two ask alike), in which form and for how long. Where, is
-- the store's: a file beside this one, which has
--
--   get(key)                 -> the text, or nil; nil, err where that can't be said
--   set(key, text, seconds)  -> true | nil, err
--   remove(key)              -> true | nil, err; only in one that is to hold marks (mark.lua)
--   close()
--
-- Knows nothing of waiting and of requests under way: lookups.lua does.

local core = require "contactout.core"
local errors = require "contactout.errors"
local marks = require "contactout.cache.mark"
local memory = require "contactout.cache.memory"
local options = require "contactout.options"
local question = require "contactout.question"
local shared_dict = require "contactout.cache.shared_dict"

local M = {}

---@class contactout.Cache
---@field ttl number seconds
---@field not_found_ttl number seconds
---@field keeps_doubts boolean what may have been charged is asked for again only with
---  retry_charged, even by one who was told: a list's run, killed before it has told its user
local Cache = {}
Cache.__index = Cache

-- A text's first character says what the rest is, as JSON: a reply, one that says by an
-- empty profile that there is nobody, or the error that says so.
local REPLY, NOBODY, NOT_FOUND = "+", "0", "-"

--- The key of a request; nil: its reply isn't kept. Headers of its own may change the
--- reply, and who wants a raw one wants that of this very request.
---@param request userdata built by the core
---@return string|nil
function Cache:key(request)
  if request.raw or next(request.headers) ~= nil then
    return nil
  end
  return self._owner .. " " .. question.text(request)
end

--- What is kept of a call: under what it asks, or else, by a version that knew no other
--- key, under its own spelling.
---@param call contactout.Call
---@return string|nil text for `read`, unless it is a mark
---@return contactout.Error|nil err of the store
function Cache:find(call)
  local text, err = self._store:get(self:key(call.question))
  if text or err then
    return text, err
  end
  return self._store:get(self:key(call.request))
end

--- The text that stands for what came of a call; nil if it isn't kept.
---@param value? table the reply
---@param err? contactout.Error
---@return string|nil
function Cache.write(value, err)
  if value ~= nil then
    local text = core.encode(value)
    local is_nobody = type(value.profile) == "table" and next(value.profile) == nil
    return text and (is_nobody and NOBODY or REPLY) .. text
  elseif err.kind == "not_found" then
    return NOT_FOUND .. core.encode({ message = err.message, status = err.status, body = err.body,
      endpoint = err.endpoint, retryable = err.retryable })
  end
end

--- Keeps a text, as long as one of its kind is.
---@param key string
---@param text string of `write`
---@return true|nil
---@return contactout.Error|nil err of the store
function Cache:set(key, text)
  local seconds = text:sub(1, 1) == REPLY and self.ttl or self.not_found_ttl
  if seconds > 0 then
    return self._store:set(key, text, seconds)
  elseif self._store.remove then
    return self._store:remove(key) -- a mark
  end
  return true
end

--- The mark of a lookup that costs.
---@param key string
---@param is_found boolean there is one from before
---@return contactout.Mark|nil mark nil: who knows no replies from before needs none
function Cache:mark(key, is_found)
  local has_marks = self._store.remove and self.ttl > 0
  return has_marks and marks.new(self._store, key, self.ttl, is_found) or nil
end

--- Keeps what it finds from here on in another store.
---@param store table
function Cache:use(store)
  self._store:close()
  self._store = store
end

--- What a text stands for, made anew: each reader may change his own.
---@param text string
---@return table|nil reply
---@return contactout.Error|nil err
function Cache.read(text)
  local value, err = core.decode(text:sub(2))
  if err or text:sub(1, 1) ~= NOT_FOUND then
    return value, err
  end
  value.attempts = 0
  return errors.fail("not_found", value.message, value)
end

function Cache:close()
  self._store:close()
end

-- Making one ------------------------------------------------------------------

-- By whom something is asked, and of whom, without showing it: stores may be shared.
local function owner(asked)
  local parts = { "base url " .. (asked.base_url or ""), "token " .. (asked.token or "") }
  for name, value in pairs(asked.headers or {}) do
    parts[#parts + 1] = name:lower() .. ":" .. tostring(value)
  end
  table.sort(parts)
  return core.digest(table.concat(parts, "\n"))
end

local function open_store(name)
  if name == "memory" then
    return memory.new(core.now)
  elseif shared_dict.exists(name) then
    return shared_dict.new(name)
  end
  local lacking = not name:find("[/.]") and shared_dict.lacking(name)
  if lacking then
    return nil, lacking
  end
  return require("contactout.cache.file").new(name, os.time)
end

--- Opens the cache of a client.
---@param given table the option `cache`
---@param asked table what the client is made of: base_url, token, headers
---@return contactout.Cache|nil
---@return contactout.Error|nil err
function M.open(given, asked)
  local is_right, settings = options.read(options.CACHE, given)
  if not is_right then
    return nil, settings
  end
  local store, err = open_store(settings.store)
  if not store then
    return nil, err
  end
  return setmetatable({
    ttl = settings.ttl, not_found_ttl = settings.not_found_ttl, keeps_doubts = false,
    _store = store, _owner = owner(asked),
  }, Cache)
end

return M
