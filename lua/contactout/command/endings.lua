-- How the command ends: by which exit code, and with what line on standard error. What
-- can't go on raises the client's error, one of `refuse`, or BROKEN_PIPE; Lua itself
-- raises a text at ^C.

local errors = require "contactout.errors"

local M = {}

--- The exit codes, for --help and the README.
M.CODES = [[
exit codes:
  0    all is done; what is not found counts as done
  1    done, but some rows have an error
  2    the command or its input is wrong
  3    the budget is reached; with --journal and a larger one it goes on
  4    the token is refused, the credits are used up, or there is no access
  5    anything else ended it: the network, the server, the disk, the journal
  130  ^C ended it, after what was being paid for had been written down
  141  whoever read the output left, likewise]]

--- The exit code where the command or its input is wrong.
M.REFUSED = 2

local OF_KIND = {
  invalid_argument = M.REFUSED, invalid_request = M.REFUSED, budget = 3, credentials = 4,
  out_of_credits = 4, no_access = 4,
}
local OTHERS, INTERRUPTED, PIPE_CLOSED = 5, 130, 141

--- What is raised when nobody reads the output any more.
M.BROKEN_PIPE = setmetatable({}, { __tostring = function()
  return "nobody reads the output"
end })

--- Ends the command because of how it was called.
---@param message string
function M.refuse(message)
  error(errors.new("invalid_argument", message), 0)
end

--- The value, or the command's end.
---@generic T
---@param value? T
---@param err? any
---@return T value
function M.must(value, err)
  if value == nil then
    error(err, 0)
  end
  return value
end

local function is_interrupt(problem)
  return type(problem) == "string" and problem:find("interrupted!$") ~= nil -- Lua's word for ^C
end

--- The exit code for what was raised.
---@param problem any
---@return integer code
function M.code(problem)
  if problem == M.BROKEN_PIPE then
    return PIPE_CLOSED
  elseif is_interrupt(problem) then
    return INTERRUPTED
  end
  -- the token is the one argument that isn't the command line's
  local kind = errors.is(problem) and (problem.param == "token" and "credentials" or problem.kind)
  return OF_KIND[kind] or OTHERS
end

local function text_of(problem)
  if is_interrupt(problem) then
    return "interrupted"
  end
  local is_own = errors.is(problem) and problem.kind == "invalid_argument"
  return is_own and problem.message or tostring(problem)
end

--- Says on standard error what was raised, if there is anything to say.
---@param problem any
---@return integer code the exit code
function M.complain(problem)
  if problem ~= M.BROKEN_PIPE then
    io.stderr:write("contactout: ", text_of(problem), "\n")
  end
  return M.code(problem)
end

return M
