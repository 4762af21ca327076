-- Tables into JSON: what a reply decoded to comes out again, and what can't be
-- written is named by its place.

local core = require "contactout.core"
local documents = require "spec.support.json_documents"

local function refused(value)
  local text, err = core.encode(value)
  assert.is_nil(text)
  assert.are.equal("invalid_argument", err.kind)
  return err.message
end

local function again(text)
  return core.encode(core.decode(text))
end

local function nested(depth, inner)
  local value = inner
  for _ = 1, depth do
    value = { value }
  end
  return value
end

describe("encode", function()
  it("writes what decode reads, on generated documents", function()
    for _, text in ipairs(documents.generate(19700101, 3000)) do
      local value = core.decode(text)
      local written = assert(core.encode(value))
      if not documents.same(value, core.decode(written)) then
        error("differs: " .. text)
      end
    end
  end)

  it("writes each kind of value", function()
    assert.are.equal('"x"', core.encode("x"))
    assert.are.equal("true", core.encode(true))
    assert.are.equal("false", core.encode(false))
    assert.are.equal("null", core.encode(core.null))
    assert.are.equal("12", core.encode(12))
  end)

  it("raises without a value", function()
    assert.has_error(function() core.encode() end)
  end)

  it("writes texts of any size", function()
    local long = ("0123456789"):rep(100000)
    assert.are.equal('["' .. long .. '"]', core.encode({ long }))
  end)

  it("reads tables raw", function()
    local strange = setmetatable({ a = 1 }, {
      __index = function() error("called") end,
      __len = function() error("called") end,
      __pairs = function() error("called") end,
    })
    assert.are.equal('{"a":1}', core.encode(strange))
  end)
end)

describe("encode of a table", function()
  it("writes positions 1 to n as an array", function()
    assert.are.equal("[1,2,3]", core.encode({ 1, 2, 3 }))
    assert.are.equal("[1,null,[2]]", core.encode({ 1, core.null, { 2 } }))
  end)

  it("keeps empty arrays apart from empty objects", function()
    assert.are.equal("{}", core.encode({}))
    assert.are.equal("[]", core.encode(setmetatable({}, core.empty_array_mt)))
    assert.are.equal('{"a":[]}', again('{"a":[]}'))
    assert.are.equal('{"a":{}}', again('{"a":{}}'))
    assert.are.equal("[[],{}]", again("[[],{}]"))
  end)

  it("writes an empty array that was filled since as what it became", function()
    local list = core.decode("[]")
    list[1] = "x"
    assert.are.equal('["x"]', core.encode(list))
    local map = core.decode("[]")
    map.x = 1
    assert.are.equal('{"x":1}', core.encode(map))
  end)

  it("writes a keyed table in the server's order", function()
    local text = '{"profiles":{"z":{"n":1},"y":{"n":2},"a":[],"m":{"n":4}}}'
    assert.are.equal(text, again(text))
    local list = '{"companies":[{"z":1},{"y":2}]}'
    assert.are.equal(list, again(list))
  end)

  it("leaves out what was removed from it, and adds what is new", function()
    local value = core.decode('{"profiles":{"z":1,"y":2,"x":3}}')
    value.profiles.y = nil
    value.profiles.new = 4
    value.profiles.z = 5
    assert.are.equal('{"profiles":{"z":5,"x":3,"new":4}}', core.encode(value))
  end)

  it("takes 200 levels and refuses 201", function()
    assert.are.equal(("["):rep(200) .. "1" .. ("]"):rep(200), core.encode(nested(200, 1)))
    assert.are.equal("tables are nested over 200 deep, or in themselves", refused(nested(201, 1)))
  end)

  it("refuses one that holds itself", function()
    local loop = {}
    loop.loop = loop
    assert.are.equal("tables are nested over 200 deep, or in themselves", refused(loop))
  end)

  it("refuses holes", function()
    assert.are.equal("value.list is a list with holes", refused({ list = { 1, nil, 3 } }))
    assert.are.equal("value is a list with holes", refused({ [2] = 1 }))
  end)

  it("refuses string keys among positions", function()
    assert.are.equal("value[1] has both string keys and integer keys", refused({ { 1, x = 2 } }))
  end)

  it("refuses keys of any other kind", function()
    local message = "value has a key that is neither a string nor a position (a "
    assert.are.equal(message .. "boolean)", refused({ [true] = 1 }))
    assert.are.equal(message .. "number)", refused({ [1.5] = 1 }))
    assert.are.equal(message .. "number)", refused({ [0] = 1 }))
    assert.are.equal(message .. "number)", refused({ [-1] = 1 }))
    assert.are.equal(message .. "number)", refused({ [2 ^ 60] = 1 }))
  end)

  it("names the place of what it can't write", function()
    local value = { profiles = { "a", { ["x y"] = { deep = { print } } } } }
    assert.are.equal('value.profiles[2]["x y"].deep[1] is a function, which JSON can\'t hold',
      refused(value))
    assert.are.equal("value.n is NaN, which JSON can't hold", refused({ n = 0 / 0 }))
    assert.are.equal('value["1a"] is a userdata, which JSON can\'t hold',
      refused({ ["1a"] = io.stdout }))
    assert.are.equal("value is a nil, which JSON can't hold", refused(nil))
  end)

  it("names it in a keyed table, too", function()
    local value = core.decode('{"result":{"b":1,"a":2}}')
    value.result.a = print
    assert.are.equal("value.result.a is a function, which JSON can't hold", refused(value))
  end)
end)

describe("encode of a number", function()
  it("writes integers whole", function()
    for _, digits in ipairs({ "0", "-1", "12345678", "100000000000000", "9007199254740991" }) do
      assert.are.equal(digits, again(digits))
    end
  end)

  it("writes every integer that this Lua holds exactly", function()
    local greatest = rawget(math, "maxinteger")
    if greatest then
      assert.are.equal("9223372036854775807", core.encode(greatest))
      assert.are.equal("-9223372036854775808", core.encode(rawget(math, "mininteger")))
    end
    assert.are.equal("4611686018427387904", core.encode(2 ^ 62))
    assert.are.equal("-9223372036854775808", core.encode(-(2 ^ 63)))
  end)

  it("writes integral floats without a point", function()
    assert.are.equal("3", core.encode(3.0))
    assert.are.equal("100000000000000000", core.encode(1e17))
    assert.are.equal("0", core.encode(-0.0))
  end)

  it("writes the shortest form that reads back", function()
    local forms = {
      [0.1] = "0.1", [0.1 + 0.2] = "0.30000000000000004", [1 / 3] = "0.3333333333333333",
      [-2.5] = "-2.5", [1e300] = "1e+300", [5e-324] = "4.94065645841247e-324", [1e-7] = "1e-07",
      [123456.789] = "123456.789", [2 ^ 63] = "9.223372036854776e+18",
    }
    for value, form in pairs(forms) do
      assert.are.equal(form, core.encode(value))
      assert.are.equal(value, core.decode(form))
    end
  end)

  it("writes infinities so that they come back", function()
    assert.are.equal("[1e999,-1e999]", core.encode({ math.huge, -math.huge }))
    assert.are.equal(math.huge, core.decode(core.encode(math.huge)))
  end)
end)

describe("encode of a string", function()
  it("escapes what must be", function()
    assert.are.equal('"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\127"',
      core.encode('"\\/\b\f\n\r\t\0\31\127'))
  end)

  it("escapes each control character so that it comes back", function()
    for code = 0, 127 do
      local text = ("a"):rep(code % 9) .. string.char(code) .. "b"
      assert.are.equal(text, core.decode(core.encode(text)))
    end
  end)

  it("keeps UTF-8 and replaces each byte that is none", function()
    assert.are.equal('"In\195\170s \240\159\152\128"', core.encode("In\195\170s \240\159\152\128"))
    assert.are.equal('"a\239\191\189b"', core.encode("a\255b"))
    assert.are.equal('"\239\191\189\239\191\189\239\191\189"', core.encode("\237\160\128"))
    assert.are.equal('"x\239\191\189"', core.encode("x\195"))
  end)

  it("treats keys alike", function()
    assert.are.equal('{"a\\n\239\191\189":1}', core.encode({ ["a\n\255"] = 1 }))
  end)
end)
