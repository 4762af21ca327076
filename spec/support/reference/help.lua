-- Neovim's help on the whole module: help.txt beside this file, which a person wrote,
-- with what can be read from the comments and tables in its places.

local classes = require "spec.support.reference.classes"
local core = require "contactout.core"
local errors = require "contactout.errors"
local interface = require "spec.support.reference.interface"
local words = require "spec.support.reference.words"

local M = {}

local WIDTH, INDENT, COLUMN = 78, 4, 26

-- Lines -----------------------------------------------------------------------------

-- Columns that a text takes: letters, not bytes.
local function columns(text)
  return #text:gsub("[\128-\191]", "")
end

-- A text in lines that begin at a column, the first behind what stands there already.
local function wrap(text, indent, first)
  local lines, line = {}, first and first .. (" "):rep(indent - columns(first)) or (" "):rep(indent)
  local is_empty = true
  for word in text:gmatch("%S+") do
    if not is_empty and columns(line) + 1 + columns(word) > WIDTH then
      lines[#lines + 1] = line
      line, is_empty = (" "):rep(indent), true
    end
    line, is_empty = line .. (is_empty and "" or " ") .. word, false
  end
  lines[#lines + 1] = line
  return (table.concat(lines, "\n"):gsub(" +\n", "\n"):gsub(" +$", ""))
end

-- A row of a list: a name, and what there is to say of it.
local function row(name, text)
  local first = (" "):rep(INDENT) .. name
  if columns(first) > COLUMN - 2 then
    return first .. "\n" .. wrap(text, COLUMN)
  end
  return wrap(text, COLUMN, first)
end

local function right(tag)
  return (" "):rep(math.max(WIDTH - columns(tag) - 2, 0)) .. "*" .. tag .. "*"
end

-- Types -----------------------------------------------------------------------------

local function tag_of(class)
  return "contactout-" .. class:lower()
end

local linked

-- The classes that have a place of their own in the help: parameters stand with their
-- endpoint.
local function links()
  if not linked then
    linked = {}
    for _, group in ipairs(classes.groups()) do
      for _, class in ipairs(group.name ~= "parameters" and group.classes or {}) do
        linked[class.name] = true
      end
    end
    for _, section in ipairs(interface.sections()) do
      linked[section.name:match("%.(%u%a*)$") or ""] = true
    end
  end
  return linked
end

-- Bars would be links: "string or nil".
local function type_text(kind)
  local text = kind:gsub("|", " or ")
  return (text:gsub("contactout%.([%a.]+)", function(name)
    return links()[name] and "|" .. tag_of(name) .. "|" or nil
  end))
end

local function typed(kind, doc)
  return "(" .. type_text(kind) .. ") " .. doc
end

-- Functions -------------------------------------------------------------------------

local function add_rows(lines, title, tags)
  if #tags > 0 then
    lines[#lines + 1] = (" "):rep(INDENT - 2) .. title .. ": ~"
  end
  for _, tag in ipairs(tags) do
    lines[#lines + 1] = row((tag.name or "") .. (tag.optional and "?" or ""),
      typed(tag.type, tag.doc))
  end
end

local function parameters_of(comment)
  local tags = {}
  for i, name in ipairs(interface.parameters(comment)) do
    tags[i] = interface.param(comment, name)
  end
  return tags
end

--- The tag of a function: contactout.new(), contactout-client:usage().
---@param section spec.Section
---@param fn spec.Function
---@return string
function M.tag(section, fn)
  local owner = section.name .. "."
  if section.is_class then
    owner = tag_of(section.name:match("%a+$")) .. ":"
  end
  return owner .. fn.name .. "()"
end

local function function_text(section, fn)
  local lines = { right(M.tag(section, fn)), fn.call, wrap(fn.comment.text, INDENT) }
  add_rows(lines, "Takes", parameters_of(fn.comment))
  add_rows(lines, "Gives", fn.comment["return"])
  return table.concat(lines, "\n") .. "\n"
end

local function section_text(section)
  local lines = { ("-"):rep(WIDTH) }
  local part = section.name:match("%.(%a+)$") -- the module itself has the first tag of all
  lines[#lines + 1] = part and right(section.is_class and tag_of(part) or section.name)
  lines[#lines + 1] = wrap(section.name .. ": " .. section.doc, 0)
  add_rows(lines, "Fields", (classes.find(section.name) or { fields = {} }).fields)
  local parts = { table.concat(lines, "\n") .. "\n" }
  for _, fn in ipairs(section.functions) do
    if not fn.endpoint then
      parts[#parts + 1] = function_text(section, fn)
    end
  end
  return table.concat(parts, "\n")
end

-- Tables ----------------------------------------------------------------------------

local function endpoint_text(endpoint)
  local call = ("client:%s(%s [, opts])"):format(endpoint.name,
    words.needs_params(endpoint) and "params" or "[params]")
  local lines = {
    right("contactout-" .. endpoint.name), call,
    wrap(words.summary(endpoint) .. " " .. table.concat(words.facts(endpoint), " "), INDENT),
  }
  for _, param in ipairs(endpoint.params) do
    lines[#lines + 1] = row(param.name .. (param.required and "" or "?"),
      typed(words.param_type(param), words.param_doc(param)))
  end
  return table.concat(lines, "\n") .. "\n"
end

local function class_text(class)
  local lines = {
    right(tag_of(class.name)), "contactout." .. class.name, wrap(class.doc, INDENT),
  }
  for _, field in ipairs(class.fields) do
    lines[#lines + 1] = row(field.name .. (field.optional and "?" or ""),
      typed(field.type, field.doc))
  end
  return table.concat(lines, "\n") .. "\n"
end

local function kind_text(kind)
  return right("contactout-error-" .. kind.name) .. "\n" .. row(kind.name,
    kind.doc .. (kind.advice and ": " .. kind.advice or "")) .. "\n"
end

-- The texts of a list, with empty lines between.
local function each(list, text_of)
  local texts = {}
  for i, item in ipairs(list) do
    texts[i] = text_of(item)
  end
  return table.concat(texts, "\n")
end

local function group_text(name)
  for _, group in ipairs(classes.groups()) do
    if group.name == name then
      return each(group.classes, class_text)
    end
  end
end

local PLACES = {
  functions = function()
    return each(interface.sections(), section_text)
  end,
  endpoints = function()
    return each(core.endpoints, endpoint_text) .. "\n" .. group_text("endpoints")
  end,
  records = function()
    return group_text("records")
  end,
  options = function()
    return group_text("options")
  end,
  errors = function()
    return group_text("errors") .. "\n" .. each(errors.KINDS, kind_text)
  end,
}

--- The help, made of its template.
---@param template string
---@return string
function M.text(template)
  return (template:gsub("{{(%l+)}}", function(name)
    return PLACES[name]()
  end))
end

return M
