-- What `make openresty` runs: starts the offline API and nginx, both on this machine
-- alone, says what to try, and ends with ^C.
--
--   luajit examples/openresty/demo.lua [PORT]

local sandbox = require "contactout.sandbox"

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
local server = require "server"

local PORT = tonumber(arg[1]) or 8080

local TRY = [[
nginx at URL, on an offline API with invented people; end it with ^C. Try

  curl -i 'URL/person?linkedin=https://www.linkedin.com/in/grace-petrovic-99'
  curl -i 'URL/person?linkedin=https://www.linkedin.com/in/grace-petrovic-99'    # from the cache
  curl -i 'URL/person?email=grace.petrovic99@post.example'
  curl -i 'URL/person?email=nobody@example.net'
  curl -i 'URL/person?linkedin=https://example.net/'
  curl --data-binary 'https://www.linkedin.com/in/grace-petrovic-99' URL/contacts
  curl 'URL/contacts?job=JOB'    # of the line before; the webhook has brought it
  curl -i -d '{}' URL/contactout/webhook/wrong-secret

]]

local api = assert(sandbox.start())
local url = "http://127.0.0.1:" .. PORT
local folder, command = server.prepare(here, PORT)
io.stdout:write((TRY:gsub("URL", url)))
io.stdout:flush()
os.execute(table.concat({
  "CONTACTOUT_TOKEN=test-openresty", "CONTACTOUT_BASE_URL=" .. api.url,
  "WEBHOOK_SECRET=only-for-trying", "PUBLIC_URL=" .. url, command,
}, " "))
os.execute("rm -r " .. folder)
api:stop()
