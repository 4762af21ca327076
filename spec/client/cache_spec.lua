-- The option `cache`, judged by what reached the server and what it charged. Many
-- lookups at once are flights_spec's.

local compat = require "contactout.compat"
local contactout = require "contactout"
local memory = require "contactout.cache.memory"
local support = require "spec.support.client"

local sandbox, PROFILE, PERSON = support.sandbox, support.PROFILE, support.PERSON

before_each(support.begin)
after_each(support.finish)

local function caching(settings, opts)
  opts = opts or {}
  opts.cache = settings or {}
  return support.client(opts)
end

local function look_up(client, opts)
  return client:linkedin_enrich({ profile = PROFILE }, opts)
end

local function requests()
  return #sandbox:ledger()
end

describe("the option cache", function()
  it("refuses what it can't be, and names what is wrong", function()
    for param, value in pairs { ttl = -1, not_found_ttl = "x", store = "", size = 5 } do
      local client, err = contactout.new { token = "x", cache = { [param] = value } }
      assert.is_nil(client)
      assert.equal("invalid_argument", err.kind)
      assert.equal(param, err.param)
    end
    assert.is_nil(contactout.new { token = "x", cache = { ttl = math.huge } })
    assert.is_nil(contactout.new { token = "x", cache = { ttl = 0 / 0 } })
  end)

  it("says why a file can't be used", function()
    local client, err = contactout.new { token = "x", cache = { store = "/nowhere/a.db" } }
    assert.is_nil(client)
    assert.matches("/nowhere/a.db", tostring(err), 1, true)
  end)

  it("is off unless given", function()
    local client = support.client()
    assert(look_up(client))
    assert(look_up(client))
    assert.equal(2, requests())
  end)
end)

describe("a lookup that is kept", function()
  it("is free, and the same", function()
    local client = caching()
    local first = assert(look_up(client))
    local second = assert(look_up(client))
    assert.same(first, second)
    assert.equal(1, requests())
    assert.equal(1, client:spent().email)
    assert.equal(1, support.charges().email)
  end)

  it("is each caller's own to change", function()
    local client = caching()
    local first = assert(look_up(client))
    first.profile.full_name = "changed"
    first.profile.experience[1] = nil
    local second = assert(look_up(client))
    assert.equal(PERSON.full_name, second.profile.full_name)
    second.profile = nil
    assert.equal(PERSON.full_name, assert(look_up(client)).profile.full_name)
  end)

  it("needs no budget and no turn in the rate limit", function()
    local client = caching(nil, {
      budget = { email = 1, phone = 1, search = 1 }, max_retry_wait = 0,
      rate_limits = { other = 10, window = 3600 },
    })
    assert(look_up(client))
    for _ = 1, 50 do
      assert(look_up(client))
    end
    assert.equal(1, requests())
    assert.equal("budget", select(2, client:people_linkedin({ profile = PROFILE })).kind)
  end)

  it("has an event for its one request alone", function()
    local events = {}
    local client = caching(nil, { observe = function(event)
      events[#events + 1] = event.type
    end })
    look_up(client)
    look_up(client)
    assert.same({ "request", "response" }, events)
  end)

  it("raises what an observer has raised before", function()
    local client = caching(nil, { observe = function(event)
      if event.type == "response" then
        error("the observer's", 0)
      end
    end })
    assert(look_up(client))
    local ok, problem = pcall(look_up, client)
    assert.is_false(ok)
    assert.equal("the observer's", problem)
    assert(look_up(client))
  end)

  it("is one of an endpoint that looks up one thing", function()
    local client = caching()
    for _ = 1, 2 do
      assert(client:email_enrich({ email = PERSON.personal_emails[1] }))
      assert(client:people_enrich({ linkedin_url = PROFILE, include = { "phone" } }))
      assert(client:people_linkedin({ profile = PROFILE }))
      assert(client:people_person({ email = PERSON.personal_emails[1] }))
      assert(client:email_verify({ email = PERSON.personal_emails[1] }))
      assert(client:phone_status({ profile = PROFILE }))
    end
    assert.equal(6, requests())
    for _ = 1, 2 do
      assert(client:people_search({}))
      assert(client:stats())
      assert(client:domain_enrich({ domains = { "example.com" } }))
      assert(client:request("GET", "/v1/people/linkedin", { query = { profile = PROFILE } }))
    end
    assert.equal(6 + 8, requests())
  end)

  it("is asked anew by other parameters, for a raw reply, and with headers", function()
    local client = caching()
    assert(look_up(client))
    assert(client:linkedin_enrich({ profile = PROFILE, profile_only = true }))
    assert.equal(200, assert(look_up(client, { raw = true })).status)
    assert(look_up(client, { headers = { ["x-a"] = "1" } }))
    assert.equal(4, requests())
    assert(look_up(client, { timeout = 5, max_retries = 0 }))
    assert.equal(4, requests())
  end)

  it("is over after its time", function()
    local client = caching({ ttl = 100, not_found_ttl = 10 })
    local now = 0
    client._lookups.cache._store = memory.new(function() return now end)
    local function ask()
      assert(look_up(client))
      assert.equal("not_found", select(2, client:people_person({ email = "a@b.example" })).kind)
      return requests()
    end
    assert.equal(2, ask())
    assert.equal(2, ask())
    now = 10
    assert.equal(3, ask())
    now = 99.9
    assert.equal(4, ask())
    now = 100
    assert.equal(5, ask())
  end)

  it("is not kept with a ttl of 0", function()
    local client = caching({ ttl = 0, not_found_ttl = 0 })
    for _ = 1, 2 do
      assert(look_up(client))
      assert.is_nil(client:people_person({ email = "a@b.example" }))
    end
    assert.equal(4, requests())
  end)

  it("gives nothing after close", function()
    local client = caching()
    assert(look_up(client))
    client:close()
    local value, err = look_up(client)
    assert.is_nil(value)
    assert.equal("cancelled", err.kind)
  end)
end)

describe("that there is nobody", function()
  it("is kept as the error it was", function()
    local client = caching()
    local _, first = client:people_person({ email = "a@b.example" })
    local _, second = client:people_person({ email = "a@b.example" })
    assert.equal(1, requests())
    assert.equal(tostring(first), tostring(second))
    for _, name in ipairs { "kind", "status", "endpoint", "message", "body", "retryable" } do
      assert.equal(first[name], second[name], name)
    end
    assert.equal(1, first.attempts)
    assert.equal(0, second.attempts)
  end)
end)

describe("a lookup that failed", function()
  it("is not kept, whatever the reason", function()
    local client = caching(nil, { max_retries = 0 })
    for _, fault in ipairs { "status:500", "status:429", "status:403", "reset-before", "not-json",
      "status:400" } do
      sandbox:fault(fault)
      assert.is_nil(look_up(client))
    end
    assert(look_up(client))
    assert.equal(7, requests())
  end)

  it("tells what may have been charged, and is asked again by the next", function()
    local client = caching()
    sandbox:fault("reset-after")
    local _, err = look_up(client)
    assert.is_true(err.maybe_charged)
    assert(look_up(client))
    assert.equal(2, support.charges().email)
  end)
end)

describe("a file as store", function()
  if not pcall(require, "contactout.store") then
    return
  end
  local files = require "spec.support.journal"
  before_each(files.begin)
  after_each(files.finish)

  it("keeps lookups for the next run, and never the token", function()
    local client = caching({ store = files.path() }, { token = "test-1" })
    local first = assert(look_up(client))
    client:people_person({ email = "a@b.example" })
    client:close()
    assert.is_true(files.hold(PERSON.full_name))
    assert.is_false(files.hold("test-1"))
    client = caching({ store = files.path() })
    assert.same(first, assert(look_up(client)))
    assert.equal("not_found", select(2, client:people_person({ email = "a@b.example" })).kind)
    assert.equal(2, requests())
  end)

  it("keeps those of one token from another", function()
    local client = caching({ store = files.path() })
    assert(look_up(client))
    client:close()
    client = caching({ store = files.path() }, { token = "test-2" })
    assert(look_up(client))
    assert.equal(2, requests())
  end)

  it("has one client at a time", function()
    local client = caching({ store = files.path() })
    local other, err = contactout.new { token = "x", cache = { store = files.path() } }
    assert.is_nil(other)
    assert.equal("journal", err.kind)
    assert.matches("run.db is in use: .*share that client", tostring(err))
    client:close()
    caching({ store = files.path() })
  end)

  describe("a lookup that costs", function()
    local function opened(opts, settings)
      settings = settings or {}
      settings.store = files.path()
      return caching(settings, opts)
    end

    --- How much it holds.
    local function count(client)
      return client._lookups.cache._store._db:first("SELECT count(*) AS n FROM results").n
    end

    -- A program that looks the same up, and is killed once the server has it.
    local function be_killed(method)
      files.write("program.lua", ([[
        local contactout = require "contactout"
        local client = assert(contactout.new { cache = { store = %q } })
        client:%s({ profile = %q })
      ]]):format(files.path(), method or "linkedin_enrich", PROFILE))
      sandbox:fault("hold")
      local line = "echo $$; CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s exec %s %s"
      local pipe = assert(io.popen(line:format(support.TOKEN, sandbox.url, arg[-1],
        files.path("program.lua"))))
      local process = pipe:read("*l")
      sandbox:wait { held = 1 }
      os.execute("kill -9 " .. process)
      pipe:close()
      sandbox:release()
    end

    local function check_in_doubt(client)
      local sent = requests()
      local value, err = look_up(client)
      assert.is_nil(value)
      assert.equal("uncertain", err.kind)
      assert.is_true(err.maybe_charged)
      assert.equal("linkedin_enrich", err.endpoint)
      assert.matches("retry_charged = true asks again", err.message, 1, true)
      assert.equal(sent, requests())
    end

    it("has a mark before it is sent, and nothing of what is free", function()
      local held = {}
      local client
      client = opened { observe = function(event)
        if event.type == "request" then
          held[#held + 1] = count(client)
        end
      end }
      assert(client:phone_status({ profile = PROFILE }))
      assert(look_up(client))
      assert.same({ 0, 2 }, held)
      assert.equal(2, count(client))
    end)

    it("says to a later program that it is in doubt after a kill", function()
      be_killed()
      local client = opened()
      check_in_doubt(client)
      check_in_doubt(client)
      local _, err = client:linkedin_enrich({ profile = PROFILE .. "/?x" })
      assert.equal("uncertain", err.kind)
      assert.equal(1, requests())
    end)

    it("asks again after a kill only with retry_charged, and keeps that answer", function()
      be_killed()
      local client = opened()
      local reply = assert(look_up(client, { retry_charged = true }))
      assert.equal(2, requests())
      assert.same(reply, assert(look_up(client)))
      client:close()
      assert.same(reply, assert(look_up(opened())))
      assert.equal(2, requests())
    end)

    it("stays in doubt after a kill until there is an answer", function()
      be_killed()
      local client = opened({ budget = { email = 0 }, max_retries = 0 })
      local again = { retry_charged = true }
      assert.equal("budget", select(2, look_up(client, again)).kind)
      client:close()
      client = opened({ max_retries = 0 })
      sandbox:fault("status:429")
      assert.equal("rate_limited", select(2, look_up(client, again)).kind)
      check_in_doubt(client)
    end)

    it("asks after a kill for what is free, and for others", function()
      be_killed("phone_status")
      local client = opened()
      assert(client:phone_status({ profile = PROFILE }))
      assert(look_up(client))
      assert.equal(3, requests())
    end)

    it("is planned as it would be asked for after a kill", function()
      be_killed()
      local client = opened()
      local opts = { contacts = true }
      assert.equal(1, client:plan("person", { PROFILE }, opts).known)
      opts.retry_charged = true
      assert.equal(0, client:plan("person", { PROFILE }, opts).known)
    end)

    it("is not in doubt after an error, whoever got it may ask again", function()
      local client = opened({ max_retries = 0 })
      for _, fault in ipairs { "reset-after", "status:500", "status:429", "reset-before" } do
        sandbox:fault(fault)
        assert.is_nil(look_up(client))
        assert.equal(0, count(client))
      end
      client:close()
      assert(look_up(opened()))
      assert.equal(5, requests())
    end)

    it("is not in doubt where it was not sent, or nobody was found", function()
      local client = opened({ budget = { email = 0 } }, { not_found_ttl = 0 })
      assert.equal("budget", select(2, look_up(client)).kind)
      assert.equal("not_found", select(2, client:people_enrich({ email = "a@b.example" })).kind)
      assert.equal(0, count(client))
    end)

    it("is not in doubt while a request that was refused waits for the next", function()
      local held
      local client
      client = opened { observe = function(event)
        if event.type == "retry" then
          held = count(client)
        end
      end }
      sandbox:fault("status:429")
      assert(look_up(client))
      assert.equal(0, held)
    end)

    it("is not sent when the mark can't be written", function()
      local client = opened()
      assert(client._lookups.cache._store._db:exec("PRAGMA query_only = ON"))
      local value, err = look_up(client)
      assert.is_nil(value)
      assert.equal("journal", err.kind)
      assert.is_nil(err.maybe_charged)
      assert.equal("linkedin_enrich", err.endpoint)
      assert.equal(0, requests())
      assert.equal(0, client:spent().uncertain.email)
    end)

    it("is in doubt, and not paid for twice, when its reply couldn't be kept", function()
      local client
      client = opened { observe = function(event)
        if event.type == "response" then
          client._lookups.cache._store._db:exec("PRAGMA query_only = ON")
        end
      end }
      assert(look_up(client))
      assert.equal("journal", select(2, look_up(client)).kind)
      check_in_doubt(client)
    end)

    if compat.CAN_YIELD then
      -- Looks it up in a task, whose request the server holds.
      local function held(client)
        sandbox:fault("hold")
        local task = contactout.spawn(look_up, client)
        repeat
          contactout.sleep(0)
        until client._core:pending() == 1
        sandbox:wait { held = 1 }
        return task
      end

      it("stays in doubt when its client was closed meanwhile", function()
        local client = opened()
        contactout.run(function()
          local task = held(client)
          client:close()
          assert.is_true(select(2, task:wait()).maybe_charged)
        end)
        sandbox:release()
        check_in_doubt(opened())
      end)

      it("stays in doubt when it failed after all had left", function()
        local client = opened({ max_retries = 0, timeout = 0.2 })
        contactout.run(function()
          local task = held(client)
          task:cancel()
          assert.equal("cancelled", select(2, task:wait()).kind)
        end)
        sandbox:release()
        check_in_doubt(client)
      end)

      it("is no longer in doubt with the reply that came after all had left", function()
        local client = opened()
        contactout.run(function()
          local task = held(client)
          task:cancel()
          task:wait()
          sandbox:release()
        end)
        assert(look_up(client))
        assert.equal(1, requests())
      end)

      it("is joined, not in doubt, while it is under way", function()
        local client = opened()
        contactout.run(function()
          local first = held(client)
          local second = contactout.spawn(look_up, client)
          contactout.sleep(0)
          sandbox:release()
          assert.same(assert(first:wait()), assert(second:wait()))
        end)
        assert.equal(1, requests())
      end)
    end
  end)
end)

describe("a store that fails", function()
  local function failing(name)
    local client = caching()
    local problem = require("contactout.errors").new("journal", "the disk is full")
    local real = client._lookups.cache._store
    client._lookups.cache._store = setmetatable({
      [name] = function() return nil, problem end,
    }, { __index = function(_, method)
      return real[method] and function(_, ...) return real[method](real, ...) end
    end })
    return client, real
  end

  it("costs no reply; the next that would have to pay says why, once", function()
    local client = failing("set")
    assert(look_up(client))
    local value, err = look_up(client)
    assert.is_nil(value)
    assert.equal("the disk is full", err.message)
    assert.equal(1, requests())
    assert(look_up(client))
    assert.equal(2, requests())
  end)

  it("sends nothing where it can't be read", function()
    local client = failing("get")
    assert.equal("journal", select(2, look_up(client)).kind)
    assert.equal(0, requests())
  end)
end)

if not compat.CAN_YIELD then
  describe("a lookup in a coroutine of Lua 5.1", function()
    it("is refused as any call is", function()
      local client = caching()
      assert(look_up(client))
      local _, err = coroutine.wrap(function()
        return look_up(client)
      end)()
      assert.equal("unsupported", err.kind)
    end)
  end)
end
