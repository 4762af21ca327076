local store = require "contactout.store"
local support = require "spec.support.journal"

before_each(support.begin)
after_each(support.finish)

local HAS_INTEGERS = math.type ~= nil -- luacheck: ignore 143

local function create()
  return support.keep(store.create(support.path()))
end

--- A database with a table of one column.
local function with_table()
  local db = create()
  assert(db:exec("DROP TABLE IF EXISTS t; CREATE TABLE t (v)"))
  return db
end

local function round_trip(value)
  local db = with_table()
  assert.equal(1, db:run("INSERT INTO t VALUES (?)", value))
  local row = assert(db:first("SELECT v, typeof(v) AS type FROM t"))
  db:close()
  return row.v, row.type
end

local function refused(text, value, err)
  assert.is_nil(value)
  assert.equal("journal", err.kind)
  assert.matches(text, tostring(err), 1, true)
end

describe("a value", function()
  it("that is a string comes back byte for byte, as text", function()
    local all = {}
    for i = 0, 255 do
      all[i + 1] = string.char(i)
    end
    for _, text in ipairs({ "", "\0", "a\0b", "\237\160\128", table.concat(all) }) do
      local value, type = round_trip(text)
      assert.equal(text, value)
      assert.equal("text", type)
    end
  end)

  it("that is a number comes back exactly, an integer as one", function()
    for _, number in ipairs({ 0, -1, 200, 2 ^ 53 - 1, -(2 ^ 53 - 1), 0.1, 1e300, 1 / 0, -1 / 0 }) do
      assert.equal(number, (round_trip(number)))
    end
    local integer, type = round_trip(200)
    assert.equal("200", tostring(integer))
    assert.equal("integer", type)
  end)

  it("that is a float stays one where the Lua has both", function()
    local value, type = round_trip(tonumber("2.0"))
    assert.equal(HAS_INTEGERS and "real" or "integer", type)
    assert.equal(HAS_INTEGERS and "2.0" or "2", tostring(value))
  end)

  it("of 64 bits comes back exactly, or as an error", function()
    local db = create()
    for _, text in ipairs({ "9223372036854775807", "-9223372036854775808" }) do
      local row, err = db:first("SELECT " .. text .. " AS v")
      if HAS_INTEGERS then
        assert.equal(text, ("%d"):format(row.v))
      else
        refused("holds a number too large for this Lua", row, err)
      end
    end
  end)

  it("that is a boolean comes back as 1 or 0, nil as nil", function()
    assert.equal(1, (round_trip(true)))
    assert.equal(0, (round_trip(false)))
    assert.is_nil((round_trip(nil)))
  end)

  it("that can't be stored raises", function()
    local db = with_table()
    for _, value in ipairs({ {}, print, 0 / 0 }) do
      assert.is_false((pcall(db.run, db, "INSERT INTO t VALUES (?)", value)))
    end
    assert.equal(0, db:first("SELECT count(*) AS n FROM t").n)
  end)
end)

describe("a statement", function()
  it("takes exactly its values", function()
    local db = with_table()
    assert.is_false((pcall(db.run, db, "INSERT INTO t VALUES (?)")))
    assert.is_false((pcall(db.run, db, "INSERT INTO t VALUES (?)", 1, 2)))
    assert.equal(1, db:run("INSERT INTO t VALUES (?)", 1))
  end)

  it("is one", function()
    local db = with_table()
    for _, text in ipairs({ "", "SELECT 1; SELECT 2", "-- nothing" }) do
      assert.is_false((pcall(db.rows, db, text)))
    end
  end)

  it("that SQLite can't make sense of is an error with its words", function()
    refused("no such table: nobody", create():rows("SELECT 1 FROM nobody"))
  end)

  it("gives all its rows, the first one or none", function()
    local db = with_table()
    for i = 1, 3 do
      db:run("INSERT INTO t VALUES (?)", i)
    end
    assert.same({ { v = 1 }, { v = 2 }, { v = 3 } }, db:rows("SELECT v FROM t ORDER BY v"))
    assert.same({ v = 1 }, db:first("SELECT v FROM t ORDER BY v"))
    assert.same({ nil, nil }, { db:first("SELECT v FROM t WHERE v > 3") })
    assert.same({}, db:rows("SELECT v FROM t WHERE v > 3"))
    assert.equal(3, db:run("UPDATE t SET v = 0"))
  end)

  it("leaves nothing open that would stop a later one", function()
    local db = with_table()
    db:run("INSERT INTO t VALUES (1)")
    db:run("INSERT INTO t VALUES (2)")
    db:first("SELECT v FROM t")
    assert.is_true(db:exec("DROP TABLE t; VACUUM"))
  end)

  -- In a program of its own, whose heap is so small that the rows alone make the
  -- collector go round.
  it("that is being read is read to its end, whatever a finalizer does amid it", function()
    local output = support.run [[
      local db = assert(require("contactout.store").create(path))
      assert(db:exec("CREATE TABLE t (v)") and db:begin())
      for i = 1, 20000 do
        db:run("INSERT INTO t VALUES (?)", "row " .. i)
      end
      assert(db:commit())
      local closed, err, same
      require("spec.support.native").at_collection(function()
        closed, err = db:close()
        same = db:first("SELECT v FROM t")
      end)
      local rows = assert(db:rows("SELECT v FROM t"))
      say(#rows, rows[20000].v)
      say(closed, err)
      say(same.v)
    ]]
    assert.equal(table.concat({
      "20000\trow 20000", "nil\tthis journal is being read: close it afterwards (journal)", "row 1",
    }, "\n"), output)
  end)
end)

describe("a transaction", function()
  local function count(db)
    return db:first("SELECT count(*) AS n FROM t").n
  end

  it("is kept or undone as a whole", function()
    local db = with_table()
    assert(db:begin())
    db:run("INSERT INTO t VALUES (1)")
    assert(db:rollback())
    assert.equal(0, count(db))
    assert(db:begin())
    db:run("INSERT INTO t VALUES (1)")
    assert(db:commit())
    assert(db:rollback())
    assert.equal(1, count(db))
  end)

  it("that an error left open is undone by the next", function()
    local db = with_table()
    assert(db:begin())
    db:run("INSERT INTO t VALUES (1)")
    assert.is_true(db:begin())
    assert.equal(0, count(db))
  end)

  it("for which there is no room is an error that says so, and undone", function()
    local db = with_table()
    assert(db:exec("PRAGMA max_page_count = 3"))
    assert(db:begin())
    refused("no room is left for", db:run("INSERT INTO t VALUES (?)", ("x"):rep(20000)))
    assert.is_true(db:rollback())
    assert.equal(0, count(db))
  end)

  it("that may not be written is an error that says so", function()
    local db = with_table()
    assert(db:exec("PRAGMA query_only = ON"))
    refused("can't be written", db:run("INSERT INTO t VALUES (1)"))
  end)
end)

describe("a file", function()
  it("is for its owner alone from the start, as is what lies beside it", function()
    local output, code = support.run([[
      local db = require("contactout.store").create(path)
      assert(db:exec("PRAGMA journal_mode = WAL; CREATE TABLE t (v)"))
      process.quit(0)
    ]])
    assert.equal(0, code, output)
    assert.same({ ["run.db"] = "600", ["run.db-wal"] = "600" }, support.files())
  end)

  it("that was there before is made its owner's alone when it is adopted", function()
    support.write("run.db", "")
    os.execute("chmod 644 " .. support.path())
    local db = create()
    assert.equal("644", support.files()["run.db"])
    assert.is_true(db:adopt())
    assert.equal("600", support.files()["run.db"])
  end)

  it("is opened once, also within a process", function()
    local db = create()
    refused("is in use", store.create(support.path()))
    refused("is in use", store.open(support.path()))
    db:close()
    assert.is_truthy(support.keep(store.open(support.path())))
  end)

  it("is opened by one process, until that ends in whatever way", function()
    local db = create()
    assert.equal("journal", support.run [[
      say(select(2, require("contactout.store").open(path)).kind)
    ]])
    db:close()
    local _, code = support.run [[
      assert(require("contactout.store").open(path))
      process.raise(9)
    ]]
    assert.equal(137, code)
    support.keep(store.open(support.path()))
  end)

  it("is given free by the collector", function()
    assert(store.create(support.path()))
    collectgarbage()
    collectgarbage()
    support.keep(store.open(support.path()))
  end)

  it("is not inherited by programs that this one starts", function()
    create()
    local pipe = assert(io.popen("ls -l /proc/self/fd"))
    local text = pipe:read("*a")
    pipe:close()
    assert.is_nil(text:find("run.db", 1, true))
  end)

  it("that is none, or in no folder, is an error that says so", function()
    refused("No such file", store.open(support.path()))
    refused("No such file", store.create(support.path("none/run.db")))
    refused("none/run.db", store.create(support.path("none/run.db")))
    refused("can't be opened", store.create(support.path(".")))
    assert.same({}, support.files())
  end)

  it("that is something else is refused and stays as it is", function()
    support.write("run.db", ("no database\n"):rep(100))
    local before = support.bytes()
    refused("is not a journal", store.create(support.path()))
    assert.is_true(before == support.bytes())
  end)

  it("has a name that means a file", function()
    for _, name in ipairs({ "", "a\0b" }) do
      assert.is_false((pcall(store.create, name)))
    end
    local output = support.run [[
      package.path = package.path:gsub("%./", os.getenv("PWD") .. "/")
      say(require("contactout.store").open(":memory:"))
    ]]
    assert.matches("./:memory: can't be opened", output, 1, true)
  end)
end)

describe("a closed store", function()
  it("says so, and can be closed again", function()
    local db = create()
    assert.matches("^contactout%.store %(/.*run%.db%)$", tostring(db))
    assert.is_true(db:close())
    assert.is_true(db:close())
    assert.equal("contactout.store (closed)", tostring(db))
    for _, call in ipairs({ "exec", "run", "first", "rows" }) do
      refused("is closed", db[call](db, "SELECT 1"))
    end
    for _, call in ipairs({ "begin", "commit", "rollback", "adopt" }) do
      refused("is closed", db[call](db))
    end
  end)

  it("can't be taken for by anything else", function()
    local db = create()
    for _, value in ipairs({ 1, {}, io.stdout }) do
      assert.is_false((pcall(db.close, value)))
    end
  end)
end)

-- "#fork": not for sanitizers, whose allocator may be locked for good in a child.
describe("a forked child #fork", function()
  it("can't use the store, and leaves it and its lock to the parent", function()
    local output, code = support.run [[
      local store = require "contactout.store"
      local db = assert(store.create(path))
      assert(db:adopt() and db:exec("PRAGMA journal_mode = WAL; CREATE TABLE t (v)"))
      assert(db:begin() and db:run("INSERT INTO t VALUES (1)"))
      local child = process.fork()
      if child == 0 then
        say(db:run("INSERT INTO t VALUES (2)"))
        say(db:close())
        os.exit(0, true)
      end
      say(process.wait(child))
      assert(db:commit())
      say(db:first("SELECT count(*) AS n FROM t").n)
      child = process.fork()
      if child == 0 then
        say(select(2, store.open(path)).kind)
        os.exit(0, true)
      end
      say(process.wait(child))
      say(db:close())
    ]]
    assert.equal(0, code, output)
    assert.equal("nil\tthis journal was opened before a fork: open it in the process that uses it "
      .. "(journal)\ntrue\n0\n1\njournal\n0\ntrue", output)
    local db = support.keep(store.open(support.path()))
    assert.same({ { v = 1 } }, db:rows("SELECT v FROM t"))
  end)
end)
