local core = require "contactout.core"
local records = require "contactout.records"

local URL = "https://www.linkedin.com/in/ann-lee"

local LISTS = { "emails", "work_emails", "personal_emails", "phones", "github" }

-- Without what came in, which has a spec of its own.
local function contact(raw)
  local record = records.contact(raw, URL)
  record.raw = nil
  return record
end

describe("contact", function()
  it("reads the shape of people_linkedin", function()
    local record = records.contact {
      url = "https://linkedin.com/in/ann", email = { "ann@home.example", "ann@acme.example" },
      work_email = { "ann@acme.example" },
      work_email_status = { ["ann@acme.example"] = "Verified" },
      personal_email = { "ann@home.example" }, phone = { " +1 555.0100" }, github = { "ann" },
    }
    record.raw = nil
    assert.same({
      linkedin_url = "https://linkedin.com/in/ann",
      emails = { "ann@home.example", "ann@acme.example" },
      work_emails = { "ann@acme.example" }, personal_emails = { "ann@home.example" },
      phones = { "+1 555.0100" }, github = { "ann" },
      email_status = { ["ann@acme.example"] = "verified" },
    }, record)
  end)

  it("goes by the key under which the person stands rather than by a URL inside", function()
    assert.equal(URL, contact({ url = "https://linkedin.com/in/another" }).linkedin_url)
    local raw = { url = "https://linkedin.com/in/another" }
    assert.equal(raw.url, records.contact(raw, "").linkedin_url)
  end)

  it("reads the shape of email_enrich, whose own address is of no kind", function()
    assert.same({
      linkedin_url = URL, emails = { "a@home.example", "a@acme.example" },
      work_emails = { "a@acme.example" }, personal_emails = {}, phones = { "+61.400" },
      github = {}, email_status = { ["a@acme.example"] = "unverified" },
    }, contact {
      email = "a@home.example", workEmail = "a@acme.example", workEmailStatus = "Unverified",
      phone = " +61.400", github = "", twitter = "",
    })
  end)

  it("reads the shape of people_linkedin_batch, whose addresses are of no kind", function()
    assert.same({
      linkedin_url = URL, emails = { "b@x.example", "a@x.example" }, work_emails = {},
      personal_emails = {}, phones = {}, github = {}, email_status = {},
    }, contact { "b@x.example", "a@x.example" })
  end)

  it("reads the shape of a job's result", function()
    assert.same({
      linkedin_url = URL, emails = { "a@x.example" }, work_emails = { "a@x.example" },
      personal_emails = {}, phones = { "1", "2" }, github = {}, email_status = {},
    }, contact {
      emails = { "a@x.example" }, personal_emails = {}, work_emails = { "a@x.example" },
      phones = { "1", "2" },
    })
  end)

  it("reads the shape of contact_info", function()
    local record = contact {
      emails = { "a@x.example", "b@x.example" }, personal_emails = {},
      work_emails = { "a@x.example", "b@x.example" }, phones = {},
      work_email_status = { ["a@x.example"] = "unverified", ["b@x.example"] = "VERIFIED" },
    }
    assert.same({ ["a@x.example"] = "unverified", ["b@x.example"] = "verified" },
      record.email_status)
  end)

  it("has all addresses in emails: the server's, then those it left out", function()
    local record = contact {
      emails = { "c@x.example" }, work_emails = { "a@x.example" },
      personal_emails = { "b@x.example", "c@x.example" },
    }
    assert.same({ "c@x.example", "a@x.example", "b@x.example" }, record.emails)
  end)

  it("has what is empty in no list, and nothing twice", function()
    local record = contact { emails = { "", " ", "a@x.example", "a@x.example " }, phones = "" }
    assert.same({ "a@x.example" }, record.emails)
    assert.same({}, record.phones)
  end)

  it("takes a text that stands alone for a list of one", function()
    assert.same({ "+1" }, contact({ phone = "+1" }).phones)
  end)

  it("knows two words of a status, and no others", function()
    assert.same({}, contact({ work_email_status = {
      ["a@x.example"] = "Verified | Unverified", ["b@x.example"] = core.null,
      ["c@x.example"] = true,
    } }).email_status)
  end)

  it("keeps the original", function()
    local raw = { emails = { "a@x.example" } }
    assert.equal(raw, records.contact(raw, URL).raw)
  end)

  it("has lists that are encoded as lists, even if they are empty", function()
    local text = core.encode(contact({}))
    for _, name in ipairs(LISTS) do
      assert.is_truthy(text:find('"' .. name .. '":[]', 1, true), name)
    end
    assert.is_truthy(text:find('"email_status":{}', 1, true))
  end)

  it("takes anything, and has its lists all the same", function()
    local odd = { true, 7, "text", core.null, {}, { {} }, { 1, "a" }, { a = { b = {} } }, print }
    local names = {
      "url", "email", "emails", "work_email_status", "work_emails", "phone", "github",
    }
    for _, value in ipairs(odd) do
      local nested = {}
      for _, name in ipairs(names) do
        nested[name] = value
      end
      for _, raw in ipairs { value, nested } do
        local record = records.contact(raw)
        for _, name in ipairs(LISTS) do
          assert.equal("table", type(record[name]))
          for _, element in ipairs(record[name]) do
            assert.equal("string", type(element))
          end
        end
        assert.equal("table", type(record.email_status))
      end
    end
    assert.equal("table", type(records.contact(nil).emails))
  end)

  it("is read from the booleans of a checker as nothing", function()
    assert.is_true(records.is_empty(contact({ email = true, phone = false })))
  end)
end)

describe("is_empty", function()
  it("is true of a contact without any details", function()
    assert.is_true(records.is_empty(contact({ url = URL, emails = {}, phones = {} })))
  end)

  it("is false as soon as there is one", function()
    for _, raw in ipairs { { phone = "1" }, { github = { "a" } }, { work_emails = { "a@x" } } } do
      assert.is_false(records.is_empty(contact(raw)))
    end
  end)
end)

describe("has_details", function()
  it("is true of what has an address or a number where they mostly stand", function()
    assert.is_true(records.has_details({ emails = {}, phones = { "1" } }))
    assert.is_true(records.has_details({ work_emails = "a@x.example" }))
    assert.is_true(records.has_details({ "a@x.example" }))
  end)

  it("is false of what has none there", function()
    for _, raw in ipairs { {}, { emails = { " " } }, { github = { "a" } }, "a@x.example", 7 } do
      assert.is_false(records.has_details(raw))
    end
  end)
end)

describe("company", function()
  local function company(raw)
    local record = records.company(raw)
    record.raw = nil
    return record
  end

  it("reads the shape of domain_enrich", function()
    assert.same({
      name = "Acme", linkedin_url = "https://www.linkedin.com/company/acme",
      domain = "acme.example", website = "http://acme.example", overview = "Makes anvils",
      type = "Public", size = 89, country = "Canada", revenue = 5400000, revenue_text = "$5.4M",
      founded = 1949, industry = "Metal", headquarters = "Toronto, Canada",
      logo_url = "https://x.example/1", specialties = { "anvils" },
      locations = { { text = "Toronto, Canada" } },
    }, company {
      li_vanity = "https://www.linkedin.com/company/acme", name = "Acme",
      domain = "acme.example", description = "Makes anvils", website = "http://acme.example",
      logo_url = "https://x.example/1", type = "Public", headquarter = "Toronto, Canada",
      country = "Canada", size = 89, founded_at = 1949, locations = { "Toronto, Canada" },
      industry = "Metal", specialties = { "anvils" }, revenue = "$5.4M",
    })
  end)

  it("reads revenue in dollars, however it is written", function()
    local function revenue(text)
      return company({ revenue = text }).revenue
    end
    assert.equal(5400000, revenue("$5.4M"))
    assert.equal(1200000000, revenue("1.2B"))
    assert.equal(90000, revenue("$ 90K"))
    assert.equal(1234567, revenue("$1,234,567"))
    assert.equal(700, revenue(700))
    assert.equal("5400000", tostring(revenue("$5.4M")))
    assert.is_nil(revenue("n/a"))
    assert.is_nil(revenue("$1.2.3M"))
    assert.is_nil(revenue(core.null))
  end)

  it("reads locations as objects, too", function()
    assert.same({ { city = "Toronto", country = "Canada", primary = true } },
      company({ locations = { { city = "Toronto", country = "Canada", isPrimary = true } } })
        .locations)
  end)

  it("shows at a look that it has a name", function()
    assert.is_true(records.has_name({ name = "Acme" }))
    assert.is_false(records.has_name({ name = { "Acme" }, domain = "acme.example" }))
    assert.is_false(records.has_name("Acme"))
  end)

  it("is nobody without a name, a domain or a page", function()
    assert.is_true(records.is_nobody(records.company({ size = 5 })))
    assert.is_true(records.is_nobody(records.company({})))
    assert.is_false(records.is_nobody(records.company({ domain = "acme.example" })))
  end)

  it("takes anything", function()
    for _, raw in ipairs { 7, "acme", true, core.null, { locations = 7, specialties = 7 } } do
      local record = records.company(raw)
      assert.same({}, record.locations)
      assert.same({}, record.specialties)
    end
  end)
end)
