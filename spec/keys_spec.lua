local keys = require "contactout.keys"

local function sent(form, text)
  return (form(text))
end

local function canonical(form, text)
  return (select(2, form(text)))
end

-- Each list holds spellings of one thing.
local PROFILES = {
  {
    "https://www.linkedin.com/in/ann-lee", "http://linkedin.com/in/ann-lee",
    "https://uk.linkedin.com/in/ann-lee/", "linkedin.com/in/ann-lee", "//linkedin.com/in/ann-lee",
    "www.linkedin.com/in/Ann-Lee?trk=people", "HTTPS://WWW.LinkedIn.COM/in/ann-lee#top",
    "https://www.linkedin.com/in/ann-lee/de", "https://www.linkedin.com/in/ann%2Dlee",
    "  https://www.linkedin.com/in/ann-lee/details/experience/ \n", "linkedin.com/IN/ann-lee//",
  },
  { "https://www.linkedin.com/in/zo%C3%AB", "https://www.linkedin.com/in/zo\195\171/" },
  { "https://www.linkedin.com/in/ann-lee-2" },
  { "https://www.linkedin.com/in/ann-lee%2Fde" },
  { "https://www.linkedin.com/pub/ann-lee", "linkedin.com/pub/Ann-Lee/" },
  { "https://www.linkedin.com/pub/ann-lee/5/b31/32a", "uk.linkedin.com/pub/ann-lee/5/B31/32a/?x" },
  { "https://www.linkedin.com/pub/ann-lee/5/b31/32b" },
  { "https://www.linkedin.com/pub/ann-lee%2F5/b31/32b" },
  { "https://www.linkedin.com/in/ann-lee%252Fde" },
  { "https://www.linkedin.com/in/./ann" }, { "https://www.linkedin.com/in/./bob" },
  { "https://www.linkedin.com/in/ann-lee/../bob", "linkedin.com/in/ann-lee/%2e%2E/bob/" },
  { "https://www.linkedin.com.example/in/ann-lee" },
}

-- That spellings in one list are the same, and those in different ones aren't.
local function tells_apart(form, groups)
  local group_of = {}
  for group, spellings in ipairs(groups) do
    local first = canonical(form, spellings[1])
    assert.is_nil(group_of[first], spellings[1])
    group_of[first] = group
    for _, text in ipairs(spellings) do
      assert.equal(first, canonical(form, text))
    end
  end
end

describe("company", function()
  it("knows a company by its page, or by its domain", function()
    tells_apart(keys.company, {
      { "https://www.linkedin.com/company/Acme/", "linkedin.com/company/acme?x=1",
        "https://de.linkedin.com/company/acme/about/" },
      { "https://www.linkedin.com/company/acme-two" },
      { "acme.example", "https://www.Acme.example/about" },
    })
    assert.equal("https://linkedin.com/company/Acme", sent(keys.company,
      "linkedin.com/company/Acme"))
    assert.equal("acme.example", sent(keys.company, " https://acme.example/x "))
  end)
end)

describe("profile", function()
  it("knows the spellings of one person's URL", function()
    tells_apart(keys.profile, PROFILES)
  end)

  it("sends what was given, without blanks around it", function()
    assert.equal("http://UK.linkedin.com/in/Ann/?a=b", sent(keys.profile,
      "\t http://UK.linkedin.com/in/Ann/?a=b \n"))
  end)

  it("gives a scheme to what has none, and leaves any other", function()
    assert.equal("https://linkedin.com/in/ann", sent(keys.profile, "linkedin.com/in/ann"))
    assert.equal("https://linkedin.com/in/ann", sent(keys.profile, "//linkedin.com/in/ann"))
    assert.equal("ftp://linkedin.com/in/ann", sent(keys.profile, "ftp://linkedin.com/in/ann"))
    assert.equal("", sent(keys.profile, " "))
  end)

  it("takes any text", function()
    for _, text in ipairs { "", "/", "://", "a://", "a://b", "%", "http://%zz/in/%", "\0" } do
      assert.equal("string", type(canonical(keys.profile, text)))
    end
  end)
end)

describe("email", function()
  it("knows the spellings of one address", function()
    tells_apart(keys.email, {
      { "ann@acme.example", " Ann@ACME.example\n" }, { "ann+a@acme.example" },
      { "a.nn@acme.example" },
    })
  end)

  it("sends what was given, without blanks around it", function()
    assert.equal("Ann@Acme.example", sent(keys.email, " Ann@Acme.example "))
  end)
end)

describe("domain", function()
  it("knows the spellings of one host", function()
    tells_apart(keys.domain, {
      { "acme.example", "www.acme.example", "https://ACME.example/about?x=1", "acme.example.",
        "http://acme.example:8080", " acme.example/ ", "https://user:word@acme.example",
        "//www.acme.example#a", "https://http://acme.example/" },
      { "shop.acme.example" },
    })
  end)

  it("sends the host in lower case, with its www", function()
    assert.equal("www.acme.example", sent(keys.domain, "HTTPS://WWW.Acme.example:443/x"))
  end)
end)

describe("keys", function()
  local function collected(texts)
    local all = keys.new()
    for _, text in ipairs(texts) do
      all:add(text, keys.profile(text))
    end
    return all
  end

  it("hold each key once, in its first spelling, and each item", function()
    local texts = { "linkedin.com/in/ann", "linkedin.com/in/bo", "linkedin.com/in/Ann/" }
    local all = collected(texts)
    assert.same({ "https://linkedin.com/in/ann", "https://linkedin.com/in/bo" }, all.sent)
    assert.same({ 1, 2, 1 }, all.places)
    assert.same(texts, all.items)
  end)

  it("say whether a key was new", function()
    local all = keys.new()
    assert.is_true(all:add(1, "A@x.example", "a@x.example"))
    assert.is_false(all:add(2, "a@x.example", "a@x.example"))
  end)

  it("find the answer to a plain /pub/ name under /in/", function()
    local all = collected { "linkedin.com/pub/ann" }
    assert.equal(7, all:answer({ ["linkedin.com/in/ann"] = 7 }, 1))
    assert.equal(8, all:answer({ ["linkedin.com/in/ann"] = 7, ["linkedin.com/pub/ann"] = 8 }, 1))
  end)

  it("find no answer there that may be somebody else's", function()
    local all = collected { "linkedin.com/pub/ann", "linkedin.com/in/ann" }
    assert.is_nil(all:answer({ ["linkedin.com/in/ann"] = 7 }, 1))
    local numbered = collected { "linkedin.com/pub/ann/1/2/3" }
    assert.is_nil(numbered:answer({ ["linkedin.com/in/ann"] = 7 }, 1))
  end)

  it("count the answers that nobody asked for", function()
    local all = collected { "linkedin.com/in/ann", "linkedin.com/in/bo", "linkedin.com/pub/cy" }
    assert.equal(0, all:count_extra({ ["linkedin.com/in/ann"] = 1, ["linkedin.com/in/cy"] = 2 }))
    assert.equal(1, all:count_extra({ ["linkedin.com/in/ann"] = 1, ["linkedin.com/in/dee"] = 2 }))
  end)

  it("know whether all are answered", function()
    local all = collected { "linkedin.com/in/ann", "linkedin.com/pub/bo" }
    assert.is_false(all:are_all_in({ ["linkedin.com/in/ann"] = 1 }))
    assert.is_true(all:are_all_in({ ["linkedin.com/in/ann"] = 1, ["linkedin.com/in/bo"] = 2 }))
  end)
end)
