-- The module's version, which the core knows.

return require("contactout.core").version
