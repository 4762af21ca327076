-- All that is passed to the module and comes back from it: classes with fields, as the
-- file of types and the comments beside the code describe them, in groups to be read.

local comments = require "spec.support.reference.comments"
local core = require "contactout.core"
local types = require "spec.support.reference.types"
local words = require "spec.support.reference.words"

local M = {}

---@class spec.Class
---@field name string without "contactout."
---@field doc string
---@field fields spec.Tag[]

---@class spec.Group
---@field name string
---@field doc string
---@field classes spec.Class[]

-- Those whose fields stand in comments beside their code.
local DESCRIBED = {
  "errors.lua", "counts.lua", "records/mapping.lua", "jobs/job.lua", "credits.lua", "budget.lua",
  "tally.lua",
}

local classes

-- All classes that have fields, by name.
local function read_classes()
  local found = {}
  local function add(list)
    for _, comment in ipairs(list) do
      local class = comment.class[1]
      if class and #comment.field > 0 then
        local name = class.name:gsub("^contactout%.", "")
        found[name] = { name = name, doc = class.doc, fields = comment.field }
      end
    end
  end
  add(comments.parse(types.text()))
  for _, name in ipairs(DESCRIBED) do
    add(comments.read("lua/contactout/" .. name))
  end
  return found
end

--- A class that has fields.
---@param name string with "contactout." or without
---@return spec.Class|nil
function M.find(name)
  classes = classes or read_classes()
  return classes[(name:gsub("^contactout%.", ""))]
end

local function group(name, doc, names)
  local made = { name = name, doc = doc, classes = {} }
  for i, class in ipairs(names) do
    made.classes[i] = assert(M.find(class), class)
  end
  return made
end

-- The names of the classes of a list.
local function names_of(list, extra)
  local names = {}
  for i, entry in ipairs(list) do
    names[i] = entry.class or "params." .. entry.name
  end
  for _, name in ipairs(extra) do
    names[#names + 1] = name
  end
  return names
end

--- All that is passed in and comes back, in groups.
---@return spec.Group[]
function M.groups()
  return {
    group("records", "What lookups give, in one shape whatever the endpoint. Texts and numbers "
      .. "are absent where nothing is known; lists are always there.",
      names_of(words.RECORDS, { "Date", "Usage", "UsageOfKind" })),
    group("options", "The options of a client, of a call, and of larger work.",
      names_of(words.OPTIONS, { "RateLimits", "Credits", "Spent", "ProgressState" })),
    group("parameters", "The parameters of each endpoint, by the names of the API.",
      names_of(core.endpoints, {})),
    group("endpoints", "What `contactout.endpoints` says of them, and what a call gives "
      .. "with `raw`.", { "Endpoint", "Param", "RawReply" }),
    group("errors", "What comes instead of a result: `nil, err`.", { "Error" }),
  }
end

return M
