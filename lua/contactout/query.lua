-- The boolean equations of the search endpoints, written so that they can't be misread:
-- every group in brackets, and no word of a term taken for an operator. An equation
-- stands in a table of parameters like any other value; the client writes it out, and
-- refuses it where the API takes none. Pure; which parameters take one the endpoint's
-- row says.
--
--   local q = require("contactout").query
--   client:people_search {
--     job_title = q.any("CTO", "Chief Technology Officer"),
--     skills = q.all("ReactJS", "Python"):except("Java"),
--   }

local errors = require "contactout.errors"
local options = require "contactout.options"

---@class contactout.Equation `tostring` gives it as it is sent
local Equation = {}

local metatable = { __index = Equation, __name = "contactout.Equation" }

-- How one is written by itself, and within another. Nothing encodes tables with keys
-- like these: an equation is sent as text or, where nobody writes it out, not at all.
local ALONE, NESTED = {}, {}

function metatable.__tostring(self)
  return self[ALONE]
end

local M = {}

--- Whether a value is an equation.
---@param value any
---@return boolean
function M.is_equation(value)
  return type(value) == "table" and getmetatable(value) == metatable
end

-- Making them ---------------------------------------------------------------------

local function new(alone, nested)
  return setmetatable({ [ALONE] = alone, [NESTED] = nested }, metatable)
end

local OPERATORS = { AND = true, OR = true, NOT = true }

local function defuse(word)
  return OPERATORS[word] and word:lower() or nil
end

-- A term says itself and nothing else. There is no way to quote, but case doesn't count
-- in a search: an operator becomes a plain word, and a bracket a blank. A term of several
-- words stands in brackets of its own.
local function of_term(term)
  local text = term:gsub("[()]", " "):gsub("[^ \t\r\n]+", defuse)
  text = text:gsub("[ \t\r\n]+", " "):gsub("^ ", ""):gsub(" $", "")
  return text ~= "" and new(text, text:find(" ", 1, true) and "(" .. text .. ")" or text)
end

-- The equations that were given to a public function, as arguments or as one list; raises
-- in its caller's name.
local function equations(...)
  local list, count = { ... }, select("#", ...)
  if count == 1 and type(list[1]) == "table" and not M.is_equation(list[1]) then
    list, count = list[1], #list[1]
  end
  if count == 0 then
    error("an equation needs a term", 3)
  end
  local made = {}
  for i = 1, count do
    local given = list[i]
    local equation = M.is_equation(given) and given or type(given) == "string" and of_term(given)
    if not equation then
      error(("term %d must be a text, or an equation, not %s"):format(i,
        type(given) == "string" and "an empty one" or type(given)), 3)
    end
    made[i] = equation
  end
  return made
end

local function join(made, operator)
  if #made == 1 then
    return made[1]
  end
  local texts = {}
  for i, equation in ipairs(made) do
    texts[i] = equation[NESTED]
  end
  local text = "(" .. table.concat(texts, operator) .. ")"
  return new(text, text)
end

--- What holds where one of the terms does: `(CTO OR CEO)`.
---@param ... string|contactout.Equation|string[] terms, or one list of them; a text is
---  taken as it stands: AND, OR, NOT and brackets in it mean nothing
---@return contactout.Equation
function M.any(...)
  return join(equations(...), " OR ")
end

--- What holds where each of the terms does: `(ReactJS AND Python)`.
---@param ... string|contactout.Equation|string[] as of `any`
---@return contactout.Equation
function M.all(...)
  return join(equations(...), " AND ")
end

--- The same, without where one of the terms holds: `(ReactJS AND Python) NOT Java`. This
--- is the only form of NOT that the API documents.
---@param ... string|contactout.Equation|string[] as of `any`
---@return contactout.Equation
function Equation:except(...)
  local text = self[NESTED] .. " NOT " .. join(equations(...), " OR ")[NESTED]
  return new(text, "(" .. text .. ")")
end

-- In parameters -------------------------------------------------------------------

-- "a", "a and b", "a, b and c"
local function enumerate(names)
  local last = table.remove(names)
  return #names > 0 and table.concat(names, ", ") .. " and " .. last or last
end

local function where_they_may_stand(row)
  local names = {}
  for _, param in ipairs(row.params) do
    names[#names + 1] = param.boolean and param.name or nil
  end
  return #names > 0 and enumerate(names) .. " do" or "no parameter of " .. row.name .. " does"
end

local function refuse(row, param, i)
  local instead = param.type == "list" and "; any of several values is a list of them" or ""
  return errors.fail("invalid_argument", ("%s takes no equation of AND, OR and NOT; %s%s"):format(
    param.name, where_they_may_stand(row), instead),
    { param = param.name .. (i and "[" .. i .. "]" or ""), endpoint = row.name })
end

local function copy_of(values)
  local copy = {}
  for key, value in next, values do
    copy[key] = value
  end
  return copy
end

-- The values, each as `write` gives it, in a copy if one is another then.
---@param values table
---@param write fun(key: any, value: any): any, contactout.Error|nil
---@return table|nil values
---@return contactout.Error|nil err the first one
local function map(values, write)
  local copy
  for key, value in next, values do
    local written, err = write(key, value)
    if err then
      return nil, err
    elseif written ~= value then
      copy = copy or copy_of(values)
      copy[key] = written
    end
  end
  return copy or values
end

--- Parameters with each equation written out, as the client sends them.
---@param row table of the endpoint in `contactout.endpoints`
---@param params table
---@return table|nil params the same table where it holds no equation
---@return contactout.Error|nil err kind `invalid_argument`: one stands where the API takes
---  none
function M.write(row, params)
  return map(params, function(name, given)
    if type(given) ~= "table" then
      return given
    end
    local param = options.find(row.params, name)
    local function write(i, value)
      if not M.is_equation(value) then
        return value
      elseif param and not param.boolean then
        return refuse(row, param, i)
      end
      return tostring(value) -- and the core refuses a parameter that isn't known
    end
    if M.is_equation(given) then
      return write(nil, given)
    end
    return map(given, write)
  end)
end

return M
