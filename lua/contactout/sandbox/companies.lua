-- The invented companies: 500 of them, made on demand from a number.
-- Company i has a name, a LinkedIn slug and a domain that no other has; the
-- rest repeats. The first ten are large (see people.lua), company 12 has no
-- specialties, and every seventh domain accepts mail for any address.

local words = require "contactout.sandbox.words"

local M = { COUNT = 500 }

local FIRST, SECOND = words.COMPANY_FIRST, words.COMPANY_SECOND

local made = {}
local by_domain
local by_slug

local function pick(list, n)
  return list[n % #list + 1]
end

--- "Amberfield Optics" for 1; 25 first words and 20 second ones give 500 names.
local function name_of(i)
  local n = i - 1
  return FIRST[n % #FIRST + 1] .. " " .. SECOND[math.floor(n / #FIRST) % #SECOND + 1]
end

local function address(i, label)
  local place = pick(words.LOCATIONS, i)
  return {
    text = place[1],
    city = place[1]:match("^[^,]+"),
    line1 = (i % 90 + 1) .. " Lantern Street",
    line2 = i % 2 == 0 and "Floor 3" or "",
    state = place[1]:match("^[^,]+, ([^,]+), ") or "",
    country = place[2],
    postal_code = string.format("%05d", 10000 + i * 7),
    description = label,
  }
end

local function overview(name, industry, year)
  return name .. " works in " .. industry:lower() .. " since " .. year
    .. ".\n\nIts teams:\n1) make things\n2) sell them\n3) answer the telephone"
end

local function specialties(i)
  if i == 12 then
    return {}
  end
  return { pick(words.SKILLS, i), pick(words.SKILLS, i * 3 + 1), pick(words.INDUSTRIES, i) }
end

local function make(i)
  local name = name_of(i)
  local slug = name:lower():gsub(" ", "-")
  local domain = slug .. ".example"
  local industry = pick(words.INDUSTRIES, i)
  local year = 1936 + (i * 13) % 88
  return {
    index = i,
    name = name,
    slug = slug,
    linkedin_url = "https://www.linkedin.com/company/" .. slug,
    linkedin_company_id = 27000000 + i,
    domain = domain,
    email_domain = i % 5 == 0 and ("mail." .. domain) or domain,
    website = "http://" .. domain,
    overview = overview(name, industry, year),
    type = pick(words.COMPANY_TYPES, i),
    size = i <= 10 and 7100 or pick(words.COMPANY_SIZES, i),
    country = pick(words.LOCATIONS, i)[2],
    revenue = 10000 + (i * 7919) % 500 * 100000,
    founded_at = year,
    industry = industry,
    headquarter = pick(words.LOCATIONS, i)[1],
    logo_url = string.format("https://images.sandbox.example/companies/%08x", i * 40503),
    specialties = specialties(i),
    addresses = { address(i, "Headquarters"), address(i + 4, "Regional office") },
    accepts_all_mail = i % 7 == 0,
  }
end

--- The company of that number, or nil outside 1..COUNT.
function M.company(i)
  if i < 1 or i > M.COUNT then
    return nil
  end
  made[i] = made[i] or make(i)
  return made[i]
end

local function build_maps()
  by_domain, by_slug = {}, {}
  for i = 1, M.COUNT do
    local company = M.company(i)
    by_domain[company.domain] = company
    by_domain[company.email_domain] = company
    by_slug[company.slug] = company
    by_slug[tostring(company.linkedin_company_id)] = company
  end
end

--- The host of "https://www.X.example:80/path" or "x.example", in lower case.
function M.host_of(domain)
  local host = domain:lower():gsub("^%a[%w+.-]*://", ""):gsub("[/:?#].*$", "")
  return (host:gsub("^www%.", ""):gsub("%.$", ""))
end

--- By its domain (or its mail domain), in any usual spelling.
function M.find_company(domain)
  if not by_domain then
    build_maps()
  end
  return by_domain[M.host_of(domain)]
end

--- By ".../company/SLUG" or ".../company/NUMBER".
function M.find_company_by_url(url)
  if not by_slug then
    build_maps()
  end
  local slug = url:lower():match("linkedin%.com/company/([^/?#]+)")
  return slug and by_slug[slug]
end

--- By its exact name, in any case.
function M.find_company_by_name(name)
  return M.find_company_by_url("linkedin.com/company/" .. name:lower():gsub(" ", "-"))
end

return M
