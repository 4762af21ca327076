-- The verbs: what each is called, what it takes, and who does it. Words for users; no
-- logic.

local account = require "contactout.command.account"
local bulk = require "contactout.command.bulk"
local compat = require "contactout.compat"
local endings = require "contactout.command.endings"
local lists = require "contactout.command.lists"
local options = require "contactout.options"
local pages = require "contactout.pages.options"
local people = require "contactout.command.people"
local query = require "contactout.command.query"
local searches = require "contactout.command.searches"
local settings = require "contactout.command.settings"

local M = {
  ORDER = {
    "person", "contacts", "verify", "search", "count", "decision-makers", "companies", "usage",
  },
}

-- Options that several verbs have --------------------------------------------------

local function declare_words(command, what)
  command:argument("INPUT"):args("*"):target("words"):description("a file, - for standard input, "
    .. "or " .. what .. "; standard input without any")
end

local function declare_input(command)
  command:group("Input",
    command:option("--input"):choices({ "csv", "ndjson", "lines" })
      :description("its format; by the file's name or what the first line looks like"),
    command:option("--column"):argname("NAME")
      :description("the column, or NDJSON's member, to ask by; the first of the usual names"),
    command:option("--separator"):argname("CHAR"):convert(settings.to_separator)
      :description("what separates CSV's cells; a comma, a semicolon or a tab (\\t), "
        .. "by what the header has"))
end

local function declare_format(command)
  return command:option("--output"):choices({ "csv", "ndjson" })
    :description("its format; by the file's name, else NDJSON if that is the input's, else CSV")
end

local function declare_output(command)
  command:group("Output", declare_format(command),
    command:option("--out"):hidden_name("-o"):argname("FILE")
      :description("where to write it, whole or not at all (also -o FILE); standard output"),
    command:flag("--raw"):description("NDJSON with the API's own reply, as `raw`"))
end

-- `list`: the options of the client's method; `others`: some that the command has by itself.
local function declare_work(command, list, others)
  local added = settings.add(command, list, settings.CLIENT)
  for _, option in ipairs(others or {}) do
    added[#added + 1] = option
  end
  command:group("Work",
    command:flag("--plan"):description("say what it would cost, spend nothing, and end"),
    compat.unpack(added))
end

-- Options of both kinds of `companies`.
local function with_prefetch(list)
  local both = { options.find(pages, "prefetch") }
  for _, option in ipairs(list) do
    both[#both + 1] = option
  end
  return both
end

-- The verbs ------------------------------------------------------------------------

M.person = {
  summary = "one person, or some, with all that is known of them",
  usage = "[options] [FILE|-|URL...|ADDRESS...]",
  description = "Looks up people by LinkedIn URL or e-mail address, each with a request of its "
    .. "own. Each different person costs 1 search credit, with --contacts also what is found: at "
    .. "most 1 e-mail and 1 phone credit.\nA row of CSV is asked for by its LinkedIn URL, else its "
    .. "e-mail address. NDJSON has the whole person, CSV what fits into cells.",
  examples = "examples:\n  contactout person jo@acme.example --output ndjson | jq .\n  contactout "
    .. "person leads.csv --contacts phone --budget phone=20 >people.csv",
  client_options = people.client_options,
}

function M.person.declare(command)
  declare_words(command, "LinkedIn URLs and e-mail addresses")
  declare_input(command)
  declare_output(command)
  declare_work(command, {}, {
    command:option("--contacts"):argname("KIND,.."):convert(settings.to_contacts):description(
      "which contacts to find, with commas: work_email, personal_email, phone; or all; none"),
    command:option("--journal"):argname("FILE"):description("keeps what was found for 30 days: "
      .. "another run with it gets that again, free; who was being asked for when one was killed "
      .. "is uncertain"),
    command:option("--budget"):argname("KIND=N,.."):convert(settings.to_budget):description(
      "credits this run may spend, by kind"),
    command:option("--limit"):argname("N"):convert(settings.to_count(0)):description(
      "inputs that are read at most; all"),
    command:option("--concurrency"):argname("N"):convert(settings.to_count(1)):description(
      "requests in flight at most; 16"),
    command:flag("--again --retry-charged"):target("again"):description(
      "ask again for who is uncertain, and repeat a request even where the first attempt may have "
      .. "been charged"),
  })
end

function M.person.run(client, opts)
  return lists.run(people, client, opts, opts.words)
end

M.contacts = {
  summary = "e-mail addresses and telephones for LinkedIn URLs",
  usage = "[options] [FILE|-|URL...]",
  description = "Finds e-mail addresses, and with --phone telephones, for LinkedIn URLs, any "
    .. "number of them. Each different person costs at most 1 e-mail credit, with --phone also "
    .. "1 phone credit.\nCSV gets the columns of a contact, status and error; status is found, "
    .. "not_found, no_key (nothing to ask by), uncertain or an error's kind.",
  examples = "examples:\n  contactout contacts leads.csv --plan\n  contactout contacts leads.csv "
    .. "-o found.csv --journal j.db --budget email=500\n  cut -f3 leads.tsv | contactout contacts "
    .. "--output ndjson | jq -r '.emails[]?'",
}

function M.contacts.declare(command)
  declare_words(command, "LinkedIn URLs")
  declare_input(command)
  declare_output(command)
  declare_work(command, bulk.contacts.options, {
    command:flag("--check"):description("with --plan: ask the three free checkers about each "
      .. "person, and narrow the credits by it"),
  })
end

function M.contacts.run(client, opts)
  return lists.run(bulk.contacts, client, opts, opts.words)
end

M.verify = {
  summary = "whether e-mail addresses take mail",
  usage = "[options] [FILE|-|ADDRESS...]",
  description = "Verifies e-mail addresses, any number of them. Each different one costs at most "
    .. "1 verifier credit.\nstatus is valid, invalid, accept_all, disposable, unknown, no_key "
    .. "(nothing to ask by), uncertain or an error's kind.",
  examples = "examples:\n  contactout verify jo@acme.example\n  contactout verify leads.csv "
    .. "--column mail --journal j.db >verified.csv",
}

function M.verify.declare(command)
  declare_words(command, "e-mail addresses")
  declare_input(command)
  declare_output(command)
  declare_work(command, bulk.verify.options)
end

function M.verify.run(client, opts)
  return lists.run(bulk.verify, client, opts, opts.words)
end

M.search = {
  summary = "all people that match filters",
  usage = "[filters] [options]",
  description = "Writes the people that a search finds, in the order of their ranking, each once. "
    .. "A page of 25 costs a search credit for each person on it, also for those beyond --limit; "
    .. "with --reveal also up to 1 e-mail and 1 phone credit for each.",
  examples = "examples:\n  contactout search --job-title CTO --location Berlin --plan\n  "
    .. "contactout search --query ctos.json --limit 100 --journal j.db >ctos.csv",
}

function M.search.declare(command)
  query.declare(command, "people_search")
  declare_output(command)
  declare_work(command, pages)
end

function M.search.run(client, opts)
  return searches.run(searches.search, client, opts)
end

M.count = {
  summary = "how many people a search would find: free",
  usage = "[filters] [options]",
  description = "How many people a search would find, by the filters of `search`, of which those "
    .. "that only say what to show change nothing. Free, for paying accounts.",
  examples = "example:\n  contactout count --job-title CTO --location Berlin",
  run = account.count,
}

function M.count.declare(command)
  query.declare(command, "people_search")
  command:group("Output", declare_format(command))
end

M["decision-makers"] = {
  summary = "those who decide in a company",
  usage = "--domain DOMAIN|--name NAME [options]",
  description = "Writes those who decide in a company, each once. A page of 25 costs a search "
    .. "credit for each person on it, also for those beyond --limit; with --reveal also up to 1 "
    .. "e-mail and 1 phone credit for each.",
  examples = "examples:\n  contactout decision-makers --domain acme.example --plan\n  contactout "
    .. "decision-makers --domain acme.example --limit 25 | contactout contacts -",
}

M["decision-makers"].declare = function(command)
  query.declare(command, "decision_makers")
  declare_output(command)
  declare_work(command, pages)
end

M["decision-makers"].run = function(client, opts)
  return searches.run(searches.decision_makers, client, opts)
end

M.companies = {
  summary = "all companies that match filters, or those of domains",
  usage = "[filters|--domains FILE] [options]",
  description = "Writes the companies that a search finds, each once; a page of 25 costs a search "
    .. "credit for each company on it, also for those beyond --limit. With --domains it looks up "
    .. "each domain of a list instead; that is documented as free, but has been seen to cost a "
    .. "search credit for each.",
  examples = "examples:\n  contactout companies --industry Software --location Berlin --limit 50\n"
    .. "  contactout companies --domains leads.csv --column website >companies.csv",
}

function M.companies.declare(command)
  query.declare(command, "company_search")
  command:group("Or a list", command:option("--domains"):argname("FILE")
    :description("of domains, or - for standard input; CSV, NDJSON or lines"))
  declare_input(command)
  declare_output(command)
  declare_work(command, with_prefetch(bulk.domains.options))
end

function M.companies.run(client, opts)
  if not opts.domains then
    return searches.run(searches.companies, client, opts)
  elseif next(query.read(opts, "company_search")) then
    endings.refuse("either filters or --domains")
  end
  return lists.run(bulk.domains, client, opts, { opts.domains })
end

M.usage = {
  summary = "credits used and left: free",
  usage = "[--period YYYY-MM] [options]",
  description = "What the account has used and has left, all its programs counted. Free.",
  examples = "example:\n  contactout usage --period 2026-09 --output ndjson",
  run = account.usage,
}

function M.usage.declare(command)
  command:group("Output", declare_format(command),
    command:option("--period"):argname("YYYY-MM"):description("a month; the current one"))
end

return M
