-- "(A AND b c) NOT D" as a test of a text. Brackets come first, and then one operator
-- after the other, from left to right, none before another; words that no operator
-- parts are one phrase. Whatever is odd (a bracket too many, an operator without its
-- term) is passed over: the real service's judgement isn't known. Pure.

local M = {}

local COMBINE = {}

function COMBINE.AND(left, right)
  return function(text)
    return left(text) and right(text)
  end
end

function COMBINE.OR(left, right)
  return function(text)
    return left(text) or right(text)
  end
end

function COMBINE.NOT(left, right)
  return function(text)
    return left(text) and not right(text)
  end
end

local function anything()
  return true
end

local function contains(phrase)
  return function(text)
    return text:find(phrase, 1, true) ~= nil
  end
end

-- Brackets and words, with a place to read on from.
local function tokens_of(equation)
  local tokens = { at = 1 }
  for token in equation:gsub("[()]", " %0 "):gmatch("%S+") do
    tokens[#tokens + 1] = token
  end
  return tokens
end

local function is_word(token)
  return token and token ~= "(" and token ~= ")" and not COMBINE[token]
end

local function read_phrase(tokens)
  local words = {}
  while is_word(tokens[tokens.at]) do
    words[#words + 1] = tokens[tokens.at]:lower()
    tokens.at = tokens.at + 1
  end
  return contains(table.concat(words, " "))
end

-- Up to the bracket that closes it, or the end.
local function read_equation(tokens)
  local test, operator = anything, "AND"
  while tokens[tokens.at] and tokens[tokens.at] ~= ")" do
    local token = tokens[tokens.at]
    if COMBINE[token] then
      operator, tokens.at = token, tokens.at + 1
    else
      local term
      if token == "(" then
        tokens.at = tokens.at + 1
        term = read_equation(tokens)
      else
        term = read_phrase(tokens)
      end
      test, operator = COMBINE[operator](test, term), "AND"
    end
  end
  tokens.at = tokens.at + 1 -- behind the bracket
  return test
end

--- Compiles an equation.
---@param equation string
---@return fun(text: string): boolean test of a text in lower case
function M.compile(equation)
  local tokens, test = tokens_of(equation), anything
  while tokens.at <= #tokens do
    test = COMBINE.AND(test, read_equation(tokens))
  end
  return test
end

return M
