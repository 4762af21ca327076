-- What spec/support/failing_allocator.c runs to see a store run out of memory in
-- every place. All runs use one file, so each finds out whether the lock of the
-- one before it is gone.

local store = require "contactout.store"

local path = assert(os.getenv("SCRATCH")) .. "/store.db"
local db = assert(store.create(path))
assert(db:adopt())
assert(db:exec("PRAGMA journal_mode = WAL; DROP TABLE IF EXISTS t; CREATE TABLE t (k TEXT, v)"))
assert(db:begin())
for i = 1, 5 do
  assert(db:run("INSERT INTO t VALUES (?, ?)", "key " .. i, ("x"):rep(i * 100)))
end
assert(db:commit())

local rows = assert(db:rows("SELECT k, v FROM t"))
assert(#rows == 5 and #rows[5].v == 500)
assert(db:first("SELECT v FROM t WHERE k = ?", "key 2").v == ("x"):rep(200))
assert(db:first("SELECT v FROM t WHERE k = ?", "none") == nil)

local nothing, err = db:first("SELECT v FROM none")
assert(nothing == nil and err.kind == "journal")
nothing, err = store.open(path)
assert(nothing == nil and tostring(err):find("in use", 1, true))
assert(tostring(db) ~= "")
assert(db:close())
