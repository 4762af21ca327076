-- Limits that the workers of a real nginx share, against a server that counts.

local contactout = require "contactout"
local core_support = require "spec.support.core"
local nginx = require "spec.support.nginx"
local support = require "spec.support.client"

local sandbox = support.sandbox

describe("limits that can't be used", function()
  local function refusal(kind, limits)
    local client, err = contactout.new { token = "test-1", rate_limits = limits }
    assert.is_nil(client)
    assert.equal(kind, err.kind)
    assert.equal("rate_limits", err.param)
    return err.message
  end

  it("are refused when a client is made of them", function()
    local limits = contactout.limits
    assert.matches("outside of nginx", refusal("unsupported", limits.shared_dict("limits")))
    assert.matches("with the names", refusal("invalid_argument",
      limits.shared_dict("limits", { serch = 60 })))
  end)
end)

-- nginx's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

local MINUTE = 4 -- seconds

-- In each of two workers a hundred calls at once, of one class.
local CALLS = [[
  lua_shared_dict limits 1m;
  lua_shared_dict notes 1m;
  init_by_lua_block { contactout = require "contactout" }
  init_worker_by_lua_block {
    local function work()
      local client = assert(contactout.new { max_retries = 0, rate_limits = RATES })
      local urls = {}
      for i = 1, 100 do
        urls[i] = "https://www.linkedin.com/in/somebody-" .. i
      end
      contactout.map(urls, function(url)
        local reply, err = client:phone_status { profile = url }
        ngx.shared.notes:incr(reply and "answered" or err.kind, 1, 0)
        ngx.shared.notes:incr("worker_" .. ngx.worker.id(), 1, 0)
      end, { concurrency = 100 })
    end
    ngx.timer.at(0, work)
  }
]]

local NOTED = [[
  location / {
    content_by_lua_block { ngx.print(ngx.shared.notes:get(ngx.var.arg_name) or 0) }
  }
]]

describe("shared_dict #yields", function()
  local server

  local function start(http, place)
    server = nginx.start {
      workers = 2, http = http, server = place or NOTED,
      env = ("CONTACTOUT_TOKEN=%s CONTACTOUT_BASE_URL=%s"):format(support.TOKEN, sandbox.url),
    }
  end

  local function noted(name)
    return tonumber((server:get("/?name=" .. name)))
  end

  before_each(support.begin)
  after_each(function()
    server:stop()
    support.finish()
  end)

  local function run(rates)
    support.shorten_minute(MINUTE)
    start((CALLS:gsub("RATES", rates)))
    sandbox:wait({ requests = 200 }, 60)
    return sandbox:state()
  end

  it("lets two workers together draw no 429 by any rolling minute #speed", function()
    local state = run(("contactout.limits.shared_dict('limits', { window = %d })"):format(MINUTE))
    assert.equal(0, state.limited)
    for worker = 0, 1 do -- what the server has had, its worker hears of a little later
      core_support.settles(function()
        return 100 - noted("worker_" .. worker)
      end, 0)
    end
  end)

  it("is needed: limits of their own draw some #speed", function()
    assert.is_true(run(("{ window = %d }"):format(MINUTE)).limited > 0)
  end)

  it("holds the class in one worker for a pause that another was asked for", function()
    start("lua_shared_dict limits 1m;", [[
      location = /hold { content_by_lua_block {
        local limits = require("contactout").limits.shared_dict("limits")
        limits:refused({ rate_class = "other" }, "stats", 500)
        ngx.print(ngx.worker.id())
      } }
      location = /held { content_by_lua_block {
        local contactout = require "contactout"
        local client = contactout.new { rate_limits = contactout.limits.shared_dict("limits") }
        local _, err = client:stats()
        ngx.print(err.kind, " ", err.retry_after > 400)
      } }
      location = /other_key { content_by_lua_block {
        local contactout = require "contactout"
        local limits = contactout.limits.shared_dict("limits", { key = "second token" })
        local client = contactout.new { rate_limits = limits }
        ngx.print(client:stats() and "found")
      } }
    ]])
    server:get("/hold")
    for _ = 1, 10 do
      assert.equal("rate_limited true", (server:get("/held")))
    end
    assert.equal("found", (server:get("/other_key")))
  end)

  it("takes back what a worker that was killed had locked", function()
    start("lua_shared_dict limits 1m;", [[
      location / { content_by_lua_block {
        ngx.shared.limits:add("other:lock", 1, 0.5)
        local contactout = require "contactout"
        local client = contactout.new { rate_limits = contactout.limits.shared_dict("limits") }
        ngx.print(client:stats() and "found")
      } }
    ]])
    assert.equal("found", (server:get("/")))
  end)

  it("lets a call that waits for its turn be cancelled, unsent", function()
    start("lua_shared_dict limits 1m;", [[
      location / { content_by_lua_block {
        local contactout = require "contactout"
        local client = assert(contactout.new {
          rate_limits = contactout.limits.shared_dict("limits", { other = 1 }),
        })
        assert(client:stats())
        local task = contactout.spawn(function()
          return select(2, client:stats()).kind
        end)
        ngx.sleep(0.01)
        task:cancel()
        ngx.print(task:wait())
      } }
    ]])
    assert.equal("cancelled", (server:get("/")))
    assert.equal(1, sandbox:state().requests)
  end)

  it("paces an endpoint whose class is in doubt by itself once it was refused", function()
    start("lua_shared_dict limits 1m;", [[
      location / { content_by_lua_block {
        local limits = require("contactout").limits.shared_dict("limits", { search = 1 })
        local row = { rate_class = "other", rate_doubt = "search" }
        local function goes_at_once(name)
          local nobody = { waiter = function() end }
          return limits:acquire(row, name, function() return "cancelled" end, nobody) or false
        end
        local before = goes_at_once("people_count") and goes_at_once("people_count")
        limits:refused(row, "people_count", nil)
        ngx.sleep(0.1) -- more than the pace of the class, and less than that of a search
        local first, second = goes_at_once("people_count"), goes_at_once("people_count")
        ngx.print(before, " ", first, " ", second, " ", goes_at_once("decision_makers"))
      } }
    ]])
    assert.equal("true true false true", (server:get("/")))
  end)

  it("says what is wrong with a dict or with rates", function()
    start("lua_shared_dict limits 1m; lua_shared_dict small 12k;", [[
      location / { content_by_lua_block {
        local contactout = require "contactout"
        for _, limits in ipairs {
          contactout.limits.shared_dict("limit"), contactout.limits.shared_dict("small"),
          contactout.limits.shared_dict("limits", { serch = 1 }),
        } do
          local _, err = contactout.new { rate_limits = limits }
          ngx.say(err.message)
        end
      } }
    ]])
    local said = server:get("/")
    assert.matches('"lua_shared_dict limit 1m;"', said, 1, true)
    assert.matches("256k or more", said, 1, true)
    assert.matches("names search, checker", said, 1, true)
  end)
end)
