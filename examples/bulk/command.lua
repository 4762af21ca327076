-- The command line of bulk_contacts.lua and verify_list.lua: options that both have,
-- how they are read, and how a program ends.

local M = {}

M.OPTIONS = [[
  --plan             say what it would do and cost, and end: free
  --budget KIND=N,.. stop before more is spent: email=500,phone=0
  --journal FILE     what makes it resumable; OUTPUT.csv.journal without it
  --column NAME      the column to ask by
  --retry-charged    ask again what is uncertain, which may cost again
  --batch-size N     rows asked for at once; as many as the API takes
  --window SECONDS, --interval SECONDS
                     the rate limits' minute and the pause between two questions
                     after a job, for the sandbox
Run it again with the same words, whatever ended it, and it goes on. The journal holds
personal data: delete it when nothing is left to be asked.
exit code: 0 all is answered, 1 run it again, 2 not begun and nothing spent]]

--- The value, or an error that ends the program.
function M.must(value, err)
  return value or error(err or "the file is empty", 0)
end
local must = M.must

local FLAGS = { plan = true, ["retry-charged"] = true }
local READ = { journal = tostring, column = tostring }
READ.window, READ.interval, READ["batch-size"] = tonumber, tonumber, tonumber

function READ.budget(text)
  local budget = {}
  for part in text:gmatch("[^,]+") do
    local kind, count = part:match("^(%a+)=(%d+)$")
    budget[kind or part] = tonumber(count) -- the client says which kinds there are
    must(kind, "--budget: " .. part .. " isn't KIND=NUMBER")
  end
  return budget
end

--- The options by their names, and the two files as [1] and [2].
function M.arguments(words, usage, own_flag)
  local opts, name = {}, nil
  for _, word in ipairs(words) do
    local option = word:match("^%-%-(.*)")
    if name then
      opts[name], name = must(READ[name](word), usage), nil
    elseif option and (FLAGS[option] or option == own_flag) then
      opts[option] = true
    elseif option then
      name = must(READ[option] and option, usage)
    else
      opts[#opts + 1] = word
    end
  end
  must(#opts == 2 and opts[1] ~= opts[2] and not name, usage)
  opts.journal = opts.journal or opts[2] .. ".journal"
  must(opts.journal ~= opts[1] and opts.journal ~= opts[2], "the journal needs a file of its own")
  return opts
end

--- Runs the program; an error before the work began is its usage, or the reason.
function M.run(main)
  local ok, result = pcall(main)
  io.stderr:write(ok and "" or tostring(result) .. "\n")
  os.exit(ok and result or 2)
end

return M
