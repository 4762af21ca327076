-- examples/openresty, run as its users run it, against the sandbox.

-- nginx's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

local cjson = require "cjson"
local core_support = require "spec.support.core"
local data = require "contactout.sandbox.data"
local example = dofile("examples/openresty/server.lua")
local http = require "socket.http"
local ltn12 = require "ltn12"
local socket = require "socket"
local support = require "spec.support.client"

local sandbox = support.sandbox
local SECRET = "a-secret-of-the-spec"
local PERSON = data.person(6)
local BY_LINKEDIN = "/person?linkedin=" .. PERSON.linkedin_url

local folder, pipe, port, url

local function free_port()
  local one = assert(socket.bind("127.0.0.1", 0))
  local _, number = one:getsockname()
  one:close()
  return number
end

local function start()
  port = free_port()
  url = "http://127.0.0.1:" .. port
  local command
  folder, command = example.prepare("examples/openresty", port)
  pipe = assert(io.popen(("env CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s WEBHOOK_SECRET=%s "
    .. "PUBLIC_URL=%s %s </dev/null 2>&1"):format(support.TOKEN, sandbox.url, SECRET, url,
    command)))
  core_support.settles(function()
    return http.request(url .. "/ping") and 0 or 1
  end, 0)
end

-- -> what nginx wrote to its log
local function stop()
  os.execute(("kill -QUIT $(cat %s/nginx.pid)"):format(folder))
  local log = pipe:read("*a")
  pipe:close()
  os.execute("rm -r " .. folder)
  return log
end

-- -> status, decoded body, headers
local function ask(path, body)
  local parts = {}
  local _, status, headers = http.request {
    url = url .. path, method = body and "POST" or "GET", sink = ltn12.sink.table(parts),
    source = body and ltn12.source.string(body),
    headers = body and { ["content-length"] = #body } or nil,
  }
  return status, cjson.decode(table.concat(parts)), headers
end

-- A visitor whose answer is yet to be read.
local function begin(path)
  local one = assert(socket.connect("127.0.0.1", port))
  assert(one:send("GET " .. path .. " HTTP/1.0\r\n\r\n"))
  return one
end

local function spent()
  return support.charges().email or 0
end

local allowed

before_each(function()
  allowed = "%[warn%]"
  support.begin()
  start()
end)

after_each(function()
  sandbox:release()
  local log = stop()
  support.finish()
  for line in log:gmatch("[^\n]+") do
    assert.is_truthy(line:find(allowed), line)
  end
end)

describe("/person #yields", function()
  it("tells who that is, once for one credit", function()
    local status, person, headers = ask(BY_LINKEDIN)
    assert.equal(200, status)
    assert.equal("miss", headers["x-cache"])
    assert.equal(PERSON.linkedin_url, person.linkedin)
    assert.equal(1, spent())
    local spellings = { "", "/", "?trk=x" }
    for i, ending in ipairs(spellings) do
      spellings[i] = "/person?linkedin=" .. PERSON.linkedin_url:gsub("^https", "http") .. ending
    end
    for _, path in ipairs(spellings) do
      local again, same, of = ask(path)
      assert.same({ 200, person, "hit" }, { again, same, of["x-cache"] })
    end
    assert.equal(1, sandbox:state().requests)
  end)

  it("tells who has an e-mail address", function()
    local status, person = ask("/person?email=grace.petrovic99@post.example")
    assert.equal(200, status)
    assert.equal("Grace Petrović", person.name)
  end)

  it("says that nobody is known, and remembers it", function()
    for _, path in ipairs { "/person?email=nobody@example.net",
      "/person?linkedin=https://www.linkedin.com/in/nobody-at-all" } do
      for _ = 1, 2 do
        local status, said = ask(path)
        assert.same({ 404, "not_found" }, { status, said.error })
      end
    end
    assert.equal(2, sandbox:state().requests)
  end)

  it("says what is wrong with a question, and sends nothing", function()
    for _, query in ipairs { "?", "?email=", "?email=a&email=b", "?linkedin=https://a.example/" } do
      assert.equal(400, (ask("/person" .. query)), query)
    end
    assert.equal(0, sandbox:state().requests)
  end)

  it("is unavailable without credits, and says so in the log", function()
    allowed = "out of credits"
    sandbox:fault("status:403,message:out of credits", 1)
    local status, said, headers = ask(BY_LINKEDIN)
    assert.same({ 503, "out_of_credits" }, { status, said.error })
    assert.is_truthy(headers["retry-after"])
  end)

  it("passes on for how long the server wants to be left alone", function()
    sandbox:fault("status:429,retry-after:300", 1)
    for _ = 1, 2 do
      local status, said, headers = ask(BY_LINKEDIN)
      assert.same({ 503, "rate_limited" }, { status, said.error })
      assert.is_true(tonumber(headers["retry-after"]) > 200)
    end
    assert.equal(1, sandbox:state().requests)
  end)

  it("doesn't ask again at once what may have been charged", function()
    sandbox:fault("reset-after", 1)
    for _ = 1, 2 do
      assert.equal(502, (ask(BY_LINKEDIN)))
    end
    assert.equal(1, sandbox:state().requests)
  end)

  it("spends one credit on twenty who ask at once", function()
    sandbox:fault("hold", 1)
    local visitors = {}
    for i = 1, 20 do
      visitors[i] = begin(BY_LINKEDIN)
    end
    sandbox:wait { requests = 1 }
    sandbox:release()
    for i = 1, 20 do
      assert.matches("^HTTP/1.1 200", visitors[i]:receive("*l"))
      visitors[i]:close()
    end
    assert.equal(1, sandbox:state().requests)
    assert.equal(1, spent())
  end)

  it("keeps what was paid for when the visitor has left", function()
    sandbox:fault("hold", 1)
    local visitor = begin(BY_LINKEDIN)
    sandbox:wait { requests = 1 }
    visitor:close()
    assert.is_truthy(http.request(url .. "/ping"))
    sandbox:release()
    assert.equal(200, (ask(BY_LINKEDIN)))
    assert.equal(1, sandbox:state().requests)
  end)
end)

describe("the webhook #yields", function()
  local HOOK = "/contactout/webhook/"

  -- A job whose end any worker knows by the server's word for it.
  local function submit()
    sandbox:fault("job-word:DONE", 1, "people_linkedin_batch_v2")
    local status, said = ask("/contacts", PERSON.linkedin_url .. "\n")
    assert.equal(202, status)
    return said.job
  end

  -- What is known of a job once it is done.
  local function result_of(job)
    local known
    core_support.settles(function()
      known = select(2, ask("/contacts?job=" .. job))
      return known.status == "done" and 0 or 1
    end, 0)
    return known.found
  end

  it("brings a job's result", function()
    local found = result_of(submit())
    assert.same(PERSON.linkedin_url, (next(found)))
    assert.equal("string", type(found[PERSON.linkedin_url].personal_emails[1]))
    assert.equal(202, sandbox:state().callbacks[1].status)
  end)

  it("is found by nobody without the secret", function()
    local job = submit()
    for _, secret in ipairs { "wrong", SECRET .. "x", SECRET:upper() } do
      assert.equal(404, (ask(HOOK .. secret, cjson.encode { uuid = job })))
    end
    result_of(job)
  end)

  it("believes no result that was posted", function()
    sandbox:config { job_seconds = 1 }
    local job = submit()
    assert.equal(202, (ask(HOOK .. SECRET, cjson.encode {
      uuid = job, status = "DONE",
      result = { [PERSON.linkedin_url] = { personal_email = { "forged@example.net" } } },
    })))
    assert.is_nil(cjson.encode(result_of(job)):find("forged", 1, true))
  end)

  it("takes no job that isn't ours, and no rubbish", function()
    local client = support.client()
    local theirs = assert(client:submit_contacts { PERSON.linkedin_url })
    for _, body in ipairs { "rubbish", "{}", cjson.encode { uuid = theirs.uuid } } do
      assert.equal(202, (ask(HOOK .. SECRET, body)))
    end
    sandbox:wait { requests = 2 }
    assert.equal(404, (ask("/contacts?job=" .. theirs.uuid)))
  end)
end)
