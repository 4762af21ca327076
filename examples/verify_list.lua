-- Verifies a list of e-mail addresses, of any length: reads one address a line, and writes
-- each with a verdict: valid, invalid, accept_all, disposable or unknown. What `contactout
-- verify` does, as a program of one's own.
--
--   CONTACTOUT_TOKEN=... lua examples/verify_list.lua <addresses.txt >verdicts.csv
--
-- Each different address costs at most 1 verifier credit.

local contactout = require "contactout"
local csv = require "contactout.csv"

local client = assert(contactout.new())
local writer = csv.writer(io.stdout)
assert(writer:write({ "email", "status", "error" }))
for email, verdict, err in client:verify(io.lines()) do
  assert(writer:write({ n = 3, email, verdict, err and tostring(err) }))
end
