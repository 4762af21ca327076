-- The iterator over the rows of a run of bulk work, from what the user gave.

local iterator = require "contactout.iterator"
local run = require "contactout.bulk.run"
local source = require "contactout.bulk.source"

local M = {}

---@param client contactout.Client
---@param work contactout.Work
---@param input any as contactout.bulk.source takes it
---@param opts table the run's
---@return contactout.Iterator of `item, value, err`
function M.new(client, work, input, opts)
  local inputs, err = source.new(work.kind, input, opts)
  local made
  if inputs then
    made, err = run.new(client, work, inputs, opts)
  end
  return made and iterator.of(made) or iterator.failing(err)
end

return M
