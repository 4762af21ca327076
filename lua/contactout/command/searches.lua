-- The verbs that write all that a search finds, page after page: `search`,
-- `decision-makers`, and `companies` by filters.

local core = require "contactout.core"
local endings = require "contactout.command.endings"
local options = require "contactout.options"
local output = require "contactout.command.output"
local pages = require "contactout.pages.options"
local query = require "contactout.command.query"
local report = require "contactout.command.report"
local settings = require "contactout.command.settings"

local M = {}

---@class contactout.SearchVerb
---@field method string the client's
---@field endpoint string whose parameters are the filters
---@field record string what it finds
---@field is_open? boolean without a filter it finds all there is

M.search = { method = "each_person", endpoint = "people_search", record = "Person", is_open = true }
M.decision_makers = {
  method = "each_decision_maker", endpoint = "decision_makers", record = "Person",
}
M.companies = {
  method = "each_company", endpoint = "company_search", record = "Company", is_open = true,
}

-- Which parameters the endpoint requires one of, it says in words: "domain or name".
local function need_required(self, wanted)
  local required, is_there = options.find(core.endpoints, self.endpoint).requires, false
  local flags = (required or ""):gsub("[%a_]+", function(name)
    is_there = is_there or wanted[name] ~= nil
    return name ~= "or" and settings.flag_of(name) or nil
  end)
  if required and not is_there then
    endings.refuse("required is " .. flags)
  end
end

-- Without a filter a search finds everybody, and each costs: nobody means that.
local function need_bounds(self, wanted, opts)
  if self.is_open and next(wanted) == nil and not (opts.limit or opts.budget) then
    endings.refuse(("nothing says what to find, and all there is would be paid for: give a filter, "
      .. "or a --limit; see contactout %s --help"):format(opts.verb))
  end
end

-- Writes the records; returns what ended it early.
local function write_all(records, out)
  local ok, problem = pcall(function()
    for record in records do
      out:record({ status = "found", record = record })
    end
  end)
  pcall(records.close, records) -- waits for a page that is on its way: it is paid for
  return not ok and problem or nil
end

--- Runs one of these verbs.
---@param self contactout.SearchVerb
---@param client contactout.Client
---@param opts table the parsed options
---@return integer code
function M.run(self, client, opts)
  local wanted, given = query.read(opts, self.endpoint), settings.read(opts, pages)
  need_required(self, wanted)
  if opts.plan then
    local plan = endings.must(client:plan(self.method, wanted, given))
    return report.print_plan(plan, report.records(plan), output.format(opts))
  end
  need_bounds(self, wanted, opts)
  local shown = report.progress(opts)
  given.on_progress = shown.show
  local records = client[self.method](client, wanted, given)
  local out = output.open(opts, self.record)
  local problem = write_all(records, out)
  shown.finish()
  return report.finish(out, client, opts, problem)
end

return M
