-- The command: reads the words after `contactout`, makes a client, and lets one of
-- the verbs work with it. Everything that goes wrong ends here, as a line on standard
-- error and an exit code. What the verbs do is the client's work; depends on all of it.

local contactout = require "contactout"
local core = require "contactout.core"
local endings = require "contactout.command.endings"
local errors = require "contactout.errors"
local parser = require "contactout.command.parser"
local settings = require "contactout.command.settings"
local verbs = require "contactout.command.verbs"

local M = {}

-- The token's file has it in its first line. It is no option: other users of the
-- machine can read those.
local function read_token(path)
  if not path and not os.getenv("CONTACTOUT_TOKEN") then
    error(errors.new("credentials", "no token: set CONTACTOUT_TOKEN, or use --token-file"), 0)
  elseif not path then
    return nil
  end
  local file, why = io.open(path, "r")
  local token = file and file:read("*l")
  if file then
    file:close()
  end
  if not token then
    endings.refuse("--token-file: " .. (why or path .. " is empty"))
  end
  return (token:gsub("%s+$", ""))
end

local function make_client(verb, opts)
  local given = settings.read(opts, settings.CLIENT)
  given.token = read_token(opts.token_file)
  given.rate_limits = opts.window and { window = opts.window }
  if verb.client_options then
    verb.client_options(given, opts)
  end
  return endings.must(contactout.new(given))
end

-- Lets the verb do its work -> the exit code
local function work(opts)
  local verb = verbs[opts.verb]
  if opts.journal and opts.journal == opts.out then
    endings.refuse("--journal needs a file of its own")
  end
  local client = make_client(verb, opts)
  local code = verb.run(client, opts)
  client:close()
  return code
end

local placeholders = {} -- open for as long as the program runs

-- Takes the places of standard files that are closed. A file that is opened later would
-- else be one of them: the output, say, and get the messages. Writing to these fails.
local function take_places()
  for _ = 1, 3 do
    placeholders[#placeholders + 1] = io.open("/dev/null", "rb")
  end
end

--- Runs the command.
---@param words string[] what follows its name
---@return integer code for the exit
function M.run(words)
  take_places()
  core.ignore_sigpipe() -- a reader that left is an error of a write, not the end of a paid call
  local ok, result = pcall(function()
    return work(parser.parse(words))
  end)
  if ok then
    return result
  end
  return endings.complain(result)
end

return M
