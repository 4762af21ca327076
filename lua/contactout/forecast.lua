-- What plans of all kinds ask: how long requests will take, and whether there is a journal
-- to go by. Sends nothing and changes nothing.

local core = require "contactout.core"

local M = {}

-- The system's number for a file that isn't there.
local NO_FILE = 2

--- Whether a file is there. It is not opened to see: closing it would end the lock of a
--- run in this process. Giving it the name that it has does nothing, or fails if there is
--- none.
---@param path string
---@return boolean
function M.is_file(path)
  return select(3, os.rename(path, path)) ~= NO_FILE
end

--- Seconds that so many requests take by the documented limits or the client's own.
---@param client contactout.Client
---@param row table the endpoint's
---@param requests integer
---@return number
function M.seconds(client, row, requests)
  local limits = client._limits
  if limits.seconds then
    return limits:seconds(row, requests)
  end
  return requests * 60 / core.rates[row.rate_class]
end

return M
