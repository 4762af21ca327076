-- All that a user of the module can call, with the doc comment of each: what the pages
-- and Neovim's help list, and a spec holds against the comments. What the module and its
-- clients have is asked of them; classes are read from their files.

local comments = require "spec.support.reference.comments"
local contactout = require "contactout"
local core = require "contactout.core"
local types = require "spec.support.reference.types"

local M = {}

---@class spec.Function
---@field name string
---@field call string as it is written: "client:usage([period] [, opts])"
---@field endpoint? table its row, where it calls one
---@field comment? spec.Comment

---@class spec.Section
---@field name string of the module or class
---@field is_class? boolean
---@field doc string
---@field functions spec.Function[]

-- Finding comments --------------------------------------------------------------------

local read, declared = {}, nil

-- The comments of a file by the line to which they belong.
local function comments_of(path)
  if not read[path] then
    read[path] = {}
    for _, comment in ipairs(comments.read(path)) do
      read[path][comment.line] = comment
    end
  end
  return read[path]
end

-- The comment on a function in the file of types, where those have theirs that have no
-- definition in Lua.
local function declaration_of(name)
  if not declared then
    declared = {}
    for _, comment in ipairs(comments.parse(types.text())) do
      declared[comment.code:match("^function ([^(]+)") or ""] = comment
    end
  end
  return declared[name]
end

-- The comment on a function: on its declaration, or else its definition.
local function comment_of(declaration, fn)
  local declared_as = declaration_of(declaration)
  if declared_as then
    return declared_as
  end
  local info = debug.getinfo(fn, "S")
  local path = info.source:match("(lua/contactout/.*)$")
  return path and comments_of(path)[info.linedefined]
end

--- The names of a function's parameters, as its definition has them.
---@param comment spec.Comment
---@return string[]
function M.parameters(comment)
  local names = {}
  for name in comment.code:match("%((.-)%)"):gmatch("[^%s,]+") do
    names[#names + 1] = name ~= "self" and name or nil
  end
  return names
end

--- The tag of a parameter.
---@param comment spec.Comment
---@param name string
---@return spec.Tag|nil
function M.param(comment, name)
  for _, tag in ipairs(comment.param) do
    if tag.name == name then
      return tag
    end
  end
end

-- "(urls [, opts])"
local function arguments_of(comment)
  local text = ""
  for _, name in ipairs(M.parameters(comment)) do
    local joint = text ~= "" and ", " or ""
    local tag = M.param(comment, name)
    if tag and tag.optional then
      text = text .. (joint ~= "" and " " or "") .. "[" .. joint .. name .. "]"
    else
      text = text .. joint .. name
    end
  end
  return "(" .. text .. ")"
end

-- Functions -----------------------------------------------------------------------------

local function endpoint_of(name)
  for _, row in ipairs(core.endpoints) do
    if row.name == name then
      return row
    end
  end
end

local function new_function(name, written, comment)
  return {
    name = name, comment = comment, call = written .. (comment and arguments_of(comment) or "()"),
  }
end

-- Those in a table, by name; what calls an endpoint comes behind, in the table's order.
local function of_table(functions, prefix, meta)
  local names, list = {}, {}
  for name, value in pairs(functions) do
    if type(value) == "function" and not name:find("^_") and not endpoint_of(name) then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  for _, row in ipairs(core.endpoints) do
    names[#names + 1] = functions[row.name] and row.name or nil
  end
  for i, name in ipairs(names) do
    list[i] = new_function(name, prefix .. name, comment_of(meta .. name, functions[name]))
    list[i].endpoint = endpoint_of(name)
  end
  return list
end

-- The methods of a class, in the order of its file.
local function of_class(path, class, prefix)
  local index, variable, list = comments_of(path), nil, {}
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    local comment = index[number]
    if comment and comment.class[1] and comment.class[1].name == class then
      variable = line:match("^local (%w+) =")
    end
    local name = variable and line:match("^function " .. variable .. "[:.](%l[%w_]*)%(")
    if name then
      list[#list + 1] = new_function(name, prefix .. name, comment)
    end
  end
  return list
end

-- Sections ------------------------------------------------------------------------------

local function client_methods()
  local client = assert(contactout.new { token = "none", base_url = "http://127.0.0.1:9" })
  local methods = getmetatable(client).__index
  client:close()
  return of_table(methods, "client:", "Client:")
end

local CLASSES = {
  { name = "contactout.Job", path = "jobs/job.lua", call = "job:",
    doc = "An asynchronous job: from submit_contacts, submit_verification, job and callback. "
      .. "Its fields are read-only." },
  { name = "contactout.JobRows", path = "jobs/rows.lua", call = "rows:",
    doc = "The iterator of `job:results`: called, it gives `item, value, err` of the next row." },
  { name = "contactout.Iterator", path = "iterator.lua", call = "rows:",
    doc = "The iterators of bulk work and of searches: called, one gives what comes next." },
  { name = "contactout.Task", path = "task.lua", call = "task:",
    doc = "A coroutine that `contactout.spawn` started." },
  { name = "contactout.Equation", path = "query.lua", call = "equation:",
    doc = "A boolean equation, made by contactout.query; `tostring` gives it as it is sent." },
  { name = "contactout.CsvReader", path = "csv.lua", call = "reader:",
    doc = "What contactout.csv reads with." },
  { name = "contactout.CsvWriter", path = "csv.lua", call = "writer:",
    doc = "What contactout.csv writes with." },
  { name = "contactout.Progress", path = "progress.lua", call = "bar:",
    doc = "A progress bar; it may be called, as an `on_progress`." },
  { name = "contactout.testing.Server", path = "testing/server.lua", call = "server:",
    doc = "What a sandbox, a recorder and a player of contactout.testing have in common." },
  { name = "contactout.testing.Sandbox", path = "testing/sandbox.lua", call = "sandbox:",
    doc = "A sandbox: from `testing.sandbox`. It has a server's methods, too." },
}

local MODULES = {
  { name = "contactout.query", call = "query.",
    doc = "The boolean equations that some fields of a search take." },
  { name = "contactout.limits", call = "limits.",
    doc = "Rate limits that several processes share." },
  { name = "contactout.csv", call = "csv.", doc = "A reader and writer of CSV." },
  { name = "contactout.progress", call = "progress.",
    doc = "The progress of long work, on a terminal or in a log." },
  { name = "contactout.testing", call = "testing.",
    doc = "A sandbox, and recorded answers, for the tests of programs." },
}

--- Everything that can be called, in the order of reading.
---@return spec.Section[]
function M.sections()
  local sections = {
    { name = "contactout", functions = of_table(contactout, "contactout.", "contactout."),
      doc = "The module: clients, tasks, and each endpoint on a client made from the "
        .. "environment." },
    { name = "contactout.Client", is_class = true, functions = client_methods(),
      doc = "A client: from `contactout.new`." },
  }
  for _, module in ipairs(MODULES) do
    sections[#sections + 1] = { name = module.name, doc = module.doc,
      functions = of_table(require(module.name), module.call, module.name .. ".") }
  end
  for _, class in ipairs(CLASSES) do
    sections[#sections + 1] = { name = class.name, is_class = true, doc = class.doc,
      functions = of_class("lua/contactout/" .. class.path, class.name, class.call) }
  end
  return sections
end

return M
