-- What users can call, and what they pass and get, held against the comments and against
-- what is made of them.

local classes = require "spec.support.reference.classes"
local files = require "spec.support.files"
local interface = require "spec.support.reference.interface"
local pages = require "spec.support.reference.pages"

-- Of functions that give nothing back.
local GIVES_NOTHING = {
  ["contactout.step"] = true, ["client:close"] = true, ["rows:close"] = true,
  ["task:cancel"] = true, ["bar:update"] = true, ["bar:finish"] = true,
  ["sandbox:reset"] = true, ["sandbox:fault"] = true, ["sandbox:answer"] = true,
  ["sandbox:config"] = true, ["sandbox:release"] = true, ["server:stop"] = true,
}

local function contains(text, part)
  return text:find(part, 1, true) ~= nil
end

describe("each public function", function()
  for _, section in ipairs(interface.sections()) do
    it("is found in " .. section.name, function()
      assert.is_true(#section.functions > 0)
    end)

    for _, fn in ipairs(section.functions) do
      it("is documented: " .. fn.call, function()
        local comment = assert(fn.comment, "no doc comment")
        assert.matches("%w", comment.text)
        for _, name in ipairs(interface.parameters(comment)) do
          assert.is_table(interface.param(comment, name), "no @param " .. name)
        end
        for _, param in ipairs(comment.param) do
          assert.is_true(contains(comment.code, param.name), "there is no " .. param.name)
        end
        local name = fn.call:match("^[^(]+")
        assert.equal(not GIVES_NOTHING[name], #comment["return"] > 0, "@return of " .. name)
      end)
    end
  end

  it("says which error it gives in place of a value", function()
    for _, section in ipairs(interface.sections()) do
      for _, fn in ipairs(section.functions) do
        local values = fn.comment["return"]
        if values[2] and contains(values[2].type, "contactout.Error") then
          assert.is_true(contains(values[1].type, "nil"), fn.call)
        end
      end
    end
  end)
end)

describe("each class", function()
  for _, group in ipairs(classes.groups()) do
    for _, class in ipairs(group.classes) do
      it("says what it is: " .. class.name, function()
        assert.matches("%w", class.doc)
        assert.is_true(#class.fields > 0)
      end)
    end
  end
end)

describe("the pages", function()
  local folder

  local function write(path, text)
    files.write(folder .. "/" .. path, text)
  end

  local function page(kind, name)
    return files.read(("%s/html/%s/%s.html"):format(folder, kind, name))
  end

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir -p " .. folder .. "/source")
    for path, text in pairs(pages.files()) do
      write(path, text)
    end
    local pipe = io.popen("cd " .. folder
      .. " && ldoc --quiet --fatalwarnings . 2>&1 >/dev/null; echo $?")
    assert.equal("0\n", pipe:read("*a"))
    pipe:close()
  end)

  teardown(function()
    os.execute("rm -rf " .. folder)
  end)

  for _, section in ipairs(interface.sections()) do
    it("have all of " .. section.name, function()
      local text = page(section.is_class and "classes" or "modules", section.name)
      for _, fn in ipairs(section.functions) do
        local name = section.is_class and fn.call:match("^[^(]+") or fn.name
        local _, at = text:find('<a name = "' .. name .. '"></a>', 1, true)
        local block = text:sub(assert(at, name), (text:find("</dd>", at, true)))
        for _, param in ipairs(fn.comment.param) do
          local is_shown = contains(block, '<span class="parameter">' .. param.name .. "</span>")
          assert.equal(param.name ~= "self", is_shown, fn.call .. " " .. param.name)
        end
        assert.equal(#fn.comment["return"] > 0, contains(block, "<h3>Returns:</h3>"), fn.call)
      end
    end)
  end

  for _, group in ipairs(classes.groups()) do
    it("have all " .. group.name, function()
      local text = page("tables", group.name)
      for _, class in ipairs(group.classes) do
        local _, at = text:find('<a name = "' .. class.name .. '"></a>', 1, true)
        local block = text:sub(assert(at, class.name), (text:find("</dd>", at, true)))
        for _, field in ipairs(class.fields) do
          assert.is_true(contains(block, '<span class="parameter">' .. field.name .. "</span>"),
            class.name .. "." .. field.name)
        end
      end
    end)
  end

  it("link a type to where it is described", function()
    assert.is_true(contains(page("classes", "contactout.Client"),
      'href="../tables/options.html#ContactsOptions"'))
    assert.is_true(contains(page("classes", "contactout.Job"),
      'href="../tables/errors.html#Error"'))
    assert.is_true(contains(page("modules", "contactout"),
      'href="../classes/contactout.Client.html#"'))
  end)
end)
