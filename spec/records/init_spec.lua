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
    assert.same({
      linkedin_url = "https://linkedin.com/in/ann",
      emails = { "ann@home.example", "ann@acme.example" },
      work_emails = { "ann@acme.example" }, personal_emails = { "ann@home.example" },
      phones = { "+1 555.0100" }, github = { "ann" },
      email_status = { ["ann@acme.example"] = "verified" },
    }, contact {
      url = "https://linkedin.com/in/ann", email = { "ann@home.example", "ann@acme.example" },
      work_email = { "ann@acme.example" },
      work_email_status = { ["ann@acme.example"] = "Verified" },
      personal_email = { "ann@home.example" }, phone = { " +1 555.0100" }, github = { "ann" },
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
