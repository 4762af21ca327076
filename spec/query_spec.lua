local contactout = require "contactout"
local support = require "spec.support.client"

local q = contactout.query
local sandbox = support.sandbox

-- The fault of a wrong call, without the place it is blamed on.
local function fault_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

local function total(params)
  return assert(support.client():people_count(params)).total_results
end

describe("query", function()
  describe("any and all", function()
    it("put an operator between the terms, and brackets around them", function()
      assert.equal("(CTO OR CEO)", tostring(q.any("CTO", "CEO")))
      assert.equal("(Lua AND C AND Go)", tostring(q.all("Lua", "C", "Go")))
    end)

    it("take a list, too", function()
      assert.equal("(CTO OR CEO)", tostring(q.any { "CTO", "CEO" }))
      assert.equal("(Lua AND C)", tostring(q.all { "Lua", "C" }))
    end)

    it("are the term itself where it is the only one", function()
      assert.equal("Vice President", tostring(q.any("Vice President")))
      assert.equal("(Lua OR C)", tostring(q.all(q.any("Lua", "C"))))
    end)

    it("nest", function()
      local equation = q.any(q.all("Lua", "C"), q.all("Go", q.any("Rust", "Zig")))
      assert.equal("((Lua AND C) OR (Go AND (Rust OR Zig)))", tostring(equation))
    end)

    it("bracket a term of several words", function()
      assert.equal("(CTO OR (Chief Technology Officer))",
        tostring(q.any("CTO", " Chief  Technology\tOfficer ")))
    end)

    it("take a term as it stands, whatever it looks like", function()
      assert.equal("((Research and Development) OR (VP Sales))",
        tostring(q.any("Research AND Development", "VP (Sales)")))
      assert.equal("(not OR (Not or ANDROID))", tostring(q.any("NOT", "Not OR ANDROID")))
      assert.equal("Forschung und Entwicklung für Łódź",
        tostring(q.all("Forschung und Entwicklung für Łódź")))
    end)

    it("raise, and name the term, for what is none", function()
      assert.matches("query_spec.*an equation needs a term", fault_of(function() q.any() end))
      assert.matches("query_spec.*needs a term", fault_of(function() q.all {} end))
      assert.matches("query_spec.*term 2 must be .* not an empty one",
        fault_of(function() q.any("Lua", " () ") end))
      assert.matches("query_spec.*term 1 must be .* not nil",
        fault_of(function() q.all(nil, "Lua") end))
      assert.matches("query_spec.*term 1 must be .* not number",
        fault_of(function() q.any("Lua"):except(7) end))
    end)
  end)

  describe("except", function()
    it("writes NOT in the documented form", function()
      assert.equal("(ReactJS AND Python) NOT Java",
        tostring(q.all("ReactJS", "Python"):except("Java")))
    end)

    it("leaves out where any of its terms holds", function()
      assert.equal("Lua NOT (Java OR (Visual Basic))",
        tostring(q.any("Lua"):except("Java", "Visual Basic")))
    end)

    it("changes nothing about the equation it is called on", function()
      local equation = q.all("Lua", "C")
      equation:except("Java")
      assert.equal("(Lua AND C)", tostring(equation))
    end)

    it("nests in brackets", function()
      assert.equal("((Lua NOT Java) OR Go)", tostring(q.any(q.any("Lua"):except("Java"), "Go")))
      assert.equal("(Lua NOT Java) NOT Go", tostring(q.any("Lua"):except("Java"):except("Go")))
    end)
  end)

  describe("is_equation", function()
    it("tells equations apart", function()
      assert.is_true(q.is_equation(q.any("Lua")))
      assert.is_false(q.is_equation("(Lua OR C)"))
      assert.is_false(q.is_equation({}))
      assert.is_false(q.is_equation(nil))
    end)
  end)

  describe("write", function()
    local search = contactout.endpoints[9]

    it("is for people_search here", function()
      assert.equal("people_search", search.name)
    end)

    it("writes equations out, alone and in lists, and leaves the caller's tables", function()
      local titles = { q.any("CTO", "CEO"), "Founder" }
      local params = { job_title = titles, keyword = q.all("Lua", "C"), page = 2 }
      assert.same({ job_title = { "(CTO OR CEO)", "Founder" }, keyword = "(Lua AND C)", page = 2 },
        q.write(search, params))
      assert.is_true(q.is_equation(params.keyword) and q.is_equation(titles[1]))
    end)

    it("gives the same table where there is nothing to write", function()
      local params = { location = { "Kenya" }, page = 2 }
      assert.equal(params, q.write(search, params))
    end)

    for _, row in ipairs(contactout.endpoints) do
      for _, param in ipairs(row.params) do
        local verb = param.boolean and "takes" or "refuses"
        it(("%s an equation for %s of %s"):format(verb, param.name, row.name), function()
          local written, err = q.write(row, { [param.name] = q.any("a", "b") })
          if param.boolean then
            assert.equal("(a OR b)", written[param.name])
          else
            assert.is_nil(written)
            assert.equal("invalid_argument", err.kind)
            assert.equal(param.name, err.param)
            assert.equal(row.name, err.endpoint)
          end
        end)
      end
    end

    it("says where equations may stand", function()
      local _, err = q.write(search, { location = { "Oslo", q.any("Bergen", "Tromsø") } })
      assert.equal("location[2]", err.param)
      assert.equal("location takes no equation of AND, OR and NOT; job_title, skills, education, "
        .. "industry and keyword do; any of several values is a list of them", err.message)
      _, err = q.write(contactout.endpoints[1], { profile = q.any("a", "b") })
      assert.equal("profile takes no equation of AND, OR and NOT; "
        .. "no parameter of linkedin_enrich does", err.message)
    end)
  end)

  describe("in a call", function()
    before_each(support.begin)
    after_each(support.finish)

    it("is sent as it is written", function()
      assert(support.client():people_count {
        skills = q.all("ReactJS", "Python"):except("Java"), keyword = q.any("Lua"),
      })
      local body = require("cjson").decode(sandbox:ledger()[1].body)
      assert.same({ skills = { "(ReactJS AND Python) NOT Java" }, keyword = "Lua" }, body)
    end)

    it("finds who it says", function()
      local nurses, founders = total { job_title = "Nurse" }, total { job_title = "Founder" }
      assert.is_true(nurses > 0 and founders > 0)
      assert.equal(nurses + founders, total { job_title = q.any("Nurse", "Founder") })
      assert.equal(0, total { job_title = q.all("Nurse", "Founder") })
      local everybody = q.any("Nurse", "Founder")
      assert.equal(founders, total { job_title = everybody:except("Nurse") })
    end)

    it("takes a term's AND for a word", function()
      assert.equal(0, total { job_title = q.any("Nurse OR Founder") })
      assert.is_true(total { job_title = "Nurse OR Founder" } > 0)
    end)

    it("is refused, and nothing sent, where the API takes none", function()
      local reply, err = support.client():people_search { company = q.any("Acme", "Initech") }
      assert.is_nil(reply)
      assert.equal("invalid_argument", err.kind)
      assert.equal("company", err.param)
      assert.same({}, sandbox:ledger())
    end)

    it("is counted by client:count", function()
      local client = support.client()
      assert.equal(total { skills = { "Lua", "Python" } },
        client:count { skills = q.any("Lua", "Python"), page = 3 })
    end)

    it("is nothing for client:request unless it is written out", function()
      local client = support.client()
      local reply, err = client:request("POST", "/v1/people/count",
        { json = { keyword = q.any("Nurse", "Founder") } })
      assert.is_nil(reply)
      assert.equal("invalid_argument", err.kind)
      assert.same({}, sandbox:ledger())
      assert(client:request("POST", "/v1/people/count",
        { json = { keyword = tostring(q.any("Nurse", "Founder")) } }))
    end)

    it("leaves a misspelt parameter to be named", function()
      local _, err = support.client():people_count { jobtitle = q.any("Nurse", "Founder") }
      assert.equal("jobtitle", err.param)
      assert.matches("did you mean \"job_title\"", err.message)
    end)
  end)
end)
