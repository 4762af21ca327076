-- What can go wrong on request. A fault is NAME or NAME:ARGUMENT; several are
-- joined by commas; an argument's own commas are written %2C. They come in
-- the header `x-sandbox-fault` of a request, or by the control path, for the
-- next N requests of some path or endpoint.
--
-- `instead` marks those that take the place of the work: nothing is looked
-- up, nothing charged. The others do the work and charge it, then spoil the
-- answer. effects.lua does what the table says. Pure.

local Faults = {}
Faults.__index = Faults

local function fault(name, does)
  return { name = name, does = does }
end

local function instead(name, does)
  return { name = name, does = does, instead = true }
end

--- Every fault, in the order of --help.
Faults.LIST = {
  fault("delay:SECONDS", "waits before the work; the work is done even if the client leaves"),
  fault("hold", "waits before the work until GET /_sandbox/release"),
  instead("hang", "does nothing until the client leaves"),
  instead("reset-before", "resets the connection before the work"),
  instead("close-before", "closes the connection before the work"),
  fault("reset-after", "does the work, charges it, then resets without a byte"),
  fault("close-after", "does the work, charges it, then closes without a byte"),
  fault("close-kept", "answers as if to keep the connection, then closes it"),
  fault("die-on-reuse", "answers, and closes after the work of the connection's next request"),
  instead("status:CODE", "an error of that status"),
  instead("status_code-in-200:CODE", "HTTP 200 around a body with that status_code"),
  instead("message:TEXT", "the error's text; alone, of a 400"),
  instead("answer:JSON", "that document; a 200 unless `status` says otherwise"),
  instead("echo-token", "a 401 whose message and body show the token"),
  instead("html-error", "a 502 with an HTML page"),
  instead("redirect:URL", "a 302 to that URL"),
  fault("retry-after:VALUE", "that header; date+N is an HTTP date N seconds from now"),
  fault("work", "does and charges the work even where an error takes its place"),
  fault("status-999", "the status line says 999"),
  fault("100-continue", "sends 100 Continue first"),
  fault("chunked", "sends the body in chunks, without content-length"),
  fault("slow-body:SECONDS", "sends the body in ten pieces over that time (1)"),
  fault("truncate", "promises more bytes than it sends, then closes"),
  fault("garbage", "sends bytes that aren't HTTP, then closes"),
  fault("headers:BYTES", "adds headers of that size together"),
  fault("html", "a 200 with an HTML page"),
  fault("empty-body", "a 200 with no body"),
  fault("not-json", "a body that stops being JSON half-way"),
  fault("nan", "NaN where a number belongs"),
  fault("top-array", "an array around the document"),
  fault("deep:N", "a document nested N deep"),
  fault("big:BYTES", "a document of that size"),
  fault("trailing", "text after the document"),
  fault("bom", "a byte order mark before the document"),
  fault("surrogate", "half a surrogate pair in a string"),
  fault("bad-utf8", "bytes that aren't UTF-8 in a string"),
  fault("control-bytes", "raw control characters, NUL included, in a string"),
  fault("null-members", "null for every top member but status_code"),
  fault("gzip", "the body in gzip"),
  fault("gzip-bomb:BYTES", "a valid document that inflates to that size"),
  fault("bad-token-400", "refuses an unknown token with 400 instead of 401"),
  fault("lenient", "lets unknown parameters pass"),
  fault("people-camel", "people_enrich answers in the shape of email_enrich"),
  fault("checker-false", "checkers say false of unknown profiles, not 404"),
  fault("total-zero", "a search says total_results 0 over its profiles"),
  fault("page-size:N", "a search has N on a page, and says so"),
  fault("page-repeat:N", "a search shows page N again, whichever was asked for"),
  fault("page-empty", "a search shows an empty page, as a list"),
  fault("companies-object", "domain_enrich: an object by domain"),
  fault("companies-array", "domain_enrich: an array of one-key objects"),
  fault("companies-list", "domain_enrich: an array of companies without keys"),
  fault("keys-other", "domain_enrich: under keys that weren't sent"),
  fault("domain-charge", "domain_enrich: one search credit a company"),
  fault("keys-as-sent", "a job's result under the keys that were sent"),
  fault("verify-limit:N", "email_verify_batch: refuses more than N addresses"),
  fault("unknown-verdicts", "email_verify_batch: the verdict unknown for all"),
  fault("job-fail", "the job ends FAILED and charges nothing"),
  fault("job-never", "the job stays QUEUED"),
  fault("job-404:N", "the first N polls don't find the job"),
  fault("job-partial:N", "until it is done, the job says so already, without its last N keys"),
  fault("job-lose-keys:N", "the finished job lacks its last N keys"),
  fault("job-word:WORD", "the word for a finished job"),
  fault("job-other-uuid", "the job answers under another uuid"),
}

local KNOWN = {}
for _, entry in ipairs(Faults.LIST) do
  local name = entry.name:match("^[^:]+")
  KNOWN[name] = entry
end

function Faults.new()
  return setmetatable({ waiting = {} }, Faults)
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

--- "delay:1,status:503" -> plan {delay = "1", status = "503"} | nil, message.
-- A fault without an argument is true.
function Faults.parse(text)
  local plan = {}
  for item in text:gmatch("[^,]+") do
    item = item:match("^%s*(.-)%s*$")
    local name, argument = item:match("^([^:]+):(.*)$")
    name = name or item
    if not KNOWN[name] then
      return nil, "Unknown fault: " .. name
    end
    plan[name] = argument and unescape(argument) or true
  end
  return plan
end

--- Whether something in the plan takes the place of the work.
function Faults.replaces_work(plan)
  for name in pairs(plan) do
    if KNOWN[name] and KNOWN[name].instead then
      return true
    end
  end
  return false
end

--- Puts a plan before the next `times` requests (-1: all of them) whose path
-- or endpoint name is `target` (nil: any).
function Faults:add(plan, times, target)
  self.waiting[#self.waiting + 1] = { plan = plan, left = times, target = target }
end

local function is_meant(item, path, endpoint)
  return item.target == nil or item.target == path or item.target == endpoint
end

--- The plan for a request: its header's faults, else the first waiting ones.
-- -> plan | nil, message
function Faults:plan(header, path, endpoint)
  if header then
    return Faults.parse(header)
  end
  for i, item in ipairs(self.waiting) do
    if is_meant(item, path, endpoint) then
      item.left = item.left - 1
      if item.left == 0 then
        table.remove(self.waiting, i)
      end
      return item.plan
    end
  end
  return {}
end

return Faults
