-- How long the core takes to decode replies, beside lua-cjson on the same text, and how
-- long a record then takes to read, beside the decoding.
-- Not a spec: `lua spec/bench/decode.lua [rounds]` prints a line per document, the
-- medians of interleaved rounds and their ratio. Needs contactout.core and cjson.

local cjson = require "cjson"
local core = require "contactout.core"
local records = require "contactout.records"

local ROUNDS = tonumber(arg and arg[1]) or 21
local SECONDS_A_ROUND = 0.02

-- Joins a template's lines and puts `values` in where it says $name.
local function fill(template, values)
  return (template:gsub("\n%s*", ""):gsub("%$(%w+)", values))
end

local function list(count, element)
  local elements = {}
  for i = 1, count do
    elements[i] = element(i)
  end
  return table.concat(elements, ",")
end

local function skill(i)
  return fill('"Skill number $i"', { i = i })
end

local function position(i)
  return fill([[
    {"title":"Head of Research $i","summary":"Leads a group that studies how people look for
     work, who finds it and where, and writes about it.","locality":"Lisbon, Portugal",
    "company_name":"Alder & Finch $i",
    "linkedin_url":"https:\/\/www.linkedin.com\/company\/alder-finch-$i",
    "start_date_year":$year,"start_date_month":3,"end_date_year":null,"is_current":false}
  ]], { i = i, year = 2000 + i })
end

local function school(i)
  return fill([[
    {"field_of_study":"Linguistics","description":null,"start_date_year":"$year",
    "degree":"Bachelor of Arts","end_date_year":"$year","school_name":"University of Coimbra",
    "url":"https:\/\/www.linkedin.com\/school\/$i"}
  ]], { i = i, year = 1990 + i })
end

local COMPANY = fill([[
  {"name":"Alder & Finch","url":"https:\/\/www.linkedin.com\/company\/alder-finch",
  "linkedin_company_id":162479,"domain":"alderfinch.example","email_domain":"alderfinch.example",
  "overview":"A bureau for the study of work: who does it, where it is found, and what it is paid.
   Founded by three librarians in a kitchen, it now advises a dozen towns.",
  "type":"Privately Held","size":51,"country":"Portugal","revenue":4800000,"founded_at":2009,
  "industry":"Research","headquarter":"Lisbon","website":"https:\/\/alderfinch.example",
  "logo_url":null,"specialties":["Research","Statistics","Labour markets"],
  "locations":["Lisbon","Porto"]}
]], {})

local function profile(i, positions)
  return fill([[
    {"url":"https:\/\/linkedin.com\/in\/person-$i","li_vanity":"person-$i",
    "full_name":"Inês Caetano $i","headline":"Head of Research at Alder & Finch",
    "industry":"Research","country":"Portugal","location":"Lisbon","summary":null,
    "followers":$followers,"updated_at":"2024-02-13 00:00:00","work_status":null,
    "skills":[$skills],"company":$company,"experience":[$positions],"education":[$schools],
    "certifications":[],"publications":[],"projects":[],
    "languages":[{"name":"Portuguese","proficiency":"Native"}],
    "contact_availability":{"personal_email":true,"work_email":true,"phone":false},
    "contact_info":{"emails":["person$i@alderfinch.example"],"personal_emails":[],
    "work_emails":["person$i@alderfinch.example"],
    "work_email_status":{"person$i@alderfinch.example":"Verified"},"phones":[]}}
  ]], {
    i = i,
    followers = 1000 + i,
    skills = list(12, skill),
    company = COMPANY,
    positions = list(positions, position),
    schools = list(2, school),
  })
end

local function page()
  return fill([[
    {"status_code":200,"metadata":{"page":1,"page_size":25,"total_results":18204},
    "profiles":{$profiles}}
  ]], {
    profiles = list(25, function(i)
      return fill([["https:\/\/linkedin.com\/in\/person-$i":$profile]],
        { i = i, profile = profile(i, 3) })
    end),
  })
end

local function contact(i)
  return fill([[
    "https:\/\/linkedin.com\/in\/person-$i":{"emails":["person$i@alderfinch.example"],
    "personal_emails":[],"work_emails":["person$i@alderfinch.example"],
    "phones":["+351210000$i"],"github":[]}
  ]], { i = i })
end

local function batch()
  return fill('{"data":{"uuid":"6d5c","status":"DONE","result":{$contacts}}}',
    { contacts = list(1000, contact) })
end

local function seconds_each(decode, text, count)
  collectgarbage()
  local started = os.clock()
  for _ = 1, count do
    decode(text)
  end
  return (os.clock() - started) / count
end

local function median(values)
  table.sort(values)
  return values[math.floor((#values + 1) / 2)]
end

local CJSON = { name = "cjson", run = cjson.decode }
local CORE = { name = "core", run = core.decode }

local function compare(name, text, one, other)
  local count = math.ceil(SECONDS_A_ROUND / seconds_each(other.run, text, 20))
  local ours, theirs, ratios = {}, {}, {}
  for round = 1, ROUNDS do
    theirs[round] = seconds_each(other.run, text, count)
    ours[round] = seconds_each(one.run, text, count)
    ratios[round] = ours[round] / theirs[round]
  end
  print(("%-8s %7d bytes   %-6s %8.1f us   %-6s %8.1f us   ratio %.2f"):format(name, #text,
    one.name, median(ours) * 1e6, other.name, median(theirs) * 1e6, median(ratios)))
end

local PROFILE = fill('{"status_code":200,"profile":$profile}', { profile = profile(1, 8) })
local RAW = core.decode(PROFILE).profile
local RECORD = { name = "record", run = function()
  return records.person(RAW)
end }

compare("profile", PROFILE, CORE, CJSON)
compare("page", page(), CORE, CJSON)
compare("batch", batch(), CORE, CJSON)
compare("person", PROFILE, RECORD, CORE)
