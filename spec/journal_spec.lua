-- What a journal promises to whoever is killed, runs out of disk, or takes a file
-- for another. That it is durable is tried with processes that are killed.

local core = require "contactout.core"
local contactout = require "contactout"
local journal = require "contactout.journal"
local store = require "contactout.store"
local support = require "spec.support.journal"

before_each(support.begin)
after_each(support.finish)

local function identity(changes)
  local all = {
    operation = "contacts", base_url = "https://api.example", options = { include_phone = false },
  }
  for name, value in pairs(changes or {}) do
    all[name] = value
  end
  return all
end

local function open(changes)
  return support.keep(journal.open(support.path(), identity(changes)))
end

--- Closes a journal and opens it again, as a later run.
local function reopen(one)
  assert(one:close())
  return open()
end

local function refused(text, value, err)
  assert.is_nil(value)
  assert.equal("journal", err.kind)
  assert.matches(text, tostring(err), 1, true)
end

local function not_found(key)
  return core.error("not_found", "nobody: " .. key, { status = 404, endpoint = "people" })
end

-- What is known of keys -----------------------------------------------------------

describe("a key", function()
  it("of which nothing is known is nil", function()
    assert.same({ n = 2 }, { n = select("#", open():get("a"), nil) })
  end)

  it("that this run has sent is so known", function()
    local j = open()
    local batch = assert(j:begin({ "a", "b", "a" }))
    assert.same({ state = "sent", batch = batch }, j:get("a"))
    assert.is_nil(j:get("c"))
  end)

  it("that an earlier run has sent without an answer is uncertain", function()
    local j = open()
    assert(j:begin({ "a", "b", "c" }))
    local batch = assert(j:begin({ "d" }))
    assert(j:answered(batch, { { key = "d", value = 1 } }))
    assert.same({}, j:next_uncertain(""))
    j = reopen(j)
    assert.equal("uncertain", j:get("a").state)
    assert.same({ "a", "b", "c" }, j:next_uncertain(""))
    assert.same({ "c" }, j:next_uncertain("b"))
    assert.same({}, j:next_uncertain("c"))
  end)

  it("whose job was submitted belongs to the job, in every run", function()
    local j = open()
    local batch = assert(j:begin({ "a" }, { job = "contacts" }))
    assert.is_true(j:submitted(batch, "uuid-1"))
    local entry = { state = "job", batch = batch, job = "contacts", uuid = "uuid-1" }
    assert.same(entry, j:get("a"))
    assert.same(entry, reopen(j):get("a"))
  end)

  it("that was answered has its answer, in every run", function()
    local j = open()
    local batch = assert(j:begin({ "a" }))
    local value = core.decode [[{"profiles":{"z":{"n":1,"list":[]},"b":[null,2]}}]]
    assert.is_true(j:answered(batch, { { key = "a", value = value } }))
    j = reopen(j)
    local entry = j:get("a")
    assert.equal("answered", entry.state)
    assert.same(value, entry.value)
    assert.equal("[]", core.encode(entry.value.profiles.z.list))
    assert.same({}, j:next_uncertain(""))
  end)

  it("whose answer is a bare word or false has it back", function()
    local j = open()
    local batch = assert(j:begin({ "a", "b" }))
    assert(j:answered(batch, { { key = "a", value = "valid" }, { key = "b", value = false } }))
    assert.equal("valid", j:get("a").value)
    assert.is_false(j:get("b").value)
  end)

  it("that failed for good has its error back", function()
    local j = open()
    local batch = assert(j:begin({ "a" }))
    assert(j:answered(batch, { { key = "a", err = not_found("a") } }))
    local err = reopen(j):get("a").err
    assert.is_true(contactout.is_error(err))
    assert.equal(tostring(not_found("a")), tostring(err))
    assert.equal(404, err.status)
  end)

  it("that was cleared is free to be asked for again", function()
    local j = open()
    local batch = assert(j:begin({ "a" }))
    assert.is_true(j:cleared(batch))
    assert.is_nil(j:get("a"))
    assert.is_nil(reopen(j):get("a"))
  end)

  it("that was cleared leaves no trace in the file", function()
    local j = open()
    local keys = {}
    for i = 1, 50 do
      keys[i] = "secret" .. i
    end
    assert(j:cleared(assert(j:begin(keys))))
    assert(j:begin({ "other" }))
    j:close()
    assert.is_true(support.hold("other"))
    assert.is_false(support.hold("secret"))
  end)

  it("may be of any bytes", function()
    local j = open()
    for _, key in ipairs({ "a\0b", "a\0c", "\255", "'; DROP TABLE sent --", "" }) do
      local batch = assert(j:begin({ key }))
      assert(j:answered(batch, { { key = key, value = key:byte(3) or 0 } }))
    end
    assert.equal(98, j:get("a\0b").value)
    assert.equal(99, j:get("a\0c").value)
    assert.equal(0, j:get("").value)
  end)
end)

describe("an answer", function()
  it("is never replaced by a failure, nor lost by asking again", function()
    local j = open()
    local batch = assert(j:begin({ "a" }))
    assert(j:answered(batch, { { key = "a", value = "paid" } }))
    local again = assert(j:begin({ "a" }))
    assert.equal("paid", j:get("a").value)
    assert(j:answered(again, { { key = "a", err = not_found("a") } }))
    assert(j:cleared(again))
    assert.equal("paid", j:get("a").value)
  end)

  it("replaces a failure", function()
    local j = open()
    local batch = assert(j:begin({ "a" }))
    assert(j:answered(batch, { { key = "a", err = not_found("a") } }))
    batch = assert(j:begin({ "a" }))
    assert.equal("sent", j:get("a").state)
    assert(j:answered(batch, { { key = "a", value = "found" } }))
    assert.equal("found", j:get("a").value)
  end)

  it("replaces an earlier answer", function()
    local j = open()
    for _, value in ipairs { "unknown", "valid" } do
      assert(j:answered(assert(j:begin({ "a" })), { { key = "a", value = value } }))
    end
    assert.equal("valid", reopen(j):get("a").value)
  end)

  it("says nothing of a later request for the same key", function()
    local j = open()
    local batch = assert(j:begin({ "a" }))
    assert.is_true(j:is_awaited("a"))
    assert(j:answered(batch, { { key = "a", value = 1 } }))
    assert.is_false(j:is_awaited("a"))
    assert(j:begin({ "a" }))
    assert.equal("answered", j:get("a").state)
    assert.is_true(reopen(j):is_awaited("a"))
  end)

  it("that JSON can't hold is an error, and changes nothing", function()
    local j = open()
    local batch = assert(j:begin({ "a", "b" }))
    local ok, err = j:answered(batch, { { key = "a", value = 1 }, { key = "b", value = print } })
    assert.is_nil(ok)
    assert.equal("invalid_argument", err.kind)
    assert.equal("sent", j:get("a").state)
  end)
end)

describe("an uncertain key", function()
  it("that is asked for again and cleared is still uncertain", function()
    local j = open()
    assert(j:begin({ "a" }))
    j = reopen(j)
    local batch = assert(j:begin({ "a" }))
    assert.equal("sent", j:get("a").state)
    assert.same({}, j:next_uncertain(""))
    assert(j:cleared(batch))
    assert.equal("uncertain", j:get("a").state)
  end)

  it("is no longer one when it is answered", function()
    local j = open()
    assert(j:begin({ "a" }))
    j = reopen(j)
    local batch = assert(j:begin({ "a" }))
    assert(j:answered(batch, { { key = "a", value = 1 } }))
    assert.equal("answered", reopen(j):get("a").state)
  end)
end)

describe("unfinished jobs", function()
  it("are found one after the other, with the keys they owe", function()
    local j = open()
    for i = 1, 3 do
      local batch = assert(j:begin({ "a" .. i, "b" .. i },
        { job = "verification", at_most = { verifier = 2 } }))
      assert(j:submitted(batch, "uuid-" .. i))
      if i == 2 then
        assert(j:answered(batch, { { key = "a2", value = 1 }, { key = "b2", value = 1 } }))
      elseif i == 3 then
        assert(j:answered(batch, { { key = "b3", value = 1 } }))
      end
    end
    assert(j:begin({ "c" }, { job = "verification" }))
    j = reopen(j)
    local job = assert(j:next_job(0))
    assert.same({ batch = job.batch, job = "verification", uuid = "uuid-1", keys = { "a1", "b1" },
      doubt = { verifier = 2 } }, job)
    job = assert(j:next_job(job.batch))
    assert.same({ "uuid-3", "a3" }, { job.uuid, job.keys[1] })
    assert.same({ n = 2 }, { n = select("#", j:next_job(job.batch), nil) })
  end)

  it("owe no key that was asked for again, once that is a job", function()
    local j = open()
    for i = 1, 2 do
      assert(j:submitted(assert(j:begin({ "a", "b" }, { job = "contacts" })), "uuid-" .. i))
    end
    local last = assert(j:begin({ "b" }, { job = "contacts" }))
    j = reopen(j)
    local job = assert(j:next_job(0))
    assert.same({ "uuid-2", "a", "b" }, { job.uuid, job.keys[1], job.keys[2] })
    assert(j:submitted(last, "uuid-3"))
    assert.same({ "a" }, j:next_job(0).keys)
    assert.same({ "b" }, j:next_job(job.batch).keys)
  end)
end)

describe("a page", function()
  local PAGE = {
    value = { total_results = 3 },
    records = { { key = "a", value = { n = 1 } }, { key = "b", value = { n = 2 } } },
  }

  it("comes back with its records in their order", function()
    local j = open()
    local batch = assert(j:begin({ "7" }))
    assert.equal("sent", j:page(7).state)
    assert.is_true(j:answered_page(batch, 7, PAGE))
    j = reopen(j)
    assert.same({ state = "answered", value = PAGE.value, records = PAGE.records }, j:page(7))
    assert.is_nil(j:page(8))
  end)

  it("stays when one of its records is purged", function()
    local j = open()
    assert(j:answered_page(assert(j:begin({ "1" })), 1, PAGE))
    j:close()
    assert.is_true(journal.purge(support.path(), "a"))
    assert.same({ PAGE.records[2] }, open():page(1).records)
  end)
end)

-- Credits ----------------------------------------------------------------------------

describe("the credits spent", function()
  it("are summed over all runs", function()
    local j = open()
    local batch = assert(j:begin({ "a", "b" }, { at_most = { email = 2, phone = 2 } }))
    assert(j:answered(batch, { { key = "a", value = 1 } }, { email = 1, phone = 1 }))
    assert(j:answered(batch, { { key = "b", value = 1 } }, { email = 1 }))
    j = reopen(j)
    batch = assert(j:begin({ "c" }))
    assert(j:answered(batch, { { key = "c", value = 1 } }, { search = 3 }))
    assert.same({ email = 2, phone = 1, search = 3,
      uncertain = { email = 0, phone = 0, search = 0 } }, j:spent())
  end)

  it("are uncertain where an earlier run's request has no answer", function()
    local j = open()
    local batch = assert(j:begin({ "a", "b" }, { at_most = { email = 2 } }))
    assert(j:answered(batch, { { key = "a", value = 1 } }, { email = 1 }))
    assert.same({ email = 1, uncertain = { email = 0 } }, j:spent())
    j = reopen(j)
    assert.same({ email = 1, uncertain = { email = 1 } }, j:spent())
    batch = assert(j:begin({ "b" }, { at_most = { email = 1 } }))
    assert(j:answered(batch, { { key = "b", value = 1 } }, { email = 1 }))
    assert.same({ email = 2, uncertain = { email = 1 } }, reopen(j):spent())
  end)

  it("are in doubt as far as the answers say, whoever is still waited for", function()
    local j = open()
    local batch = assert(j:begin({ "a", "b", "c" }, { at_most = { email = 3, phone = 3 } }))
    assert(j:answered(batch, { { key = "a", value = 1 } },
      { email = 1, uncertain = { email = 1, phone = 2 } }))
    j = reopen(j)
    assert.same({ email = 1, phone = 0, uncertain = { email = 1, phone = 2 } }, j:spent())
    assert(j:answered(batch, { { key = "b", value = 1 }, { key = "c", value = 1 } },
      { phone = 1, uncertain = { email = 1 } }))
    assert.same({ email = 1, phone = 1, uncertain = { email = 1, phone = 0 } }, reopen(j):spent())
  end)

  it("are none of a batch that was cleared", function()
    local j = open()
    local batch = assert(j:begin({ "a", "b" }, { at_most = { email = 2 } }))
    assert(j:answered(batch, { { key = "a", value = 1 } }, { email = 1 }))
    assert(j:cleared(batch))
    assert.same({ email = 1, uncertain = { email = 0 } }, reopen(j):spent())
  end)
end)

-- Whose file it is ---------------------------------------------------------------------

describe("a file of another run", function()
  local function is_refused(text, changes)
    local before = support.bytes()
    refused(text, journal.open(support.path(), identity(changes)))
    assert.is_true(before == support.bytes())
  end

  it("is refused untouched, by what differs", function()
    open():close()
    is_refused([[its operation is contacts, not verify]], { operation = "verify" })
    is_refused("its operation is contacts", { operation = "cache", base_url = "https://b" })
    is_refused("its base URL is https://api.example, not https://b", { base_url = "https://b" })
    for text, options in pairs({
      ["its option include_phone is false, not true"] = { include_phone = true },
      ["its option include_phone is false, not unset"] = {},
      ["its option version is unset, not 1"] = { include_phone = false, version = 1 },
    }) do
      is_refused(text, { options = options })
    end
    support.keep(journal.open(support.path(), identity()))
  end)

  it("is refused untouched also when it was killed", function()
    support.run [[
      local j = assert(require("contactout.journal").open(path, identity))
      assert(j:begin({ "a" }))
      process.quit(0)
    ]]
    assert.equal("600", support.files()["run.db-wal"])
    is_refused("its operation is", { operation = "verify" })
    assert.equal("uncertain", open():get("a").state)
  end)

  it("of another format is refused untouched", function()
    open():close()
    local db = store.open(support.path())
    assert(db:exec("PRAGMA user_version = 99"))
    db:adopt()
    db:close()
    is_refused("has format 99, and this version of contactout knows 1")
  end)

  it("that is no journal is refused untouched", function()
    support.write("run.db", ("no database\n"):rep(100))
    is_refused("is not a journal")
    local db = store.create(support.path("other.db"))
    assert(db:exec("CREATE TABLE t (v)"))
    db:close()
    os.execute(("mv %s %s"):format(support.path("other.db"), support.path()))
    is_refused("is an SQLite file, but not a journal")
  end)

  it("that another run has open is refused", function()
    open()
    refused("is in use", journal.open(support.path(), identity()))
    refused("is in use", journal.open(support.path(), identity()))
  end)

  it("that another run has open moves the collector once, however often one tries", function()
    local collect, count = collectgarbage, 0
    open()
    local stubbed = stub(_G, "collectgarbage", function()
      count = count + 1
      core.sleep(0.1) -- as one with much to go through
      return collect()
    end)
    for _ = 1, 3 do
      refused("is in use", journal.open(support.path(), identity()))
    end
    stubbed:revert()
    assert.equal(1, count)
  end)

  it("that nobody holds any more is free, though the collector hasn't been there", function()
    collectgarbage("stop")
    assert(journal.open(support.path(), identity()))
    local again, err = journal.open(support.path(), identity())
    collectgarbage("restart")
    assert(again, err):close()
  end)
end)

describe("a machine without the store", function()
  it("is told what to install", function()
    local output = support.run [[
      package.preload["contactout.store"] = function()
        error("libsqlite3.so.0: cannot open shared object file")
      end
      say(select(2, require("contactout.journal").open(path, identity)))
    ]]
    assert.matches("install libsqlite3 .*%(unsupported%)$", output)
  end)
end)

-- Purging -------------------------------------------------------------------------------

describe("purge", function()
  --- A journal with much in it, in which one key is everywhere.
  local function fill()
    local j = open()
    for i = 1, 40 do
      local batch = assert(j:begin({ "secret", "other" .. i, "third" .. i }, { job = "contacts" }))
      assert(j:submitted(batch, "uuid-" .. i))
      assert(j:answered(batch, {
        { key = "other" .. i, value = ("other"):rep(i * 20) },
        i % 3 == 0 and { key = "secret", value = ("secret"):rep(i * 30) }
          or { key = "third" .. i, value = i },
      }))
    end
    assert(j:begin({ "secret" }))
    assert(j:answered_page(assert(j:begin({ "1" })), 1,
      { value = {}, records = { { key = "secret", value = "secret" } } }))
    j:close()
  end

  it("deletes one key from every place, and nothing else", function()
    fill()
    assert.is_true(support.hold("secret"))
    assert.is_true(contactout.purge(support.path(), "secret"))
    assert.is_false(support.hold("secret"))
    assert.same({ ["run.db"] = "600" }, support.files())
    local j = open()
    assert.is_nil(j:get("secret"))
    assert.equal(("other"):rep(800), j:get("other40").value)
    assert.equal("job", j:get("third3").state)
  end)

  it("leaves nothing in the log of a run that was killed", function()
    support.run [[
      local j = assert(require("contactout.journal").open(path, identity))
      assert(j:begin({ "secret", "other" }))
      process.quit(0)
    ]]
    assert.is_true(contactout.purge(support.path(), "secret"))
    assert.is_false(support.hold("secret"))
    assert.equal("uncertain", open():get("other").state)
  end)

  it("knows a key in any spelling", function()
    for operation, spelling in pairs({
      contacts = { "https://uk.linkedin.com/in/Ada-9/?x=1", "linkedin.com/in/ada-9" },
      verify = { " Ada@Post.example", "ada@post.example" },
      domains = { "https://www.Acme.example/about", "acme.example" },
    }) do
      os.remove(support.path())
      local j = open({ operation = operation })
      assert(j:begin({ spelling[2], "other" }))
      j:close()
      assert.is_true(contactout.purge(support.path(), spelling[1]))
      j = open({ operation = operation })
      assert.same({ "other" }, j:next_uncertain(""))
      j:close()
    end
  end)

  it("deletes also what other programs have left between the rows", function()
    fill()
    local db = store.open(support.path())
    assert(db:exec("PRAGMA secure_delete = OFF; DELETE FROM results WHERE key = 'secret'"))
    db:adopt()
    db:close()
    assert.is_true(contactout.purge(support.path(), "other1"))
    assert.is_false(support.hold(("secret"):rep(3)))
  end)

  it("without a key deletes the file and what lies beside it", function()
    fill()
    assert.is_true(contactout.purge(support.path()))
    assert.same({}, support.files())
  end)

  it("takes no nil for the absence of a key", function()
    fill()
    local before = support.bytes()
    assert.is_false((pcall(contactout.purge, support.path(), nil)))
    assert.is_true(before == support.bytes())
  end)

  it("refuses what is no file's name", function()
    for _, odd in ipairs { 5, true, {} } do
      local ok, err = contactout.purge(odd)
      assert.is_nil(ok)
      assert.equal("invalid_argument", err.kind)
      assert.equal("file", err.param)
    end
  end)

  it("refuses what is in use, is no journal or is not there", function()
    local j = open()
    refused("is in use", contactout.purge(support.path()))
    j:close()
    refused("No such file", contactout.purge(support.path("none.db")))
    support.write("run.db", ("no database\n"):rep(100))
    refused("is not a journal", contactout.purge(support.path()))
    assert.same({ ["run.db"] = "600" }, support.files())
  end)
end)

-- Ends ------------------------------------------------------------------------------------

--- A run without end. It says what it has recorded only when that has returned.
local WRITER = [[
local core = require "contactout.core"
local j = assert(require("contactout.journal").open(path, identity))
local n = FIRST
while true do
  n = n + 1
  local batch = assert(j:begin({ n .. "a", n .. "b" }, { job = "contacts" }))
  say(n, 1)
  assert(j:submitted(batch, "uuid-" .. n))
  say(n, 2)
  assert(j:answered(batch, { { key = n .. "a", value = ("x"):rep(n * 7 % 3000) } }, { email = 1 }))
  say(n, 3)
  assert(j:answered(batch, { { key = n .. "b", err = core.error("not_found", "nobody") } }))
  say(n, 4)
end
]]

--- How far the writer has come with a number, by the journal; raises where what the
--- journal knows doesn't fit together.
local function stage_of(j, n)
  local a, b = j:get(n .. "a"), j:get(n .. "b")
  if not a then
    assert.is_nil(b)
    return 0
  elseif a.state == "answered" then
    assert.equal(("x"):rep(n * 7 % 3000), a.value)
    assert.is_true(b.state == "failed" or b.uuid == "uuid-" .. n)
    return b.state == "failed" and 4 or 3
  end
  assert.equal(a.state, b.state)
  assert.is_true(a.state == "uncertain" or a.uuid == "uuid-" .. n)
  return a.state == "job" and 2 or 1
end

--- Holds the journal against what its writer has said, from `first` on -> the last
--- number it has begun, how many were answered.
local function check(first, said)
  local j = open()
  local n, answered = first, 0
  repeat
    n = n + 1
    local stage = stage_of(j, n)
    assert.is_true(stage >= (said[n] or 0), ("%d: %d, said %d"):format(n, stage, said[n] or 0))
    answered = answered + (stage >= 3 and 1 or 0)
  until stage == 0
  assert.is_nil(said[n])
  local spent = j:spent().email or 0
  j:close()
  local db = support.keep(store.open(support.path()))
  assert.same({ integrity_check = "ok" }, db:first("PRAGMA integrity_check"))
  db:close()
  return n - 1, answered, spent
end

--- Starts the writer and kills it when it has said so much -> what it said.
local function kill_writer(first, lines)
  support.write("writer.lua", support.prelude() .. WRITER:gsub("FIRST", tostring(first)))
  local command = "echo $$; exec %s %s 2>&1"
  local pipe = assert(io.popen(command:format(arg[-1], support.path("writer.lua"))))
  local pid = pipe:read("*l")
  local said = {}
  for line in pipe:lines() do
    local n, stage = line:match("^(%d+)%s+(%d)$")
    assert.is_truthy(n, line)
    said[tonumber(n)] = tonumber(stage)
    lines = lines - 1
    if lines == 0 then
      os.execute("kill -9 " .. pid)
    end
  end
  pipe:close()
  return said
end

describe("a run that is killed at any instant", function()
  it("loses nothing that it has recorded, and leaves a sound file", function()
    local rounds = require("spec.support.client").rounds(20)
    local last, all_answered = 0, 0
    for _ = 1, rounds do
      local said = kill_writer(last, math.random(30))
      local answered, spent
      last, answered, spent = check(last, said)
      all_answered = all_answered + answered
      assert.equal(all_answered, spent)
    end
  end)
end)

describe("a disk that is full", function()
  it("is an error; nothing recorded is lost, and the same run can go on", function()
    local output, code = support.run [[
      local j = assert(require("contactout.journal").open(path, identity))
      local function record(n)
        local batch, err = j:begin({ "key" .. n })
        if not batch then
          return nil, err
        end
        return j:answered(batch, { { key = "key" .. n, value = ("x"):rep(1000) } })
      end
      process.limit_files(200 * 1024)
      local n, ok, err = 0, true
      while ok do
        n = n + 1
        ok, err = record(n)
      end
      say(err)
      for i = 1, n - 1 do
        assert(#j:get("key" .. i).value == 1000)
      end
      assert(not j:get("key" .. n) or j:get("key" .. n).state == "sent")
      process.limit_files()
      assert(record(n))
      process.limit_files(200 * 1024)
      say(n, j:close())
      say("done")
    ]]
    assert.equal(0, code, output)
    local last = output:match("^no room is left for %S+: make some and start again; what it has "
      .. "recorded is kept %(journal%)\n(%d+)\ttrue\tnil\ndone$")
    assert.is_truthy(last, output)
    local j = open()
    for i = 1, tonumber(last) do
      assert.equal(1000, #j:get("key" .. i).value)
    end
  end)
end)

describe("a closed journal", function()
  it("says so, whatever it is asked", function()
    local j = open()
    assert.matches("^contactout%.Journal %(/", tostring(j))
    assert.is_true(j:close())
    assert.is_true(j:close())
    assert.equal("contactout.Journal (closed)", tostring(j))
    refused("is closed", j:begin({ "a" }))
    refused("is closed", j:submitted(1, "uuid"))
    refused("is closed", j:answered(1, {}))
    refused("is closed", j:cleared(1))
    refused("is closed", j:get("a"))
    refused("is closed", j:page(1))
    refused("is closed", j:next_job(0))
    refused("is closed", j:next_uncertain(""))
    refused("is closed", j:spent())
  end)
end)
