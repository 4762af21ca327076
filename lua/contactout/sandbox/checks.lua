-- A request's parameters against its route: nil if all is well, else the
-- first rule it breaks, as the text of a 400. Pure. The real service is
-- laxer; a client that passes here passes there.

local cjson = require "cjson"
local formats = require "contactout.sandbox.formats"

local M = {}

local function holds(list, value)
  for i = 1, #list do
    if list[i] == value then
      return true
    end
  end
  return false
end

--- nil if the text follows the parameter's closed set and format.
local function text_problem(param, text)
  if type(text) ~= "string" then
    return "must be a string"
  elseif text == "" then
    return "must not be empty"
  elseif param.values and not holds(param.values, text) then
    return "must be one of " .. table.concat(param.values, " | ")
  end
  return param.format and formats[param.format](text)
end

local function list_length(value)
  local n = 0
  for _ in pairs(value) do
    n = n + 1
  end
  return n == #value and n or nil
end

local function list_problem(param, value)
  local n = type(value) == "table" and list_length(value)
  if not n then
    return "must be an array"
  elseif n == 0 and param.required then
    return "is required and must not be empty"
  elseif param.max and n > param.max then
    return "must not have more than " .. param.max .. " elements"
  end
  for i = 1, n do
    local problem = text_problem(param, value[i])
    if problem then
      return "element " .. i .. " " .. problem
    end
  end
end

local function integer_problem(param, value)
  if type(value) ~= "number" or value ~= math.floor(value) then
    return "must be an integer"
  elseif param.min and value < param.min then
    return "must be at least " .. param.min
  end
end

local function boolean_problem(_, value)
  if type(value) ~= "boolean" then
    return "must be a boolean"
  end
end

local BY_TYPE = {
  string = text_problem,
  list = list_problem,
  integer = integer_problem,
  boolean = boolean_problem,
}

--- Turns a query's text into the parameter's type where it has its form.
local FROM_QUERY = {
  boolean = function(text)
    if text == "true" or text == "false" then
      return text == "true"
    end
    return text
  end,
  integer = function(text)
    return text:find("^%-?%d+$") and tonumber(text) or text
  end,
}

local RULES = {}

function RULES.identifies_a_person(args)
  if args.linkedin_url or args.email or args.phone then
    return nil
  elseif (args.first_name == nil) ~= (args.last_name == nil) then
    return "first_name and last_name must be used together"
  elseif not (args.full_name or args.first_name) then
    return "one of linkedin_url, email, phone, or a name, is required"
  elseif not (args.company or args.company_domain or args.education or args.location
    or args.job_title) then
    return "a name requires at least one of company, company_domain, education, location, job_title"
  end
end

function RULES.names_a_company(args)
  if not (args.linkedin_url or args.domain or args.name) then
    return "at least one of linkedin_url, domain, name is required"
  end
end

function RULES.ranges_in_order(args)
  if args.min_revenue and args.max_revenue and args.min_revenue > args.max_revenue then
    return "min_revenue must not exceed max_revenue"
  elseif args.year_founded_to and args.year_founded_to > tonumber(os.date("!%Y")) then
    return "year_founded_to must not exceed the current year"
  elseif args.year_founded_from and args.year_founded_to
    and args.year_founded_from > args.year_founded_to then
    return "year_founded_from must not exceed year_founded_to"
  end
end

local function refuse(name, problem)
  return "Invalid parameter: " .. name .. " " .. problem .. "."
end

--- The names in order, so that of two broken rules always the same is told.
local function sorted_names(args)
  local names = {}
  for name in pairs(args) do
    names[#names + 1] = tostring(name)
  end
  table.sort(names)
  return names
end

local function unknown_problem(route, args)
  for _, name in ipairs(sorted_names(args)) do
    if not route.params[name] then
      return refuse(name, "is not a parameter of " .. route.path)
    end
  end
end

--- Checks `args` and, for a query (all texts), gives them their types in
-- place. `lenient` lets unknown names pass. -> nil | message
function M.check(route, args, lenient)
  local problem = not lenient and unknown_problem(route, args)
  if problem then
    return problem
  end
  for _, name in ipairs(sorted_names(route.params)) do
    local param, value = route.params[name], args[name]
    if value == nil and param.required then
      return refuse(name, "is required")
    elseif value == cjson.null then
      return refuse(name, "must not be null")
    elseif value ~= nil then
      if route.method == "GET" and FROM_QUERY[param.type] then
        value = FROM_QUERY[param.type](value)
        args[name] = value
      end
      problem = BY_TYPE[param.type](param, value)
      if problem then
        return refuse(name, problem)
      end
    end
  end
  problem = route.rule and RULES[route.rule](args)
  return problem and ("Invalid parameters: " .. problem .. ".") or nil
end

return M
