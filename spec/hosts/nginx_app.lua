-- What the nginx of nginx_server_spec.lua runs: calls, each with the fault that
-- the query names, and what became of them.

local contactout = require "contactout"
local data = require "contactout.sandbox.data"
local ngx = require "ngx"

local M = {}

local PROFILE = data.person(6).linkedin_url

local client

-- One for each worker, made at its first request.
local function own_client()
  client = client or assert(contactout.new { rate_limits = false, max_retries = 0 })
  return client
end

local function outcome(value, err)
  return value and "found" or err.kind .. ": " .. err.message
end

local function opts(fault)
  return fault and { headers = { ["x-sandbox-fault"] = fault } }
end

--- What becomes of a free call.
function M.free(fault)
  return outcome(own_client():stats(nil, opts(fault)))
end

--- What becomes of a call that costs a credit.
function M.charged(fault)
  return outcome(own_client():linkedin_enrich({ profile = PROFILE }, opts(fault)))
end

--- A call on a client of its own.
function M.fresh(fault)
  local one = assert(contactout.new { rate_limits = false, max_retries = 0 })
  return outcome(one:stats(nil, opts(fault)))
end

--- A call in a coroutine that isn't a light thread.
function M.in_coroutine()
  return coroutine.wrap(function()
    local step = coroutine.wrap(function()
      coroutine.yield(M.free())
    end)
    return step()
  end)()
end

--- How many people a search gives, with a journal: whoever had it before is gone.
function M.walked(journal)
  collectgarbage()
  collectgarbage()
  local found = 0
  local ok, problem = pcall(function()
    for _ in own_client():each_person({ domain = data.person(6).company.domain },
        { journal = journal }) do
      found = found + 1
    end
  end)
  return ok and found or tostring(problem)
end

local caching

--- A lookup that is kept in memory, or in a shared dict of that name, of somebody whose
--- URL is spelled with such an end.
function M.kept(dict, spelling)
  caching = caching or assert(contactout.new {
    rate_limits = false, max_retries = 0, cache = { store = dict },
  })
  return outcome(caching:linkedin_enrich({ profile = PROFILE .. (spelling or "") }))
end

--- How many such lookups are under way.
function M.under_way()
  local count = 0
  for _ in pairs(caching._lookups._flights._by_key) do
    count = count + 1
  end
  return count
end

--- Many different ones at once, each asked for twice -> how many have an answer.
function M.many_kept(count, at_once)
  local items, found = {}, 0
  for i = 1, 2 * count do
    items[i] = data.person(i % count + 1).linkedin_url
  end
  local one = assert(contactout.new { rate_limits = false, max_retries = 0, cache = {} })
  contactout.map(items, function(profile)
    local reply, err = one:people_linkedin({ profile = profile })
    found = found + ((reply or err.kind == "not_found") and 1 or 0)
  end, { concurrency = at_once })
  return found
end

--- Why there is no client with a cache in that store.
function M.refused(store)
  return outcome(contactout.new { cache = { store = store } })
end

--- Calls side by side, in as many light threads.
function M.side_by_side(count)
  local items = {}
  for i = 1, count do
    items[i] = i
  end
  local found, problem = 0, nil
  contactout.map(items, function()
    local said = M.free()
    found = found + (said == "found" and 1 or 0)
    problem = said ~= "found" and said or problem
  end, { concurrency = count })
  return found, " found; ", problem
end

local narrow

--- What becomes of a call that costs, on a client with one connection.
function M.one_connection(fault)
  narrow = narrow or assert(contactout.new { rate_limits = false, max_connections = 1 })
  return outcome(narrow:linkedin_enrich({ profile = PROFILE }, opts(fault)))
end

function M.pending(of_narrow)
  return (of_narrow and narrow or own_client())._core:pending()
end

--- The e-mail credits spent, and those in doubt.
function M.spent(of_narrow)
  local spent = (of_narrow and narrow or own_client()):spent()
  return spent.email .. " " .. spent.uncertain.email
end

--- A run of bulk work with a journal -> how many of so many people have an answer, or
-- what it ended by. Its requests meet the fault.
function M.bulk(file, fault)
  local one = assert(contactout.new { rate_limits = false, max_retries = 0 })
  local people, found = {}, 0
  for i = 1, 20 do
    people[i] = data.person(i).linkedin_url
  end
  local ok, problem = pcall(function()
    local all = opts(fault) or {}
    all.version, all.journal, all.batch_size = 1, file, 10
    for _, value, err in one:contacts(people, all) do
      found = found + ((value or err.kind == "not_found") and 1 or 0)
    end
  end)
  return ok and found .. " found" or tostring(problem)
end

--- Made here, and kept for whoever asks; in init_by_lua: in the master.
function M.make_client()
  client = own_client()
end

--- Notes, for whoever asks later, what becomes of a call in a phase. The body's
-- filter runs several times.
function M.note(phase)
  ngx.shared.notes:set(phase, M.free())
end

function M.noted(phase)
  return ngx.shared.notes:get(phase)
end

return M
