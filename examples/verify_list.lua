-- Verifies a list of e-mail addresses, of any length: reads a CSV file, and writes the
-- same rows with a verdict: valid, invalid, accept_all, disposable or unknown.
--
--   CONTACTOUT_TOKEN=... lua examples/verify_list.lua leads.csv verified.csv --plan
--   CONTACTOUT_TOKEN=... lua examples/verify_list.lua leads.csv verified.csv
--
-- An address costs at most 1 verifier credit, however many rows have it. ^C, a kill or
-- a power cut lose nothing: the same command goes on.

package.path = (arg[0]:match("^(.*)/") or ".") .. "/?.lua;" .. package.path

local command = require "bulk.command" -- in the folder beside this file
local contactout = require "contactout"
local list = require "bulk.list"

local must = command.must

local USAGE = [[
usage: lua verify_list.lua INPUT.csv OUTPUT.csv [options]
  --retry-unknown    ask again for verdicts that an earlier run has as unknown, and had free
]] .. command.OPTIONS
local COLUMN = { "email", "e mail", "email address", "work email" }
local VERDICTS = "valid,invalid,accept_all,disposable,unknown"

local function main()
  local opts = command.arguments(arg, USAGE, "retry-unknown")
  local addresses = list.open(opts, COLUMN, {})
  local client = must(contactout.new({ rate_limits = { window = opts.window } }))
  local bulk = addresses:bulk_options()
  bulk.retry_unknown = opts["retry-unknown"]
  addresses:show_plan(must(client:plan("verify", addresses:rows(), bulk))) -- free
  if opts.plan then
    return 0
  end

  addresses:begin()
  local rows = client:verify(addresses:rows(), bulk)
  local ok, problem = pcall(function()
    for address, verdict, err in rows do
      addresses:answer(address, verdict, nil, err)
    end
  end)
  pcall(rows.close, rows) -- after ^C: waits for what is being sent, for it is paid for
  return addresses:finish(VERDICTS, client:spent(), not ok and problem)
end

command.run(main)
