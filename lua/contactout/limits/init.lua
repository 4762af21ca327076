-- Rate limits shared by several processes, for the option `rate_limits`: one budget
-- for one token. Each kind is a file beside this one, loaded when it is asked for.
-- One that can't be used says so when a client is made of it, by its field
-- `problem`: a nil in its place would mean limits for each process by itself.

local M = {}

--- Limits that all workers of one nginx share.
---@param name string of a dict for this alone: `lua_shared_dict NAME 1m;`
---@param opts? table `search`, `checker`, `other`: requests a minute, where they
---  aren't the documented ones (false: no limit); `window`: seconds of that minute;
---  `key`: a name for the token, where several tokens share the dict
---@return contactout.SharedDictLimits
function M.shared_dict(name, opts)
  return require("contactout.limits.shared_dict").new(name, opts)
end

--- Limits that any number of machines share, in a Redis. Nothing is sent yet. In nginx
--- a host's name needs its `resolver`; elsewhere it is looked up here, once.
---@param opts contactout.RedisOptions
---@return contactout.RedisLimits
function M.redis(opts)
  return require("contactout.limits.redis").new(opts)
end

return M
