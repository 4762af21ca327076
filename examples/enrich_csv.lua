-- Enriches a list of people: reads a CSV file, asks ContactOut about each person
-- once, and writes the same rows with what was found.
--
--   CONTACTOUT_TOKEN=... lua examples/enrich_csv.lua leads.csv enriched.csv --contacts
--
-- A row is asked for by its LinkedIn URL, else its e-mail address, its name and
-- company, its telephone. A person who is found costs 1 search credit; with
-- --contacts also 1 e-mail and 1 phone credit where there are any.

local contactout = require "contactout"
local csv = require "contactout.csv"
local progress = require "contactout.progress"

local USAGE = [[
usage: lua enrich_csv.lua INPUT.csv OUTPUT.csv [options]
  --contacts         reveal e-mail addresses and telephones, which costs credits
  --limit N          only the first N rows
  --concurrency N    calls at a time; 16 without it
  --window SECONDS   length of the rate limits' minute, for the sandbox]]
local COLUMNS = { -- what is read, by the names people give their columns
  linkedin_url = { "linkedin", "linkedin url", "linkedin profile", "profile url" },
  email = { "email", "e mail", "email address", "work email" },
  name = { "name", "full name", "contact" },
  company = { "company", "company name", "employer", "organization" },
  phone = { "phone", "mobile", "telephone" },
}
local ADDED = { -- what is written after the row's own cells
  "linkedin_url", "work_email", "personal_email", "phone", "title", "company", "status", "reason",
}

-- What a kind of error means for a row; any other is "failed", or "uncertain" if it
-- may have been charged. Once a row is "not asked", no call can end better: we stop.
local STATUS = {
  not_found = "not found", invalid_argument = "bad row", invalid_request = "bad row",
  credentials = "not asked", out_of_credits = "not asked", no_access = "not asked",
  unsupported = "not asked",
}
local COUNTS = "found,not found,bad row,failed,uncertain,not asked,no answer,duplicates"

local function must(value, err)
  return value or error(err or "nothing in the input", 0)
end

local function arguments(argv)
  local opts, number = { concurrency = 16, limit = math.huge, window = 60 }, nil
  for _, word in ipairs(argv) do
    local name = word:match("^%-%-(.*)")
    if number then
      opts[number], number = must(tonumber(word), USAGE), nil
    elseif name == "contacts" then
      opts.contacts = { "work_email", "personal_email", "phone" }
    elseif name then
      number = must(opts[name] and name, USAGE)
    else
      opts[#opts + 1] = word
    end
  end
  must(#opts == 2 and opts[1] ~= opts[2] and not number, USAGE)
  return opts
end

local function read_leads(path, limit)
  local reader = csv.reader(must(io.open(path, "rb")))
  local header = must(reader:read())
  local columns, leads = csv.columns(header, COLUMNS), { width = #header, [0] = { cells = header } }
  for cells, line in reader:rows() do
    local lead = { cells = cells, line = line, answer = { status = "no answer" } }
    for field, place in pairs(columns) do
      lead[field] = (cells[place] or ""):match("^%s*(%S.-)%s*$")
    end
    leads[#leads + 1], leads.width = lead, math.max(leads.width, #cells)
    if #leads == limit then break end
  end
  return leads
end

-- What to ask with if this identifier is used, and a key: the same for the same
-- person, however the rows spell it.
local function question(lead, identifier)
  local value = lead[identifier]
  local params, key = { [identifier] = value }, value:lower()
  if identifier == "name" then
    params = { full_name = value, company = lead.company }
    key = key .. "\n" .. (lead.company or ""):lower()
  elseif identifier == "linkedin_url" then
    params.linkedin_url = key:find("^[%w.]*linkedin%.com/") and "https://" .. value or value
    key = key:match("linkedin%.com/(%a+/[^/?#]+)") or key
  end
  return params, key
end

-- The API documents two spellings of a profile: snake_case and lists, camelCase and strings.
local function columns_of(profile)
  local function first(value)
    value = type(value) == "table" and value[1] or value
    return type(value) == "string" and value:match("%S.*") or nil
  end
  return {
    status = next(profile) and "found" or "not found",
    linkedin_url = first(profile.url or profile.linkedinUrl),
    work_email = first(profile.work_email or profile.workEmail),
    personal_email = first(profile.personal_email) or profile.fullName and first(profile.email),
    phone = first(profile.phone),
    title = first(((profile.experience or {})[1] or {}).title or profile.headline),
    company = first((profile.company or {}).name),
  }
end

local function ask(run, params)
  params.include = run.contacts
  local body, err = run.client:people_enrich(params)
  if body then
    return columns_of(body.profile or {})
  end
  local status = err.maybe_charged and "uncertain" or STATUS[err.kind] or "failed"
  run.stopped = run.stopped or status == "not asked" and err
  return { status = status, reason = status ~= "not found" and err.message or nil }
end

-- Each key is asked once: all the rows with that key wait for the same task.
local function answer_to(run, params, key)
  if run.tasks[key] then
    run.duplicates = run.duplicates + 1
  elseif run.stopped then
    return { status = "not asked", reason = run.stopped.message }
  else
    run.tasks[key] = contactout.spawn(ask, run, params)
  end
  return run.tasks[key]:wait()
end

-- Which values are any good the client knows: it refuses a bad one before sending,
-- and then the row's next identifier is tried.
local function enrich(run, lead)
  local answer, reason = { status = "bad row", reason = "nothing in the row to ask by" }, nil
  for _, identifier in ipairs({ "linkedin_url", "email", "name", "phone" }) do
    if lead[identifier] and answer.status == "bad row" then
      answer = answer_to(run, question(lead, identifier))
      reason = reason or answer.reason
    end
  end
  lead.answer = setmetatable({ reason = reason }, { __index = answer })
  run[answer.status] = (run[answer.status] or 0) + 1
  run.done, run.missing = run.done + 1, run["not found"]
  run.bar(run)
end

local function write_leads(leads, file)
  local writer = csv.writer(file)
  for index = 0, #leads do
    local row, answer = leads[index].cells, leads[index].answer
    row.n = leads.width + #ADDED
    for i, name in ipairs(ADDED) do
      row[leads.width + i] = index == 0 and name or csv.guarded(answer[name] or "")
    end
    must(writer:write(row))
  end
  must(file:close())
end

local function print_summary(run, leads, before, after)
  for _, lead in ipairs(leads) do
    if lead.answer.reason and lead.answer.status ~= "not asked" then
      print(("line %d, %s: %s"):format(lead.line, lead.answer.status, lead.answer.reason))
    end
  end
  for count in COUNTS:gmatch("[^,]+") do
    print(("%6d %s"):format(run[count] or 0, count))
  end
  local function used(counter)
    return before and after and after.usage[counter] - before.usage[counter] or "?"
  end
  print(("credits used, by the API's counters: %s search, %s e-mail, %s phone"):format(
    used("search_count"), used("count"), used("phone_count")))
end

local function main()
  local opts = arguments(arg)
  local leads = read_leads(opts[1], opts.limit)
  local run = { -- also the state that the progress bar shows
    client = must(contactout.new({ rate_limits = { window = opts.window } })),
    contacts = opts.contacts, tasks = {}, total = #leads, done = 0, duplicates = 0,
  }
  local output = must(io.open(opts[2], "wb")) -- before anything is spent
  local before = run.client:stats() -- free
  run.bar = progress.new()
  local ok, problem = pcall(contactout.map, leads, function(lead)
    enrich(run, lead)
  end, { concurrency = opts.concurrency })
  run.bar:finish()
  run["no answer"] = #leads - run.done
  write_leads(leads, output) -- what was paid for, whatever happened
  print_summary(run, leads, before, run.client:stats())
  must(ok and not run.stopped, ok and run.stopped or problem)
  return not (run.failed or run.uncertain)
end

local ok, result = pcall(main)
io.stderr:write(ok and "" or tostring(result) .. "\n")
os.exit(ok and result and 0 or 1)
