-- What a call may cost, by the rules in `contactout.endpoints`. Amounts of credits
-- are tables of numbers by kind; a kind that is left out is none. What a call did
-- cost is charges.lua's to say. Pure.

local M = {}

---@class contactout.Credits numbers of credits by kind
---@field email? integer e-mail addresses
---@field phone? integer telephone numbers
---@field search? integer profiles and companies
---@field verifier? integer verified addresses

--- The kinds of credit, each a pool of its own.
M.KINDS = { "email", "phone", "search", "verifier" }

-- Records on a page of a search.
local PAGE = 25

-- The searches that are seen to obey the undocumented parameter page_size.
local OBEYS_PAGE_SIZE = { people_search = true }

-- Whether a value, which may be a list or words with commas between, has a word.
local function has_word(value, wanted)
  if type(value) == "table" then
    for _, element in ipairs(value) do
      if has_word(element, wanted) then
        return true
      end
    end
    return false
  end
  for word in tostring(value):gmatch("[^,%s]+") do
    if word == wanted then
      return true
    end
  end
  return false
end

local function has_any_word(value, words)
  for _, word in ipairs(words) do
    if has_word(value, word) then
      return true
    end
  end
  return false
end

local TRUE = { "true" }

-- Whether these parameters ask for what the rule charges for.
local function applies(rule, params)
  if rule.when then
    local given = params[rule.when]
    if given == nil or not has_any_word(given, rule.when_values or TRUE) then
      return false
    end
  end
  local excuse = rule.unless and params[rule.unless]
  return excuse == nil or not has_word(excuse, rule.unless_value)
end

local function page_size(row, extra)
  local asked = extra and tonumber(extra.page_size)
  local is_size = asked ~= nil and asked >= 1 and asked < math.huge
  if not is_size then
    return PAGE
  end
  asked = math.floor(asked)
  return OBEYS_PAGE_SIZE[row.name] and asked or math.max(asked, PAGE)
end

-- How many times a rule is charged at most.
local function units(rule, row, params, extra)
  if not rule.per then
    return 1
  elseif rule.per == "page" then
    return page_size(row, extra)
  end
  local list = params[rule.per]
  return type(list) == "table" and #list or list ~= nil and 1 or 0
end

-- The sum over the rules of `side`, their least or their most.
local function bound(side)
  return function(row, params, extra)
    local sums = {}
    params = params or {}
    for _, rule in ipairs(row.credit_rules) do
      local amount = applies(rule, params) and rule[side] * units(rule, row, params, extra) or 0
      if amount > 0 then
        sums[rule.kind] = (sums[rule.kind] or 0) + amount
      end
    end
    return sums
  end
end

--- The most that one request can cost. Something that stands twice in a list may
--- be charged twice.
---@type fun(row: table, params?: table, extra?: table): contactout.Credits
M.most = bound("most")

--- The least that it costs if it is answered: of a lookup nothing, since it may
--- find nobody.
---@type fun(row: table, params?: table, extra?: table): contactout.Credits
M.least = bound("least")

return M
