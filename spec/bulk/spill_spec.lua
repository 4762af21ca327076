local spill = require "contactout.bulk.spill"

local function check(kept)
  local first, second = kept:put("one"), kept:put("")
  assert.equal("one", kept:get(first))
  local third = kept:put("three")
  assert.equal("", kept:get(second))
  assert.equal("three", kept:get(third))
  assert.equal("one", kept:get(first))
end

describe("a spill", function()
  it("gives back what was put in, in any order", function()
    check(spill.new())
  end)

  it("keeps it in memory where there can be no file", function()
    check(spill.new(function() return nil, "no space" end))
  end)

  it("keeps it in memory from where the file takes no more", function()
    local file = assert(io.tmpfile())
    local is_full = false
    local kept = spill.new(function()
      return {
        seek = function(_, ...) return file:seek(...) end,
        read = function(_, ...) return file:read(...) end,
        write = function(_, ...) return not is_full and file:write(...) or nil end,
      }
    end)
    local before = kept:put("before")
    is_full = true
    local after = kept:put("after")
    assert.equal("before", kept:get(before))
    assert.equal("after", kept:get(after))
  end)

  it("gives nothing once it is closed", function()
    local kept = spill.new()
    local place = kept:put("one")
    kept:close()
    assert.is_nil(kept:get(place))
  end)
end)
