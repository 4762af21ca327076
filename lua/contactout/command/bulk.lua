-- The verbs that look up a list in bulk: `contacts`, `verify` and `companies --domains`.
-- They put its rows before the client's method, and what that gives into the output.

local lists = require "contactout.command.lists"
local options = require "contactout.bulk.options"
local settings = require "contactout.command.settings"

---@class contactout.BulkVerb : contactout.ListVerb
---@field method string the client's
---@field options contactout.Option[] of the method
local Bulk = {}
Bulk.__index = Bulk

local function options_of(self, opts)
  local given = settings.read(opts, self.options)
  given.key = lists.key_of
  return given
end

--- What it would do and cost.
function Bulk:plan(client, opts, next_row)
  local given = options_of(self, opts)
  given.check = opts.check
  return client:plan(self.method, next_row, given)
end

--- Looks the rows up.
function Bulk:ask(client, opts, work)
  local given = options_of(self, opts)
  given.on_progress = work.show
  local answers = client[self.method](client, work.next_row, given)
  local ok, problem = pcall(function()
    for row, value, err in answers do
      work.out:answer(row, self.record and "found" or value, self.record and value, err)
    end
  end)
  pcall(answers.close, answers) -- waits for what is being sent: it is paid for
  if not ok then
    error(problem, 0)
  end
end

local function verb(method, keys, list, record)
  return setmetatable({ method = method, keys = keys, options = list, record = record }, Bulk)
end

return {
  contacts = verb("contacts", lists.PROFILES, options.CONTACTS, "Contact"),
  verify = verb("verify", lists.EMAILS, options.VERIFY),
  domains = verb("domains", lists.DOMAINS, options.DOMAINS, "Company"),
}
