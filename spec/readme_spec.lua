local readme = require "spec.support.readme"

describe("the README", function()
  it("has a fresh table of endpoints (else: make docs)", function()
    assert.is_true(readme.is_fresh("README.md"))
  end)
end)
