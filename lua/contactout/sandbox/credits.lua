-- Accounts and their credits. The token's beginning says what kind of
-- account it is; each token has pools of its own, made when first seen.
-- Pure: no clock, no I/O.

local Credits = {}
Credits.__index = Credits

Credits.POOLS = { "email", "phone", "search", "verifier" }

--- Kinds of account by the token's beginning: credits in each pool at first,
-- and whether the endpoints for paying customers are open.
Credits.KINDS = {
  test = { credits = 1000000, paid = true },
  trial = { credits = 100, paid = false },
  poor = { credits = 0, paid = true },
  prepaid = { credits = 5000, paid = true, prepaid = true },
}

function Credits.new()
  return setmetatable({ accounts = {} }, Credits)
end

local function new_account(token, kind)
  local account = {
    token = token, paid = kind.paid, prepaid = kind.prepaid, allowed = {}, used = {},
  }
  for _, pool in ipairs(Credits.POOLS) do
    account.allowed[pool], account.used[pool] = kind.credits, 0
  end
  return account
end

--- The account of a token | nil if no account has it.
function Credits:account(token)
  local account = self.accounts[token]
  if not account then
    local kind = Credits.KINDS[token:match("^(%a+)%-.") or ""]
    if not kind then
      return nil
    end
    account = new_account(token, kind)
    self.accounts[token] = account
  end
  return account
end

--- Sets how many credits are left in some pools: {email = 5}.
function Credits:set_left(token, pools)
  local account = assert(self:account(token), "no such kind of token")
  for pool, left in pairs(pools) do
    account.allowed[pool] = account.used[pool] + left
  end
end

--- How many credits are left in a pool.
function Credits.left(account, pool)
  return account.allowed[pool] - account.used[pool]
end

--- Whether all the pools a call could charge are empty (free calls: false).
function Credits.broke(account, pools)
  for _, pool in ipairs(pools) do
    if Credits.left(account, pool) > 0 then
      return false
    end
  end
  return #pools > 0
end

--- Charges one credit for each {kind =, subject =}, all or none -> done?
function Credits.charge(account, charges)
  local sums = {}
  for _, charge in ipairs(charges) do
    sums[charge.kind] = (sums[charge.kind] or 0) + 1
  end
  for pool, sum in pairs(sums) do
    if Credits.left(account, pool) < sum then
      return false
    end
  end
  for pool, sum in pairs(sums) do
    account.used[pool] = account.used[pool] + sum
  end
  return true
end

return Credits
