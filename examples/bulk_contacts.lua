-- Finds e-mail addresses and telephones for a list of LinkedIn URLs, of any length:
-- reads a CSV file, and writes the same rows with what was found.
--
--   CONTACTOUT_TOKEN=... lua examples/bulk_contacts.lua leads.csv contacts.csv --plan
--   CONTACTOUT_TOKEN=... lua examples/bulk_contacts.lua leads.csv contacts.csv
--
-- Each person with an e-mail address costs 1 e-mail credit, with --phones also 1 phone
-- credit, however many rows name them. ^C, a kill or a power cut lose nothing: what
-- was asked is in the journal, and the same command goes on.

package.path = (arg[0]:match("^(.*)/") or ".") .. "/?.lua;" .. package.path

local command = require "bulk.command" -- in the folder beside this file
local contactout = require "contactout"
local csv = require "contactout.csv"
local list = require "bulk.list"

local must = command.must

local USAGE = [[
usage: lua bulk_contacts.lua INPUT.csv OUTPUT.csv [options]
  --phones           telephones too, 1 credit each
]] .. command.OPTIONS
local COLUMN = { "linkedin", "linkedin url", "linkedin profile", "profile url", "url" }
local ADDED = { "emails", "work_emails", "personal_emails", "phones" }

-- The cells of a contact, in the order of ADDED.
local function cells_of(contact)
  local cells = {}
  for i, name in ipairs(ADDED) do
    local values = {}
    for j, value in ipairs(contact[name]) do
      values[j] = csv.guarded(value) -- a stranger's text, which a spreadsheet may open
    end
    cells[i] = table.concat(values, "; ")
  end
  return cells
end

local function main()
  local opts = command.arguments(arg, USAGE, "phones")
  local people = list.open(opts, COLUMN, ADDED)
  local client = must(contactout.new({ rate_limits = { window = opts.window } }))
  local bulk = people:bulk_options()
  bulk.include_phone = opts.phones
  people:show_plan(must(client:plan("contacts", people:rows(), bulk))) -- free
  if opts.plan then
    return 0
  end

  people:begin()
  local rows = client:contacts(people:rows(), bulk)
  local ok, problem = pcall(function()
    for person, contact, err in rows do
      people:answer(person, contact and "found", contact and cells_of(contact), err)
    end
  end)
  pcall(rows.close, rows) -- after ^C: waits for what is being sent, for it is paid for
  return people:finish("found,not found", client:spent(), not ok and problem)
end

command.run(main)
