-- What bulk work goes by: LinkedIn profile URLs, e-mail addresses and domains,
-- each as it is sent and in a canonical form. Two spellings of one thing have
-- one canonical form, by which inputs are told apart and the server's answers,
-- which come under spellings of its own, find back to them. Pure; whether a key
-- is valid the core decides, from the endpoint's row.

local M = {}

-- What the core trims, too. A text without blanks around it stays the same, and is no
-- further string.
local function trim(text)
  if text:find("^%S.*%S$") then
    return text
  end
  return text:match("^%s*(.*%S)") or ""
end

local function to_byte(hex)
  return string.char(tonumber(hex, 16))
end

--- A text of a URL, with its percent-encoding undone.
---@param text string
---@return string
function M.unescape(text)
  return (text:gsub("%%(%x%x)", to_byte))
end

-- LinkedIn profiles -----------------------------------------------------------

local SCHEME = "^%a[%w+.-]*://"

local function with_scheme(url)
  if url == "" or url:find(SCHEME) then
    return url
  end
  return "https://" .. url:gsub("^/+", "")
end

-- One host for LinkedIn's many: www, and one for each country.
local function canonical_host(host)
  host = host:lower()
  if host:find("%.linkedin%.com$") then
    return "linkedin.com"
  end
  return host
end

-- After these stands a name, which is unique, and what follows it is a language or a
-- part of the page. After /pub/ the name is not unique: the whole path counts.
local HAS_NAME = { ["in"] = true, company = true, school = true, showcase = true }

-- What stays encoded: a slash that parts no names, and what would then look so.
local STAYS = { ["2f"] = "%2f", ["2F"] = "%2f", ["25"] = "%25" }

local function canonical_path(path)
  path = path:gsub("%%(%x%x)", function(hex)
    return STAYS[hex] or to_byte(hex)
  end):lower()
  local place, name = path:match("^/(%a+)/([^/]*)")
  if HAS_NAME[place] and not (path .. "/"):find("/%.%.?/") then
    return "/" .. place .. "/" .. name
  end
  return (path:gsub("/+$", ""))
end

--- A LinkedIn profile's URL.
---@param text string as a person wrote it
---@return string sent without blanks around it, and with a scheme
---@return string canonical
function M.profile(text)
  local sent = with_scheme(trim(text))
  local host, path = sent:match(SCHEME .. "([^/?#]*)([^?#]*)")
  return sent, host and canonical_host(host) .. canonical_path(path) or sent
end

-- The server answers a plain /pub/ name under /in/, too.
local function profile_alias(canonical)
  local name = canonical:match("^linkedin%.com/pub/([^/]+)$")
  return name and "linkedin.com/in/" .. name
end

-- E-mail addresses and domains --------------------------------------------------

--- An e-mail address. Letters' case makes no difference: no mail system that
--- matters tells them apart, and the server answers in lower case.
---@param text string
---@return string sent
---@return string canonical
function M.email(text)
  local sent = trim(text)
  return sent, sent:lower()
end

-- However many there are: one may have been put before another.
local function without_scheme(text)
  local count
  repeat
    text, count = text:gsub(SCHEME, "")
  until count == 0
  return text
end

--- A domain, from whatever names a host: a bare one or a URL.
---@param text string
---@return string sent a host in lower case, and nothing else
---@return string canonical
function M.domain(text)
  local host = without_scheme(trim(text)):gsub("^/+", ""):match("^[^/?#]*")
  host = host:gsub("^.*@", ""):gsub(":%d*$", ""):gsub("%.+$", ""):lower()
  return host, (host:gsub("^www%.", ""))
end

--- A company, by its page on LinkedIn or else by its domain.
---@param text string
---@return string sent
---@return string canonical
function M.company(text)
  if text:lower():find("linkedin.com/", 1, true) then
    return M.profile(text)
  end
  return M.domain(text)
end

-- Many of them ------------------------------------------------------------------

---@class contactout.Keys inputs, and the different keys among them
---@field items any[] the caller's own values
---@field places integer[] for each item the position of its key in `sent`
---@field sent string[] each key once, in the spelling that came first
---@field canonical string[] the same in canonical form
---@field known table<string, integer> canonical form -> position
local Keys = {}
Keys.__index = Keys
Keys.__name = "contactout.Keys"

--- Adds an input.
---@param item any the caller's own value
---@param sent string
---@param canonical string
---@return boolean is_new false: its key was there already
function Keys:add(item, sent, canonical)
  local place = self.known[canonical]
  local is_new = place == nil
  if is_new then
    place = #self.sent + 1
    self.sent[place], self.canonical[place], self.known[canonical] = sent, canonical, place
  end
  self.items[#self.items + 1] = item
  self.places[#self.items] = place
  return is_new
end

--- The answer to a key. One under an alias counts unless somebody else may have
--- been asked for by it.
---@param answers table<string, any> by canonical form
---@param place integer the key's position
---@return any|nil answer
function Keys:answer(answers, place)
  local canonical = self.canonical[place]
  local answer = answers[canonical]
  if answer == nil then
    local alias = profile_alias(canonical)
    answer = alias and not self.known[alias] and answers[alias] or nil
  end
  return answer
end

--- How many answers nobody asked for.
---@param answers table<string, any> by canonical form
---@return integer
function Keys:count_extra(answers)
  local answered, extra = 0, 0
  for place in ipairs(self.sent) do
    answered = answered + (self:answer(answers, place) ~= nil and 1 or 0)
  end
  for _ in pairs(answers) do
    extra = extra + 1
  end
  return extra - answered
end

--- Whether each key has its answer.
---@param answers table<string, any> by canonical form
---@return boolean
function Keys:are_all_in(answers)
  for place in ipairs(self.sent) do
    if self:answer(answers, place) == nil then
      return false
    end
  end
  return true
end

---@return contactout.Keys
function M.new()
  return setmetatable({ items = {}, places = {}, sent = {}, canonical = {}, known = {} }, Keys)
end

return M
