-- What is known of each key of a run: that it is on its way, and who waits for it, or
-- its answer. By this a key that comes again is answered with the first, however much
-- later, and is sent only once. In memory stands each key with a number; the answers
-- themselves are in a file (spill.lua). Knows a kind of work by how its answers are read.

local core = require "contactout.core"
local errors = require "contactout.errors"
local spill = require "contactout.bulk.spill"
local unread = require "contactout.bulk.unread"

---@class contactout.Entry a key on its way
---@field sent? string as it is sent; nil: an earlier run has sent it, and nobody waits for it
---@field canonical string
---@field items any[] the inputs that wait for its answer

---@class contactout.Answers
local Answers = {}
Answers.__index = Answers
Answers.__name = "contactout.Answers"

--- The entry of a key that is on its way.
---@param canonical string
---@return contactout.Entry|nil
function Answers:on_its_way(canonical)
  local known = self._known[canonical]
  return type(known) == "table" and known or nil
end

--- Notes that a key is on its way.
---@param sent string
---@param canonical string
---@param item any the input that asks for it
---@return contactout.Entry
function Answers:enter(sent, canonical, item)
  local entry = { sent = sent, canonical = canonical, items = { item } }
  self._known[canonical] = entry
  return entry
end

-- An answer, or an error in its place, as a word or as JSON.
local function pack(answer, err)
  if type(answer) == "string" then
    return answer
  elseif answer then
    return nil, core.encode(answer)
  end
  local fields = {}
  for name, field in pairs(err) do
    fields[name] = field
  end
  return nil, core.encode({ err = fields })
end

--- Notes the answer to a key.
---@param canonical string
---@param answer any|nil unread
---@param err? contactout.Error in place of an answer
function Answers:keep(canonical, answer, err)
  local word, text = pack(answer, err)
  self._known[canonical] = word or self._spill:put(text)
end

local function lost()
  return errors.fail("journal", "the answer to this key was given before, in another row; here it "
    .. "was kept in a temporary file, which can't be read any more")
end

--- Whether a key has been answered, and the answer.
---@param canonical string
---@return boolean is_known
---@return any|nil value
---@return contactout.Error|nil err
function Answers:recall(canonical)
  local known = self._known[canonical]
  if type(known) == "string" then
    return true, known
  elseif type(known) ~= "number" then
    return false
  end
  local text = self._spill:get(known)
  local kept = text and core.decode(text)
  if not kept then
    return true, lost()
  elseif kept.err then
    return true, errors.fail(kept.err.kind, kept.err.message, kept.err)
  end
  return true, unread.read(self._kind, kept)
end

-- What only a journal does (see journaled.lua).

local function nothing_to_do()
  return true
end

Answers.begin, Answers.doubted = nothing_to_do, nothing_to_do
Answers.submitted, Answers.refused = nothing_to_do, nothing_to_do
Answers.left_in_doubt = nothing_to_do

function Answers.finish(_, _, rows)
  return rows
end

local function nothing_there()
end

Answers.next_job, Answers.spent = nothing_there, nothing_there

--- Forgets everything.
function Answers:close()
  self._known = {}
  self._spill:close()
end

local M = {}

---@param kind contactout.JobKind what answers are read as
---@return contactout.Answers
function M.new(kind)
  return setmetatable({ _known = {}, _spill = spill.new(), _kind = kind }, Answers)
end

return M
