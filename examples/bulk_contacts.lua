-- Finds e-mail addresses for a list of LinkedIn URLs, of any length: reads a CSV file,
-- and writes another. What `contactout contacts` does, as a program of one's own.
--
--   CONTACTOUT_TOKEN=... lua examples/bulk_contacts.lua leads.csv contacts.csv
--
-- Each different person with an e-mail address costs 1 e-mail credit. The journal makes
-- that once and for all: after a kill the same command goes on.

local contactout = require "contactout"
local csv = require "contactout.csv"
local progress = require "contactout.progress"

local NAMES = { url = { "linkedin", "linkedin url", "profile url", "url" } }

assert(arg[2], "usage: lua bulk_contacts.lua INPUT.csv OUTPUT.csv")
local reader = csv.reader(assert(io.open(arg[1], "rb")))
local column = assert(csv.columns(assert(reader:read()), NAMES).url, "no column of LinkedIn URLs")
local client = assert(contactout.new())
local bar = progress.new()

local rows = client:contacts(reader:rows(), {
  key = function(cells) return cells[column] or "" end,
  journal = arg[2] .. ".journal",
  on_progress = bar,
})
local writer = csv.writer(assert(io.open(arg[2], "wb")))
assert(writer:write({ "linkedin_url", "emails", "error" }))
for cells, contact, err in rows do -- as they come, in any order
  assert(writer:write({
    n = 3, cells[column], contact and table.concat(contact.emails, "; "), err and tostring(err),
  }))
end
bar:finish()
