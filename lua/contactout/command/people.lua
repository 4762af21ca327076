-- The verb `person`: a lookup of its own for each row, several at a time. The client's
-- cache knows somebody again in any spelling, so that each is asked for once.

local compat = require "contactout.compat"
local contactout = require "contactout"
local everybody = require "contactout.command.everybody"
local forecast = require "contactout.forecast"
local lists = require "contactout.command.lists"

---@type contactout.ListVerb
local M = {
  record = "Person",
  keys = { -- a LinkedIn URL, or else an e-mail address
    families = { lists.PROFILES.families[1], lists.EMAILS.families[1] },
    patterns = { lists.PROFILES.patterns[1], lists.EMAILS.patterns[1] },
    what = "a LinkedIn URL or an e-mail address",
  },
}

-- After these no further lookup can end better.
local ENDS = {
  budget = true, credentials = true, out_of_credits = true, no_access = true, journal = true,
  unsupported = true, cancelled = true,
}

--- What was found is kept by the client's cache: in the journal, if there is one.
---@param given table the client's options
---@param opts table the parsed ones
function M.client_options(given, opts)
  given.budget = opts.budget
  local is_kept = opts.journal and (not opts.plan or forecast.is_file(opts.journal))
  given.cache = is_kept and { store = opts.journal } or {}
end

--- What it would cost.
function M.plan(_, client, opts, next_row)
  return client:plan("person", next_row, { contacts = opts.contacts, key = lists.key_of })
end

-- Several at a time, where this Lua can.
local function for_each(next_row, fn, concurrency)
  if compat.CAN_YIELD then
    contactout.map(next_row, fn, { concurrency = concurrency })
    return
  end
  for row in next_row do
    fn(row)
  end
end

-- Whoever may have been charged for is asked for again with --again alone: a run can be
-- killed before its user has read who that was. Without a journal nobody is forgotten,
-- however long the list is.
local function prepare(cache, opts)
  cache.keeps_doubts = true
  if not opts.journal then
    cache:use(everybody.new())
  end
end

--- Looks the rows up.
function M.ask(_, client, opts, work)
  prepare(client._lookups.cache, opts)
  local state = { done = 0, found = 0, missing = 0, failed = 0 }
  local given, is_over = { contacts = opts.contacts, retry_charged = opts.again }, false
  local function next_row()
    return not is_over and work.next_row() or nil
  end
  local ok, problem = pcall(for_each, next_row, function(row)
    local found, err = client:person(row.key, given)
    if err and ENDS[err.kind] then
      error(err, 0)
    end
    work.out:answer(row, "found", found, err)
    local name = found and "found" or err.kind == "not_found" and "missing" or "failed"
    state[name], state.done = state[name] + 1, state.done + 1
    work.show(state)
  end, opts.concurrency)
  is_over = true
  if not ok then -- ^C may have come amid anything
    pcall(client._lookups.finish, client._lookups)
    error(problem, 0)
  end
end

return M
