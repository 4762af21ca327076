-- A cache's store in a shared dict of nginx (lua_shared_dict): all workers see it,
-- it outlives a reload, and nginx itself forgets what is over or, when it is full,
-- what was asked for least recently.

local errors = require "contactout.errors"

local M = {}

---@class contactout.SharedDictStore
local SharedDict = {}
SharedDict.__index = SharedDict

--- The text that is kept under a key.
---@param key string
---@return string|nil
function SharedDict:get(key)
  return self._dict:get(key) or nil
end

--- Keeps a text. One for which there is no room, however much is forgotten, isn't
--- kept, and nginx's log says so: the reply itself has its reader.
---@param key string
---@param text string
---@param seconds number
---@return true
function SharedDict:set(key, text, seconds)
  local ok, message = self._dict:set(key, text, math.max(seconds, 0.001)) -- 0 is for ever
  if not ok then
    self._ngx.log(self._ngx.WARN, "contactout: a reply of ", #text, " bytes isn't kept (", message,
      "): raise the size in lua_shared_dict ", self._name)
  end
  return true
end

--- What it holds is everybody's, and stays.
function SharedDict.close() end

--- Whether there is one of that name here.
---@param name string
---@return boolean
function M.exists(name)
  local ngx = package.loaded.ngx
  return ngx ~= nil and ngx.shared ~= nil and ngx.shared[name] ~= nil
end

--- Why there is none, in nginx; nil elsewhere.
---@param name string
---@return contactout.Error|nil err
function M.lacking(name)
  local ngx = package.loaded.ngx
  return ngx and ngx.shared and errors.new("invalid_argument",
    ("store must be \"memory\" or a shared dict that nginx has: write \"lua_shared_dict %s 10m;\" "
    .. "in its http block (a file's name has a slash or a dot)"):format(name), { param = "store" })
end

---@param name string
---@return contactout.SharedDictStore
function M.new(name)
  local ngx = package.loaded.ngx
  return setmetatable({ _ngx = ngx, _name = name, _dict = ngx.shared[name] }, SharedDict)
end

return M
