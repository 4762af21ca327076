-- Many who look up the same at once, with the option `cache`: what reaches the server,
-- and what each of them gets, who is cancelled included.

local contactout = require "contactout"
local core_support = require "spec.support.core"
local native = require "spec.support.native"
local support = require "spec.support.client"

local sandbox, PROFILE, PERSON = support.sandbox, support.PROFILE, support.PERSON

before_each(support.begin)
after_each(support.finish)

local function caching(opts)
  opts = opts or {}
  opts.cache = {}
  return support.client(opts)
end

local function look_up(client)
  return client:linkedin_enrich({ profile = PROFILE })
end

local function requests()
  return #sandbox:ledger()
end

-- Starts lookups, and lets them come as far as they do without a reply: each task
-- asks, and then the one that makes the request sends it.
local function start(client, count, ask)
  local tasks = {}
  for i = 1, count do
    tasks[i] = contactout.spawn(ask or look_up, client)
  end
  contactout.sleep(0)
  contactout.sleep(0)
  return tasks
end

local function held(client, count)
  sandbox:fault("hold")
  local tasks = start(client, count)
  sandbox:wait { held = 1 }
  return tasks
end

local function cancel_all(tasks)
  for i, task in ipairs(tasks) do
    task:cancel()
    tasks[i] = select(2, task:wait())
  end
  return tasks
end

describe("many who look up the same #yields", function()
  it("cause one request, and each gets a reply of his own", function()
    local client = caching()
    contactout.run(function()
      local tasks = held(client, 50)
      sandbox:release()
      local seen = {}
      for _, task in ipairs(tasks) do
        local reply = assert(task:wait())
        assert.equal(PERSON.full_name, reply.profile.full_name)
        assert.is_nil(seen[reply.profile])
        seen[reply.profile] = true
      end
    end)
    assert.equal(1, requests())
    assert.equal(1, support.charges().email)
  end)

  it("get its error, each a copy", function()
    local client = caching({ max_retries = 0 })
    contactout.run(function()
      sandbox:fault("status:500")
      local tasks = start(client, 3)
      local errors = {}
      for i, task in ipairs(tasks) do
        errors[i] = select(2, task:wait())
        assert.equal("server", errors[i].kind)
        assert.is_true(errors[i].maybe_charged)
        assert.is_true(contactout.is_error(errors[i]))
      end
      assert.not_equal(errors[1], errors[2])
      assert.equal(1, requests())
    end)
  end)

  it("get it when the first who asked is cancelled", function()
    local client = caching()
    contactout.run(function()
      local tasks = held(client, 3)
      local err = cancel_all({ tasks[1] })[1]
      assert.equal("cancelled", err.kind)
      assert.is_true(err.maybe_charged)
      sandbox:release()
      assert(tasks[2]:wait())
      assert(tasks[3]:wait())
    end)
    assert.equal(1, support.charges().email)
    assert.equal(0, client:spent().uncertain.email)
  end)

  it("have paid for the next one when all are cancelled", function()
    local client = caching()
    contactout.run(function()
      local errors = cancel_all(held(client, 3))
      for _, err in ipairs(errors) do
        assert.equal("cancelled", err.kind)
        assert.matches("its reply goes to the cache", err.message, 1, true)
      end
      sandbox:release()
    end)
    assert.equal(1, client:spent().email)
    assert.equal(0, client:spent().uncertain.email)
    assert(look_up(client))
    assert.equal(1, requests())
  end)

  it("cause none when all are cancelled before it is sent", function()
    local client = caching({ rate_limits = { other = 10, window = 3600 } })
    contactout.run(function()
      assert(client:stats()) -- the one turn that there is at once
      for _, err in ipairs(cancel_all(start(client, 3))) do
        assert.equal("cancelled", err.kind)
        assert.is_nil(err.maybe_charged)
      end
    end)
    assert.equal(1, requests())
    assert.equal(0, client:spent().uncertain.email)
  end)

  it("hear that an earlier attempt may have been charged when cancelled before the next", function()
    local tasks
    local client = caching({ max_retry_wait = 60, observe = function(event)
      if event.type == "retry" then
        tasks[1]:cancel() -- right before it waits
      end
    end })
    contactout.run(function()
      sandbox:fault("reset-after")
      tasks = start(client, 1, function()
        return client:linkedin_enrich({ profile = PROFILE }, { retry_charged = true })
      end)
      local err = select(2, tasks[1]:wait())
      assert.equal("cancelled", err.kind)
      assert.is_true(err.maybe_charged)
      assert.matches("may have been charged", err.message)
    end)
    assert.equal(1, client:spent().uncertain.email)
  end)

  --- A client whose next request has to wait for its turn for a while.
  local function paced()
    local client = caching({ rate_limits = { other = 10, window = 3 } })
    assert(client:stats())
    return client
  end

  it("get it when some are cancelled before it is sent", function()
    local client = paced()
    contactout.run(function()
      local tasks = start(client, 3)
      cancel_all({ tasks[1], tasks[2] })
      assert(tasks[3]:wait())
    end)
    assert.equal(2, requests())
  end)

  it("may ask again in the moment in which what isn't sent is called off", function()
    local client = paced()
    contactout.run(function()
      local task = start(client, 1, function()
        assert.equal("cancelled", select(2, look_up(client)).kind)
        return look_up(client)
      end)[1]
      task:cancel()
      assert(task:wait())
    end)
    assert.equal(2, requests())
  end)

  it("let a free one go when all are cancelled", function()
    local client = caching()
    contactout.run(function()
      sandbox:fault("hang")
      local tasks = start(client, 2, function()
        return client:phone_status({ profile = PROFILE })
      end)
      sandbox:wait { requests = 1 }
      for _, err in ipairs(cancel_all(tasks)) do
        assert.equal("cancelled", err.kind)
        assert.is_nil(err.maybe_charged)
      end
    end)
    core_support.settles(function() return client._core:pending() end, 0)
  end)

  it("may ask again at once after all were cancelled", function()
    local client = caching()
    contactout.run(function()
      local tasks = held(client, 2)
      cancel_all(tasks)
      local again = contactout.spawn(look_up, client)
      contactout.sleep(0)
      sandbox:release()
      assert(again:wait())
    end)
    assert.equal(1, requests())
  end)

  it("are told by a close, and nothing more comes", function()
    local client = caching()
    contactout.run(function()
      local tasks = held(client, 3)
      client:close()
      for _, task in ipairs(tasks) do
        assert.equal("cancelled", select(2, task:wait()).kind)
      end
      sandbox:release()
    end)
  end)

  it("share a turn of the budget", function()
    local client = caching({ budget = { email = 1, phone = 1, search = 1 } })
    contactout.run(function()
      for _, task in ipairs(start(client, 10)) do
        assert(task:wait())
      end
    end)
    assert.equal(1, requests())
  end)

  it("may be outside of any loop", function()
    local client = caching()
    sandbox:fault("delay:0.05")
    local task = contactout.spawn(look_up, client)
    contactout.step()
    contactout.step()
    assert(look_up(client))
    assert(task:wait())
    assert.equal(1, requests())
  end)

  it("may include one that blocks and waits for its turn", function()
    local client = caching({ rate_limits = { other = 10, window = 0.5 } })
    assert(client:stats())
    local task = contactout.spawn(look_up, client)
    assert(look_up(client))
    assert(task:wait())
    assert.equal(2, requests())
  end)
end)

describe("a lookup that blocks #yields", function()
  it("isn't called off with a task that asked for the same and is cancelled", function()
    local client = caching({ rate_limits = { other = 10, window = 3 } })
    assert(client:stats())
    local joined = contactout.spawn(look_up, client)
    contactout.spawn(joined.cancel, joined)
    assert(look_up(client))
    assert.equal("cancelled", select(2, joined:wait()).kind)
    assert.equal(2, requests())
  end)
end)

describe("a forked child #yields #fork", function()
  it("can use neither what is kept nor what is under way, and harms neither", function()
    sandbox:fault("delay:0.2", 1, "people_linkedin")
    local output, code = support.run_lua(([[
      package.cpath = %q .. ";" .. package.cpath
      local contactout, process = require "contactout", require "spec_process"
      local client = assert(contactout.new { cache = {}, rate_limits = false })
      local asked = { profile = %q }
      assert(client:linkedin_enrich(asked))
      local task = contactout.spawn(client.people_linkedin, client, asked)
      contactout.step()
      contactout.step()
      local pid = process.fork()
      if pid == 0 then
        print(select(2, client:linkedin_enrich(asked)).kind)
        print(select(2, client:people_linkedin(asked)).kind)
        os.exit(0, true)
      end
      print(process.wait(pid), task:wait() ~= nil, client:linkedin_enrich(asked) ~= nil)
    ]]):format(native.module_path(), PROFILE), {
      CONTACTOUT_TOKEN = support.TOKEN, CONTACTOUT_BASE_URL = sandbox.url,
    })
    assert.equal("unsupported\nunsupported\n0\ttrue\ttrue", output)
    assert.equal(0, code)
    assert.equal(2, requests())
  end)
end)

local has_cqueues, cqueues = pcall(require, "cqueues")
if has_cqueues then
  describe("a lookup under way in a loop that isn't running #yields", function()
    it("isn't paid for twice from outside, which says what to do", function()
      local client, controller, reply = caching(), cqueues.new(), nil
      sandbox:fault("hold")
      controller:wrap(function()
        reply = look_up(client)
      end)
      repeat
        assert(controller:step(0.01))
      until client._core:pending() == 1
      local value, err = look_up(client)
      assert.is_nil(value)
      assert.equal("unsupported", err.kind)
      assert.matches("cqueues", err.message, 1, true)
      sandbox:wait { held = 1 }
      sandbox:release()
      assert(controller:loop())
      assert.equal(PERSON.full_name, reply.profile.full_name)
      assert.same(reply, assert(look_up(client)))
      assert.equal(1, requests())
    end)
  end)
end
