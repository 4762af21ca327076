-- The code in the documentation, block by block, for documents_spec.lua, which runs
-- each one (document_runs.lua says how) and lets none pass that it can't run.
--
-- In Markdown a block is a fence with a language: `lua`, `sh`, `nginx`, `vim`; or of
-- plain text: `text`, `csv`, `json`, or none. Indented code isn't a block, and is
-- refused. How a block is run follows from its language and its text:
--
--   lua    a program of its own; with `vim.` in it inside Neovim, with `love.` inside
--          LÖVE; right after an `nginx` block the module that this one requires
--   sh     a script; of lines with `make` only the targets are looked up, and those
--          with apt-get, luarocks or `eval` are left out
--   nginx  a whole configuration, which is served
--   vim    Ex commands
--
-- It runs in an empty folder with people.csv, leads.csv, crm.csv and examples/, with a
-- sandbox in CONTACTOUT_BASE_URL and CONTACTOUT_TOKEN, and must exit with 0. In the
-- text `...` for a token, PORT for a port and the API's own URL become the sandbox's.
--
-- Comments before the fence, which readers of the page don't see, say more:
--
--   <!-- given: client, urls -->  begins with these: see GIVEN
--   <!-- continues -->            begins with the block of this language before it
--   <!-- run: neovim -->          or love, lua, sh: where it can't be told
--   <!-- run: nothing: WHY -->    isn't run; the spec shows why
--   <!-- get: /path?query -->     of nginx: what is asked for, and must give a 200
--   <!-- webhook: /path -->       of nginx: where a job's end is posted, and must give a 200
--   <!-- then: Command -->        in Neovim: what is typed next, and must open a window
--   <!-- prints -->               of a text: what the block before it prints, with
--                                 `...` for anything
--
-- In the help file a block is what Vim highlights as an example: after a line that
-- ends in `>`, up to one that isn't indented. What it takes for granted is given to it.

local M = {}

--- What `given` puts before a block, each on one line, so that errors name the
--- document's own.
M.GIVEN = {
  contactout = [[local contactout = require "contactout"]],
  client = [[local client = assert(require("contactout").new())]],
  urls = [[local urls = { "https://www.linkedin.com/in/grace-petrovic-99", ]]
    .. [["https://www.linkedin.com/in/ines-lindqvist-39" }]],
  emails = [[local emails = { "grace.petrovic99@post.example", "nobody@nowhere.example" }]],
  domains = [[local domains = { "amberfield-optics.example", "copperline-optics.example" }]],
  -- a file, and no local: a journal with a person in it
  journal = [[for _ in require("contactout").new():contacts(]]
    .. [[{ "https://www.linkedin.com/in/grace-petrovic-99" }, ]]
    .. [[{ journal = "contacts-2026-11.db", interval = 0.01 }) do end]],
}

local PLAIN = { [""] = true, text = true, csv = true, json = true }
local LANGUAGES = { lua = "lua", sh = "sh", nginx = "nginx", vim = "vim" }
local MARKS = {
  given = true, continues = true, run = true, get = true, webhook = true, ["then"] = true,
  prints = true,
}

local function fail(block, message)
  error(("%s:%d: %s"):format(block.file, block.line, message), 0)
end

-- Where a block runs, if no mark says so.
local function host_of(block)
  if block.language == "lua" and block.before and block.before.language == "nginx" then
    return "module"
  elseif block.language == "lua" and block.text:find("%f[%w]vim%.") then
    return "neovim"
  elseif block.language == "lua" and block.text:find("%f[%w]love%.") then
    return "love"
  end
  return LANGUAGES[block.language] or fail(block, "nothing runs " .. block.language)
end

local function check(block)
  for name in pairs(block.marks) do
    if not MARKS[name] then
      fail(block, "there is no mark " .. name)
    end
  end
  for name in (block.marks.given or ""):gmatch("[%w_]+") do
    if not M.GIVEN[name] then
      fail(block, "nothing is known of the given " .. name)
    end
  end
end

-- Decides how a block is run; a text belongs to the one before it, or to nobody.
local function place(block, blocks)
  check(block)
  block.before = blocks[#blocks]
  if PLAIN[block.language] then
    if block.marks.prints then
      block.before.prints = block.text
    end
    return
  end
  block.host, block.why = (block.marks.run or host_of(block)):match("^(%w+):?%s*(.*)$")
  if block.host == "module" then
    block.before.module = block
  end
  blocks[#blocks + 1] = block
end

local function read_lines(file)
  local lines = {}
  for line in io.lines(file) do
    lines[#lines + 1] = line
  end
  return lines
end

-- Reads the block that a fence opens in that line -> the line of its end.
local function read_fence(block, lines, first)
  local indent, fence = lines[first]:match("^(%s*)(```+)")
  local text, i = {}, first + 1
  while lines[i] and lines[i] ~= indent .. fence do
    text[#text + 1] = lines[i]:sub(#indent + 1)
    i = i + 1
  end
  if not lines[i] then
    fail(block, "the block has no end")
  end
  block.text = table.concat(text, "\n") .. "\n"
  return i
end

-- A mark <!-- NAME --> or <!-- NAME: VALUE --> in a line of its own.
local function read_mark(line)
  local name, value = line:match("^%s*<!%-%-%s*([%a]+):?%s*(.-)%s*%-%->%s*$")
  return name, value
end

--- The blocks of a Markdown file that are run, in their order.
function M.markdown(file)
  local blocks, lines, marks, i = {}, read_lines(file), {}, 1
  while i <= #lines do
    local line = lines[i]
    local language = line:match("^%s*```+(%w*)%s*$")
    local name, value = read_mark(line)
    if language then
      local block = { file = file, line = i + 1, language = language, marks = marks }
      i, marks = read_fence(block, lines, i), {}
      place(block, blocks)
    elseif name then
      marks[name] = value
    elseif line:find("%S") then
      marks = {}
      if line:find("^    ") and lines[i - 1] == "" then
        fail({ file = file, line = i }, "indented code: write it as a fence with a language")
      end
    end
    i = i + 1
  end
  return blocks
end

local function language_of_help(text)
  local word = text:match("%S+")
  return word:find("^:") and "vim" or (word == "make" or word == "lua") and "sh" or "lua"
end

local function given_in_help(text)
  local names = {}
  for _, name in ipairs { "contactout", "client" } do
    if not text:find("local " .. name, 1, true) then
      names[#names + 1] = name
    end
  end
  return table.concat(names, ", ")
end

--- The blocks of a help file of Vim.
function M.help(file)
  local blocks, lines, i = {}, read_lines(file), 1
  while i <= #lines do
    local language = (" " .. lines[i]):match("%s>(%l*)$")
    if language then
      local first, text = i + 1, {}
      while lines[i + 1] and (lines[i + 1] == "" or lines[i + 1]:find("^%s")) do
        i = i + 1
        text[#text + 1] = lines[i]
      end
      text = table.concat(text, "\n") .. "\n"
      language = language ~= "" and language or language_of_help(text)
      local marks = {}
      if language == "lua" then
        marks = { run = "neovim", given = given_in_help(text) }
      end
      place({ file = file, line = first, language = language, marks = marks, text = text }, blocks)
    end
    i = i + 1
  end
  return blocks
end

-- The block that this one goes on from, if it does.
local function origin(block)
  local before = block.before
  while before and before.language ~= block.language do
    before = before.before
  end
  return before or fail(block, "nothing comes before it")
end

--- The program of a block, with what it continues, each at its own lines.
function M.program(block)
  local head = ""
  for name in (block.marks.given or ""):gmatch("[%w_]+") do
    head = head .. M.GIVEN[name] .. " "
  end
  local program = block.marks.continues and M.program(origin(block)) or ""
  local _, lines = program:gsub("\n", "")
  return program .. ("\n"):rep(block.line - 1 - lines) .. head .. block.text
end

--- Whether an output is the one that a document shows.
function M.shows(shown, output)
  local pattern = shown:gsub("%s+$", ""):gsub("…", "..."):gsub("%p", "%%%0")
    :gsub("%%%.%%%.%%%.", ".-")
  return output:gsub("%s+$", ""):find("^" .. pattern .. "$") ~= nil
end

return M
