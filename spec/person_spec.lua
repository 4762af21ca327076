local data = require "contactout.sandbox.data"
local support = require "spec.support.client"

before_each(support.begin)
after_each(support.finish)

local PERSON, PROFILE = support.PERSON, support.PROFILE
local EMAIL = PERSON.personal_emails[1]
local TABLE = { full_name = PERSON.full_name, company = PERSON.company.name }

-- The endpoint that was asked, and what it was asked for.
local function last_request()
  local ledger = support.sandbox:ledger()
  local entry = ledger[#ledger]
  return entry.endpoint, (entry.query or "") .. (entry.body or "")
end

local function check_asked(endpoint, ...)
  local asked, text = last_request()
  assert.equal(endpoint, asked)
  for _, part in ipairs { ... } do
    assert.is_truthy(text:find(part, 1, true), part .. " in " .. text)
  end
  return text
end

local ALL = '"include":["work_email","personal_email","phone"]'

describe("person", function()
  it("gives the profile of a URL without contacts, for a search credit", function()
    local person = assert(support.client():person(PROFILE))
    assert.equal(PERSON.full_name, person.full_name)
    assert.equal(0, #person.emails)
    check_asked("linkedin_enrich", "profile_only=true")
    assert.same({ search = 1 }, support.charges())
  end)

  it("gives the profile of an address without contacts, for a search credit", function()
    assert(support.client():person(EMAIL))
    local text = check_asked("people_enrich", '"email":"' .. EMAIL .. '"')
    assert.is_nil(text:find("include", 1, true))
    assert.same({ search = 1 }, support.charges())
  end)

  it("gives the profile of a table without contacts, for a search credit", function()
    assert(support.client():person(TABLE, { contacts = false }))
    check_asked("people_enrich", '"full_name":"' .. PERSON.full_name .. '"')
    assert.same({ search = 1 }, support.charges())
  end)

  it("gives the contacts of a URL, too", function()
    local person = assert(support.client():person(PROFILE, { contacts = true }))
    check_asked("linkedin_enrich")
    assert.is_true(#person.emails > 0)
    assert.same({ email = 1, phone = 1 }, support.charges())
  end)

  it("gives the contacts of an address, with the work e-mail", function()
    assert(support.client():person(EMAIL, { contacts = true }))
    check_asked("email_enrich", "include=work_email")
    assert.same({ email = 1, phone = 1 }, support.charges())
  end)

  it("gives the contacts of a table", function()
    assert(support.client():person(TABLE, { contacts = true }))
    check_asked("people_enrich", ALL)
    assert.same({ search = 1, email = 1, phone = 1 }, support.charges())
  end)

  it("gives the kinds of contacts that are listed, whoever it is", function()
    local client = support.client()
    for name, who in pairs { linkedin_url = PROFILE, email = EMAIL, full_name = TABLE } do
      assert(client:person(who, { contacts = { "phone" } }))
      check_asked("people_enrich", '"' .. name .. '"', '"include":["phone"]')
    end
    assert.same({ search = 3, phone = 3 }, support.charges())
  end)

  it("takes one kind for a list of one, and an empty list for none", function()
    local client = support.client()
    assert(client:person(TABLE, { contacts = "phone" }))
    check_asked("people_enrich", '"include":["phone"]')
    assert(client:person(TABLE, { contacts = {} }))
    assert.is_nil(check_asked("people_enrich"):find("include", 1, true))
  end)

  it("leaves the `include` of a table alone unless the option says something", function()
    local client = support.client()
    local who = { email = EMAIL, include = { "work_email" } }
    assert(client:person(who))
    check_asked("people_enrich", '"include":["work_email"]')
    assert(client:person(who, { contacts = false }))
    assert.is_nil(check_asked("people_enrich"):find("include", 1, true))
    assert.same({ email = EMAIL, include = { "work_email" } }, who)
  end)

  it("takes URLs and addresses as people write them", function()
    local client = support.client()
    assert(client:person(" www." .. PROFILE:match("linkedin.*") .. "/ "))
    assert(client:person("  " .. EMAIL .. "\n"))
  end)

  it("knows nobody by an empty profile, nor by a 404", function()
    local client = support.client()
    for _, who in ipairs { "https://linkedin.com/in/nobody-at-all", "nobody@nowhere.example" } do
      local person, err = client:person(who)
      assert.is_nil(person)
      assert.equal("not_found", err.kind)
      assert.is_nil(err.maybe_charged)
    end
    assert.same({}, support.charges())
  end)

  it("says where a reply without anybody may have cost something", function()
    local _, err = support.client():person(PROFILE, support.with_fault("null-members"))
    assert.equal("not_found", err.kind)
    assert.is_true(err.maybe_charged)
  end)

  it("has the same record whichever endpoint finds the person", function()
    local client = support.client()
    local urls = {}
    for _, who in ipairs { PROFILE, EMAIL, TABLE } do
      local person = assert(client:person(who))
      urls[#urls + 1] = require("contactout.keys").profile(person.linkedin_url)
      assert.equal(PERSON.full_name, person.full_name)
      assert.equal("table", type(person.raw))
    end
    assert.equal(urls[1], urls[2])
    assert.equal(urls[1], urls[3])
  end)

  it("asks once where the client has a cache", function()
    local client = support.client { cache = {} }
    local first = assert(client:person(PROFILE))
    assert.same(first, client:person(PROFILE))
    assert.equal(1, support.sandbox:state().requests)
    assert(client:person(data.person(7).linkedin_url))
    assert.equal(2, support.sandbox:state().requests)
  end)

  it("passes the options of a call on", function()
    local client = support.client()
    local _, err = client:person(PROFILE, support.with_fault("close-after"))
    assert.is_true(err.maybe_charged)
    support.sandbox:fault("close-after")
    assert(client:person(PROFILE, { retry_charged = true }))
    _, err = client:person(PROFILE, support.with_fault("hang", { timeout = 0.05 }))
    assert.equal("timeout", err.kind)
    _, err = client:person(PROFILE, support.with_fault("status:429", { max_retries = 0 }))
    assert.equal(1, err.attempts)
  end)

  it("refuses what is nobody, and sends nothing", function()
    local client = support.client()
    local sales = "https://www.linkedin.com/sales/lead/abc"
    for _, who in ipairs { 42, "", "Ada Lovelace", "https://acme.example/in/x", {}, sales, true,
        "a@b@c", "https://www.linkedin.com/company/acme" } do
      local person, err = client:person(who)
      assert.is_nil(person)
      assert.equal("invalid_argument", err.kind)
      assert.equal("who", err.param)
    end
    local _, err = client:person()
    assert.equal("who", err.param)
    _, err = client:person { full_nam = "Ada" }
    assert.equal("full_nam", err.param)
    assert.equal(0, support.sandbox:state().requests)
  end)

  it("refuses options that it doesn't have, with the nearest name", function()
    local _, err = support.client():person(PROFILE, { contact = true })
    assert.equal("contact", err.param)
    assert.is_truthy(err.message:find("contacts", 1, true))
  end)

  it("refuses contacts of other kinds", function()
    local client = support.client()
    for _, wanted in ipairs { "fax", 1, { "phone", "fax" }, { phone = true },
        { [2] = "phone" } } do
      local _, err = client:person(PROFILE, { contacts = wanted })
      assert.equal("invalid_argument", err.kind)
      assert.equal("contacts", err.param)
    end
    assert.equal(0, support.sandbox:state().requests)
  end)

  it("raises for options that are no table", function()
    assert.has_error(function()
      support.client():person(PROFILE, true)
    end, "opts must be a table, not a boolean")
  end)
end)
