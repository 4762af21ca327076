-- Where what stands in a record comes from: an independent look at the raw value, which
-- shares nothing with the code that made the record.

local M = {}

local function trimmed(text)
  return text:match("^%s*(.-)%s*$")
end

-- Contacts --------------------------------------------------------------------------

-- The raw names of contacts, and the record's field in which they must be.
local TOP = {
  email = "emails", emails = "emails", work_email = "work_emails", workEmail = "work_emails",
  work_emails = "work_emails", personal_email = "personal_emails",
  personal_emails = "personal_emails", phone = "phones", phones = "phones", github = "github",
}
local INFO = {
  email = "emails", emails = "emails", work_email = "work_emails", work_emails = "work_emails",
  personal_email = "personal_emails", personal_emails = "personal_emails", phone = "phones",
  phones = "phones", github = "github",
}

local function has(list, text)
  for _, element in ipairs(list) do
    if element == text then
      return true
    end
  end
  return false
end

local function check_contact(value, list, field)
  if type(value) == "number" and field == "phones" and value > 0 and value % 1 == 0
    and value < 2 ^ 53 then
    value = ("%.0f"):format(value)
  end
  if type(value) == "string" and trimmed(value) ~= "" then
    assert(has(list, trimmed(value)), "lost from " .. field .. ": " .. value)
  end
end

-- A value alone, and the elements of a list, whether in an array or under digits.
local function check_values(value, list, field)
  if type(value) ~= "table" then
    return check_contact(value, list, field)
  end
  for key, element in pairs(value) do
    if tostring(key):find("^%d+$") then
      check_contact(element, list, field)
    end
  end
end

local function check_holder(holder, names, record)
  for name, field in pairs(names) do
    check_values(holder[name], record[field], field)
    if field:find("_emails$") then
      check_values(holder[name], record.emails, "emails")
    end
  end
end

-- {email, linkedin}: people_person, whose address nobody found.
local function is_answer_of_people_person(raw)
  local count = 0
  for _ in pairs(raw) do
    count = count + 1
  end
  return count == 2 and type(raw.email) == "string" and raw.linkedin ~= nil
end

--- Raises unless the record has all contacts of the raw value.
function M.check_contacts(raw, record, is_person)
  if is_answer_of_people_person(raw) then
    assert(#record.emails == 0, "an echo was taken for a find")
    return
  end
  check_holder(raw, TOP, record)
  if type(raw.contact_info) == "table" then
    check_holder(raw.contact_info, INFO, record)
  end
  if is_person then
    check_values(raw.twitter, record.twitter, "twitter")
  else
    check_values(raw, record.emails, "emails")
  end
end

-- Origins ---------------------------------------------------------------------------

-- All texts and numbers below a value, keys included.
local function gather(value, found)
  if type(value) == "string" then
    found.texts[trimmed(value)] = true
  elseif type(value) == "number" then
    found.numbers[value] = true
    found.texts[("%.14g"):format(value)] = true
  elseif type(value) == "table" and not found.seen[value] then
    found.seen[value] = true
    for key, element in pairs(value) do
      gather(key, found)
      gather(element, found)
    end
  end
  return found
end

local function significant(digits)
  return (digits:gsub("[^%d]", ""):gsub("^0+", ""):gsub("0+$", ""))
end

local function is_word_of(found, status)
  for text in pairs(found.texts) do
    if text:lower() == status then
      return true
    end
  end
  return false
end

local function has_part(found, part)
  for text in pairs(found.texts) do
    if text:find(part, 1, true) then
      return true
    end
  end
  return false
end

-- Digits in the same order, but for zeros at the ends: "$5.4M" says 5400000.
local function has_digits(found, number)
  local wanted = significant(("%.0f"):format(number))
  for text in pairs(found.texts) do
    if #text < 20 and significant(text):find(wanted, 1, true) then
      return true
    end
  end
  return false
end

local function check_text(text, found, name)
  local is_there = found.texts[text] or name == "vanity" and has_part(found, text)
  assert(is_there, "invented in " .. tostring(name) .. ": " .. text)
end

--- Raises unless everything in the record comes from the raw values.
function M.check_origin(record, raw)
  local found = gather(raw, { texts = {}, numbers = {}, seen = {} })
  local function check(value, name)
    if type(value) == "string" then
      check_text(value, found, name)
    elseif type(value) == "number" then
      assert(found.numbers[value] or has_digits(found, value), "invented: " .. value)
    elseif type(value) == "table" then
      for key, element in pairs(value) do
        if name == "email_status" then
          check_text(key, found, name)
          assert(is_word_of(found, element), "invented: " .. element)
        elseif key ~= "raw" then
          check(element, type(key) == "string" and key or name)
        end
      end
    end
  end
  check(record)
end

return M
