-- The course of a verb that looks up each row of a list: what it would cost, then the work,
-- row by row, then what came of it. How a row is asked for is its own business: in bulk
-- (bulk.lua), or one by one (people.lua).

local endings = require "contactout.command.endings"
local input = require "contactout.command.input"
local output = require "contactout.command.output"
local report = require "contactout.command.report"

local M = {}

---@class contactout.ListKeys what rows are asked for by
---@field families string[][] names of columns, best first; a row may have a key of each
---@field patterns string[] how a key among the command's words may look
---@field what string what a key is called

-- Names as the exports of CRMs and of tools for sales have them.
M.PROFILES = {
  families = {
    {
      "linkedin url", "linkedin", "linkedin profile", "linkedin profile url", "linkedinprofileurl",
      "person linkedin url", "linkedinurl", "profile url", "profileurl", "public profile url",
      "profile", "url",
    },
  },
  patterns = { "linkedin%.com/" }, what = "a LinkedIn URL",
}
M.EMAILS = {
  families = { {
    "email", "e mail", "email address", "e mail address", "work email", "work e mail",
    "business email", "primary email", "mail",
  } },
  patterns = { "^[^@%s]+@[^@%s]+$" }, what = "an e-mail address",
}
M.DOMAINS = {
  families = { {
    "domain", "company domain", "company domain name", "website", "company website", "website url",
    "url",
  } },
  patterns = {}, what = "-", -- a domain would look like a file's name
}

-- A row without a key: lists have such rows, and it is no error of theirs.
local function pass_over(row, rows, out)
  rows.without_key = rows.without_key + 1
  if out then
    out:answer(row, "no_key")
  end
end

--- What gives the next row of the input that can be asked for. The output expects all of
--- them.
---@param rows contactout.Input
---@param out? contactout.Output
---@return fun(): contactout.InputRow|nil
function M.each(rows, out)
  return function()
    local row
    repeat
      row = rows:read()
      if row and out then
        out:expect(row)
      end
      local has_key = not row or row.key ~= ""
      if not has_key then
        pass_over(row, rows, out)
      end
    until has_key
    return row
  end
end

--- The option `key` of the client's methods.
function M.key_of(row)
  return row.key
end

---@class contactout.ListVerb
---@field keys contactout.ListKeys
---@field record? string the name of the records; nil: it finds a word
---@field plan fun(self, client: contactout.Client, opts: table, next_row: function): any, any
---@field ask fun(self, client: contactout.Client, opts: table, work: table) takes `next_row`,
---  gives `out` each row's answer, and tells `show` how far it is; raises what ends it early

--- Runs such a verb.
---@param verb contactout.ListVerb
---@param client contactout.Client
---@param opts table the parsed options
---@param words string[] what to read
---@return integer code
function M.run(verb, client, opts, words)
  local rows, plan = input.open(words, verb.keys, opts), nil
  rows.must_be_utf8 = output.format(opts, rows) == "ndjson"
  if opts.plan or rows.is_rewindable then -- a stream can be read only once
    plan = endings.must(verb:plan(client, opts, M.each(rows)))
  end
  if opts.plan then
    return report.print_plan(plan, report.rows(plan, rows), output.format(opts, rows))
  elseif plan then
    report.announce(plan, rows, opts)
    rows:rewind()
  end
  local out, shown = output.open(opts, verb.record, rows), report.progress(opts, plan)
  local ok, problem = pcall(verb.ask, verb, client, opts, {
    next_row = M.each(rows, out), out = out, show = shown.show,
  })
  shown.finish()
  return report.finish(out, client, opts, not ok and problem or nil)
end

return M
