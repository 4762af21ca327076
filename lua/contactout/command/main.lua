#!/usr/bin/env lua
-- The program `contactout`: LuaRocks installs this file, `make install` one like it.

os.exit(require("contactout.command").run(arg))
