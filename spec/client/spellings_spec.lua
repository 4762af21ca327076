-- The option `cache` and the spellings of one lookup: however many there are, the server
-- is asked, and charges, once. What the same question is, question_spec.lua says.

local compat = require "contactout.compat"
local contactout = require "contactout"
local support = require "spec.support.client"

local sandbox, PROFILE, PERSON = support.sandbox, support.PROFILE, support.PERSON
local ADDRESS = PERSON.personal_emails[1]

before_each(support.begin)
after_each(support.finish)

local SPELLINGS = {
  PROFILE, PROFILE .. "/", PROFILE:gsub("^https://www", "http://uk") .. "?trk=x",
  " " .. PROFILE:upper() .. "/DE#top\n",
}

local function requests()
  return #sandbox:ledger()
end

local function look_up(client, profile)
  return client:linkedin_enrich({ profile = profile })
end

local function caching(store, opts)
  opts = opts or {}
  opts.cache = { store = store or "memory" }
  return support.client(opts)
end

-- Looks somebody up in each spelling, by the client that `open` gives.
local function ask_in_each(open)
  local first = assert(look_up(open(), PROFILE))
  for _, profile in ipairs(SPELLINGS) do
    assert.same(first, assert(look_up(open(), profile)))
  end
  assert.equal(1, requests())
  assert.equal(1, support.charges().email)
end

describe("a lookup in another spelling", function()
  it("is free", function()
    local client = caching()
    ask_in_each(function() return client end)
    assert.equal(1, client:spent().email)
  end)

  it("is free by each way that asks the same", function()
    local client = caching()
    for _, who in ipairs { PROFILE, PROFILE:gsub("^https://www%.", "") .. "/", SPELLINGS[3] } do
      assert(client:person(who, { contacts = true }))
    end
    assert(look_up(client, SPELLINGS[4]))
    assert.equal(1, requests())
    for _, who in ipairs { ADDRESS, ADDRESS:upper(), { email = ADDRESS .. " " } } do
      assert(client:person(who))
    end
    assert(client:people_enrich({ email = ADDRESS, include = {} }))
    assert.equal(2, requests())
    assert.same({ email = 1, search = 1, phone = PERSON.phones[1] and 1 or nil },
      support.charges())
  end)

  it("is sent as it is spelled when it is the first", function()
    local spelling = SPELLINGS[3]
    assert(look_up(caching(), spelling))
    local sent = sandbox:ledger()[1].query:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
    assert.equal("profile=" .. spelling, sent)
  end)

  it("is told, free, that there is nobody", function()
    local client = caching()
    for _, email in ipairs { "a@b.example", "A@B.example ", "a@B.EXAMPLE" } do
      assert.equal("not_found", select(2, client:people_person({ email = email })).kind)
    end
    assert.equal(1, requests())
  end)

  it("is known to a plan", function()
    local client = caching()
    assert(client:person(SPELLINGS[1]))
    local plan = assert(client:plan("person", { SPELLINGS[2], SPELLINGS[4], "jo@acme.example",
      { email = "Jo@Acme.example" } }))
    assert.same({ 2, 2, 1, 1 }, { plan.keys, plan.duplicates, plan.known, plan.requests })
  end)

  it("of a raw reply, or with headers, goes past the cache as any", function()
    local client = caching()
    assert(look_up(client, PROFILE))
    assert(client:linkedin_enrich({ profile = SPELLINGS[2] }, { raw = true }))
    assert.equal(2, requests())
  end)
end)

describe("lookups of somebody else", function()
  it("are paid for, however much he is like the first", function()
    local client = caching()
    assert(look_up(client, PROFILE))
    for i, profile in ipairs { PROFILE .. "x", PROFILE:gsub("%-", "_"),
      PROFILE:gsub("/in/", "/pub/"), PROFILE .. "%2Fde", PROFILE .. "%3Fx" } do
      look_up(client, profile)
      assert.equal(1 + i, requests(), profile)
    end
  end)
end)

describe("many who look up the same in several spellings #yields", function()
  -- Has all of them ask before there is a reply -> what each got.
  local function ask_together(client, profiles)
    local tasks = {}
    contactout.run(function()
      sandbox:fault("hold")
      for i, profile in ipairs(profiles) do
        tasks[i] = contactout.spawn(look_up, client, profile)
      end
      contactout.sleep(0)
      contactout.sleep(0)
      sandbox:wait { held = 1 }
      sandbox:release()
      for i, task in ipairs(tasks) do
        tasks[i] = compat.pack(task:wait())
      end
    end)
    return tasks
  end

  it("cause one request", function()
    local profiles = {}
    for i = 1, 40 do
      profiles[i] = SPELLINGS[i % #SPELLINGS + 1]
    end
    for _, got in ipairs(ask_together(caching(), profiles)) do
      assert.equal(PERSON.full_name, assert(got[1], got[2]).profile.full_name)
    end
    assert.equal(1, requests())
    assert.equal(1, support.charges().email)
  end)

  it("are not refused for the spelling of another", function()
    local refused = SPELLINGS[4] -- in capitals, which the server doesn't take
    local got = ask_together(caching(), { refused, PROFILE, refused, SPELLINGS[2] })
    for i, is_found in ipairs { false, true, false, true } do
      assert.equal(is_found, got[i][1] ~= nil)
      assert.equal(not is_found and "invalid_request" or nil, got[i][2] and got[i][2].kind)
    end
    assert.equal(2, requests())
    assert.equal(1, support.charges().email)
  end)

  it("aren't asked for again where the other's may have been charged before", function()
    local client = caching(nil, { max_retry_wait = 60 })
    contactout.run(function()
      sandbox:fault("reset-after")
      sandbox:fault("status:422")
      local first = contactout.spawn(client.linkedin_enrich, client, { profile = PROFILE },
        { retry_charged = true })
      local joined = contactout.spawn(look_up, client, SPELLINGS[2])
      for _, task in ipairs { first, joined } do
        local err = select(2, task:wait())
        assert.equal("invalid_request", err.kind)
        assert.is_true(err.maybe_charged)
      end
    end)
    assert.equal(2, requests())
  end)
end)

describe("a file as store", function()
  if not pcall(require, "contactout.store") then
    return
  end
  local files = require "spec.support.journal"
  before_each(files.begin)
  after_each(files.finish)

  local function open_file(opts)
    return caching(files.path(), opts)
  end

  it("knows a lookup in another spelling in the next run", function()
    local client
    ask_in_each(function()
      if client then
        client:close()
      end
      client = open_file()
      return client
    end)
  end)

  it("knows a lookup in doubt in another spelling", function()
    local client
    client = open_file({ max_retries = 0, observe = function(event)
      if event.type == "response" then -- as if it were killed here: nothing more is written
        client._lookups.cache._store._db:exec("PRAGMA query_only = ON")
      end
    end })
    assert(look_up(client, SPELLINGS[1]))
    client:close()
    client = open_file()
    for _, profile in ipairs(SPELLINGS) do
      assert.equal("uncertain", select(2, look_up(client, profile)).kind)
    end
    assert.equal(1, requests())
    assert(client:linkedin_enrich({ profile = SPELLINGS[2] }, { retry_charged = true }))
    assert(look_up(client, SPELLINGS[3]))
    assert.equal(2, requests())
  end)

  -- A file of the version whose keys were the requests as they were spelled.
  local function write_older(profile, text)
    local client = open_file()
    local cache = client._lookups.cache
    local request = assert(require("contactout.core").build("linkedin_enrich",
      { profile = profile }))
    assert(cache:set(cache:key(request), text))
    client:close()
  end

  it("finds what an older version has kept, by the spelling of then", function()
    write_older(PROFILE, '+{"profile":{"full_name":"Ann"}}')
    local client = open_file()
    assert.equal("Ann", assert(look_up(client, PROFILE)).profile.full_name)
    assert.equal(0, requests())
    assert.equal(PERSON.full_name, assert(look_up(client, PROFILE .. "/")).profile.full_name)
    assert.equal(PERSON.full_name, assert(look_up(client, PROFILE)).profile.full_name)
    assert.equal(1, requests())
  end)

  it("is in doubt where an older version was", function()
    write_older(PROFILE, "?")
    local client = open_file()
    assert.equal("uncertain", select(2, look_up(client, PROFILE)).kind)
    assert.equal(0, requests())
    assert(client:linkedin_enrich({ profile = PROFILE }, { retry_charged = true }))
    assert(look_up(client, PROFILE))
    assert.equal(1, requests())
  end)

  it("is purged of somebody in any spelling", function()
    write_older(SPELLINGS[4], '+{"profile":{"full_name":"Ann"}}')
    local client = open_file()
    assert(look_up(client, SPELLINGS[2]))
    assert(client:people_linkedin({ profile = SPELLINGS[3] }))
    assert(client:people_person({ email = ADDRESS }))
    client:close()
    assert(contactout.purge(files.path(), SPELLINGS[1]))
    assert.is_false(files.hold(PERSON.full_name))
    assert.is_false(files.hold("Ann\""))
    client = open_file()
    assert(client:people_person({ email = ADDRESS:upper() }))
    assert.equal(3, requests())
    assert(look_up(client, SPELLINGS[1]))
    assert.equal(4, requests())
  end)
end)

if not compat.CAN_YIELD then
  return
end

describe("a lookup in another spelling while the first is under way #yields", function()
  it("is joined outside of any loop, too", function()
    local client = caching()
    local task = contactout.spawn(look_up, client, SPELLINGS[1])
    contactout.step()
    contactout.step()
    assert(look_up(client, SPELLINGS[2]))
    assert(task:wait())
    assert.equal(1, requests())
  end)
end)
