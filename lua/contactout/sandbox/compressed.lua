-- Two compressed bodies without a compression library: a gzip whose blocks
-- are stored as they are, and a bomb of repeated blanks, written as deflate's
-- longest match over and over. Needs LuaJIT's `bit`.

local bit = require "bit"

local M = {}

local function little_endian(value, bytes)
  local out = {}
  for i = 1, bytes do
    out[i] = string.char(value % 256)
    value = math.floor(value / 256)
  end
  return table.concat(out)
end

local CRC = {}
for i = 0, 255 do
  local crc = i
  for _ = 1, 8 do
    crc = bit.bxor(bit.rshift(crc, 1), bit.band(crc, 1) == 1 and 0xEDB88320 or 0)
  end
  CRC[i] = crc
end

local function crc32(text)
  local crc = -1
  for i = 1, #text do
    local index = bit.band(bit.bxor(crc, text:byte(i)), 0xFF)
    crc = bit.bxor(bit.rshift(crc, 8), CRC[index])
  end
  return bit.bnot(crc) % 2 ^ 32
end

--- Stored blocks of at most 65535 bytes; the last one marked if `final`.
local function stored(text, final)
  local out = {}
  for start = 1, #text, 65535 do
    local part = text:sub(start, start + 65534)
    local is_last = final and start + 65535 > #text
    out[#out + 1] = (is_last and "\1" or "\0") .. little_endian(#part, 2)
      .. little_endian(65535 - #part, 2) .. part
  end
  return table.concat(out)
end

--- A gzip file of that text.
function M.gzip(text)
  return "\31\139\8\0\0\0\0\0\0\255" .. stored(text, true) .. little_endian(crc32(text), 4)
    .. little_endian(#text, 4)
end

local MATCH = 258

--- Packs a string of "0" and "1", first bit lowest, as deflate does.
local function pack(bits)
  local out = {}
  for start = 1, #bits, 8 do
    out[#out + 1] = string.char(tonumber(bits:sub(start, start + 7):reverse(), 2))
  end
  return table.concat(out)
end

--- Adler-32 of `text` followed by n blanks, in closed form for the blanks.
local function adler32(text, n)
  local a, b, prime = 1, 0, 65521
  for i = 1, #text do
    a = (a + text:byte(i)) % prime
    b = (b + a) % prime
  end
  b = (b + n % prime * a + 32 * ((n * (n + 1) / 2) % prime)) % prime
  return (b * 65536 + (a + 32 * (n % prime)) % prime)
end

--- The text and blanks up to about `size` bytes, as a zlib stream ("deflate").
-- A fixed block: one blank, then matches of 258 bytes at distance 1, 13 bits
-- each, so eight of them are 13 bytes.
function M.bomb(text, size)
  local rounds = math.max(1, math.ceil((size - #text) / (8 * MATCH)))
  local blank, match, finish = "01010000", "1100010100000", "0000000"
  local head, unit = "110" .. blank, match:rep(8)
  -- The block begins on a byte and its head is 11 bits, so that the repeated
  -- part, cut into bytes, starts three bits into one.
  local cycle = pack((unit:rep(2)):sub(6, 5 + #unit))
  local body = pack(head .. unit:sub(1, 5)) .. cycle:rep(rounds - 1)
    .. pack(unit:sub(6) .. finish)
  local blanks = 1 + rounds * 8 * MATCH
  local sum = adler32(text, blanks)
  local big_endian = little_endian(sum, 4):reverse()
  return "\120\1" .. stored(text, false) .. body .. big_endian
end

return M
