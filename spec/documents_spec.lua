-- Every block of code in the documentation runs, against the sandbox, in what it is
-- for. How they are marked: spec/support/documents.lua.

local documents = require "spec.support.documents"
local runs = require "spec.support.document_runs"
local temporary = require("spec.support.files").temporary

local sandbox = require("spec.support.sandbox").start { limits = false }

local function files(pattern)
  local list = {}
  local pipe = assert(io.popen("ls " .. pattern .. " 2>/dev/null"))
  for name in pipe:lines() do
    list[#list + 1] = name
  end
  pipe:close()
  return list
end

-- Neovim, LÖVE and nginx are LuaJIT: the core must have been built for that.
local function is_for_this_lua(block)
  return rawget(_G, "jit") ~= nil or not runs.needs_luajit(block)
end

-- PUC 5.1 can't wait in coroutines.
local function tag(block)
  local yields = block.text:find("contactout%.map") or block.text:find("contactout%.run")
  return yields and " #yields" or ""
end

local function add(block)
  local where = ("%s:%d"):format(block.file, block.line)
  if block.host == "nothing" then
    it(("%s isn't run: %s"):format(where, block.why), function()
      assert.is_true(#block.why > 0, where .. ": say why it isn't run")
    end)
  elseif block.host ~= "module" and is_for_this_lua(block) then
    it(("%s runs in %s%s"):format(where, block.host, tag(block)), function()
      sandbox:reset()
      runs.run(block, sandbox)
      assert.same({}, sandbox:state().errors)
    end)
  end
end

describe("documents #programs", function()
  for _, file in ipairs(files("README.md examples/*.md")) do
    for _, block in ipairs(documents.markdown(file)) do
      add(block)
    end
  end
  for _, file in ipairs(files("examples/neovim/doc/*.txt")) do
    for _, block in ipairs(documents.help(file)) do
      add(block)
    end
  end
end)

-- What it must not let pass.
describe("the check of documents", function()
  local function blocks_of(text)
    local name = temporary(text)
    local ok, result = pcall(documents.markdown, name)
    os.remove(name)
    return ok and result or (result:gsub("^.-:", ""))
  end

  it("refuses code that nothing runs", function()
    assert.equal("2: nothing runs python", blocks_of("```python\n1\n```\n"))
    assert.equal("3: indented code: write it as a fence with a language", blocks_of("a\n\n    b\n"))
    assert.equal("3: there is no mark runs", blocks_of("<!-- runs: sh -->\n```lua\n```\n"))
    assert.equal("3: nothing is known of the given clients",
      blocks_of("<!-- given: clients -->\n```lua\n```\n"))
    assert.equal("2: the block has no end", blocks_of("```lua\nprint(1)\n"))
  end)

  it("says where a block is wrong, and what it printed instead", function()
    local function problem_of(text)
      local ok, problem = pcall(runs.run, blocks_of(text)[1], sandbox)
      return not ok and problem or "none"
    end
    assert.matches("block.lua:3: oh no", problem_of("a\n```lua\nerror('oh no')\n```\n"))
    assert.matches("there is no make tea", problem_of("```sh\nmake tea\n```\n"))
    assert.matches("exit code 3", problem_of("```sh\nexit 3\n```\n"))
    local shown = "```lua\nprint('b a n')\n```\n<!-- prints -->\n```text\n%s\n```\n"
    assert.equal("none", problem_of(shown:format("b...n")))
    assert.matches("prints\nb a n\nand not\nb c n", problem_of(shown:format("b c n")))
  end)

  it("runs what a block continues, and what is given", function()
    local blocks = blocks_of("<!-- given: client, urls -->\n```lua\nlocal n = #urls\n```\n"
      .. "```sh\ntrue\n```\n<!-- continues -->\n```lua\nassert(n == 2 and client:stats())\n```\n")
    runs.run(blocks[3], sandbox)
  end)

  it("runs what is to be typed in Neovim, and sees whether it opens a window", function()
    if not rawget(_G, "jit") then
      return
    end
    local text = "<!-- then: %s -->\n```lua\nvim.cmd('command Who new')\n```\n"
    runs.run(blocks_of(text:format("Who"))[1], sandbox)
    local ok, problem = pcall(runs.run, blocks_of(text:format("Nobody"))[1], sandbox)
    assert.is_false(ok)
    assert.matches("Not an editor command: Nobody", problem)
  end)

  it("gives a block a journal of somebody", function()
    runs.run(blocks_of("<!-- given: journal -->\n```lua\nassert(require('contactout').purge("
      .. "'contacts-2026-11.db', 'linkedin.com/in/grace-petrovic-99') == true)\n```\n")[1], sandbox)
  end)

  it("lets a block be left out with a reason", function()
    local block = blocks_of("<!-- run: nothing: it costs money -->\n```sh\nbuy\n```\n")[1]
    assert.same({ "nothing", "it costs money" }, { block.host, block.why })
  end)
end)
