-- What holds for the records of any raw value, documented or spoilt: no function
-- raises, loses a contact, invents anything or changes the original. SPEC_SEED=n repeats
-- a failure; SPEC_ROUNDS sets how many values are made of each sample.

local conformity = require "spec.records.conformity"
local core = require "contactout.core"
local evidence = require "spec.records.evidence"
local mapping = require "contactout.records.mapping"
local mutations = require "spec.records.mutations"
local records = require "contactout.records"
local samples = require "spec.records.samples"

local SEED = tonumber(os.getenv("SPEC_SEED")) or os.time() % 1000000 + 1
local ROUNDS = tonumber(os.getenv("SPEC_ROUNDS")) or 50
local KEY = "https://www.linkedin.com/in/the-key"

local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local twin = setmetatable({}, getmetatable(value))
  for key, element in pairs(value) do
    twin[key] = copy(element)
  end
  return twin
end

local KINDS = {
  { names = samples.OF_PEOPLE, read = records.person, key = KEY, class = mapping.Person },
  { names = samples.OF_CONTACTS, read = records.contact, key = KEY, class = mapping.Contact },
  { names = samples.OF_COMPANIES, read = records.company, key = "the-key.example",
    class = mapping.Company },
}

-- Calls check(raw, kind) for each sample, and what it is spoilt to.
local function for_all(check)
  local random = mutations.random(SEED)
  for _, kind in ipairs(KINDS) do
    for _, name in ipairs(kind.names) do
      for round = 0, ROUNDS do
        local raw = mutations.spoil(samples[name](), random, round == 0 and 0 or 8)
        local ok, problem = pcall(check, raw, kind)
        assert(ok, ("SPEC_SEED=%d, %s, round %d: %s"):format(SEED, name, round, tostring(problem)))
      end
    end
  end
end

describe("any record", function()
  it("has the documented fields alone, each of its type", function()
    for_all(function(raw, kind)
      conformity.check(kind.class, kind.read(raw))
      conformity.check(kind.class, kind.read(raw, kind.key))
    end)
  end)

  it("says what a look at the original has seen", function()
    for_all(function(raw)
      assert(not records.has_details(raw) or not records.is_empty(records.contact(raw)))
      assert(not records.has_name(raw) or not records.is_nobody(records.company(raw)))
    end)
  end)

  it("keeps the original, and doesn't change it", function()
    for_all(function(raw, kind)
      local before = copy(raw)
      assert.equal(raw, kind.read(raw, kind.key).raw)
      assert.same(before, raw)
    end)
  end)

  it("is the same each time", function()
    for_all(function(raw, kind)
      assert.same(kind.read(raw, kind.key), kind.read(raw, kind.key))
    end)
  end)

  it("has every contact of the original", function()
    for_all(function(raw, kind)
      if kind.class ~= mapping.Company then
        evidence.check_contacts(raw, kind.read(raw), kind.class == mapping.Person)
      end
    end)
  end)

  it("has nothing that isn't in the original or its key", function()
    for_all(function(raw, kind)
      evidence.check_origin(kind.read(raw, kind.key), { raw, kind.key })
    end)
  end)

  it("is there whatever is read, and nobody if that is nothing", function()
    for _, raw in ipairs { false, true, 0, 1.5, "", "text", core.null, print, {}, { {} } } do
      for _, kind in ipairs(KINDS) do
        conformity.check(kind.class, kind.read(raw, raw))
      end
      assert.is_true(records.is_no_one(records.person(raw, raw)))
      assert.is_true(records.is_nobody(records.company(raw, "x.example")))
    end
  end)
end)
