-- For the tests of programs that use contactout, which then need neither a network
-- nor an account: a sandbox of invented people, or the recorded answers of the real
-- API. Both are servers on the loopback, in a process of their own, so that what is
-- tested is the client as it is. Loaded only by whoever requires it.
--
--   local testing = require "contactout.testing"
--   local sandbox = assert(testing.sandbox())
--   local client = assert(sandbox:client())
--   my_program(client)
--   assert(sandbox:charged().email == 1)
--   sandbox:stop()
--
-- The servers need LuaJIT with lua-http, lua-luaossl and lua-cjson.

local contactout = require "contactout"
local errors = require "contactout.errors"
local Sandbox = require "contactout.testing.sandbox"
local server = require "contactout.testing.server"

local M = {}

local OPTIONS = {
  people = true, job_polls = true, job_seconds = true, ledger = true, limits = true, minute = true,
  port = true, luajit = true,
}

local Recorder = server.class("Recorder", {
  --- A client of the real API, whose answers are recorded: with its token and within
  --- its rate limits.
  client = function(self, opts)
    local all = {}
    for name, value in pairs(opts or {}) do
      all[name] = value
    end
    all.base_url = self.url
    return contactout.new(all)
  end,
})

---@class contactout.testing.Player: contactout.testing.Server
---@field unmatched fun(self: contactout.testing.Player): string[]
local Player = server.class("Player", {
  --- The requests for which there was no answer, each in a line that names the
  --- nearest recorded one. For `after_each`: it should be empty.
  unmatched = function(self)
    local list = {}
    for i, refused in ipairs(self:state().errors) do
      list[i] = refused.message
    end
    return list
  end,
})

--- Starts a sandbox: the whole API with 20,000 invented people, or `opts.people`.
--- It tells what it was asked and what it charged, and goes wrong when it is told to.
---@param opts? table `people` (20,000); `limits` (true), whether there are rate limits, and
---  `minute` (60), the seconds of their minute; `job_polls` (1), how often a job is still at
---  work, or `job_seconds`, for how long; `ledger` (200,000), the requests it remembers; `port`
---  (any free one); `luajit`, the program that runs it
---@return contactout.testing.Sandbox|nil sandbox
---@return contactout.Error|nil err
function M.sandbox(opts)
  for name in pairs(opts or {}) do
    if not OPTIONS[name] then
      return errors.fail("invalid_argument", "testing.sandbox has no option " .. tostring(name),
        { param = name })
    end
  end
  return server.start(Sandbox, opts, { token = "test-me" })
end

-- Where a client goes that is told no more than that | nil, err
local function base_url(opts)
  local client, err = contactout.new({ base_url = opts and opts.base_url, token = "none" })
  if not client then
    return nil, err
  end
  client:close()
  return client._base_url
end

--- Records what the real API answers to the clients of `recorder:client(opts)`, and
--- costs what it costs. The token isn't in the file, but whatever was asked and
--- answered is: personal data, so only its owner may read it (mode 0600). The file is
--- there after `stop`, and takes the place of an older one. Where the system's
--- certificates don't do, SSL_CERT_FILE in the environment names others.
---@param file string
---@param opts? table base_url: where the API is, if not where clients go by default
---@return contactout.testing.Server|nil recorder
---@return contactout.Error|nil err
function M.record(file, opts)
  local upstream, err = base_url(opts)
  if not upstream then
    return nil, err
  end
  -- the caller's own token: for the shell, never for a table
  return server.start(Recorder, { record = file, upstream = upstream }, {
    token = '"$CONTACTOUT_TOKEN"',
  })
end

--- Answers from a recording, by method, path, parameters and body. Repeated requests
--- get their answers in order; one that costs credits and comes more often than it
--- was recorded gets an error, as does one that was never recorded: kind
--- `invalid_request`, with the nearest recorded one in its message.
---@param file string
---@return contactout.testing.Player|nil player with `client([opts])` and `unmatched()`
---@return contactout.Error|nil err
function M.replay(file)
  local handle, why = io.open(file, "rb")
  if not handle then
    return errors.fail("invalid_argument", "no recording: " .. why
      .. "; contactout.testing.record makes one", { param = "file" })
  end
  handle:close()
  return server.start(Player, { replay = file }, { token = "test-replay" })
end

--- One of the sandbox's people, for whom everything follows from the number: what a
--- lookup by `linkedin_url` or of one of `work_emails` must find.
---@param number integer 1 to 20000
---@return table|nil person `full_name`, `linkedin_url`, `company`, lists `work_emails`,
---  `personal_emails`, `phones` and more
function M.person(number)
  return require("contactout.sandbox.data").person(number)
end

return M
