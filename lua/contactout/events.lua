-- What a client's observer is told (the option `observe`). An error of his never
-- costs a reply: it is kept, and raised by the client's next call, before that sends.

local M = {}

--- Tells the client's observer, if it has one.
---@param self contactout.Client
---@param kind string "request", "response", "retry", "wait" or "job"
---@param call contactout.Call
---@param fields table what else the event has
function M.emit(self, kind, call, fields)
  local observe = self._observe
  if not observe then
    return
  end
  local event = { type = kind, endpoint = call.name }
  for name, value in pairs(fields) do
    event[name] = value
  end
  local ok, problem = pcall(observe, event)
  if not ok and self._observer_error == nil then
    self._observer_error = { value = problem }
  end
end

--- Raises what the observer has raised.
---@param self contactout.Client
function M.raise(self)
  local kept = self._observer_error
  if kept then
    self._observer_error = nil
    error(kept.value, 0)
  end
end

return M
