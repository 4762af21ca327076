-- What `make bulk` runs: starts the offline API, lets `contactout contacts` look up
-- leads.csv, kills it half-way as a power cut would, and runs it again. Then holds the
-- sandbox's ledger against what was found: nobody was paid for twice.

local cjson = require "cjson" -- which the sandbox needs anyway
local contactout = require "contactout"
local csv = require "contactout.csv"
local sandbox = require "contactout.sandbox"

local HALF_WAY = 16 -- requests of about forty; by then some of the jobs have ended

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local output = (os.getenv("TMPDIR") or "/tmp") .. "/contacts.csv"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function say(...)
  io.stdout:write("\n== ", ...)
  io.stdout:write("\n")
  io.stdout:flush()
end

local server = assert(sandbox.start())
local control = assert(contactout.new({ token = "test-demo", base_url = server.url }))

local command = table.concat({
  "CONTACTOUT_TOKEN=test-demo", "CONTACTOUT_BASE_URL=" .. quote(server.url),
  arg[-1], quote(here .. "/../../lua/contactout/command/main.lua"), "contacts",
  quote(here .. "/../leads.csv"), "--out", quote(output), "--journal", quote(output .. ".journal"),
  "--batch-size 25 --interval 0.5",
}, " ")

local function wait_for_requests(count)
  assert(control:request("GET", "/_sandbox/wait?seconds=30&requests=" .. count))
end

-- How often a job says that it is at work before it ends.
local function set_polls(count)
  assert(control:request("POST", "/_sandbox/config", { json = { job_polls = count } }))
end

-- Runs it in the background, and kills it half-way. No job ends then any more, and so
-- none is submitted: of one that is submitted at that instant nobody could know whether
-- it is paid for.
local function run_and_kill()
  local shell = io.popen(command .. " >&2 & echo $!")
  local pid = shell:read("*l")
  shell:close()
  wait_for_requests(HALF_WAY)
  set_polls(1000000)
  wait_for_requests(HALF_WAY + 10)
  os.execute("kill -9 " .. pid)
  set_polls(1)
end

-- What the sandbox charged: e-mail credits, and for how many people.
local function read_ledger()
  local reply = assert(control:request("GET", "/_sandbox/ledger", { raw = true }))
  local credits, people, seen = 0, 0, {}
  for _, request in ipairs(cjson.decode(reply.body)) do
    for _, charge in ipairs(request.charges or {}) do
      credits = credits + 1
      people = people + (seen[charge.subject] and 0 or 1)
      seen[charge.subject] = true
    end
  end
  return credits, people
end

-- How many people with an e-mail address are in the output, each counted once.
local function read_output()
  local people, seen, file = 0, {}, assert(io.open(output, "rb"))
  local reader = csv.reader(file)
  local column = csv.columns((reader:read())).emails
  for row in reader:rows() do
    people = people + ((row[column] == "" or seen[row[column]]) and 0 or 1)
    seen[row[column]] = true
  end
  file:close()
  return people
end

for _, suffix in ipairs({ "", ".journal", ".journal-wal", ".journal-shm" }) do
  os.remove(output .. suffix)
end
say("the first run, which kill -9 will end half-way")
run_and_kill()
local before = read_ledger()
say("killed, with ", before, " e-mail credits charged; the same command again")
local first, _, third = os.execute(command)
local credits, people = read_ledger()
say("the sandbox's ledger: ", credits, " e-mail credits, ", credits - before,
  " of them after the kill, for ", people, " different people")
print("   the output: " .. read_output() .. " different people with an e-mail address")
print("   " .. output .. ", and its journal beside it")
server:stop()
-- 1: some rows of the list have no valid URL. Lua 5.1 gives a status, later ones the code as
-- the third value.
os.exit((third or first / 256) == 1 and 0 or 1)
