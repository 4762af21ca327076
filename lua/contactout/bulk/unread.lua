-- Answers as they wait to be handed out: unread, since the record of somebody takes five
-- times the memory of what it is read from. Such an answer is a verdict, or a table of
-- `raw` and `key`, as journals have it, too. Pure.

local M = {}

--- Takes an answer for what it will be read as. Most show at a look that they say
--- something; the others are read for that.
---@param kind contactout.JobKind
---@param raw any
---@param key string
---@return any|nil answer nil: it says nothing
---@return boolean? is_answer then: that nothing is known
function M.take(kind, raw, key)
  if kind.tells and kind.tells(raw) then
    return { raw = raw, key = key }
  end
  local value, is_answer = kind.value(raw, key)
  if type(value) == "table" then
    return { raw = raw, key = key }
  end
  return value, is_answer
end

--- The value that an answer is.
---@param kind contactout.JobKind
---@param answer any
---@return any value
function M.read(kind, answer)
  if type(answer) == "table" then
    return (kind.value(answer.raw, answer.key))
  end
  return answer
end

return M
