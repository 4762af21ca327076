-- One function for each endpoint, by the name in routes.lua: what it finds,
-- shows and charges. They know nothing of HTTP: a call in, a reply out.

local M = {}

for _, part in ipairs { "lookups", "searches", "bulk", "account" } do
  for name, answer in pairs(require("contactout.sandbox.answers." .. part)) do
    M[name] = answer
  end
end

return M
