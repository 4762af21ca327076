-- The command line: argparse's parser, made of what verbs.lua says of each verb and of
-- the options that all of them share. Nothing else needs argparse.

local compat = require "contactout.compat"
local endings = require "contactout.command.endings"
local settings = require "contactout.command.settings"
local verbs = require "contactout.command.verbs"
local version = require "contactout.version"

local M = {}

local WIDTH, NARROWEST, MARGIN = 80, 50, 27

local DESCRIPTION = "People, companies and verdicts from the ContactOut API, one or any number: "
  .. "reads and writes CSV or NDJSON, asks for each only once, and says beforehand what it costs."

local EPILOG = "The API token comes from the environment, CONTACTOUT_TOKEN, or from --token-file. "
  .. "It is no option: other users of the machine can read those.\n\n" .. endings.CODES

local function load_argparse()
  local ok, argparse = pcall(require, "argparse")
  if not ok then
    error("the command needs argparse (Debian: lua-argparse; or: luarocks install argparse)", 0)
  end
  return argparse
end

-- What a mistake in the words leads to, in one line.
local function refuse(command, message)
  local text, tip = message:match("^(.-)\n(.+)$")
  message = text and text .. ". " .. tip .. " See" or message .. "; see"
  endings.refuse(message .. " " .. command:_get_fullname() .. " --help")
end

local function width()
  return math.max(tonumber(os.getenv("COLUMNS")) or WIDTH, NARROWEST)
end

local function declare_client(command)
  command:group("Client",
    command:option("--token-file"):argname("FILE"):description(
      "the API token, in its first line; the environment's CONTACTOUT_TOKEN"),
    command:option("--window"):argname("SECONDS"):convert(settings.to_number):description(
      "length of the rate limits' minute, for a sandbox; 60"),
    command:flag("-q --quiet"):description("no plan, progress and summary on standard error"),
    compat.unpack(settings.add(command, settings.CLIENT)))
end

local function declare_verb(parser, name)
  local verb = verbs[name]
  local command = parser:command(name)
  command:usage("usage: contactout " .. name .. " " .. verb.usage):summary(verb.summary)
    :description(verb.description):epilog(verb.examples)
  verb.declare(command)
  declare_client(command)
end

local function make()
  local parser = load_argparse()("contactout", DESCRIPTION, EPILOG)
  parser:usage("usage: contactout VERB [options]"):command_target("verb"):require_command(true)
    :help_max_width(width()):help_description_margin(MARGIN):add_help_command():add_complete()
  parser:flag("--version"):description("print the version"):action(function()
    print("contactout " .. version)
    os.exit(0)
  end)
  for _, name in ipairs(verbs.ORDER) do
    declare_verb(parser, name)
  end
  parser.error = refuse
  return parser
end

--- Reads the words after the command's name; --help and the like end the program.
---@param words string[]
---@return table opts the options by name, and the `verb`
function M.parse(words)
  return make():parse(words)
end

return M
