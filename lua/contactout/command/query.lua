-- The query of a search: what a JSON file says, and over it what the options say.

local core = require "contactout.core"
local endings = require "contactout.command.endings"
local settings = require "contactout.command.settings"

local M = {}

local function read_file(path)
  local file, why = io.stdin, nil
  if path ~= "-" then
    file, why = io.open(path, "rb")
  end
  if not file then
    endings.refuse("--query: " .. why)
  end
  local text = file:read("*a")
  if file ~= io.stdin then
    file:close()
  end
  local value, err = core.decode(text)
  if type(value) ~= "table" or #value > 0 then
    endings.refuse("--query: " .. path .. " holds no JSON object of parameters"
      .. (err and ": " .. err.message or ""))
  end
  return value
end

--- The query that was given.
---@param opts table the parsed options
---@param endpoint string whose parameters they are
---@return table query
function M.read(opts, endpoint)
  return settings.read_params(opts, endpoint, opts.query and read_file(opts.query) or {})
end

--- Gives the command these options.
---@param command table argparse's
---@param endpoint string
function M.declare(command, endpoint)
  local added = settings.add_params(command, endpoint)
  local unpack = require("contactout.compat").unpack
  command:group("Filters, by the names of the API's documentation",
    command:option("--query"):argname("FILE.json"):description(
      "all of these as one JSON object; the options go over it"), unpack(added))
end

return M
