/*
 * See decode.h. The grammar, as one function for each of its rules; json_read.c
 * reads strings and numbers, gather.c makes the tables. What is pushed before a
 * failure is left on the stack, for cto_decode to clear.
 */
#include "decode.h"

#include <string.h>

#include "errors.h"
#include "gather.h"
#include "json_read.h"
#include "json_scan.h"

enum { KNOWN_KEYS = 64, LONGEST_KNOWN = 24 };

/* A key that was met before. The value lies in a stack slot of its own. */
struct known_key {
  const char *start; /* in the text */
  size_t length;
};

struct decoder {
  lua_State *L;
  struct cto_json_reader reader;
  const char *const *keyed;
  int depth;
  int scratch; /* stack slot of the userdata in which strings are repaired */
  size_t scratch_size;
  int first_known; /* stack slot of the first of KNOWN_KEYS */
  struct known_key known[KNOWN_KEYS];
};

/* --- Blanks and punctuation ---------------------------------------------- */

enum { NOTHING = -1 };

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* Skips blanks; the byte that follows, or NOTHING at the end. */
static inline int peek(struct decoder *decoder)
{
  struct cto_json_reader *reader = &decoder->reader;
  while (reader->at < reader->end && is_blank(*reader->at))
    reader->at++;
  return reader->at < reader->end ? (unsigned char)*reader->at : NOTHING;
}

static bool fail(struct decoder *decoder, const char *what)
{
  return cto_json_fail(&decoder->reader, what);
}

/* --- Strings, numbers, words --------------------------------------------- */

/* [-0, +0, m] At least `size` bytes that last until the next call. */
static char *get_scratch(struct decoder *decoder, size_t size)
{
  lua_State *L = decoder->L;
  if (size > decoder->scratch_size) {
    size_t doubled = decoder->scratch_size * 2;
    size_t new_size = size > doubled ? size : doubled;
    lua_newuserdata(L, new_size);
    lua_replace(L, decoder->scratch);
    decoder->scratch_size = new_size;
  }
  return lua_touserdata(L, decoder->scratch);
}

/* [-0, +1|+0, m] A string with escapes, or with more than ASCII in it. */
static bool decode_long_way(struct decoder *decoder)
{
  struct cto_json_text text;
  if (!cto_json_read_string(&decoder->reader, &text))
    return false;
  if (!text.needs_work) {
    lua_pushlstring(decoder->L, text.start, text.length);
    return true;
  }
  char *out = get_scratch(decoder, text.room);
  size_t length;
  if (!cto_json_repair(&decoder->reader, &text, out, &length))
    return false;
  lua_pushlstring(decoder->L, out, length);
  return true;
}

/* Moves behind the string at an opening quote if it is plain to its end. */
static inline bool skip_plain_string(struct cto_json_reader *reader,
                                     const char **start, size_t *length)
{
  *start = reader->at + 1;
  const char *end = cto_skip_plain(*start, reader->end);
  if (end == reader->end || *end != '"')
    return false;
  *length = (size_t)(end - *start);
  reader->at = end + 1;
  return true;
}

/* [-0, +1|+0, m] */
static bool decode_string(struct decoder *decoder)
{
  const char *start;
  size_t length;
  if (!skip_plain_string(&decoder->reader, &start, &length))
    return decode_long_way(decoder);
  lua_pushlstring(decoder->L, start, length);
  return true;
}

/* Where a key of at least one byte is kept if it is known. */
static unsigned known_place(const char *start, size_t length)
{
  unsigned first = (unsigned char)start[0];
  unsigned middle = (unsigned char)start[length / 2];
  unsigned last = (unsigned char)start[length - 1];
  return (first * 5 + middle * 3 + last + (unsigned)length * 7) % KNOWN_KEYS;
}

/* [-0, +1, m] Pushes a key. Replies repeat the same few dozen, and copying one
 * from another slot is cheaper than having Lua hash it again. */
static void push_key(struct decoder *decoder, const char *start, size_t length)
{
  lua_State *L = decoder->L;
  if (length == 0 || length > LONGEST_KNOWN) {
    lua_pushlstring(L, start, length);
    return;
  }
  unsigned place = known_place(start, length);
  struct known_key *known = &decoder->known[place];
  int slot = decoder->first_known + (int)place;
  if (known->length == length && memcmp(known->start, start, length) == 0) {
    lua_pushvalue(L, slot);
    return;
  }
  lua_pushlstring(L, start, length);
  lua_pushvalue(L, -1);
  lua_replace(L, slot);
  *known = (struct known_key){start, length};
}

/* [-0, +1|+0, m] */
static bool decode_key(struct decoder *decoder)
{
  const char *start;
  size_t length;
  if (peek(decoder) != '"')
    return fail(decoder, "expected a key");
  if (!skip_plain_string(&decoder->reader, &start, &length))
    return decode_long_way(decoder);
  push_key(decoder, start, length);
  return true;
}

/* [-0, +1|+0, -] */
static bool decode_number(struct decoder *decoder)
{
  struct cto_json_number number;
  if (!cto_json_read_number(&decoder->reader, &number))
    return false;
  if (!number.is_integer)
    lua_pushnumber(decoder->L, number.real);
  else if (CTO_LUA_HAS_INTEGERS)
    lua_pushinteger(decoder->L, (lua_Integer)number.integer);
  else
    lua_pushnumber(decoder->L, (lua_Number)number.integer);
  return true;
}

static bool skip_word(struct decoder *decoder, const char *word)
{
  struct cto_json_reader *reader = &decoder->reader;
  size_t length = strlen(word);
  if ((size_t)(reader->end - reader->at) < length ||
      memcmp(reader->at, word, length) != 0)
    return fail(decoder, "expected a value");
  reader->at += length;
  return true;
}

/* [-0, +1|+0, -] */
static bool decode_boolean(struct decoder *decoder, const char *word)
{
  lua_pushboolean(decoder->L, *word == 't');
  return skip_word(decoder, word);
}

/* [-0, +1|+0, -] */
static bool decode_null(struct decoder *decoder)
{
  lua_pushlightuserdata(decoder->L, NULL);
  return skip_word(decoder, "null");
}

/* --- Containers ---------------------------------------------------------- */

static bool decode_value(struct decoder *decoder, bool is_keyed);

/* Steps into a container, over its opening bracket. */
static bool enter(struct decoder *decoder)
{
  if (decoder->depth == CTO_MAX_DEPTH)
    return fail(decoder, "nested too deep");
  decoder->depth++;
  decoder->reader.at++;
  return true;
}

/* Steps out of one that is empty. */
static bool leave_at(struct decoder *decoder, char closing)
{
  if (peek(decoder) != closing)
    return false;
  decoder->reader.at++;
  decoder->depth--;
  return true;
}

/* After an element or a member: steps over a comma, or out of the container, or
 * fails; true if there is one more. */
static bool has_more(struct decoder *decoder, char closing, const char *what)
{
  int byte = peek(decoder);
  if (byte != ',' && byte != closing)
    return fail(decoder, what);
  decoder->reader.at++;
  decoder->depth -= byte != ',';
  return byte == ',';
}

static bool has_failed(const struct decoder *decoder)
{
  return decoder->reader.what;
}

/* [-0, +1|+?, m] */
static bool decode_array(struct decoder *decoder)
{
  lua_State *L = decoder->L;
  if (!enter(decoder))
    return false;
  if (leave_at(decoder, ']')) {
    lua_newtable(L);
    lua_pushvalue(L, CTO_UPVALUE(EMPTY_ARRAY));
    lua_setmetatable(L, -2);
    return true;
  }
  struct cto_gather array;
  cto_gather_open(L, &array, decoder->depth, false);
  do {
    cto_gather_room(L, &array);
    if (!decode_value(decoder, false))
      return false;
    array.count++;
    if (cto_gather_is_full(&array))
      cto_gather_elements(L, &array);
  } while (has_more(decoder, ']', "expected a comma or ]"));
  if (has_failed(decoder))
    return false;
  cto_gather_elements(L, &array);
  return true;
}

/* [-0, +0, m] Whether the value that follows, a member of the key on top, is an
 * object whose order is to be kept. */
static bool is_keyed(const struct decoder *decoder)
{
  if (decoder->depth > 2 || !decoder->keyed)
    return false;
  const char *key = lua_tostring(decoder->L, -1);
  for (const char *const *name = decoder->keyed; *name; name++)
    if (strcmp(key, *name) == 0)
      return true;
  return false;
}

/* [-0, +2|+?, m] */
static bool decode_member(struct decoder *decoder, struct cto_gather *object)
{
  if (!decode_key(decoder))
    return false;
  if (peek(decoder) != ':')
    return fail(decoder, "expected a colon");
  decoder->reader.at++;
  object->count++;
  int byte = peek(decoder);
  if (byte == '{')
    return decode_value(decoder, is_keyed(decoder));
  if (byte != 'n')
    return decode_value(decoder, false);
  object->nulls++;
  if (object->is_keyed)
    return decode_null(decoder);
  lua_pushnil(decoder->L);
  return skip_word(decoder, "null");
}

/* [-0, +1|+?, m] */
static bool decode_object(struct decoder *decoder, bool is_keyed_object)
{
  lua_State *L = decoder->L;
  if (!enter(decoder))
    return false;
  struct cto_gather object;
  cto_gather_open(L, &object, decoder->depth, is_keyed_object);
  if (!leave_at(decoder, '}')) {
    do {
      cto_gather_room(L, &object);
      if (!decode_member(decoder, &object))
        return false;
      if (cto_gather_is_full(&object))
        cto_gather_members(L, &object);
    } while (has_more(decoder, '}', "expected a comma or }"));
    if (has_failed(decoder))
      return false;
  }
  cto_gather_close_object(L, &object);
  return true;
}

/* [-0, +1|+?, m] */
static bool decode_value(struct decoder *decoder, bool is_keyed_object)
{
  int byte = peek(decoder);
  switch (byte) {
  case '{':
    return decode_object(decoder, is_keyed_object);
  case '[':
    return decode_array(decoder);
  case '"':
    return decode_string(decoder);
  case 't':
    return decode_boolean(decoder, "true");
  case 'f':
    return decode_boolean(decoder, "false");
  case 'n':
    return decode_null(decoder);
  case '-':
    return decode_number(decoder);
  default:
    return byte >= '0' && byte <= '9' ? decode_number(decoder)
                                      : fail(decoder, "expected a value");
  }
}

/* --- A whole text -------------------------------------------------------- */

static void skip_byte_order_mark(struct cto_json_reader *reader)
{
  if (reader->end - reader->at >= 3 &&
      memcmp(reader->at, "\xEF\xBB\xBF", 3) == 0)
    reader->at += 3;
}

/* [-0, +1|+?, m] One value, with nothing but blanks around it. */
static bool decode_text(struct decoder *decoder)
{
  skip_byte_order_mark(&decoder->reader);
  if (!decode_value(decoder, false))
    return false;
  return peek(decoder) == NOTHING || fail(decoder, "text after the value");
}

bool cto_decode(lua_State *L, const char *text, size_t length,
                const char *const *keyed, struct cto_decode_error *error)
{
  int top = lua_gettop(L);
  struct decoder decoder = {
      .L = L,
      .reader = {.at = text, .end = text + length},
      .keyed = keyed,
      .scratch = top + 1,
      .first_known = top + 2,
  };
  luaL_checkstack(L, 1 + KNOWN_KEYS + LUA_MINSTACK, "JSON");
  lua_settop(L, top + 1 + KNOWN_KEYS);
  if (!decode_text(&decoder)) {
    lua_settop(L, top);
    error->what = decoder.reader.what;
    error->offset = (size_t)(decoder.reader.at - text);
    return false;
  }
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
  return true;
}

int cto_decode_lua(lua_State *L)
{
  static const char *const keyed[] = {"profiles", "companies", "result", NULL};
  luaL_checktype(L, 1, LUA_TSTRING);
  size_t length;
  const char *text = lua_tolstring(L, 1, &length);
  struct cto_decode_error error;
  if (cto_decode(L, text, length, keyed, &error))
    return 1;
  cto_error(L, CTO_MALFORMED_RESPONSE, NULL, NULL, "not JSON: %s (byte %d)",
            error.what, (int)error.offset + 1);
  return cto_fail(L);
}
