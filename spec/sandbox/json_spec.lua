local json = require "contactout.sandbox.json"

describe("sandbox.json", function()
  describe("encode", function()
    it("writes an object's members in the order of its shape", function()
      local point = json.object { "y", "x" }
      assert.equal('{"y":2,"x":1}', json.encode(point { x = 1, y = 2, z = 3 }))
    end)

    it("writes a keyed object in the order of adding", function()
      local keyed = json.keyed()
      keyed:add("b", 1)
      keyed:add("a", 2)
      keyed:add("b", 3)
      assert.equal('{"b":3,"a":2}', json.encode(keyed))
    end)

    it("writes what is empty as an empty array", function()
      assert.equal("[]", json.encode {})
      assert.equal("[]", json.encode(json.keyed()))
      assert.equal('{"list":[]}', json.encode { list = {} })
    end)

    it("writes integers without a point, null and booleans", function()
      assert.equal('[200,12345678,1.5,true,null]',
        json.encode { 200, 12345678, 1.5, true, json.null })
    end)

    it("writes raw text as it stands", function()
      assert.equal('["\\ud83d"]', json.encode { json.raw('"\\ud83d"') })
    end)

    it("is read back by lua-cjson", function()
      local text = 'quote " back \\ tab \t null \0 é'
      assert.same({ a = { text } }, json.decode(json.encode { a = { text } }))
    end)
  end)

  describe("decode", function()
    it("returns nil and a message for what is no JSON", function()
      local value, problem = json.decode("{")
      assert.is_nil(value)
      assert.is_string(problem)
    end)
  end)
end)
