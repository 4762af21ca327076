-- The options of the iterators over the pages of a search. Data alone; contactout.options
-- reads them.

local bulk_options = require "contactout.bulk.options"
local options = require "contactout.options"

local shared = bulk_options.DOMAINS

---@type contactout.Option[]
return options.with_call {
  { name = "limit", type = "number", check = options.RULES.count,
    doc = "records that are given at most; a page costs its credits whole; all" },
  { name = "prefetch", type = "boolean",
    doc = "ask for a page while the one before is being read: it is paid for even if it is not "
      .. "read; false" },
  options.find(shared, "budget"), options.find(shared, "journal"),
  options.find(shared, "on_progress"),
}
