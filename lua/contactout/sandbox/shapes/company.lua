-- A company as the endpoints show it. Three shapes of the same thing:
--   profile   in linkedin_enrich, people_enrich, searches, company_search
--   enriched  in email_enrich: the addresses are objects
--   domain    in domain_enrich: other names, and revenue as "$5.4M"

local json = require "contactout.sandbox.json"

local M = {}

local profile = json.object {
  "name", "url", "linkedin_company_id", "domain", "email_domain", "overview", "type", "size",
  "country", "revenue", "founded_at", "industry", "headquarter", "website", "location",
  "logo_url", "specialties", "locations",
}

local domain = json.object {
  "li_vanity", "name", "domain", "description", "website", "logo_url", "type", "headquarter",
  "country", "size", "founded_at", "locations", "industry", "specialties", "revenue",
}

local short = json.object {
  "name", "website", "domain", "email_domain", "headquarter", "size", "revenue", "industry",
}

local address = json.object {
  "city", "line1", "line2", "state", "country", "postalCode", "description",
}

local function location_texts(company)
  local texts = {}
  for i, place in ipairs(company.addresses) do
    texts[i] = place.text
  end
  return texts
end

local function members(company)
  return {
    name = company.name, url = company.linkedin_url,
    linkedin_company_id = company.linkedin_company_id,
    domain = company.domain, email_domain = company.email_domain,
    overview = company.overview, type = company.type, size = company.size,
    country = company.country, revenue = company.revenue, founded_at = company.founded_at,
    industry = company.industry, headquarter = company.headquarter, website = company.website,
    logo_url = company.logo_url, specialties = company.specialties,
    locations = location_texts(company),
  }
end

--- In linkedin_enrich and people_enrich.
function M.profile(company)
  return profile(members(company))
end

--- In a people search: as above without linkedin_company_id.
function M.in_search(company)
  local shown = members(company)
  shown.linkedin_company_id = nil
  return profile(shown)
end

--- In company_search: with `location`, and without linkedin_company_id.
function M.in_company_search(company)
  local shown = members(company)
  shown.linkedin_company_id = nil
  shown.location = company.headquarter:gsub(",", "")
  return profile(shown)
end

--- In decision_makers: eight members only.
function M.short(company)
  return short(members(company))
end

--- In email_enrich: the locations are address objects.
function M.enriched(company)
  local shown = members(company)
  for i, place in ipairs(company.addresses) do
    shown.locations[i] = address {
      city = place.city, line1 = place.line1, line2 = place.line2, state = place.state,
      country = place.country, postalCode = place.postal_code, description = place.description,
    }
  end
  return profile(shown)
end

--- In domain_enrich. Every twentieth company has nulls where others have
-- values.
function M.domain(company)
  local sparse = company.index % 20 == 3
  return domain {
    li_vanity = company.linkedin_url, name = company.name, domain = company.domain,
    description = sparse and json.null or company.overview, website = company.website,
    logo_url = sparse and json.null or company.logo_url, type = company.type,
    headquarter = company.headquarter, country = company.country, size = company.size,
    founded_at = sparse and json.null or company.founded_at,
    locations = location_texts(company), industry = company.industry,
    specialties = company.specialties,
    revenue = sparse and json.null or string.format("$%.1fM", company.revenue / 1e6),
  }
end

return M
