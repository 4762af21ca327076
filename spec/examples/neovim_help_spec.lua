-- The help on the module and on the plugin, in a Neovim of its own.

local core = require "contactout.core"
local errors = require "contactout.errors"
local help_text = require "spec.support.reference.help"
local interface = require "spec.support.reference.interface"
local mapping = require "contactout.records.mapping"
local neovim = require "spec.support.neovim"

local FOLDER = "examples/neovim/doc"

describe("the help", function()
  local folder, editor

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute(("mkdir -p %s/doc && cp %s/*.txt %s/doc"):format(folder, FOLDER, folder))
    editor = neovim.start({ arguments = "-u NONE --cmd 'set runtimepath^=" .. folder .. "'" })
    -- raises where a tag is there twice
    editor:run(("vim.cmd('helptags %s/doc')"):format(folder))
  end)

  teardown(function()
    editor:quit()
    os.execute("rm -rf " .. folder)
  end)

  -- The name of the file in which the help on a subject stands.
  local function file_of(subject)
    return editor:run(("vim.cmd('help %s'); return vim.fn.expand('%%:t')"):format(subject))
  end

  -- Raises unless there is help on exactly each of them.
  local function finds(tags)
    assert.is_true(#tags > 0)
    assert.equal("", editor:run(([[
      local missing = {}
      for tag in (%q):gmatch("%%S+") do
        local found = pcall(vim.cmd, "help " .. tag)
        if not found or not vim.api.nvim_get_current_line():find("*" .. tag .. "*", 1, true) then
          missing[#missing + 1] = tag
        end
      end
      return table.concat(missing, " ")]]):format(table.concat(tags, " "))))
  end

  it("opens at the module, and knows the plugin", function()
    assert.equal("contactout.txt", file_of("contactout"))
    assert.equal("contactout-nvim.txt", file_of("contactout-nvim"))
    assert.equal("contactout-nvim.txt", file_of(":ContactOut"))
  end)

  it("has a person", function()
    finds { "contactout-person" }
    assert.matches("^    linkedin_url%? +%(string%) ",
      editor:eval("vim.fn.getline(vim.fn.line('.') + 3)"))
  end)

  it("has each function", function()
    local tags = {}
    for _, section in ipairs(interface.sections()) do
      for _, fn in ipairs(section.functions) do
        tags[#tags + 1] = not fn.endpoint and help_text.tag(section, fn) or nil
      end
    end
    finds(tags)
  end)

  it("has each endpoint, record and kind of error", function()
    local tags = {}
    for _, row in ipairs(core.endpoints) do
      tags[#tags + 1] = "contactout-" .. row.name
    end
    for _, record in ipairs(mapping.RECORDS) do
      tags[#tags + 1] = "contactout-" .. record.class:lower()
    end
    for _, kind in ipairs(errors.KINDS) do
      tags[#tags + 1] = "contactout-error-" .. kind.name
    end
    finds(tags)
  end)

  it("has what it links to", function()
    for _, name in ipairs { "contactout.txt", "contactout-nvim.txt" } do
      local file, tags = assert(io.open(FOLDER .. "/" .. name)), {}
      for tag in file:read("*a"):gmatch("|([^|%s]+)|") do
        tags[#tags + 1] = tag
      end
      file:close()
      finds(tags)
    end
  end)

  it("fits into 78 columns", function()
    for line in io.lines(FOLDER .. "/contactout.txt") do
      assert.is_true(#line:gsub("[\128-\191]", "") <= 78, line)
    end
  end)
end)
