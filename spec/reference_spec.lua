local core = require "contactout.core"
local reference = require "spec.support.reference"

describe("what is written from the tables", function()
  for path in pairs(reference.FILES) do
    it("is fresh in " .. path .. " (else: make docs)", function()
      assert.is_true(reference.is_fresh(path))
    end)
  end

  it("has each endpoint and each of its parameters in the types", function()
    local file = assert(io.open("lua/contactout/_meta.lua"))
    local text = file:read("*a")
    file:close()
    for _, row in ipairs(core.endpoints) do
      assert.is_truthy(text:find("function Client:" .. row.name .. "(", 1, true))
      for _, param in ipairs(row.params) do
        assert.is_truthy(text:find("---@field " .. param.name, 1, true))
      end
    end
  end)
end)
