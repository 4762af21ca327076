-- What the three free checkers say of a profile: whether there is a personal or a work
-- e-mail address, and a telephone. Depends on the client's endpoints alone;
-- contactout/init.lua gives the method to the client.

local compat = require "contactout.compat"
local keys = require "contactout.keys"
local tasks = require "contactout.tasks"

local M = {}

-- What is asked, by which endpoint, and where its answer stands in `profile`.
local CHECKERS = {
  { name = "personal_email", endpoint = "personal_email_status", member = "email" },
  { name = "work_email", endpoint = "work_email_status", member = "email" },
  { name = "phone", endpoint = "phone_status", member = "phone" },
}

-- Whether it is there; nil and the error, which is not_found where the server doesn't
-- know of it.
local function ask(client, checker, url, opts)
  local reply, err = client[checker.endpoint](client, { profile = url }, opts)
  if not reply then
    return nil, err
  end
  return type(reply.profile) == "table" and reply.profile[checker.member] == true
end

---@class contactout.Client
local methods = {}

--- Asks the three free checkers about a person. Costs nothing, but is for paying
--- accounts, and three of the 150 checks a minute. Yields in a host.
---@param url string LinkedIn URL
---@param opts? contactout.CallOptions
---@return table|nil available `personal_email`, `work_email`, `phone`: booleans
---@return contactout.Error|nil err `not_found` if no checker knows the person; what one
---  alone doesn't know isn't there
function methods:available(url, opts)
  local available, unknown = {}, 0
  local profile = type(url) == "string" and keys.profile(url) or url
  for _, checker in ipairs(CHECKERS) do
    local is_there, err = ask(self, checker, profile, opts)
    unknown = unknown + (err and 1 or 0)
    if err and (err.kind ~= "not_found" or unknown == #CHECKERS) then
      return nil, err
    end
    available[checker.name] = is_there or false
  end
  return available
end

M.methods = methods

-- Profiles that are asked about at once.
local CONCURRENCY = 16

--- Counts those of a list of whom the checkers say that there is something.
---@param client contactout.Client
---@param urls string[]
---@return table|nil counts `email`, `phone`
---@return contactout.Error|nil err the first one; then no more are asked about
function M.count(client, urls)
  local counts, problem = { email = 0, phone = 0 }, nil
  local function check(url)
    if problem then
      return
    end
    local available, err = methods.available(client, url)
    if not available then
      problem = problem or err.kind ~= "not_found" and err or nil
      return
    end
    local has_email = available.personal_email or available.work_email
    counts.email = counts.email + (has_email and 1 or 0)
    counts.phone = counts.phone + (available.phone and 1 or 0)
  end
  if compat.CAN_YIELD then
    tasks.map(urls, check, { concurrency = CONCURRENCY })
  else
    for _, url in ipairs(urls) do
      check(url)
    end
  end
  if problem then
    return nil, problem
  end
  return counts
end

return M
