-- What spec/support/failing_allocator.c runs to see the decoder and the encoder run
-- out of memory in every place.

local core = require "contactout.core"

local members = {}
for i = 1, 40 do
  members[i] = ('"key%d":[%d,null,"x\\n\255",[],{}]'):format(i, i)
end
local text = '{"data":{"profiles":{' .. table.concat(members, ",")
  .. ',"key1":1,"key2":null,"a":{"b":null,"b":1.5e300,"b":"\\ud83d\\ude00"}}}}'

local value = assert(core.decode(text))
assert(value.data.profiles.key1 == 1)

value.data.profiles.added = true
local count = 0
for _ in core.ordered(value.data.profiles) do
  count = count + 1
end
assert(count == 41)

local written = assert(core.encode(value))
assert(core.encode(assert(core.decode(written))) == written)

local nothing, err = core.decode("[[1,2")
assert(nothing == nil and err.kind == "malformed_response")
nothing, err = core.encode({ a = { ["b c"] = { print } } })
assert(nothing == nil and err.kind == "invalid_argument")
