local comments = require "spec.support.reference.comments"
local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"
local read = require("spec.support.files").read
local reference = require "spec.support.reference"

-- All comments of the module, each with its file.
local function all_comments()
  local list, pipe = {}, io.popen("find lua -name '*.lua'")
  for path in pipe:lines() do
    for _, comment in ipairs(comments.read(path)) do
      comment.path = path
      list[#list + 1] = comment
    end
  end
  pipe:close()
  return list
end

describe("what is written from the tables", function()
  for path in pairs(reference.FILES) do
    it("is fresh in " .. path .. " (else: make docs)", function()
      assert.is_true(reference.is_fresh(path))
    end)
  end

  it("has each endpoint and each of its parameters in the types", function()
    local text = read("lua/contactout/_meta.lua")
    for _, row in ipairs(core.endpoints) do
      assert.is_truthy(text:find("function Client:" .. row.name .. "(", 1, true))
      for _, param in ipairs(row.params) do
        assert.is_truthy(text:find("---@field " .. param.name, 1, true))
      end
    end
  end)

  it("has each kind of errors, and says of each what happened", function()
    local names = {}
    for i, kind in ipairs(errors.KINDS) do
      names[i] = kind.name
      assert.matches("%w", kind.doc)
    end
    assert.same(core.kinds, names)
  end)
end)

describe("the types in comments", function()
  local all, defined, places = all_comments(), {}, {}
  for _, comment in ipairs(all) do
    for _, class in ipairs(comment.class) do
      defined[class.name] = true
      if #comment.field > 0 then
        places[class.name] = (places[class.name] or "") .. comment.path .. " "
      end
    end
    for _, alias in ipairs(comment.alias) do
      defined[alias.name] = true
    end
  end

  it("are all defined", function()
    for _, comment in ipairs(all) do
      for _, tags in ipairs { comment.param, comment["return"], comment.field, comment.type } do
        for _, tag in ipairs(tags) do
          for name in tag.type:gmatch("contactout%.[%w_.]*[%w_]") do
            assert.is_true(defined[name], comment.path .. ": " .. name)
          end
        end
      end
    end
  end)

  it("have their fields in one place", function()
    for name, paths in pairs(places) do
      assert.matches("^%S+ $", paths, name)
    end
  end)
end)

describe("a doc comment", function()
  local look, class = compat.unpack(comments.parse([[
--- Looks
--- around.
---@param who? string|fun(): any, boolean? whom,
---  if anybody
---@param ... table<string, {n: integer}>[] more
---@return string[]|nil names of all
---@return contactout.Error|nil
function M.look(who, ...)
-- no doc comment
local x
---@class contactout.Look: contactout.See what it is
---@field far? boolean
local Look = {}
]]))

  it("has a text, and belongs to the line behind it", function()
    assert.equal("Looks around.", look.text)
    assert.equal("function M.look(who, ...)", look.code)
    assert.equal(8, look.line)
    assert.equal("", class.text)
  end)

  it("has parameters", function()
    assert.same({
      { name = "who", optional = true, type = "string|fun(): any, boolean?",
        doc = "whom, if anybody" },
      { name = "...", optional = false, type = "table<string, {n: integer}>[]", doc = "more" },
    }, look.param)
  end)

  it("has what comes back", function()
    assert.same({
      { type = "string[]|nil", name = "names", doc = "of all" },
      { type = "contactout.Error|nil", doc = "" },
    }, look["return"])
  end)

  it("has a class and its fields", function()
    assert.same({ { name = "contactout.Look", doc = "what it is" } }, class.class)
    assert.same({ { name = "far", optional = true, type = "boolean", doc = "" } }, class.field)
  end)
end)
