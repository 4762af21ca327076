-- What a program that is killed, and the spec that runs it, both know: the inputs of the
-- work, and how a row is written in a line.

local data = require "contactout.sandbox.data"

local M = {}

--- A person's LinkedIn URL; there are as many as the sandbox has people.
function M.url(i)
  return data.person((i - 1) % data.people() + 1).linkedin_url
end

local INPUT = { contacts = M.url }

function INPUT.verify(i)
  local person = data.person(i)
  return person.work_emails[1] or person.personal_emails[1] or "nobody" .. i .. "@acme.example"
end

function INPUT.domains(i)
  local company = data.company(i)
  return company and company.domain or "unheard-of-" .. i .. ".example"
end

-- Other spellings of the same key.
local RESPELL = {
  contacts = function(url) return url .. "/?trk=" end,
  verify = string.upper,
  domains = string.upper,
}

--- So many inputs for a method, all different; every eleventh is the one before it, in
--- another spelling.
function M.list(method, count)
  local list = {}
  for i = 1, count do
    list[i] = i % 11 == 0 and RESPELL[method](list[i - 1]) or INPUT[method](i)
  end
  return list
end

--- A key as the ledger's charges and the inputs have in common.
function M.key_of(input)
  return data.slug_of(input) or input:lower()
end

local function text_of(value)
  if type(value) ~= "table" then
    return string.format("%q", tostring(value))
  end
  local names, parts = {}, {}
  for name in pairs(value) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for i, name in ipairs(names) do
    parts[i] = tostring(name) .. "=" .. text_of(value[name])
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

--- A row in a line: the input, the error's kind or "value", and what the value is.
function M.row_text(item, value, err)
  local text = value and (text_of(value):gsub("\n", " ")) or ""
  return table.concat({ item, err and err.kind or "value", text }, "\t")
end

return M
