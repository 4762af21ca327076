-- Spoils raw values as a server might: members lost, null, empty, of another type, under
-- another shape's name, in a list too many or a list too few. From a seed, the same on
-- every Lua.

local core = require "contactout.core"
local mapping = require "contactout.records.mapping"

local M = {}

--- A generator of whole numbers -> function(limit): 1 to limit.
function M.random(seed)
  local state = seed
  return function(limit)
    state = state * 16807 % 2147483647
    return state % limit + 1
  end
end

local function pick(random, list)
  return list[random(#list)]
end

local function deep()
  local value = { "at the bottom" }
  for level = 1, 200 do
    value = { [level % 2 == 0 and 1 or "deep"] = value }
  end
  return value
end

-- What takes a member's place; functions, since tables must be new each time.
local STRANGERS = {
  function() return true end, function() return false end, function() return 0 end,
  function() return -3 end, function() return 1.5 end, function() return 2019 end,
  function() return 2 ^ 60 end, function() return "a stranger" end,
  function() return "stranger@x.example" end, function() return "20195" end,
  function() return "$7.25M" end, function() return {} end, function() return { "one" } end,
  function() return { a = { b = {} } } end, function() return { { "two" } } end, deep,
}

local EMPTIES = {
  function() return "" end, function() return " \t" end, function() return core.null end,
  function() return {} end, function() return setmetatable({}, core.empty_array_mt) end,
}

-- Other names of the same field, in whatever shape, by each of its names.
local function aliases(record, by_name)
  for _, field in ipairs(record) do
    for _, source in ipairs(field.from) do
      for _, other in ipairs(field.from) do
        local name, alias = source[1], other[1]
        if type(name) == "string" and type(alias) == "string" and name ~= alias then
          by_name[name] = by_name[name] or {}
          table.insert(by_name[name], alias)
        end
      end
    end
  end
  return by_name
end

local ALIASES, CONTACTS = {}, aliases(mapping.Contact, {})
for _, record in ipairs(mapping.RECORDS) do
  aliases(record, ALIASES)
end

-- Each changes one member of a table: (parent, key, random).
local CHANGES = {}

function CHANGES.drop(parent, key)
  if type(key) == "number" then
    table.remove(parent, key)
  else
    parent[key] = nil
  end
end

function CHANGES.estrange(parent, key, random)
  parent[key] = pick(random, STRANGERS)()
end

function CHANGES.empty(parent, key, random)
  parent[key] = pick(random, EMPTIES)()
end

function CHANGES.rename(parent, key, random)
  local name = pick(random, ALIASES[key] or { key })
  if parent[name] == nil then
    parent[name], parent[key] = parent[key], nil
  end
end

function CHANGES.wrap(parent, key)
  parent[key] = { parent[key] }
end

function CHANGES.unwrap(parent, key)
  local value = parent[key]
  if type(value) == "table" and #value > 0 then
    parent[key] = value[1]
  end
end

-- A list as PHP writes one from which elements were removed.
function CHANGES.scatter(parent, key)
  local value = parent[key]
  if type(value) == "table" and #value > 0 then
    parent[key] = {}
    for i, element in ipairs(value) do
      parent[key][tostring(2 * i)] = element
    end
  end
end

function CHANGES.pad(parent, key)
  local value = parent[key]
  if type(value) == "table" and #value > 0 then
    table.insert(value, 1, core.null)
    table.insert(value, core.null)
  end
end

function CHANGES.retype(parent, key)
  local value = parent[key]
  if type(value) == "number" then
    parent[key] = ("%.14g"):format(value)
  elseif type(value) == "string" then
    parent[key] = tonumber(value) or " " .. value .. "\n"
  end
end

local NAMES = {
  "drop", "estrange", "empty", "rename", "wrap", "unwrap", "scatter", "pad", "retype",
}

-- All members below a value, in an order that doesn't depend on the Lua.
local function members(value, found, depth)
  local keys = {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for _, key in ipairs(keys) do
    found[#found + 1] = { parent = value, key = key }
    if type(value[key]) == "table" and depth < 8 then
      members(value[key], found, depth + 1)
    end
  end
  return found
end

-- One in three changes goes to what is worth most.
local function pick_member(random, found)
  local contacts = {}
  for _, member in ipairs(found) do
    contacts[#contacts + 1] = CONTACTS[member.key] and member or nil
  end
  return pick(random, random(3) == 1 and #contacts > 0 and contacts or found)
end

--- Makes up to `limit` changes to a raw value, in place -> it.
function M.spoil(raw, random, limit)
  for _ = 1, random(limit + 1) - 1 do
    local found = members(raw, {}, 1)
    if #found > 0 then
      local member = pick_member(random, found)
      CHANGES[pick(random, NAMES)](member.parent, member.key, random)
    end
  end
  return raw
end

return M
