-- Instead of the sandbox's app: hands each request on to the real API, and its
-- answer back, and writes both down. The token is in neither; personal data is, so
-- only the file's owner may read it. What gets no whole answer isn't recorded.
--
-- The lines go to FILE.part as they come; `finish` gives it its name. What is killed
-- leaves that part.

local http_request = require "http.request"
local recording = require "contactout.sandbox.recording"
local reply = require "contactout.sandbox.reply"
local stand_in = require "contactout.sandbox.stand_in"

local Recorder = stand_in.class()

--- Seconds: more than a client waits for an answer that is looked up live.
local TIMEOUT = 300

local function names(list)
  local set = {}
  for _, name in ipairs(list) do
    set[name] = true
  end
  return set
end

--- What belongs to the one connection and not to the request. Without
-- accept-encoding the answer comes as it is.
local OWN_TO_REQUEST = names { "host", "connection", "content-length", "accept-encoding", "expect" }
local OWN_TO_ANSWER = names {
  "connection", "keep-alive", "content-length", "content-type", "transfer-encoding",
  "set-cookie", "date", "alt-svc", "strict-transport-security",
}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Only the shell can say with which mode a file is made.
local function create(name)
  os.execute(("{ rm -f %s; umask 077; : >%s; } 2>/dev/null"):format(quote(name), quote(name)))
  local file, problem = io.open(name, "ab")
  if not file then
    error(problem, 0)
  end
  return file
end

--- world: for the ledger; upstream: a base URL. Raises if the file can't be made.
function Recorder.new(world, file, upstream)
  local self = setmetatable({
    world = world, name = file, upstream = upstream, prefix = upstream:match("^%a+://[^/]+(.-)/*$"),
    recorded = 0, file = create(file .. ".part"),
  }, Recorder)
  self.file:write(recording.heading(upstream))
  return self
end

local function new_request(self, exchange)
  local request = http_request.new_from_uri(self.upstream)
  request.version, request.follow_redirects, request.cookie_store = 1.1, false, false
  if not request.tls then
    request.proxies = false -- it is this machine
  end
  local target = self.prefix .. exchange.path
  request.headers:upsert(":method", exchange.method)
  if exchange.query ~= "" then
    target = target .. "?" .. exchange.query
  end
  request.headers:upsert(":path", target)
  for name, value in pairs(exchange.headers) do
    if not OWN_TO_REQUEST[name] then
      request.headers:upsert(name, value)
    end
  end
  if exchange.body ~= "" then
    request.headers:upsert("content-length", string.format("%d", #exchange.body))
    request.body = exchange.body
  end
  return request
end

--- The real answer {status, text, headers, content_type} | nil, message
local function forward(self, exchange)
  local headers, stream = new_request(self, exchange):go(TIMEOUT)
  if not headers then
    return nil, stream
  end
  local text, problem = stream:get_body_as_string(TIMEOUT)
  local length = tonumber(headers:get("content-length"))
  if not text or length and length ~= #text then
    stream.connection.socket:close() -- to shut it down, lua-http would wait for the rest
    return nil, problem or "the answer broke off"
  end
  local answer = {
    status = tonumber(headers:get(":status")), text = text, headers = {},
    content_type = headers:get("content-type"),
  }
  for name, value in headers:each() do
    if name:sub(1, 1) ~= ":" and not OWN_TO_ANSWER[name] then
      reply.add_header(answer, name, value)
    end
  end
  return answer
end

-- -> why it couldn't; the client gets what it paid for all the same
local function write(self, exchange, answer)
  local headers = { { "content-type", answer.content_type or "application/json" } }
  for i, header in ipairs(answer.headers) do
    headers[i + 1] = { header[1], header[2] }
  end
  local line = recording.line({
    method = exchange.method, path = exchange.path, query = exchange.query, body = exchange.body,
    status = answer.status, headers = headers, reply = answer.text,
  }, exchange.headers.token or "(token)")
  local ok, problem = self.file:write(line)
  if ok then
    ok, problem = self.file:flush()
  end
  self.recorded, self.problem = self.recorded + 1, self.problem or not ok and problem or nil
  return not ok and problem or nil
end

--- See stand_in.lua.
function Recorder:answer(exchange)
  local ok, answer, problem = pcall(forward, self, exchange)
  if ok and answer then
    return answer, write(self, exchange, answer)
  end
  return stand_in.refusal(502, ("while recording: no answer from %s: %s; nothing was recorded")
    :format(self.upstream, tostring(ok and problem or answer)))
end

--- The end: gives the recording its name, if it is whole and not empty.
function Recorder:finish()
  self.file:close()
  local part = self.name .. ".part"
  if self.recorded == 0 then
    os.remove(part)
    return
  end
  local ok, problem = not self.problem, self.problem
  if ok then
    ok, problem = os.rename(part, self.name)
  end
  if not ok then
    io.stderr:write(("the recording %s isn't whole: %s\n"):format(part, problem))
  end
end

return Recorder
