-- Programs under a locale that this machine need not have: it is compiled for the run
-- from glibc's own description.

local M = {}

-- The Lua that runs the specs.
local function interpreter()
  local first = 0
  while arg[first - 1] do
    first = first - 1
  end
  return arg[first]
end

--- What a Lua of the same kind prints for `script` under a locale.
---@param description string such as "de_DE"
---@param charmap string such as "UTF-8"
---@param category string as os.setlocale's
---@param script string without single quotes
---@return string|nil output nil where the means to compile a locale aren't installed
function M.run(description, charmap, category, script)
  local folder = os.tmpname()
  os.remove(folder)
  local pipe = io.popen(([[
    mkdir %s && localedef --no-archive -i %s -f %s %s/of_spec 2>/dev/null &&
    LOCPATH=%s %s -e 'assert(os.setlocale("of_spec", "%s")) %s' 2>&1
    rm -rf %s
  ]]):format(folder, description, charmap, folder, folder, interpreter(), category, script,
    folder))
  local output = pipe:read("*a")
  pipe:close()
  return output ~= "" and output or nil
end

M.MISSING = "neither localedef nor the descriptions of locales are installed"

return M
