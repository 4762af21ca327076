-- The options of the iterators over the pages of a search. Data alone; contactout.options
-- reads them.

local options = require "contactout.options"
local rules = require "contactout.options.rules"
local work = require "contactout.options.work"

---@type contactout.Option[]
return work.with_call {
  { name = "limit", type = "number", check = rules.count,
    doc = "records that are given at most; a page costs its credits whole; all" },
  { name = "prefetch", type = "boolean",
    doc = "ask for a page while the one before is being read: it is paid for even if it is not "
      .. "read; false" },
  work.BUDGET, work.JOURNAL, work.ON_PROGRESS,
  work.ignored(work.CONCURRENCY, "one page is asked for after another"),
  work.ignored(options.CALLBACK_URL, work.NO_JOB),
  work.ignored(work.JOB_TIMEOUT, work.NO_JOB),
}
