-- A program such as users write, for leads_spec.lua beside it: whom to write to.

local M = {}

--- The first e-mail address of each person, by LinkedIn URL; those nobody knows are
--- left out.
function M.addresses(client, urls)
  local found = {}
  for _, url in ipairs(urls) do
    local reply, err = client:people_linkedin({ profile = url })
    if reply then
      found[url] = reply.profile.email[1]
    elseif err.kind ~= "not_found" then
      return nil, err
    end
  end
  return found
end

return M
