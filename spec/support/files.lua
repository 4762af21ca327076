-- Files that specs write. What doesn't get onto the disk raises here: an empty program, for
-- one, would end in success and fail a spec elsewhere.

local M = {}

--- Writes a whole file, byte for byte.
---@param path string
---@param text string
function M.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

--- The same to a new one, which the caller removes.
---@param text? string
---@return string path
function M.temporary(text)
  local path = os.tmpname()
  M.write(path, text or "")
  return path
end

--- All of a file.
---@param path string
---@return string
function M.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

return M
