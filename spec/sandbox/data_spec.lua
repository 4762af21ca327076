-- The invented world: that it is the same each time, and that its people are
-- found by all they are known by.

local data = require "contactout.sandbox.data"

describe("sandbox.data", function()
  after_each(function()
    data.set_people(data.DEFAULT_PEOPLE)
  end)

  describe("person", function()
    it("gives the same person for the same number", function()
      local name = data.person(77).full_name
      collectgarbage()
      assert.equal(name, data.person(77).full_name)
    end)

    it("gives nobody outside the population", function()
      data.set_people(10)
      assert.is_table(data.person(10))
      assert.is_nil(data.person(11))
      assert.is_nil(data.person(0))
    end)

    it("has contacts by the last digit of the number", function()
      local none, personal, work, both = data.person(30), data.person(2), data.person(3),
        data.person(6)
      assert.same({ 0, 0, 0 }, { #none.personal_emails, #none.work_emails, #none.phones })
      assert.same({ 1, 0 }, { #personal.personal_emails, #personal.work_emails })
      assert.same({ 0, 1 }, { #work.personal_emails, #work.work_emails })
      assert.same({ 1, 1, 1 }, { #both.personal_emails, #both.work_emails, #both.phones })
    end)

    it("hides the work e-mail of every tenth from all but a live search", function()
      local person = data.person(11)
      assert.equal(0, #person.work_emails)
      assert.equal(1, #person.live_work_emails)
    end)

    it("never gives two people one slug or one address", function()
      local seen = {}
      for i = 1, 3000 do
        local person = data.person(i)
        for _, key in ipairs { person.slug, person.personal_emails[1], person.work_emails[1] } do
          assert.is_nil(seen[key])
          seen[key] = true
        end
      end
    end)
  end)

  describe("find_by_url", function()
    local person = data.person(42)

    it("ignores scheme, www, country, case, trailing slash and query", function()
      local slug = person.slug
      for _, url in ipairs {
        "https://www.linkedin.com/in/" .. slug, "http://linkedin.com/in/" .. slug .. "/",
        "https://uk.linkedin.com/in/" .. slug:upper() .. "?trk=x",
        "HTTPS://WWW.LinkedIn.com/in/" .. slug .. "#about", "http://linkedin.com/pub/" .. slug,
      } do
        assert.equal(person, data.find_by_url(url), url)
      end
    end)

    it("finds nobody on another host or under another name", function()
      assert.is_nil(data.find_by_url("https://evil.example/in/" .. person.slug))
      assert.is_nil(data.find_by_url("https://notlinkedin.com/in/" .. person.slug))
      assert.is_nil(data.find_by_url("https://linkedin.com/in/somebody-else-42"))
      assert.is_nil(data.find_by_url("https://linkedin.com/in/nobody"))
    end)
  end)

  it("finds a person by each address and by the telephone", function()
    for i = 1, 500 do
      local person = data.person(i)
      for _, list in ipairs { person.personal_emails, person.work_emails } do
        for _, email in ipairs(list) do
          assert.equal(person, data.find_by_email(email:upper()))
        end
      end
      if person.phones[1] then
        assert.equal(person, data.find_by_phone(person.phones[1]))
      end
    end
    assert.is_nil(data.find_by_email("nobody@nowhere.example"))
    assert.is_nil(data.find_by_phone("+4420"))
  end)

  it("finds the numbers of a name in any case", function()
    local person = data.person(64)
    local numbers = data.find_by_name(person.full_name:upper())
    local ascii = data.find_by_name("Grace Rossi")
    assert.is_true(#ascii > 1)
    assert.same(ascii, data.find_by_name("grace rossi"))
    assert.is_table(numbers)
  end)

  describe("find_company", function()
    local company = data.company(12)

    it("takes a domain in any usual spelling", function()
      for _, domain in ipairs {
        company.domain, company.domain:upper(), "https://www." .. company.domain .. "/about",
        company.domain .. ".", company.domain .. ":443",
      } do
        assert.equal(company, data.find_company(domain), domain)
      end
      assert.is_nil(data.find_company("nowhere.example"))
    end)

    it("takes a LinkedIn URL with the name or the number", function()
      assert.equal(company, data.find_company_by_url(company.linkedin_url .. "/"))
      assert.equal(company,
        data.find_company_by_url("http://linkedin.com/company/" .. company.linkedin_company_id))
    end)

    it("takes the name", function()
      assert.equal(company, data.find_company_by_name(company.name:upper()))
    end)
  end)

  describe("verdict", function()
    it("is what the address begins with", function()
      assert.equal("accept_all", data.verdict("accept_all3@x.example"))
      assert.equal("unknown", data.verdict("Unknown@x.example"))
    end)

    it("is valid for a person's address and invalid for a stranger's", function()
      assert.equal("valid", data.verdict(data.person(6).personal_emails[1]))
      assert.equal("invalid", data.verdict("stranger@post.example"))
    end)

    it("follows the domain", function()
      assert.equal("accept_all", data.verdict("anyone@" .. data.company(7).domain))
      assert.equal("disposable", data.verdict("x@disposable.example"))
      assert.equal("unknown", data.verdict("x@unknown.example"))
    end)
  end)
end)
