-- One request from its arrival to its answer: ledger, faults, route, token,
-- limits, parameters, access, work, charge. The order is the sandbox's own;
-- the vendor documents none.

local answers = require "contactout.sandbox.answers"
local callbacks = require "contactout.sandbox.callbacks"
local checks = require "contactout.sandbox.checks"
local control = require "contactout.sandbox.control"
local credits = require "contactout.sandbox.credits"
local effects = require "contactout.sandbox.effects"
local faults = require "contactout.sandbox.faults"
local json = require "contactout.sandbox.json"
local query = require "contactout.sandbox.query"
local reply = require "contactout.sandbox.reply"
local router = require "contactout.sandbox.router"

local App = {}
App.__index = App

--- spawn: runs a function with arguments beside the others.
function App.new(world, spawn)
  return setmetatable({ world = world, spawn = spawn }, App)
end

--- An error that goes to the list of errors: the client sent what it mustn't.
local function refuse(call, status, message)
  call.ledger:refused(call.entry, message)
  return reply.error(status, message)
end

local function note_oddities(call, headers)
  local ledger, entry = call.ledger, call.entry
  if not headers.accept then
    ledger:notice(entry, "no accept header")
  end
  if not headers.authorization then
    ledger:notice(entry, "no authorization header")
  end
  if entry.method == "GET" and headers["content-type"] then
    ledger:notice(entry, "content-type on a GET")
  end
end

local function authenticate(call)
  if not call.token then
    return refuse(call, call.plan["bad-token-400"] and 400 or 401, reply.BAD_CREDENTIALS)
  end
  call.account = call.world.credits:account(call.token)
  if not call.account then
    return refuse(call, call.plan["bad-token-400"] and 400 or 401, reply.BAD_CREDENTIALS)
  end
end

local function limit(call)
  if not call.world.settings.limits then
    return nil
  end
  local ok, wait = call.world.limits:take(call.token, call.route.class)
  if ok then
    return nil
  end
  call.ledger.limited = call.ledger.limited + 1
  local answer = reply.error(429, reply.RATE_LIMITED)
  reply.add_header(answer, "retry-after", tostring(math.max(1, math.ceil(wait))))
  return answer
end

local function read_query(call, exchange)
  local args, notices = query.parse(exchange.query)
  if not args then
    return refuse(call, 400, notices)
  end
  for _, text in ipairs(notices) do
    call.ledger:notice(call.entry, text)
  end
  call.args = args
end

local function read_body(call, exchange)
  local content_type = exchange.headers["content-type"] or ""
  if exchange.query ~= "" then
    return refuse(call, 400, "Invalid query: " .. call.route.path .. " takes none.")
  elseif not content_type:find("^application/json%s*;?") then
    return refuse(call, 400, reply.BAD_CREDENTIALS .. ": content-type must be application/json")
  end
  local args, problem = json.decode(exchange.body)
  if type(args) ~= "table" or not exchange.body:find("^%s*{") then
    return refuse(call, 400, "Invalid body: must be a JSON object. " .. (problem or ""))
  end
  call.args = args
end

local function read_arguments(call, exchange)
  local read = call.route.method == "GET" and read_query or read_body
  local refusal = read(call, exchange)
  if refusal then
    return refusal
  elseif call.route.method == "GET" and exchange.body ~= "" then
    return refuse(call, 400, "Invalid body: a GET has none.")
  end
  call.args.job_uuid = call.job_uuid
  local problem = checks.check(call.route, call.args, call.plan.lenient)
  return problem and refuse(call, 400, problem)
end

local function check_account(call)
  if call.route.paid_only and not call.account.paid then
    return reply.error(403, reply.NO_ACCESS)
  elseif credits.broke(call.account, call.route.credits) then
    return reply.error(403, reply.OUT_OF_CREDITS)
  end
end

--- Looks up, and charges all of it or nothing.
local function work(call)
  local answer = answers[call.route.name](call)
  if #answer.charges == 0 then
    return answer
  elseif not credits.charge(call.account, answer.charges) then
    return reply.error(403, reply.OUT_OF_CREDITS)
  end
  call.ledger:charged(call.entry, answer.charges)
  return answer
end

--- No such path or method, or a fault that isn't known.
local function check_route(call)
  local misrouted = call.misrouted
  return misrouted and refuse(call, misrouted.status, misrouted.message)
end

--- The reply to a request that no fault replaced.
local function answer_to(call, exchange)
  local refusal = authenticate(call) or check_route(call) or limit(call)
    or read_arguments(call, exchange) or check_account(call)
  return refusal or work(call)
end

local function new_call(app, exchange, entry)
  local world = app.world
  local route, job_uuid, status, message = router.find(exchange.method, exchange.path)
  local call = {
    world = world, ledger = world.ledger, jobs = world.jobs, entry = entry, route = route,
    job_uuid = job_uuid, token = exchange.headers.token,
  }
  entry.endpoint = route and route.name
  local plan, problem = world.faults:plan(exchange.headers["x-sandbox-fault"], exchange.path,
    entry.endpoint)
  call.plan = plan or {}
  if problem then
    call.misrouted = { status = 400, message = problem }
  elseif not route then
    call.misrouted = { status = status, message = message }
  end
  return call
end

local function arrive(app, exchange)
  local entry = {
    method = exchange.method, path = exchange.path, query = exchange.query,
    version = exchange.version, token = exchange.headers.token, headers = exchange.headers,
    header_names = exchange.header_names, body = exchange.body,
    connection = exchange.connection.id, bytes_in = #exchange.body,
  }
  app.world:connection_used(exchange.connection)
  app.world.ledger:arrive(entry)
  app.world.changed:signal()
  return entry
end

--- The work or what takes its place, spoilt as planned, as text.
local function make_answer(call, exchange)
  local plan = call.plan
  local answer
  if not faults.replaces_work(plan) then
    answer = answer_to(call, exchange)
  else
    if plan.work then
      answer_to(call, exchange)
    end
    answer = effects.replacement(plan, call.token)
  end
  answer.text = answer.text or json.encode(answer.value)
  effects.spoil(plan, answer)
  return answer
end

local function finish(call, status, bytes)
  call.ledger:answered(call.entry, status, bytes)
  call.world.changed:signal()
end

--- The life of one API request.
local function attend(app, exchange, call)
  local plan = call.plan
  local was_doomed = exchange.connection.doomed
  local ended = effects.before(plan, exchange, call.world)
  local answer = not ended and make_answer(call, exchange)
  ended = ended or was_doomed and "closed" or effects.no_answer(plan)
  if answer and answer.job then
    callbacks.schedule(call.world, answer.job, app.spawn)
  end
  finish(call, ended or answer.status, ended and 0 or #answer.text)
  if ended then
    effects.end_without(ended, exchange)
  else
    effects.send(plan, exchange, answer)
  end
end

--- An error of our own: a 500, and in the list of errors. A client that left
-- is none (over HTTP/2, writing to it raises).
local function fail(call, exchange, problem)
  if exchange.connection.ended then
    return
  end
  call.ledger:refused(call.entry, "sandbox: " .. tostring(problem))
  if not call.entry.status then
    finish(call, 500, 0)
    local answer = reply.error(500, "The sandbox failed; see its errors")
    answer.text = json.encode(answer.value)
    pcall(exchange.respond, exchange, answer, {})
  end
end

--- Attends to one exchange (see exchange.lua).
function App:serve(exchange)
  if exchange.path:sub(1, #control.PREFIX) == control.PREFIX then
    return control.serve(self.world, exchange)
  end
  local call = new_call(self, exchange, arrive(self, exchange))
  note_oddities(call, exchange.headers)
  local ok, problem = pcall(attend, self, exchange, call)
  if not ok then
    fail(call, exchange, problem)
  end
end

--- Bytes that were no request.
function App:malformed(connection, message)
  self.world:connection_used(connection)
  self.world.ledger:refused({ method = "?", path = "?" }, message)
end

return App
