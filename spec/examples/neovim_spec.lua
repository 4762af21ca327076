-- The Neovim plugin as its user meets it: a Neovim of its own, started as the demo
-- starts it, is typed into and asked what it shows, against a sandbox.
if not rawget(_G, "jit") then
  return -- Neovim's Lua is LuaJIT
end

local data = require "contactout.sandbox.data"
local neovim = require "spec.support.neovim"
local support = require "spec.support.client"

local sandbox = support.sandbox
local GRACE = data.person(6) -- has everything
local KOFI = data.person(10) -- has no contacts
local TOKEN = "test-neovim"

-- Keeps the task that looks up a URL's profile in a global.
local TASK_OF = [[task = require("contactout_nvim.lookup").known(
  require("contactout_nvim.query").first(%q), "profile").task]]

local editor

-- A Neovim with the plugin, on lines of text; `env` over what the demo has.
local function start(lines, env)
  local all = { CONTACTOUT_TOKEN = TOKEN, CONTACTOUT_BASE_URL = sandbox.url }
  for name, value in pairs(env or {}) do
    all[name] = value or nil
  end
  editor = neovim.start({ env = all, arguments = "-u examples/neovim/init.lua" })
  editor:run(("vim.o.lines, vim.o.columns = 50, 100; vim.api.nvim_buf_set_lines(0, 0, -1, false, "
    .. "vim.split(%q, '\\n'))"):format(table.concat(lines, "\n")))
end

local function shows(text)
  return ("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), ' '):find(%q, 1, true)")
    :format(text)
end

-- Types a command and waits for a text in the window -> all of the window's text.
local function command(keys, text)
  editor:send(":" .. keys .. "<CR>")
  editor:wait(shows(text))
  return editor:text()
end

local function windows()
  return editor:eval("#vim.api.nvim_list_wins()")
end

local function charges()
  return sandbox:state().charges[TOKEN]
end

describe("the Neovim plugin #yields", function()
  before_each(support.begin)
  after_each(function()
    editor:quit()
    sandbox:release()
  end)

  describe(":ContactOut", function()
    it("shows the profile of the address under the cursor", function()
      start({ "Ask " .. GRACE.work_emails[1] .. ", or x@y.example." })
      editor:send("f@")
      local text = command("ContactOut", "this cost 1 search credit")
      assert.equal((" %s\n %s · %s\n"):format(GRACE.full_name, GRACE.job_title,
        GRACE.company.name), text:match("^[^\n]*\n[^\n]*\n"))
      assert.is_nil(text:find("@", 1, true))
      assert.same({ search = 1 }, charges())
    end)

    it("takes the only one of the line", function()
      start({ "Grace (" .. GRACE.linkedin_url .. ") is at the fair" })
      assert.matches(GRACE.location, command("ContactOut", GRACE.full_name), 1, true)
      assert.same({ search = 1 }, charges())
    end)

    it("shows the contacts of a URL with !", function()
      start({ GRACE.linkedin_url })
      local text = command("ContactOut!", "this cost 1 e-mail + 1 phone credit")
      for _, contact in ipairs({ GRACE.work_emails[1], GRACE.personal_emails[1], GRACE.phones[1] })
      do
        assert.is_truthy(text:find(contact, 1, true), text)
      end
      assert.same({ email = 1, phone = 1 }, charges())
    end)

    it("shows the contacts of an address with !", function()
      start({ GRACE.personal_emails[1] })
      assert.matches(GRACE.phones[1], command("ContactOut!", GRACE.full_name), 1, true)
      assert.same({ email = 1, phone = 1 }, charges())
    end)

    it("says that somebody has no contacts, and what that cost", function()
      start({ KOFI.linkedin_url })
      assert.matches("none is known", command("ContactOut!", "this cost 1 search credit"))
      assert.same({ search = 1 }, charges())
    end)

    it("takes an argument", function()
      start({ "nothing" })
      command("ContactOut " .. GRACE.personal_emails[1], GRACE.full_name)
    end)

    it("takes the visual selection", function()
      start({ GRACE.work_emails[1] .. " " .. data.person(3).work_emails[1] })
      editor:send("Wv$")
      command("ContactOut", data.person(3).full_name)
    end)

    it("asks the mappings' keys", function()
      start({ GRACE.work_emails[1] })
      editor:send("\\p")
      editor:wait(shows(GRACE.full_name))
    end)

    it("explains itself where there is nothing to look up", function()
      start({ "nothing here" })
      editor:send(":ContactOut<CR>")
      editor:wait("vim.fn.execute('messages'):find('select one, or write it out', 1, true)")
      assert.equal("1", windows())
      assert.equal(0, sandbox:state().requests)
    end)

    it("doesn't guess between two", function()
      start({ "- " .. GRACE.work_emails[1] .. " " .. GRACE.personal_emails[1] })
      editor:send(":ContactOut<CR>")
      editor:wait("vim.fn.execute('messages'):find('under the cursor', 1, true)")
      assert.equal(0, sandbox:state().requests)
    end)
  end)

  describe("an error", function()
    it("says that nobody was found, and what to try", function()
      for _, who in ipairs({ "https://www.linkedin.com/in/nobody-x", "nobody@nowhere.example" }) do
        start({ who })
        assert.matches("→ try another", command("ContactOut", "nobody found"))
        editor:quit()
      end
    end)

    it("says that the credits are used up", function()
      start({ GRACE.linkedin_url }, { CONTACTOUT_TOKEN = "poor-neovim" })
      assert.matches("→ buy credits", command("ContactOut", "out of credits"))
    end)

    it("says how to give a token", function()
      start({ GRACE.linkedin_url }, { CONTACTOUT_TOKEN = false })
      command("ContactOut", "set CONTACTOUT_TOKEN before Neovim starts")
    end)

    it("says which links are refused, before anything is sent", function()
      start({ "https://www.linkedin.com/sales/lead/x" })
      assert.matches("Sales Navigator", command("ContactOut", "can't be looked up"))
      assert.equal(0, sandbox:state().requests)
    end)

    it("warns of what may have been charged, and asks again by r", function()
      sandbox:fault("reset-after", 1)
      start({ GRACE.linkedin_url })
      command("ContactOut", "may have cost credits")
      editor:send("r")
      editor:wait(shows(GRACE.full_name))
      assert.equal(2, sandbox:state().requests)
    end)

    it("says how to install what isn't there", function()
      start({ GRACE.linkedin_url }, { LUA_PATH = ";" })
      command("ContactOut", "make install LUA=luajit")
    end)
  end)

  describe("the window", function()
    it("says what it does and may cost, while the editor goes on", function()
      sandbox:fault("hold", 1)
      start({ GRACE.linkedin_url })
      editor:run("ticks = 0; vim.loop.new_timer():start(1, 1, function() ticks = ticks + 1 end)")
      assert.matches("looking up….*this costs 1 search credit", command("ContactOut", "looking up"))
      sandbox:wait({ held = 1 })
      editor:wait("ticks > tonumber(" .. editor:eval("ticks") .. ") + 3")
      sandbox:release()
      editor:wait(shows(GRACE.full_name))
    end)

    for _, key in ipairs({ "q", "<Esc>", ":q<CR>" }) do
      it("closes by " .. key, function()
        start({ GRACE.linkedin_url })
        command("ContactOut", GRACE.full_name)
        editor:send(key)
        editor:wait("#vim.api.nvim_list_wins() == 1")
        assert.equal(GRACE.linkedin_url, editor:text())
      end)
    end

    it("lets a lookup that was sent end when it is closed, and keeps what it paid for", function()
      sandbox:fault("hold", 1)
      start({ GRACE.linkedin_url })
      command("ContactOut!", "looking up")
      sandbox:wait({ held = 1 })
      editor:send("q")
      editor:wait("#vim.api.nvim_list_wins() == 1")
      sandbox:release()
      assert.matches(GRACE.phones[1], command("ContactOut!", GRACE.full_name), 1, true)
      editor:send("q")
      command("ContactOut", "nothing was spent again")
      assert.equal(1, sandbox:state().requests)
      assert.same({ email = 1, phone = 1 }, charges())
    end)

    it("never sends a lookup that waited for its turn when it was closed", function()
      start({ GRACE.linkedin_url, KOFI.linkedin_url })
      editor:run("require('contactout_nvim').setup({ client = "
        .. "{ rate_limits = { other = 10, window = 600 } } })")
      command("ContactOut", GRACE.full_name)
      editor:send("qj")
      command("ContactOut", "looking up")
      editor:run(TASK_OF:format(KOFI.linkedin_url))
      editor:send("q")
      editor:wait("task:has_ended()")
      assert.equal("1", windows())
      assert.equal(1, sandbox:state().requests)
    end)

    it("doesn't send a lookup again that was refused after it was closed", function()
      sandbox:fault("hold,status:429,retry-after:60", 1)
      start({ GRACE.linkedin_url })
      command("ContactOut", "looking up")
      sandbox:wait({ held = 1 })
      editor:run(TASK_OF:format(GRACE.linkedin_url))
      editor:send("q")
      editor:wait("#vim.api.nvim_list_wins() == 1")
      sandbox:release()
      editor:wait("task:has_ended()")
      assert.same({ 429 }, support.statuses())
    end)

    it("takes up the lookup that still runs", function()
      sandbox:fault("hold", 1)
      start({ GRACE.linkedin_url })
      command("ContactOut!", "looking up")
      sandbox:wait({ held = 1 })
      editor:send("q")
      assert.matches("this costs at most 1 e%-mail", command("ContactOut", "looking up"))
      sandbox:release()
      editor:wait(shows(GRACE.phones[1]))
      assert.equal(1, sandbox:state().requests)
    end)

    it("asks for the contacts by c, for what it says", function()
      start({ GRACE.linkedin_url })
      assert.matches("c contacts: at most 1 e%-mail %+ 1 phone credit",
        command("ContactOut", GRACE.full_name))
      editor:send("c")
      editor:wait(shows(GRACE.phones[1]))
      assert.same({ search = 1, email = 1, phone = 1 }, charges())
    end)

    it("makes place for the next", function()
      start({ GRACE.linkedin_url, KOFI.linkedin_url })
      command("ContactOut", GRACE.full_name)
      command("ContactOut " .. KOFI.linkedin_url, KOFI.full_name)
      assert.equal("2", windows())
    end)

    it("holds nobody up who leaves the editor", function()
      sandbox:fault("hold", 1)
      start({ GRACE.linkedin_url })
      command("ContactOut", "looking up")
      sandbox:wait({ held = 1 })
      assert.equal(0, (editor:quit()))
    end)

    it("fits a small screen, however much there is to show", function()
      start({ data.person(29).linkedin_url })
      editor:run("vim.o.lines, vim.o.columns = 12, 40")
      command("ContactOut!", data.person(29).full_name)
      assert.equal("true", editor:eval("vim.fn.winheight(0) <= 8 and vim.fn.winwidth(0) <= 38"))
    end)
  end)

  describe(":checkhealth contactout", function()
    local function health(env)
      start({ "" }, env)
      return command("checkhealth contactout", "contactout: the module")
    end

    it("says what is there, without the token and without a request", function()
      local text = health()
      assert.matches("OK: contactout %d+%.%d+%.%d+, built for LuaJIT: %S+core%.so", text)
      assert.matches("OK: libcurl is there: libcurl/%d", text)
      assert.matches("OK: a token is there, from CONTACTOUT_TOKEN", text)
      assert.is_truthy(text:find("requests go to " .. sandbox.url, 1, true))
      assert.is_nil(text:find(TOKEN, 1, true))
      assert.equal(0, sandbox:state().requests)
    end)

    it("warns that there is no token", function()
      assert.matches("WARNING: there is no token", health({ CONTACTOUT_TOKEN = false }))
    end)

    it("says which option is wrong", function()
      local text = health({ CONTACTOUT_BASE_URL = "http://far.example" })
      assert.matches("ERROR: [^\n]*base_url", text)
    end)

    it("says how to build the core that isn't there", function()
      assert.matches("ERROR: contactout isn't built.*make install LUA=luajit",
        health({ LUA_CPATH = ";" }))
    end)
  end)

  describe("setup", function()
    it("refuses an option that doesn't exist", function()
      start({ "" })
      local problem = editor:eval(
        "select(2, pcall(require('contactout_nvim').setup, { widht = 1 }))")
      assert.matches("no option widht; there are: border, client", problem)
    end)

    it("changes colours, which outlive a colour scheme", function()
      start({ "" })
      editor:run([[require("contactout_nvim").setup({ highlights = {
        ContactOutName = { fg = "#123456" }, ContactOutTitle = "Comment" } })
        vim.cmd("colorscheme desert")]])
      assert.equal(tostring(0x123456),
        editor:eval("vim.api.nvim_get_hl_by_name('ContactOutName', true).foreground"))
    end)
  end)

  it("has help", function()
    start({ "" })
    command("help :ContactOut", "Looks up the profile of the person")
  end)
end)
