-- What goes back to the client, before it is bytes: a status, a JSON value,
-- headers, and what it charges. Faults may change any of it.

local json = require "contactout.sandbox.json"

local M = {}

local error_body = json.object { "status_code", "message" }
local charge = json.object { "kind", "amount", "subject" }

--- The documented texts of the error table.
M.BAD_CREDENTIALS = "Bad credentials or invalid headers"
M.OUT_OF_CREDITS = "You're out of credits, please email your sales manager"
M.NO_ACCESS = "No access to endpoint"
M.RATE_LIMITED = "Rate limit reached. Check header retry-after for when rate limit will reset"

--- A 200 with that value. charges: a list of M.charge, or nil if it is free.
function M.ok(value, charges)
  return { status = 200, value = value, headers = {}, charges = charges or {} }
end

--- An error as the vendor's page shows it; charges nothing.
function M.error(status, message)
  local value = error_body { status_code = status, message = message }
  return { status = status, value = value, headers = {}, charges = {} }
end

--- The documented "no match" of the single lookups.
function M.not_found()
  return M.error(404, "Not Found")
end

--- One credit of a kind for a subject (a URL, an address, a domain).
function M.charge(kind, subject)
  return charge { kind = kind, amount = 1, subject = subject }
end

--- The charges for the contacts that were shown: one of each kind, however
-- many addresses or numbers there are.
function M.contact_charges(selected, subject, charges)
  charges = charges or {}
  if #selected.emails > 0 then
    charges[#charges + 1] = M.charge("email", subject)
  end
  if #selected.phones > 0 then
    charges[#charges + 1] = M.charge("phone", subject)
  end
  return charges
end

--- One more header of the answer.
function M.add_header(reply, name, value)
  reply.headers[#reply.headers + 1] = { name, value }
end

return M
