-- The example of a window that looks people up, in the real LÖVE on a display of
-- its own, against a sandbox. What it wrote is held against the invented people,
-- and what it spent against the sandbox's ledger.

-- LÖVE's Lua is LuaJIT, so the core must have been built for that.
if not rawget(_G, "jit") then
  return
end

local csv = require "contactout.csv"
local data = require "contactout.sandbox.data"
local files = require "spec.support.files"
local support = require "spec.support.sandbox"

local SHOWN = 14

local sandbox
local made = {}

local function temporary(text)
  local path = files.temporary(text)
  made[#made + 1] = path
  return path
end

-- LÖVE on a display of its own; a program that doesn't end is killed.
local COMMAND = "{ CONTACTOUT_TOKEN=test-love CONTACTOUT_BASE_URL=%s timeout -s KILL 60 "
  .. "xvfb-run -a sh -c 'echo $$ >%s; exec love examples/love %s 2>%s'; } </dev/null; echo exit $?"

-- Starts the example; its end is what `finish` waits for. `run.id` is a file in
-- which its process's id stands as soon as it runs.
local function start(arguments)
  local run = { id = temporary(), errors = temporary() }
  run.pipe = assert(io.popen(COMMAND:format(sandbox.url, run.id, arguments, run.errors)))
  return run
end

-- What it found, by name of the column; its exit code.
local function finish(run)
  local text, code = run.pipe:read("*a"):match("^(.*)exit (%d+)%s*$")
  run.pipe:close()
  local rows, header = {}, nil
  for cells in csv.reader(text):rows() do
    local row = {}
    for i, name in ipairs(header or {}) do
      row[name] = cells[i]
    end
    rows[#rows + 1] = header and row or nil
    header = header or cells
  end
  run.rows, run.code = rows, tonumber(code)
  return run
end

local function count(rows, state)
  local n = 0
  for _, row in ipairs(rows) do
    n = n + (row.state == state and 1 or 0)
  end
  return n
end

describe("examples/love #yields", function()
  setup(function()
    sandbox = support.start({ minute = 1 })
  end)

  before_each(function()
    sandbox:reset()
  end)

  teardown(function()
    for _, path in ipairs(made) do
      os.remove(path)
    end
  end)

  it("fills in every row with what the person has", function()
    local run = finish(start("--screenshot " .. temporary()))
    assert.equal(0, run.code, files.read(run.errors))
    assert.equal(SHOWN, #run.rows)
    for _, row in ipairs(run.rows) do
      local person = data.find_by_url(row.url)
      assert.equal(person and "found" or "not found", row.state)
      if person then
        assert.equal(person.full_name, row.name)
        assert.equal(person.company.name, row.company)
        assert.matches("%S", row.title)
        assert.equal(person.work_emails[1] or person.live_work_emails[1]
          or person.personal_emails[1] or "", row.email)
      end
    end
    assert.is_true(count(run.rows, "found") >= 10)
  end)

  it("spends a search credit on who is found, and an e-mail credit on an address", function()
    local run = finish(start("--screenshot " .. temporary()))
    local emails = 0
    for _, row in ipairs(run.rows) do
      emails = emails + (row.email ~= "" and 1 or 0)
    end
    assert.same({ search = count(run.rows, "found"), email = emails },
      sandbox:state().charges["test-love"])
    assert.equal(SHOWN, sandbox:state().requests)
  end)

  it("saves the window", function()
    local path = temporary()
    finish(start("--screenshot " .. path))
    local width, height = files.read(path):match("^\137PNG\r\n\26\n....IHDR(....)(....)")
    assert.equal("\0\0\4\56", width)
    assert.equal("\0\0\2\168", height)
  end)

  it("takes a list of the user's own", function()
    local person = data.person(6)
    local list = temporary("Contact,Profile URL\nNobody,\nG.,linkedin.com/in/" .. person.slug)
    local run = finish(start(list .. " --screenshot " .. temporary()))
    assert.equal(1, #run.rows)
    assert.equal(person.full_name, run.rows[1].name)
  end)

  it("shows why a call failed", function()
    sandbox:fault("status:500", 1, "people_enrich")
    local run = finish(start("--screenshot " .. temporary()))
    assert.equal(1, count(run.rows, "failed"))
    assert.equal(0, run.code)
  end)

  it("waits, when it is closed, for what may have been charged", function()
    sandbox:fault("hold", 5, "people_enrich")
    local run = start("")
    sandbox:wait({ held = 5 })
    assert(os.execute("kill -TERM " .. files.read(run.id)))
    sandbox:release()
    finish(run)
    assert.equal(0, run.code, files.read(run.errors))
    assert.equal(0, count(run.rows, "asking"))
    assert.equal(sandbox:state().requests, SHOWN - count(run.rows, "waiting"))
    assert.is_true(count(run.rows, "waiting") > 0)
  end)

  it("explains itself when called wrongly", function()
    local run = finish(start("--screenshots"))
    assert.equal(1, run.code)
    assert.matches("usage:", files.read(run.errors))
    assert.equal(0, sandbox:state().requests)
  end)
end)
