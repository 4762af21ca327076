local core = require "contactout.core"
local mapping = require "contactout.records.mapping"

-- The public interface, once more.
local FIELDS = {
  Person = "linkedin_url vanity full_name title headline summary industry location country "
    .. "seniority job_function work_status followers picture_url updated_at emails work_emails "
    .. "personal_emails phones github twitter skills email_status available languages "
    .. "experience education certifications publications projects company raw",
  Contact = "linkedin_url emails work_emails personal_emails phones github email_status raw",
  Availability = "personal_email work_email phone",
  Position = "title company_name company_linkedin_url summary location start finish current text",
  School = "name degree field description url start finish text",
  Language = "name proficiency",
  Certification = "name authority license start finish",
  Publication = "title url description publisher authors published",
  Project = "title description start finish",
  Company = "name linkedin_url linkedin_id domain email_domain website overview type size country "
    .. "revenue revenue_text founded industry headquarters location logo_url specialties "
    .. "locations raw",
  Place = "text line1 line2 city state country postal_code description primary",
}

local function words(text)
  local set = {}
  for word in text:gmatch("%S+") do
    set[word] = true
  end
  return set
end

local function each_field(check)
  for _, record in ipairs(mapping.RECORDS) do
    for _, field in ipairs(record) do
      check(record, field, record.class .. "." .. field.name)
    end
  end
end

describe("mapping", function()
  it("has the fields of the public interface, each once", function()
    local classes = {}
    for _, record in ipairs(mapping.RECORDS) do
      local names = record.keeps_raw and { raw = true } or {}
      for _, field in ipairs(record) do
        assert.is_nil(names[field.name], field.name)
        names[field.name] = true
      end
      assert.same(words(FIELDS[record.class]), names, record.class)
      classes[record.class] = true
    end
    for class in pairs(FIELDS) do
      assert.is_true(classes[class], class)
    end
  end)

  it("says of each field its type, what it means and where it comes from", function()
    each_field(function(record, field, name)
      assert.is_table(mapping.TYPES[field.type], name)
      assert.is_string(field.doc, name)
      assert.is_true(#field.from > 0, name)
      assert.equal(mapping.TYPES[field.type].lua == nil, field.of ~= nil, name)
      assert.is_string(record.doc, name)
    end)
  end)

  it("says in which shapes each source is documented", function()
    each_field(function(_, field, name)
      for _, source in ipairs(field.from) do
        assert.is_true(source[2] == mapping.UNSHOWN or #source[2] > 0, name)
        for _, shape in ipairs(source[2]) do
          assert.is_table(mapping.SHAPES[shape], name .. ": " .. shape)
        end
      end
    end)
  end)

  it("has each kind of record after those that it is made of", function()
    local seen = {}
    for _, record in ipairs(mapping.RECORDS) do
      for _, field in ipairs(record) do
        assert.is_true(field.of == nil or seen[field.of] == true, record.class .. field.name)
      end
      seen[record] = true
    end
  end)

  it("reads a field after those that it is read from", function()
    for _, record in ipairs(mapping.RECORDS) do
      local seen = {}
      for _, field in ipairs(record) do
        for _, name in ipairs(field.with or {}) do
          assert.is_true(seen[name], record.class .. "." .. field.name)
        end
        seen[field.name] = true
      end
    end
  end)

  it("knows the endpoints of a shape", function()
    local endpoints = {}
    for _, row in ipairs(core.endpoints) do
      endpoints[row.name] = true
    end
    for name, shape in pairs(mapping.SHAPES) do
      for _, endpoint in ipairs(shape.endpoints) do
        assert.is_true(endpoints[endpoint], name .. ": " .. endpoint)
      end
    end
  end)
end)
