-- The options of the iterators over the pages of a search. Data alone; contactout.options
-- reads them.

local bulk_options = require "contactout.bulk.options"
local options = require "contactout.options"

local ignored, shared = bulk_options.ignored, bulk_options.VERIFY

---@type contactout.Option[]
return bulk_options.with_call {
  { name = "limit", type = "number", check = options.RULES.count,
    doc = "records that are given at most; a page costs its credits whole; all" },
  { name = "prefetch", type = "boolean",
    doc = "ask for a page while the one before is being read: it is paid for even if it is not "
      .. "read; false" },
  options.find(shared, "budget"), options.find(shared, "journal"),
  options.find(shared, "on_progress"),
  ignored(options.find(shared, "concurrency"), "one page is asked for after another"),
  ignored(options.find(shared, "callback_url"), bulk_options.NO_JOB),
  ignored(options.find(shared, "job_timeout"), bulk_options.NO_JOB),
}
