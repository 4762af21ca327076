-- How a user's spec looks is shown by spec/testing/leads_spec.lua.

local contactout = require "contactout"
local files = require "spec.support.files"
local launcher = require "contactout.sandbox"
local support = require "spec.support.client"
local testing = require "contactout.testing"

local PERSON, OTHER = testing.person(6), testing.person(7)
local SECRET = "test-s/ecr+et"

local names = {}

local function temporary(text)
  local name = files.temporary(text)
  names[#names + 1] = name
  return name
end

local function exists(name)
  local file = io.open(name)
  if file then
    file:close()
  end
  return file ~= nil
end

-- Whether a process ends within ten seconds.
local function ends(pid)
  local ok = os.execute(("timeout 10 tail --pid=%d -f /dev/null"):format(pid))
  return ok == true or ok == 0
end

-- The servers and clients that an `it` has made.
local made = {}

local function start(how, ...)
  local server = assert(testing[how](...))
  made[#made + 1] = server
  return server
end

local function client_of(server, opts)
  local client = assert(server:client(opts))
  made[#made + 1] = { stop = function() client:close() end }
  return client
end

after_each(function()
  for _, one in ipairs(made) do
    one:stop()
  end
  for _, name in ipairs(names) do
    os.remove(name)
  end
  made, names = {}, {}
  support.finish()
end)

describe("testing", function()
  it("is loaded only by who requires it", function()
    local output = support.run_lua([[
      require "contactout"
      for name in pairs(package.loaded) do
        assert(not name:find("^contactout%.testing"), name)
        assert(not name:find("^contactout%.sandbox"), name)
      end
      print("nothing of it")
    ]])
    assert.equal("nothing of it", output)
  end)

  it("ends its server with the program, however that ends", function()
    local output = support.run_lua([[
      local sandbox = assert(require("contactout.testing").sandbox())
      print(sandbox.pid)
      io.stdout:flush()
      os.execute("kill -9 $PPID")
    ]])
    assert.is_true(ends(tonumber(output:match("%d+"))))
  end)

  it("says what is missing, and how to install it", function()
    local hidden = temporary([[
      package.preload["http.h1_connection"] = function() error("it isn't there") end]])
    local luajit = temporary("#!/bin/sh\nexec luajit -e \"dofile('" .. hidden .. "')\" \"$@\"\n")
    os.execute("chmod +x " .. luajit)
    local sandbox, err = testing.sandbox({ luajit = luajit })
    assert.is_nil(sandbox)
    assert.equal("unsupported", err.kind)
    assert.matches("lacks http: apt%-get install lua%-http", err.message)
  end)

  it("says that LuaJIT is missing", function()
    local _, err = testing.sandbox({ luajit = "false" })
    assert.matches("needs luajit .*apt%-get install luajit", err.message)
  end)
end)

describe("testing.sandbox", function()
  it("fills in what a client needs, and lets it be changed", function()
    local sandbox = start("sandbox", { people = 10 })
    assert.is_not_nil(client_of(sandbox):linkedin_enrich({ profile = PERSON.linkedin_url }))
    local _, err = client_of(sandbox, { token = "trial-1" }):people_count({ name = "a" })
    assert.equal("no_access", err.kind)
    assert.equal("test-me", sandbox:requests()[1].token)
  end)

  it("refuses an option that it doesn't know", function()
    local sandbox, err = testing.sandbox({ replay = "a file" })
    assert.is_nil(sandbox)
    assert.same({ "invalid_argument", "replay" }, { err.kind, err.param })
  end)

  it("says what was charged, in all and by token", function()
    local sandbox = start("sandbox")
    client_of(sandbox):linkedin_enrich({ profile = PERSON.linkedin_url })
    client_of(sandbox, { token = "test-2" }):email_verify({ email = "valid@a.example" })
    assert.same({ email = 1, phone = 1, search = 0, verifier = 1 }, sandbox:charged())
    assert.same({ email = 0, phone = 0, search = 0, verifier = 1 }, sandbox:charged("test-2"))
    sandbox:reset()
    assert.same({ email = 0, phone = 0, search = 0, verifier = 0 }, sandbox:charged())
  end)

  it("answers as it is told, in that order, and charges nothing", function()
    local sandbox = start("sandbox")
    local client = client_of(sandbox, { max_retries = 0 })
    sandbox:answer("email_enrich", { profile = { full_name = 'Ada, "100%"' } })
    sandbox:answer("email_enrich", { message = "out to lunch" }, { status = 503 })
    sandbox:answer("email_enrich", "{", { times = 2 })
    local asked = { email = "a@b.example" }
    assert.equal('Ada, "100%"', client:email_enrich(asked).profile.full_name)
    local kinds = {}
    for i = 1, 4 do
      kinds[i] = select(2, client:email_enrich(asked)).kind
    end
    assert.same({ "server", "malformed_response", "malformed_response", "not_found" }, kinds)
    assert.equal(0, sandbox:charged().email)
  end)

  it("raises for a fault that isn't known, where it is asked for", function()
    local sandbox = start("sandbox")
    local ok, message = pcall(function()
      sandbox:fault("sneeze")
    end)
    assert.is_false(ok)
    assert.matches("^spec/testing_spec%.lua:%d+: Unknown fault: sneeze", message)
  end)

  it("waits for requests", function()
    local sandbox = start("sandbox")
    client_of(sandbox):stats()
    assert.equal(1, sandbox:wait({ requests = 1 }).requests)
    assert.has_error(function()
      sandbox:wait({ requests = 2 }, 0.01)
    end)
  end)

  it("serves programs of their own", function()
    local sandbox = start("sandbox")
    local pipe = assert(io.popen(sandbox:environment() .. " " .. arg[-1]
      .. [[ -e 'print(require("contactout").stats().status_code)']]))
    assert.equal("200", pipe:read("*l"))
    pipe:close()
  end)

  it("stops, and says so", function()
    local sandbox = start("sandbox")
    assert.equal("contactout.testing.Sandbox: " .. sandbox.url, tostring(sandbox))
    sandbox:stop()
    assert.is_true(ends(sandbox.pid))
    sandbox:stop()
    assert.equal("contactout.testing.Sandbox: stopped", tostring(sandbox))
    assert.equal(sandbox.stop, getmetatable(sandbox).__close)
  end)
end)

-- A recording of what a function does with a client of the sandbox.
local function record(use, opts)
  local name = temporary()
  local recorder = start("record", name, { base_url = support.sandbox.url })
  opts = opts or {}
  opts.token, opts.rate_limits = SECRET, false
  local client = client_of(recorder, opts)
  use(client, recorder, name)
  client:close()
  recorder:stop()
  return name
end

local function lookup(client)
  assert(client:linkedin_enrich({ profile = PERSON.linkedin_url }))
end

describe("testing.record", function()
  before_each(support.begin)

  it("hands on requests and answers as they are", function()
    record(function(client)
      local real = support.client({ token = SECRET })
      local asked = { name = "Grace", location = { "Ghent" } }
      assert.same(real:people_search(asked), client:people_search(asked))
      assert.same(real:stats(), client:stats())
    end)
    local sent = support.sandbox:ledger()
    assert.equal(sent[1].body, sent[2].body)
    assert.same({}, support.sandbox:state().errors)
    assert.same({}, support.sandbox:state().notices)
  end)

  it("writes no token, even if the server shows it", function()
    local name = record(function(client)
      support.sandbox:fault("echo-token")
      client:stats()
      lookup(client)
    end)
    local text = files.read(name)
    assert.matches("token %(token%)", text)
    assert.is_nil(text:find("ecr+et", 1, true))
  end)

  it("shows no token to who asks the recorder", function()
    record(function(client, recorder)
      lookup(client)
      local requests = recorder:requests()
      assert.equal("/v1/linkedin/enrich", requests[1].path)
      assert.is_nil(contactout.encode(requests):find("ecr", 1, true))
    end)
  end)

  it("lets only the owner read the file, even while it grows", function()
    local function mode(name)
      local pipe = assert(io.popen("stat -c %a " .. name))
      local text = pipe:read("*l")
      pipe:close()
      return text
    end
    local name = record(function(client, _, name)
      lookup(client)
      assert.equal("600", mode(name .. ".part"))
    end)
    assert.equal("600", mode(name))
    assert.is_false(exists(name .. ".part"))
  end)

  it("keeps the older file if nothing was answered", function()
    local name = temporary("an older one")
    local recorder = start("record", name, { base_url = "http://127.0.0.1:1" })
    local _, err = client_of(recorder, { token = SECRET }):linkedin_enrich({
      profile = PERSON.linkedin_url,
    })
    recorder:stop()
    assert.matches("while recording: no answer from http://127.0.0.1:1: ", err.message, 1, true)
    assert.equal("an older one", files.read(name))
    assert.is_false(exists(name .. ".part"))
  end)

  for _, fault in ipairs({ "truncate", "chunked,truncate", "close-after", "reset-after",
    "garbage", "close-before" }) do
    it("records no answer that breaks off, and goes on: " .. fault, function()
      local name = record(function(client)
        support.sandbox:fault(fault, 1, "linkedin_enrich")
        local reply, err = client:linkedin_enrich({ profile = PERSON.linkedin_url })
        assert.is_nil(reply)
        assert.is_true(err.maybe_charged)
        client:stats()
      end)
      assert.is_nil(files.read(name):find("linkedin", 1, true))
      assert.matches("/v1/stats", files.read(name), 1, true)
    end)
  end

  it("gives what was paid for even if it can't be written, and says so", function()
    local name, said = temporary("an older one"), temporary()
    local cramped = temporary(([[#!/bin/sh
      trap '' XFSZ
      ulimit -f 1
      exec luajit "$@" 2>%s]]):format(said))
    os.execute("chmod +x " .. cramped)
    local recorder = assert(launcher.start({
      record = name, upstream = support.sandbox.url, luajit = cramped,
    }))
    made[#made + 1] = recorder
    lookup(support.client({ base_url = recorder.url }))
    recorder:stop()
    assert.matches(name .. ".part isn't whole: File too large", files.read(said), 1, true)
    assert.equal("an older one", files.read(name))
    names[#names + 1] = name .. ".part"
  end)

  it("refuses a base URL that a client refuses", function()
    local recorder, err = testing.record(temporary(), { base_url = "ftp://a.example" })
    assert.is_nil(recorder)
    assert.equal("base_url", err.param)
  end)

  it("says why it can't write", function()
    local _, err = testing.record("/nonexistent/file", { base_url = support.sandbox.url })
    assert.matches("/nonexistent/file.part: No such file", err.message, 1, true)
  end)
end)

describe("testing.replay", function()
  before_each(support.begin)

  it("gives what was recorded: statuses, headers, bodies", function()
    local function ask(client)
      local list = {}
      for i, fault in ipairs({ "empty-body", "bad-utf8", "status:410", "html", "retry-after:7" }) do
        local opts = { raw = true, headers = { ["x-sandbox-fault"] = fault } }
        local reply = assert(client:stats({ period = "2025-0" .. i }, opts))
        list[i] = { reply.status, reply.headers["content-type"], reply.headers["retry-after"],
          reply.body }
      end
      return list
    end
    local recorded
    local player = start("replay", record(function(client)
      recorded = ask(client)
    end))
    assert.same(recorded, ask(client_of(player)))
    assert.equal("7", recorded[5][3])
  end)

  it("knows a request whatever the order of its parameters and members", function()
    local player = start("replay", record(function(client)
      client:request("GET", "/v1/stats", { query = { period = "2025-01" } })
      client:request("POST", "/v1/people/count", { json = { name = "Ada", keyword = "math" } })
    end))
    local function send(request)
      return client_of(player):request("POST", "/v1/people/count", { json = request, raw = true })
    end
    assert.equal(200, send({ keyword = "math", name = "Ada" }).status)
    assert.equal(422, send({ keyword = "maths", name = "Ada" }).status)
  end)

  it("repeats what went wrong, so that retries are tried", function()
    local player = start("replay", record(function(client)
      support.sandbox:fault("status:429,retry-after:0")
      lookup(client)
    end))
    lookup(client_of(player))
    assert.same({ 429, 200 }, { player:requests()[1].status, player:requests()[2].status })
  end)

  it("takes a job through its states again", function()
    local function run(client)
      local job = assert(client:submit_contacts({ PERSON.linkedin_url, OTHER.linkedin_url }))
      assert(job:wait({ timeout = 60, interval = 0.01 }))
      local found = {}
      for url, contact in job:results() do
        found[url] = contact and contact.emails
      end
      return found
    end
    local recorded
    support.sandbox:config({ job_polls = 3 })
    local player = start("replay", record(function(client)
      recorded = run(client)
    end))
    assert.same(recorded, run(client_of(player)))
    assert.equal(#support.sandbox:ledger(), #player:requests())
    assert.is_not_nil(recorded[PERSON.linkedin_url])
  end)

  it("gives the last answer of what is free as often as it is asked", function()
    local player = start("replay", record(function(client)
      client:stats()
    end))
    local client = client_of(player)
    for _ = 1, 3 do
      assert.is_not_nil(client:stats())
    end
  end)

  it("refuses to pay twice for what was paid for once", function()
    local player = start("replay", record(lookup))
    local client = client_of(player)
    lookup(client)
    local reply, err = client:linkedin_enrich({ profile = PERSON.linkedin_url })
    assert.is_nil(reply)
    assert.equal("invalid_request", err.kind)
    assert.matches("was recorded once, and once more it would be paid for again", err.message)
    assert.equal(1, #player:unmatched())
  end)

  it("names what it doesn't know, and the nearest that it knows", function()
    local name = record(lookup)
    local player = start("replay", name)
    local _, err = client_of(player):linkedin_enrich({ profile = OTHER.linkedin_url })
    assert.equal("invalid_request", err.kind)
    assert.matches("no recorded answer for GET /v1/linkedin/enrich?profile=", err.message, 1, true)
    assert.matches(OTHER.slug .. "; the nearest one is GET /v1/linkedin", err.message, 1, true)
    assert.matches(PERSON.slug .. " (" .. name .. ":2)", err.message, 1, true)
    assert.is_nil(err.maybe_charged)
    assert.matches(OTHER.slug, player:unmatched()[1], 1, true)
  end)

  it("says which line can't be read, and what is no recording", function()
    local _, err = testing.replay(temporary('{"contactout_recording":1}\n{"method":\n'))
    assert.matches(":2 can't be read", err.message, 1, true)
    _, err = testing.replay(temporary("name,e-mail\n"))
    assert.matches("is no recording of contactout.testing", err.message, 1, true)
    _, err = testing.replay("/nonexistent/file")
    assert.same({ "invalid_argument", "file" }, { err.kind, err.param })
    assert.equal("no recording: /nonexistent/file: No such file or directory; "
      .. "contactout.testing.record makes one", err.message)
  end)
end)
