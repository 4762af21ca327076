-- /person?linkedin=URL or /person?email=ADDRESS: who that is, as far as this site
-- wants to tell. At most one e-mail, one phone and one search credit for each
-- person, once in KEEP seconds.

local cache = require "cache"
local contactout = require "contactout"
local keys = require "contactout.keys"
local ngx = require "ngx"
local service = require "service"

local M = {}

-- How a person is asked for; spellings of one key share one answer.
local WAYS = {
  linkedin = { endpoint = "linkedin_enrich", param = "profile", form = keys.profile },
  email = { endpoint = "email_enrich", param = "email", form = keys.email },
}

-- Seconds for which an answer is kept, by its status: that nobody is known may
-- change sooner, and a failure passes; but one that may have been charged isn't
-- asked again in a hurry.
local KEEP = { [200] = 86400, [404] = 3600, [400] = 600 }
local KEEP_FAILURE, KEEP_CHARGED = 1, 600

-- What this site tells of a person. The two lookups name their fields differently.
local function shown(profile)
  local company = type(profile.company) == "table" and profile.company or {}
  return {
    name = profile.full_name or profile.fullName, headline = profile.headline,
    company = company.name,
    location = profile.location, linkedin = profile.url or profile.linkedinUrl,
    work_emails = profile.work_email,
  }
end

local function ask(way, text)
  local client, err = service.client()
  if not client then
    return nil, err
  end
  local reply, problem = client[way.endpoint](client, { [way.param] = text })
  -- an unknown LinkedIn URL is answered by an empty profile
  if reply and next(reply.profile or {}) == nil then
    return nil, { kind = "not_found", message = "nobody is known there" }
  end
  return reply and reply.profile, problem
end

local function produce(way, text)
  local profile, err = ask(way, text)
  if profile then
    return contactout.encode(shown(profile)), 200, KEEP[200]
  end
  local status, body = service.refusal(err)
  local seconds = err.maybe_charged and KEEP_CHARGED or err.retry_after or KEEP[status]
  return contactout.encode(body), status, math.max(seconds or 0, KEEP_FAILURE)
end

--- The handler.
function M.serve()
  local args = ngx.req.get_uri_args(8)
  local name = type(args.linkedin) == "string" and "linkedin" or "email"
  local text = args[name]
  if type(text) ~= "string" then
    return service.answer(400, { error = "invalid_argument",
      message = "say who: /person?linkedin=URL or /person?email=ADDRESS" })
  end
  local sent, canonical = WAYS[name].form(text)
  local body, status, seconds, is_hit = cache.fetch(name .. " " .. canonical, function()
    return produce(WAYS[name], sent)
  end)
  ngx.header.x_cache = is_hit and "hit" or "miss"
  service.answer(status, body or { error = "busy", message = "try again" },
    status >= 500 and seconds or nil)
end

return M
