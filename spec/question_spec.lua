-- What is the same question to the API, and what isn't.

local core = require "contactout.core"
local options = require "contactout.options"
local question = require "contactout.question"

local function ask(name, params, opts)
  assert(core.build(name, params, opts)) -- as a call does first
  local row = options.find(core.endpoints, name)
  return question.text(assert(question.of(row, params, opts)))
end

local URLS = {
  "https://www.linkedin.com/in/ann-lee", "http://LinkedIn.com/in/ann-lee?x=1",
  "HTTPS://uk.linkedin.com/IN/Ann-Lee/#top", "https://www.linkedin.com/in/ann%2Dlee/de",
  " https://linkedin.com/in/ann-lee/details/experience/\n",
}

-- That each of them asks what the first does.
local function same(name, list)
  local first = ask(name, list[1])
  for _, params in ipairs(list) do
    assert.equal(first, ask(name, params))
  end
  return first
end

local function different(name, list)
  local seen = {}
  for i, params in ipairs(list) do
    local text = ask(name, params)
    assert.is_nil(seen[text], ("%s: %s and %d"):format(name, tostring(seen[text]), i))
    seen[text] = i
  end
end

describe("a question", function()
  it("is that of one person, however his URL is spelled", function()
    local profiles, urls = {}, {}
    for i, url in ipairs(URLS) do
      profiles[i], urls[i] = { profile = url }, { linkedin_url = url }
    end
    for _, name in ipairs { "linkedin_enrich", "people_linkedin", "personal_email_status",
      "work_email_status", "phone_status" } do
      same(name, profiles)
    end
    same("people_enrich", urls)
  end)

  it("is that of one address, however it is spelled", function()
    local spellings = {
      { email = "ann@acme.example" }, { email = " Ann@Acme.example\n" },
    }
    for _, name in ipairs { "email_enrich", "people_enrich", "people_person", "email_verify" } do
      same(name, spellings)
    end
  end)

  it("is that of the same employers and contacts, in whatever order", function()
    same("people_enrich", {
      { full_name = "Ann", company_domain = { "acme.example", "b.example" },
        include = { "phone", "work_email" } },
      { full_name = "Ann", company_domain = { "https://www.B.example/x", "ACME.example" },
        include = { "work_email", "phone", "phone" } },
    })
    same("people_enrich", {
      { full_name = "Ann", company = "Acme", include = {} },
      { full_name = "Ann", company = { "Acme", "Acme" } },
    })
    same("email_enrich", {
      { email = "a@b.example", include = "work_email" },
      { email = "a@b.example", include = { "work_email" } },
    })
  end)

  it("is the same with what is false unless it is given", function()
    same("linkedin_enrich", { { profile = URLS[1] }, { profile = URLS[2], profile_only = false } })
    same("people_linkedin", { { profile = URLS[1] }, { profile = URLS[2], include_phone = false } })
  end)

  it("is another with other parameters, and by another name", function()
    different("people_enrich", {
      { email = "ann@acme.example" }, { email = "an.n@acme.example" },
      { email = "ann@acme.example", include = { "phone" } },
      { email = "ann@acme.example", include = { "phone", "work_email" } },
      { email = "ann@acme.example", phone = "1" }, { phone = "1" }, { phone = " 1" },
      { full_name = "Ann", company = { "A", "B" } }, { full_name = "Ann", company = { "A,B" } },
      { full_name = "ann", company = { "A", "B" } },
      { full_name = "Ann", education = { "A", "B" } },
      { full_name = "Ann", company = { "A" }, company_domain = { "a.example" } },
      { full_name = "Ann", company = { "A" }, company_domain = { "b.a.example" } },
    })
    different("people_linkedin", {
      { profile = URLS[1] }, { profile = URLS[1], include_phone = true },
      { profile = URLS[1], email_type = "work" }, { profile = URLS[1], email_type = "none" },
    })
    assert.not_equal(ask("phone_status", { profile = URLS[1] }),
      ask("work_email_status", { profile = URLS[1] }))
    assert.not_equal(ask("phone_status", { profile = URLS[1] }),
      ask("phone_status", { profile = URLS[1] }, { extra = { depth = 2 } }))
  end)

  it("is what it is where it has no other form", function()
    local row = options.find(core.endpoints, "linkedin_enrich")
    assert.is_nil(question.of(row, { profile = "https://linkedin.com/in/%ff" }))
    row = options.find(core.endpoints, "people_enrich")
    assert.is_nil(question.of(row, { full_name = "Ann", company_domain = { "https://" } }))
  end)

  it("is read from the values themselves, without their metamethods", function()
    local list = setmetatable({ "b.example", "a.example" }, {
      __index = function() return "c.example" end,
    })
    local params = setmetatable({ full_name = "Ann", company_domain = list }, {
      __index = function() return "x" end,
    })
    assert.equal(ask("people_enrich", { full_name = "Ann",
      company_domain = { "a.example", "b.example" } }), ask("people_enrich", params))
  end)
end)

-- Near misses of a URL: each is somebody else, or nobody, to LinkedIn. Random, and the
-- same in each run.
describe("different people", function()
  local seed = 7
  local function random(n)
    seed = seed * 16807 % 2147483647
    return seed % n + 1
  end

  local LETTERS = { "a", "n", "-", "_", "0", "e", "%C3%AB", "%C3%A9", "%2F", "%25", "%252D", "%3F",
    "%23", "%20", "%5C", ";", "=", "&", "+", ",", "@", ":", ".", "\195\170", "%zz", "%g" }
  local PLACES = { "in", "pub" }

  local function letters(count)
    local text = ""
    for _ = 1, count do
      text = text .. LETTERS[random(#LETTERS)]
    end
    return text
  end

  -- Who it is, in one spelling: no two of the letters stand for the same.
  local function person()
    local place = PLACES[random(2)]
    local vanity = "an" .. letters(random(3))
    local rest = place == "pub" and random(2) == 1 and "/" .. random(3) .. "/" .. random(3) or ""
    return place .. "/" .. vanity .. rest
  end

  local HOSTS = { "https://www.linkedin.com/", "http://linkedin.com/", "HTTPS://Uk.LinkedIn.com/" }
  local ENDS = { "", "/", "?trk=an", "#in/bob", "//" }

  local function spell(who)
    local text = HOSTS[random(#HOSTS)] .. who .. ENDS[random(#ENDS)]
    return random(2) == 1 and " " .. text .. "\t" or text
  end

  it("never have one question, and each has one in any spelling", function()
    local asked, who_asked = {}, {}
    for _ = 1, 5000 do
      local who = person()
      local text = ask("linkedin_enrich", { profile = spell(who) })
      assert.is_true(question.is_about(text, "https://linkedin.com/" .. who), who)
      assert.equal(asked[who] or text, text, who)
      assert.equal(who_asked[text] or who, who)
      asked[who], who_asked[text] = text, who
    end
  end)

  it("have their own where a path has dots or escaped slashes in it", function()
    local list = {}
    for i, path in ipairs { "in/./ann", "in/./bob", "in/../in/ann", "in/ann/../bob", "in/ann",
      "in/bob", "in/%2e/cy", "in/ann%2Fde", "in/ann%252Fde", "in/ann%25zz",
      "in/ann%zz", "pub/ann/5", "pub/ann%2F5", "pub/ann", "pub/bob/5" } do
      list[i] = { profile = "https://www.linkedin.com/" .. path }
    end
    different("linkedin_enrich", list)
  end)

  it("are never asked for by a page that isn't a person's own", function()
    for _, path in ipairs { "sales/lead/ann", "sales/people/ann,NAME", "talent/profile/ann",
      "recruiter/profile/1", "company/ann", "redirect?url=linkedin.com/in/ann" } do
      local request, err = core.build("linkedin_enrich",
        { profile = "https://www.linkedin.com/" .. path })
      assert.is_nil(request)
      assert.equal("profile", err.param)
    end
  end)
end)

describe("is_about", function()
  it("finds whom a question names, in any spelling on either side", function()
    local as_spelled = question.text(assert(core.build("linkedin_enrich", {
      profile = URLS[3], profile_only = true,
    })))
    for _, text in ipairs { as_spelled, ask("linkedin_enrich", { profile = URLS[1] }),
      ask("people_enrich", { linkedin_url = URLS[1], include = { "phone" } }) } do
      for _, url in ipairs(URLS) do
        assert.is_true(question.is_about(text, url))
      end
      assert.is_true(question.is_about(text, "linkedin.com/in/Ann-Lee"))
      for _, other in ipairs { "linkedin.com/in/ann", "linkedin.com/pub/ann-lee", "true", "phone",
        "ann-lee", "", "GET" } do
        assert.is_false(question.is_about(text, other))
      end
    end
  end)

  it("finds an address, a domain, a name and a number", function()
    assert.is_true(question.is_about(ask("email_verify", { email = "ann+a@acme.example" }),
      " Ann+A@Acme.example"))
    local text = ask("people_enrich", {
      full_name = "Ann Lee", phone = "+1 555", company_domain = { "b.example", "acme.example" },
    })
    for _, name in ipairs { "Ann Lee", "+1 555", "https://www.ACME.example/about", "b.example" } do
      assert.is_true(question.is_about(text, name), name)
    end
    assert.is_false(question.is_about(text, "Ann"))
  end)

  it("finds nobody in what is no question", function()
    for _, text in ipairs { "", "ann", "GET /v1/no?profile=ann\n", "GET /v1/email/verify\n" } do
      assert.is_false(question.is_about(text, "ann"))
    end
  end)
end)
