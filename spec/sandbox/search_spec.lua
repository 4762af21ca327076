local data = require "contactout.sandbox.data"
local search = require "contactout.sandbox.search"

--- Raises unless every person found passes, and somebody is found.
local function each_found(filters, check)
  local numbers = search.people(filters)
  assert.is_true(#numbers > 0)
  for _, i in ipairs(numbers) do
    check(data.person(i))
  end
end

describe("sandbox.search", function()
  setup(function()
    data.set_people(2000)
  end)

  teardown(function()
    data.set_people(data.DEFAULT_PEOPLE)
  end)

  describe("people", function()
    it("finds everybody without a filter", function()
      assert.equal(2000, #search.people {})
    end)

    it("wants one value of each filter, and all filters", function()
      each_found({ job_title = { "Nurse", "Accountant" }, location = { "Kenya" } }, function(person)
        assert.equal("Nairobi, Kenya", person.location)
        assert.is_truthy(person.job_title:find("Nurse") or person.job_title == "Accountant")
      end)
    end)

    it("reads a boolean equation from left to right", function()
      each_found({ skills = { "(Lua OR Python) NOT Forecasting" } }, function(person)
        local skills = table.concat(person.skills, " ")
        assert.is_truthy(skills:find("Lua") or skills:find("Python"))
        assert.is_nil(skills:find("Forecasting"))
      end)
      assert.is_true(#search.people { keyword = "Python AND Forecasting" } > 0)
    end)

    it("takes OR as either", function()
      local founders = #search.people { job_title = { "Founder" } }
      local nurses = #search.people { job_title = { "Nurse" } }
      assert.equal(founders + nurses, #search.people { job_title = { "Founder OR Nurse" } })
    end)

    it("knows the past company only where the filter says so", function()
      local past = data.person(8).past_company.name
      local current = #search.people { company = { past } }
      assert.is_true(#search.people { company = { past }, company_filter = "both" } > current)
    end)

    it("filters by the contacts there are", function()
      each_found({ data_types = { "phone", "work_email" } }, function(person)
        assert.is_true(#person.phones > 0 and #person.work_emails > 0)
      end)
    end)

    it("takes a band, and a last band without an end", function()
      each_found({ years_of_experience = { "6_10" } }, function(person)
        assert.is_true(person.years_of_experience >= 6 and person.years_of_experience <= 10)
      end)
      each_found({ company_size = { "10001" } }, function(person)
        assert.equal(24000, person.company.size)
      end)
    end)

    it("leaves out what is excluded", function()
      each_found({ exclude_job_titles = { "Founder" } }, function(person)
        assert.are_not.equal("Founder", person.job_title)
      end)
    end)

    it("finds the same twice", function()
      local filters = { industry = { "Biotechnology" } }
      assert.same(search.people(filters), search.people(filters))
    end)
  end)

  describe("companies", function()
    it("holds revenue and year between their bounds", function()
      local numbers = search.companies {
        min_revenue = 10000000, max_revenue = 20000000, year_founded_from = 1990,
      }
      assert.is_true(#numbers > 0)
      for _, i in ipairs(numbers) do
        local company = data.company(i)
        assert.is_true(company.revenue >= 1e7 and company.revenue <= 2e7)
        assert.is_true(company.founded_at >= 1990)
      end
    end)

    it("counts only the headquarters with hq_only", function()
      local all = #search.companies { location = { "Lisbon" } }
      assert.is_true(#search.companies { location = { "Lisbon" }, hq_only = true } < all)
    end)
  end)

  describe("page", function()
    local numbers = {}
    for i = 1, 60 do
      numbers[i] = i
    end

    it("holds 25, and the rest on the last", function()
      local last, meta = search.page(numbers, 3)
      assert.equal(10, #last)
      assert.same({ page = 3, page_size = 25, total_results = 60 }, meta)
      assert.equal(26, (search.page(numbers, 2))[1])
    end)

    it("is empty beyond the last", function()
      assert.same({}, (search.page(numbers, 4)))
    end)
  end)
end)
