local commands = require "contactout.limits.redis.commands"
local slots = require "contactout.limits.slots"

-- A command's words, as Redis reads them.
local function decode(text)
  local count, at = text:match("^%*(%d+)\r\n()")
  local words = {}
  for i = 1, tonumber(count) do
    local size, first = text:match("^%$(%d+)\r\n()", at)
    words[i] = text:sub(first, first + size - 1)
    at = first + size + 2
  end
  assert.equal(#text + 1, at)
  return words
end

-- A field's name; of some Luas an integer would have a ".0".
local function field(name)
  return type(name) == "number" and ("%.0f"):format(name) or name
end

-- What Redis gives its scripts, over a store of ours and at a time of ours.
local function new_redis()
  local redis = { now = 1795528273e6, hashes = {} }
  local does = {}

  function does.TIME()
    return { ("%.0f"):format(math.floor(redis.now / 1e6)), ("%.0f"):format(redis.now % 1e6) }
  end

  function does.HGET(key, name)
    local hash = redis.hashes[key] or {}
    return hash[field(name)] or false
  end

  function does.HEXISTS(key, name)
    return does.HGET(key, name) and 1 or 0
  end

  function does.HSET(key, name, value)
    redis.hashes[key] = redis.hashes[key] or {}
    redis.hashes[key][field(name)] = tostring(value)
  end

  function does.PTTL()
    return -1
  end

  function does.PEXPIRE(_, ms)
    redis.lives_until = redis.now + ms * 1000
  end

  function redis.call(name, ...)
    return does[name](...)
  end
  return redis
end

-- Runs a command's script, in globals that are taken back -> what `read` makes of it
local function run(redis, command)
  local words = decode(command)
  assert.equal("EVAL", words[1])
  local keys = { (table.unpack or unpack)(words, 4, 3 + words[3]) } -- luacheck: ignore 143 113
  local arguments = { (table.unpack or unpack)(words, 4 + words[3]) } -- luacheck: ignore 143 113
  local globals = rawget(_G, "_G")
  globals.redis, globals.KEYS, globals.ARGV = redis, keys, arguments
  local answer = assert((loadstring or load)(words[2]))() -- luacheck: ignore 113
  globals.redis, globals.KEYS, globals.ARGV = nil, nil, nil
  return commands.read("+" .. answer.ok)
end

local function new_store()
  local store = { values = {} }
  function store:get(name) return self.values[name] end
  function store:set(name, value) self.values[name] = value end
  return store
end

local seed = 7
local function random()
  seed = seed * 16807 % 2147483647
  return seed / 2147483647
end

describe("the scripts for Redis", function()
  local margin = slots.MARGIN

  before_each(function()
    slots.MARGIN = commands.MARGIN
  end)
  after_each(function()
    slots.MARGIN = margin
  end)

  it("reserve as slots.lua does, whatever happens between", function()
    for _, rate in ipairs { 1, 3, 60, false } do
      local redis, store, now = new_redis(), new_store(), 1795528273
      local limit = slots.limit("x" .. tostring(rate), rate, 60)
      for _ = 1, 1000 do
        now = now + (random() < 0.02 and random() * 300 or random() * 60 / (rate or 60))
        redis.now = math.floor(now * 1e6)
        local event = random()
        if event < 0.01 then
          run(redis, commands.hold({ limit }, 7))
          slots.hold(store, limit, now, 7)
        elseif event < 0.02 then
          run(redis, commands.refused({ limit }, 3))
          slots.hold(store, limit, now, 3)
          slots.widen(store, limit, now)
        end
        local answer = run(redis, commands.reserve { limit })
        assert.near(now, answer.time, 0.001)
        assert.near(slots.reserve(store, limit, now) - now, answer.wait, 0.001)
        assert.near(slots.held(store, limit, now), answer.pause, 0.001)
        assert.near(answer.pause, run(redis, commands.held { limit }).pause, 1e-9)
      end
    end
  end)

  it("pace an endpoint by itself once it was refused", function()
    local redis = new_redis()
    local limits = { slots.limit("class", 600, 60), slots.limit("own", 1, 60) }
    for _ = 1, 2 do
      assert.equal(0, run(redis, commands.reserve(limits)).wait)
    end
    run(redis, commands.hold(limits, 0))
    assert.equal(0, run(redis, commands.reserve(limits)).wait)
    run(redis, commands.refused(limits, 0))
    assert.equal(0, run(redis, commands.reserve(limits)).wait)
    assert.near(63, run(redis, commands.reserve(limits)).wait, 0.01)
    assert.equal(0, run(redis, commands.reserve { limits[1] }).wait)
  end)

  it("keep nothing for longer than it counts", function()
    local redis, limit = new_redis(), slots.limit("x", 1, 60)
    run(redis, commands.reserve { limit })
    local seconds = (redis.lives_until - redis.now) / 1e6
    assert.is_true(seconds >= 60 and seconds <= 180)
    run(redis, commands.hold({ limit }, 900))
    assert.near(900, (redis.lives_until - redis.now) / 1e6, 0.01)
  end)
end)

describe("commands.read", function()
  it("knows an answer from an error and from another's", function()
    assert.same({ time = 9, wait = 1.5, pause = 0.25 }, commands.read("+9000000 1500000 250000"))
    for _, line in ipairs { "-ERR no", "+OK", "+1 2", "+1 2 3 4", ":1", "" } do
      assert.is_nil((commands.read(line)))
    end
  end)
end)
