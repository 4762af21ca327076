-- What the specs of the command share: runs it as its user would, as a process of this
-- Lua, against a sandbox.

local data = require "contactout.sandbox.data"
local examples = require "spec.support.examples"

local M = {
  sandbox = require("spec.support.sandbox").start({ ledger = 20000 }), TOKEN = "test-command",
}

local PROGRAM = "lua/contactout/command/main.lua "

function M.begin()
  M.sandbox:reset()
end

--- The words for the shell that run it.
function M.words(words, token)
  return examples.command(M.sandbox, token or M.TOKEN, PROGRAM .. words)
end

--- Runs it. opts: `token`; `input`, a text; `env`, of the shell's; `before` and `after`, more of
--- its line -> `out`, `err`, `code` (above 128: a signal's)
function M.run(words, opts)
  opts = opts or {}
  local errors, codes = examples.file(), examples.file()
  local input = opts.input and "<" .. examples.file(opts.input) or "</dev/null"
  local line = ("{ %s %s 2>%s; echo $? >%s; }"):format(opts.env or "", M.words(words, opts.token),
    errors, codes)
  line = opts.before and opts.before .. " | " .. line or line .. " " .. input
  local pipe = assert(io.popen(line .. (opts.after or "")))
  local out = pipe:read("*a")
  pipe:close()
  return { out = out, err = examples.contents(errors), code = tonumber(examples.contents(codes)) }
end

--- A CSV file of the people first to last.
function M.people(first, last)
  local lines = { "Name,LinkedIn" }
  for i = first, last do
    lines[#lines + 1] = data.person(i).full_name .. "," .. data.person(i).linkedin_url
  end
  return examples.file(table.concat(lines, "\n") .. "\n")
end

--- How many answers have a status, by the summary.
function M.count(ended, status)
  return tonumber(ended.err:match(".*%f[%d](%d+) " .. status .. "%f[,;]")) or 0
end

function M.exists(path)
  local file = io.open(path)
  return file ~= nil and file:close()
end

return M
