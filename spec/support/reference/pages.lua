-- The pages of LDoc. It reads tags of its own, so it isn't given our sources, but files
-- made from their comments: one for each module, class and group of tables, with
-- nothing in them but what LDoc understands.

local classes = require "spec.support.reference.classes"
local errors = require "contactout.errors"
local interface = require "spec.support.reference.interface"

local M = {}

-- Text ------------------------------------------------------------------------------

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

-- LDoc's plain format is HTML; an @ would begin a tag or a link.
local function to_html(text)
  text = text:gsub("[&<>]", ENTITIES):gsub("@", "&#64;")
  return (text:gsub("`(.-)`", "<code>%1</code>"))
end

-- LDoc's types have no blanks; these ones look like it. It parts them at each bar, also
-- within what a function returns.
local function to_type(text)
  text = to_html(text):gsub(" ", "\194\160")
  return text:find("fun(", 1, true) and text:gsub("|", "&#124;") or text
end

local function tag(name, ...)
  return "-- @" .. table.concat({ name, ... }, " ")
end

-- What is given and what comes back -----------------------------------------------------

local function add_params(lines, comment)
  for _, name in ipairs(interface.parameters(comment)) do
    local param = assert(interface.param(comment, name), comment.code)
    lines[#lines + 1] = tag(param.optional and "tparam[opt]" or "tparam", to_type(param.type),
      name, to_html(param.doc))
  end
end

local function add_returns(lines, comment)
  for _, value in ipairs(comment["return"]) do
    lines[#lines + 1] = tag("treturn", to_type(value.type),
      value.name and "<em>" .. value.name .. "</em>" or "", to_html(value.doc))
  end
end

-- `name` decides how it is shown: `client:usage`, but `new` in a module.
local function function_lines(fn, name)
  local lines = { "--- " .. to_html(fn.comment.text) }
  add_params(lines, fn.comment)
  add_returns(lines, fn.comment)
  lines[#lines + 1] = tag("function", name)
  return table.concat(lines, "\n")
end

local function table_lines(class)
  local doc = class.doc:gsub("^%l", string.upper)
  local lines = { "--- " .. to_html(doc) .. (doc:find("%.$") and "" or ".") }
  lines[#lines + 1] = tag("table", class.name)
  for _, field in ipairs(class.fields) do
    lines[#lines + 1] = tag(field.optional and "tfield[opt]" or "tfield", to_type(field.type),
      field.name, to_html(field.doc))
  end
  return table.concat(lines, "\n")
end

-- Pages ---------------------------------------------------------------------------------

local function page(kind, name, doc)
  return { "--- " .. to_html(doc) .. "\n" .. tag(kind, name) }
end

local function section_page(section)
  local parts = page(section.is_class and "classmod" or "module", section.name, section.doc)
  local in_endpoints = false
  for _, fn in ipairs(section.functions) do
    if fn.endpoint and not in_endpoints then
      parts[#parts + 1] = "--- Endpoints\n" .. tag("section", "endpoints")
      in_endpoints = true
    end
    parts[#parts + 1] = function_lines(fn, section.is_class and fn.call:match("^[^(]+") or fn.name)
  end
  local class = classes.find(section.name)
  if class and #class.fields > 0 then
    parts[#parts + 1] = table_lines { name = "fields", doc = class.doc, fields = class.fields }
  end
  return table.concat(parts, "\n\n") .. "\n"
end

-- The kinds of errors as a table's fields.
local function kinds_table()
  local fields = {}
  for i, kind in ipairs(errors.KINDS) do
    fields[i] = { name = kind.name, type = "string",
      doc = kind.doc .. (kind.advice and ": " .. kind.advice or "") }
  end
  return table_lines { name = "kinds", doc = "what `err.kind` can be, and what to do then",
    fields = fields }
end

local function group_page(group)
  local parts = page("tables", group.name, group.doc)
  for _, class in ipairs(group.classes) do
    parts[#parts + 1] = table_lines(class)
  end
  if group.name == "errors" then
    parts[#parts + 1] = kinds_table()
  end
  return table.concat(parts, "\n\n") .. "\n"
end

-- LDoc's settings, in Lua without its libraries.
local CONFIG = [[
project = "contactout"
title = "contactout: reference"
description = "A client for the ContactOut API that never blocks its host and never spends a "
  .. "credit twice."
full_description = [=[<p>The README says how to begin. Here is all that can be called:
<a href="modules/contactout.html">contactout</a> makes a client and runs several calls at once,
<a href="classes/contactout.Client.html">contactout.Client</a> has its methods and the endpoints,
<a href="tables/records.html">records</a> what they find,
<a href="tables/options.html">options</a> and <a href="tables/parameters.html">parameters</a> what
they take, and <a href="tables/errors.html">errors</a> what comes where they fail.</p>]=]
file = { "source" }
dir = "html"
no_space_before_args = true
sort = false
new_type("tables", "Tables", true)
]]

-- Where the page of a table is: LDoc finds classes alone.
local LINK = [[
custom_see_handler("^contactout%%.%s$", function()
  return "contactout.%s", "../tables/%s.html#%s"
end)
]]

local function config(groups)
  local parts = { CONFIG }
  for _, group in ipairs(groups) do
    for _, class in ipairs(group.classes) do
      local name = class.name
      parts[#parts + 1] = LINK:format(name:gsub("%.", "%%."), name, group.name, name)
    end
  end
  return table.concat(parts)
end

-- Goes behind LDoc's own style: our names are longer, and a page has no empty margin.
local STYLE = [[
#container { margin-right: 0; }
#navigation { width: 18em; }
#content { margin-left: 18em; width: auto; max-width: 60em; }
]]

--- What LDoc is to read, and the end of its style: paths to texts.
---@return table<string, string>
function M.files()
  local groups = classes.groups()
  local files = { ["config.ld"] = config(groups), ["style.css"] = STYLE }
  for _, section in ipairs(interface.sections()) do
    files["source/" .. section.name .. ".lua"] = section_page(section)
  end
  for _, group in ipairs(groups) do
    files["source/" .. group.name .. ".lua"] = group_page(group)
  end
  return files
end

return M
