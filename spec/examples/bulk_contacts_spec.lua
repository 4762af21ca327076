-- The recipe for contacts of a list of any size. What the bulk methods do is specified with
-- them, what a command makes of it with `contactout contacts`.

local data = require "contactout.sandbox.data"
local examples = require "spec.support.examples"
local support = require "spec.support.sandbox"

describe("examples/bulk_contacts.lua #programs", function()
  local sandbox, output

  setup(function()
    sandbox = support.start({ ledger = 20000 })
  end)

  before_each(function()
    sandbox:reset()
    output = examples.file()
  end)

  after_each(examples.remove_files)

  local function run(words)
    return examples.run(sandbox, "test-bulk", "examples/bulk_contacts.lua " .. words)
  end

  it("writes what was found, or why nothing was, for each row", function()
    local url = data.person(6).linkedin_url
    local input = examples.file("Name,LinkedIn\na," .. url .. "\nb,nowhere\n")
    local ended = run(input .. " " .. output)
    assert.equal(0, ended.code, ended.errors)
    local rows = {}
    for _, row in ipairs(examples.rows(output)) do
      rows[row.linkedin_url] = row
    end
    assert.matches(data.person(6).personal_emails[1], rows[url].emails, 1, true)
    assert.matches("must be a URL of linkedin.com", rows.nowhere.error)
  end)

  it("pays for nobody twice when it is run again", function()
    local input = examples.file("LinkedIn\n" .. data.person(6).linkedin_url .. "\n")
    run(input .. " " .. output)
    local text = examples.contents(output)
    run(input .. " " .. output)
    assert.equal(text, examples.contents(output))
    assert.equal(1, select(2, examples.charges(sandbox, "email")))
  end)

  it("explains itself when called wrongly", function()
    local wrong = run("")
    assert.equal(1, wrong.code)
    assert.matches("usage: lua bulk_contacts.lua", wrong.errors)
  end)
end)
