-- Records of what the sandbox answers, from every endpoint that tells of people or
-- companies; records/init.lua. Nothing is lost, nothing invented, and what the sandbox
-- knows of somebody stands there under its own name.

local conformity = require "spec.records.conformity"
local core = require "contactout.core"
local data = require "contactout.sandbox.data"
local evidence = require "spec.records.evidence"
local lists = require "contactout.records.lists"
local mapping = require "contactout.records.mapping"
local records = require "contactout.records"
local support = require "spec.support.client"
local values = require "contactout.records.values"

-- With all that can be awkward about a person, each of which comes within 50.
local PEOPLE = 50

local function check_person(record, raw, url)
  conformity.check(mapping.Person, record)
  evidence.check_contacts(raw, record, true)
  evidence.check_origin(record, { raw, url })
end

local function check_contact(record, raw, url)
  conformity.check(mapping.Contact, record)
  evidence.check_contacts(raw, record, false)
  evidence.check_origin(record, { raw, url })
end

local function check_company(raw, domain)
  local record = records.company(raw, domain)
  conformity.check(mapping.Company, record)
  evidence.check_origin(record, { raw, domain })
  assert.is_false(records.is_nobody(record))
  return record
end

-- With each person whether nulls stand for some of what the sandbox knows.
local function each_person(visit)
  for i = 1, PEOPLE do
    local person = data.person(i)
    visit(person, person.oddity == "nulls")
  end
end

local function each_once(texts)
  local union = lists.union(values.string)
  union:add(texts)
  return union:list()
end

local function check_profile(record, person, is_sparse)
  assert.equal(person.linkedin_url, record.linkedin_url)
  assert.equal(person.slug, record.vanity)
  assert.equal(person.full_name, record.full_name)
  assert.equal(not is_sparse and person.followers or nil, record.followers)
  assert.equal(person.work_status, record.work_status)
  assert.equal(#person.experience, #record.experience)
  assert.equal(#person.education, #record.education)
  assert.same(each_once(person.skills), record.skills)
  local employer = person.oddity ~= "no_company" and person.company.name or nil
  assert.equal(employer, record.company and record.company.name)
  for i, post in ipairs(person.experience) do
    assert.same({ year = post.start_year, month = post.start_month }, record.experience[i].start)
    assert.equal(post.is_current, record.experience[i].current)
  end
end

describe("records of the sandbox's replies", function()
  local client
  before_each(function()
    support.begin()
    client = support.client()
  end)
  after_each(support.finish)

  it("read linkedin_enrich and people_enrich", function()
    each_person(function(person, is_sparse)
      local url = person.linkedin_url
      for _, reply in ipairs {
        assert(client:linkedin_enrich({ profile = url })),
        assert(client:people_enrich({
          linkedin_url = url, include = { "work_email", "personal_email", "phone" },
        })),
      } do
        local record = records.person(reply.profile)
        check_person(record, reply.profile)
        check_profile(record, person, is_sparse)
        assert.same(each_once(person.phones), record.phones)
      end
    end)
  end)

  it("read email_enrich and people_person", function()
    each_person(function(person, is_sparse)
      local email = person.personal_emails[1] or person.work_emails[1]
      if not email then
        return
      end
      local raw = assert(client:email_enrich({ email = email, include = "work_email" })).profile
      local record = records.person(raw)
      check_person(record, raw)
      check_profile(record, person, is_sparse)
      raw = assert(client:people_person({ email = email })).profile
      record = records.person(raw)
      check_person(record, raw)
      assert.equal(person.linkedin_url, record.linkedin_url)
      assert.same(0, #record.emails)
    end)
  end)

  it("know that linkedin_enrich knows nobody", function()
    local url = "https://www.linkedin.com/in/nobody-at-all"
    local raw = assert(client:linkedin_enrich({ profile = url })).profile
    assert.is_true(records.is_no_one(records.person(raw, url)))
  end)

  it("read people_linkedin and the contacts of batches", function()
    local urls = {}
    each_person(function(person)
      local url = person.linkedin_url
      local reply = client:people_linkedin({ profile = url, include_phone = true })
      if reply then
        check_contact(records.contact(reply.profile), reply.profile)
      end
      urls[#urls + 1] = #urls < 30 and url or nil
    end)
    local profiles = assert(client:people_linkedin_batch({ profiles = urls })).profiles
    for url, raw in pairs(profiles) do
      check_contact(records.contact(raw, url), raw, url)
    end
    local job = assert(client:submit_contacts(urls, { include_phone = true }))
    assert(job:wait({ interval = 0.01 }))
    for _, contact in job:results() do
      if contact then
        check_contact(contact, contact.raw, contact.linkedin_url)
      end
    end
  end)

  it("read people_search and decision_makers", function()
    local count = 0
    for _, reply in ipairs {
      assert(client:people_search({ reveal_info = true })),
      assert(client:people_search({ page = 2 })),
      assert(client:people_search({
        reveal_info = true, detailed_experience = true, detailed_education = true,
      })),
      assert(client:people_search({ output_fields = { "title", "li_vanity" } })),
      assert(client:decision_makers({ domain = data.company(1).domain, reveal_info = true })),
    } do
      for url, raw in pairs(reply.profiles) do
        local record = records.person(raw, url)
        check_person(record, raw, url)
        assert.equal(url, record.linkedin_url)
        assert.is_boolean(record.available.phone)
        count = count + 1
      end
    end
    assert.is_true(count > 100)
  end)

  it("read company_search and domain_enrich", function()
    local domains = {}
    for _, raw in ipairs(assert(client:company_search({})).companies) do
      domains[#domains + 1] = check_company(raw).domain
    end
    local companies = assert(client:domain_enrich({ domains = domains })).companies
    local count = 0
    for _, entry in ipairs(companies) do
      for domain, raw in pairs(entry) do
        assert.equal(domain, check_company(raw, domain).domain)
        count = count + 1
      end
    end
    assert.equal(#domains, count)
  end)

  it("have a text that is encoded again", function()
    local raw = assert(client:linkedin_enrich({ profile = support.PROFILE })).profile
    assert.is_string(assert(core.encode(records.person(raw))))
  end)
end)
