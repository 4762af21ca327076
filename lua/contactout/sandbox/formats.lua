-- The forms of single values: what a URL, an address, a month must look
-- like. Each returns nil if the text is right, else the rule it breaks.

local M = {}

function M.linkedin_profile(text)
  if not text:find("^http") then
    return "must begin with http"
  elseif text:find("/sales/", 1, true) or text:find("/talent/", 1, true)
    or text:find("/recruiter/", 1, true) then
    return "must not be a Sales Navigator or Recruiter URL"
  end
  local lower = text:lower()
  if not (lower:find("linkedin%.com/in/[^/?#]") or lower:find("linkedin%.com/pub/[^/?#]")) then
    return "must contain linkedin.com/in/ or linkedin.com/pub/"
  end
end

function M.linkedin_company(text)
  if not text:find("^http") then
    return "must begin with http"
  elseif not text:lower():find("linkedin%.com/company/[^/?#]") then
    return "must contain linkedin.com/company/"
  end
end

function M.email(text)
  if not text:find("^[^%s@]+@[^%s@]+$") then
    return "must be a valid e-mail address"
  end
end

function M.domain(text)
  if not text:find("^[%w%-_.\128-\255]+$") or not text:find("[^.]%.[^.]") then
    return "must be a valid domain, like example.com"
  end
end

--- Calls back to this machine only: the sandbox is offline.
function M.callback(text)
  local host = text:match("^https?://(%[[%x:]+%])") or text:match("^https?://([^/:?#]+)")
  if host ~= "127.0.0.1" and host ~= "localhost" and host ~= "[::1]" then
    return "must be a URL of a loopback address, for the sandbox is offline"
  end
end

function M.period(text)
  local month = tonumber(text:match("^%d%d%d%d%-(%d%d)$"))
  if not month or month < 1 or month > 12 then
    return "must have the form YYYY-MM"
  end
end

return M
