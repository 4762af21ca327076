local core = require "contactout.core"

-- FIPS 180-4's own examples, and lengths around the end of a block as sha256sum has them.
local KNOWN = {
  [""] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq =
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  [("a"):rep(55)] =
    "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318",
  [("a"):rep(63)] =
    "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34",
  [("a"):rep(64)] =
    "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb",
  [("a"):rep(65)] =
    "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0",
  [("a"):rep(119)] =
    "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb",
  [("a"):rep(128)] =
    "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e",
  [("a"):rep(1000)] =
    "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3",
  ["\0\255"] = "06eb7d6a69ee19e5fbdf749018d3d2abfa04bcbd1365db312eb86dc7169389b8",
}

describe("digest", function()
  it("is SHA-256", function()
    for text, digest in pairs(KNOWN) do
      assert.equal(digest, core.digest(text), #text .. " bytes")
    end
  end)

  it("raises for what is no text", function()
    assert.has_error(function() core.digest({}) end)
  end)
end)
