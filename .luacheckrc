std = "min"
max_line_length = 100
max_cyclomatic_complexity = 15

-- Only this file may ask which Lua it runs on.
files["lua/contactout/compat.lua"] = { std = "max" }
files["examples/neovim"] = { std = "luajit", globals = { "vim" } }
files["rockspec"] = { std = "+rockspec" }
-- A spec may keep what it must not let be collected: 241 is a table written only.
files["spec"] = { std = "+busted", max_cyclomatic_complexity = false, ignore = { "241" } }
files["examples/love"] = { std = "+love" }
-- Types for editors; no code.
files["lua/contactout/_meta.lua"] = { max_line_length = false, ignore = { "212", "241" } }
