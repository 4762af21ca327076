-- The doc comments of a Lua file, as LuaCATS has them: a text, tags such as `@param`,
-- and the line of code to which they belong. A tag goes on over lines that begin with two
-- blanks more. Pure but for reading the file.

local files = require "spec.support.files"

local M = {}

-- Types -----------------------------------------------------------------------------

-- What one type may look like. `fun(...)` may say what it returns, too.
local FORMS = {
  "^%b{}", "^%b\"\"", "^%b()", "^%.%.%.", "^[%a_][%w_.]*%b<>", "^[%a_][%w_.]*%*?",
}

local read_union

-- The last place of a list of types, "any, string|nil".
local function read_list(text, at)
  local last = read_union(text, at)
  local _, comma = text:find("^, ", last + 1)
  return comma and read_list(text, comma + 1) or last
end

local function read_one(text, at)
  local _, last = text:find("^fun%b()", at)
  if last then
    local _, colon = text:find("^: ", last + 1)
    return colon and read_list(text, colon + 1) or last
  end
  for _, form in ipairs(FORMS) do
    _, last = text:find(form, at)
    if last then
      break
    end
  end
  assert(last, "no type at the beginning of: " .. text:sub(at))
  while text:find("^%[%]", last + 1) do
    last = last + 2
  end
  return text:sub(last + 1, last + 1) == "?" and last + 1 or last
end

function read_union(text, at)
  local last = read_one(text, at)
  if text:sub(last + 1, last + 1) == "|" then
    return read_union(text, last + 2)
  end
  return last
end

--- Parts a text that begins with a type.
---@param text string
---@return string type
---@return string rest without blanks before it
function M.split_type(text)
  local last = read_union(text, 1)
  return text:sub(1, last), text:sub(last + 1):match("^%s*(.*)$")
end

-- Tags ------------------------------------------------------------------------------

---@class spec.Tag
---@field name? string
---@field optional? boolean
---@field type? string
---@field doc string

-- "name? type doc"
local function read_named(text)
  local name, optional, rest = text:match("^([^%s?]+)(%??)%s+(.*)$")
  local kind, doc = M.split_type(rest)
  return { name = name, optional = optional == "?", type = kind, doc = doc }
end

local READERS = { param = read_named, field = read_named }

-- "type name doc"
READERS["return"] = function(text)
  local kind, rest = M.split_type(text)
  local name, doc = rest:match("^([%w_.]+)%s*(.*)$")
  return { type = kind, name = name, doc = doc or rest }
end

-- "name: parent doc"
function READERS.class(text)
  local name, rest = text:match("^([%w_.]+)%s*(.*)$")
  if rest:sub(1, 1) == ":" then
    local _, doc = M.split_type(rest:match("^:%s*(.*)$"))
    rest = doc
  end
  return { name = name, doc = rest }
end

function READERS.type(text)
  local kind, doc = M.split_type(text)
  return { type = kind, doc = doc }
end

function READERS.alias(text)
  return { name = text:match("^%S+"), doc = "" }
end

-- Comments ----------------------------------------------------------------------------

---@class spec.Comment
---@field text string what stands before the tags, on one line
---@field code string the line behind the comment
---@field line integer that line's number
---@field param spec.Tag[]
---@field return spec.Tag[]
---@field class spec.Tag[]
---@field field spec.Tag[]
---@field type spec.Tag[]
---@field alias spec.Tag[]

local function new_comment()
  local comment = { text = {}, tags = {} }
  for tag in pairs(READERS) do
    comment[tag] = {}
  end
  return comment
end

-- Takes a line without its three dashes.
local function add_line(comment, line)
  local tag, text = line:match("^@(%l+)%s+(.*)$")
  if tag then
    comment.tags[#comment.tags + 1] = { tag = tag, text = text }
  elseif #comment.tags > 0 and line:find("^  ") then
    local last = comment.tags[#comment.tags]
    last.text = last.text .. " " .. line:match("^%s*(.*)$")
  else
    comment.text[#comment.text + 1] = line:match("^%s*(.*)$")
  end
end

local function close(comment, code, number)
  comment.text = table.concat(comment.text, " ")
  comment.code, comment.line = code, number
  for _, tag in ipairs(comment.tags) do
    if READERS[tag.tag] then
      table.insert(comment[tag.tag], READERS[tag.tag](tag.text))
    end
  end
  return comment
end

--- The comments of a Lua text.
---@param text string
---@return spec.Comment[]
function M.parse(text)
  local comments, comment, number = {}, nil, 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    local content = line:match("^%s*%-%-%-([^-].*)$") or line:match("^%s*%-%-%-$") and ""
    if content then
      comment = comment or new_comment()
      add_line(comment, content)
    elseif comment then
      comments[#comments + 1] = close(comment, line, number)
      comment = nil
    end
  end
  return comments
end

--- The comments of a file.
---@param path string
---@return spec.Comment[]
function M.read(path)
  return M.parse(files.read(path))
end

return M
