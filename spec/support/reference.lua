-- What is written from the tables of endpoints, options, records and errors, and from
-- the doc comments, so that it can't differ from them. `make docs` writes all of it; a
-- spec checks that what stands there is fresh.
--
--   lua spec/support/reference.lua        writes the files of the tree
--   lua spec/support/reference.lua DIR    and the sources of the pages into DIR

local files = require "spec.support.files"
local help = require "spec.support.reference.help"
local pages = require "spec.support.reference.pages"
local readme = require "spec.support.reference.readme"
local types = require "spec.support.reference.types"

local M = {}

-- What each file should hold.
M.FILES = {
  ["README.md"] = function()
    return readme.renew(files.read("README.md"))
  end,
  ["lua/contactout/_meta.lua"] = types.text,
  ["examples/neovim/doc/contactout.txt"] = function()
    return help.text(files.read("spec/support/reference/help.txt"))
  end,
}

--- Whether the file is as it would be written now.
---@param path string
---@return boolean
function M.is_fresh(path)
  return M.FILES[path]() == files.read(path)
end

if arg and arg[0] and arg[0]:find("reference%.lua$") then
  for path, make in pairs(M.FILES) do
    files.write(path, make())
  end
  if arg[1] then
    for path, text in pairs(pages.files()) do
      files.write(arg[1] .. "/" .. path, text)
    end
  end
end

return M
