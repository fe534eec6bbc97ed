/* expr/function/json_scan.c: finding the way in JSON texts. */
#include "expr/function/json_scan.h"

#include "base/context.h"
#include "base/utf8.h"
#include "base/word.h"

/* ---- checking ---- */

typedef struct Scanner {
    const char *at, *end;
    StringView key; /* the last one that was passed, with its quotes */
} Scanner;

/* A part that is looked for while a text is checked. */
typedef struct Search {
    const JsonStep *steps;
    size_t step_count;
    Text *scratch;
    int matched;       /* steps, by the values that are open */
    int64_t element;   /* of the array that the next step is looked for in */
    const char *start; /* of a part that all steps lead to */
    StringView found;
} Search;

static inline void skip_blanks(Scanner *scanner)
{
    while (scanner->at < scanner->end &&
           (*scanner->at == ' ' || *scanner->at == '\t' || *scanner->at == '\n' || *scanner->at == '\r'))
        context_pace((size_t)scanner->at++);
}

static inline bool accept(Scanner *scanner, char c)
{
    if (scanner->at == scanner->end || *scanner->at != c)
        return false;
    scanner->at++;
    return true;
}

static bool scan_word(Scanner *scanner, StringView word)
{
    if ((size_t)(scanner->end - scanner->at) < word.size || memcmp(scanner->at, word.data, word.size) != 0)
        return false;
    scanner->at += word.size;
    return true;
}

static inline bool scan_digits(Scanner *scanner)
{
    const char *start = scanner->at;
    while (scanner->at < scanner->end && ascii_is_digit(*scanner->at))
        context_pace((size_t)scanner->at++);
    return scanner->at > start;
}

static bool scan_number(Scanner *scanner)
{
    accept(scanner, '-');
    if (!accept(scanner, '0') && !scan_digits(scanner))
        return false;
    if (accept(scanner, '.') && !scan_digits(scanner))
        return false;
    if (accept(scanner, 'e') || accept(scanner, 'E')) {
        if (!accept(scanner, '+'))
            accept(scanner, '-');
        return scan_digits(scanner);
    }
    return true;
}

static bool is_hex_digit(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

/* Of eight bytes those that are a quote, a backslash or a control character; the first of them is right for sure. */
static inline uint64_t bytes_mark_special(uint64_t bytes)
{
    const uint64_t ones = UINT64_MAX / 255, highs = ones << 7;
    uint64_t quotes = bytes ^ ones * '"', escapes = bytes ^ ones * '\\';
    return (((quotes - ones) & ~quotes) | ((escapes - ones) & ~escapes) | ((bytes - ones * ' ') & ~bytes)) & highs;
}

/* To the next such byte. */
static inline void skip_plain(Scanner *scanner)
{
    for (; scanner->end - scanner->at >= 8; scanner->at += 8) {
        context_pace((size_t)scanner->at);
        uint64_t marks = bytes_mark_special(word_load(scanner->at));
        if (marks) {
            scanner->at += (unsigned)__builtin_ctzll(marks) / 8;
            return;
        }
    }
    while (scanner->at < scanner->end && *scanner->at != '"' && *scanner->at != '\\' &&
           (unsigned char)*scanner->at >= ' ')
        scanner->at++;
}

static bool scan_escape(Scanner *scanner)
{
    if (scanner->at == scanner->end)
        return false;
    char c = *scanner->at++;
    if (c != 'u')
        return memchr("\"\\/bfnrt", c, 8) != NULL;
    for (int i = 0; i < 4; i++)
        if (scanner->at == scanner->end || !is_hex_digit(*scanner->at++))
            return false;
    return true;
}

static bool scan_string(Scanner *scanner)
{
    if (!accept(scanner, '"'))
        return false;
    for (;;) {
        skip_plain(scanner);
        if (accept(scanner, '"'))
            return true;
        if (!accept(scanner, '\\') || !scan_escape(scanner))
            return false;
    }
}

static bool scan_scalar(Scanner *scanner)
{
    if (scanner->at == scanner->end)
        return false;
    switch (*scanner->at) {
    case '"':
        return scan_string(scanner);
    case 't':
        return scan_word(scanner, view_of("true"));
    case 'f':
        return scan_word(scanner, view_of("false"));
    case 'n':
        return scan_word(scanner, view_of("null"));
    default:
        return scan_number(scanner);
    }
}

static inline bool scan_key(Scanner *scanner)
{
    skip_blanks(scanner);
    const char *start = scanner->at;
    if (!scan_string(scanner))
        return false;
    scanner->key = (StringView){start, (size_t)(scanner->at - start)};
    skip_blanks(scanner);
    return accept(scanner, ':');
}

static bool key_is(StringView key, StringView name, Text *scratch)
{
    StringView inside = {key.data + 1, key.size - 2};
    if (inside.size < name.size) /* an escape is longer than what it stands for */
        return false;
    if (memchr(inside.data, '\\', inside.size) == NULL)
        return view_equal(inside, name);
    text_clear(scratch);
    json_add_unquoted(scratch, key);
    return view_equal(text_view(scratch), name);
}

/* Before a member of the array or object in which the next step is looked for. Of equal names the last one counts. */
static void search_enter(Search *search, bool in_object, const Scanner *scanner)
{
    const JsonStep *step = &search->steps[search->matched];
    if (!in_object)
        search->element++;
    if (in_object ? !step->has_name || !key_is(scanner->key, step->name, search->scratch)
                  : !step->has_index || step->index != search->element)
        return;
    search->matched++;
    search->start = scanner->at;
    search->found = (StringView){NULL, 0};
}

/* Behind the value of the last step that matched. */
static void search_leave(Search *search, const char *at)
{
    if ((size_t)search->matched == search->step_count)
        search->found = (StringView){search->start, (size_t)(at - search->start)};
    search->matched--;
    search->element = INT64_MIN; /* this array's was passed */
}

/* Behind a value: closes what ends here, and goes to the next member. True with *ret_done at the end of all. */
static bool scan_behind(Scanner *scanner, uint64_t *is_object, int *depth, Search *search, bool *ret_done)
{
    for (;;) {
        *ret_done = *depth == 0;
        if (*depth == 0)
            return true;
        if (search->matched == *depth)
            search_leave(search, scanner->at);
        bool in_object = is_object[*depth / 64] >> (*depth % 64) & 1;
        skip_blanks(scanner);
        if (accept(scanner, ','))
            return !in_object || scan_key(scanner);
        if (!accept(scanner, in_object ? '}' : ']'))
            return false;
        (*depth)--;
    }
}

/* Passes one value. A bit for each level says what it is in: no recursion. */
static bool scan_value(Scanner *scanner, Search *search)
{
    uint64_t is_object[JSON_MAX_DEPTH / 64 + 1];
    int depth = 0;
    for (bool is_done = false; !is_done;) {
        context_pace((size_t)scanner->at);
        skip_blanks(scanner);
        if (depth == search->matched + 1 && (size_t)search->matched < search->step_count)
            search_enter(search, is_object[depth / 64] >> (depth % 64) & 1, scanner);
        bool opens_object = scanner->at < scanner->end && *scanner->at == '{';
        if (opens_object || (scanner->at < scanner->end && *scanner->at == '[')) {
            scanner->at++;
            skip_blanks(scanner);
            if (!accept(scanner, opens_object ? '}' : ']')) {
                if (++depth > JSON_MAX_DEPTH)
                    return false;
                uint64_t bit = (uint64_t)1 << (depth % 64);
                is_object[depth / 64] =
                    (depth % 64 == 0 || depth == 1 ? 0 : is_object[depth / 64] & (bit - 1)) | (opens_object ? bit : 0);
                if (depth == search->matched + 1)
                    search->element = -1;
                if (opens_object && !scan_key(scanner))
                    return false;
                continue;
            }
        } else if (!scan_scalar(scanner)) {
            return false;
        }
        if (!scan_behind(scanner, is_object, &depth, search, &is_done))
            return false;
    }
    return true;
}

bool json_find(StringView text, const JsonStep *steps, size_t step_count, Text *scratch, StringView *ret_part)
{
    Scanner scanner = {.at = text.data, .end = text.data + text.size};
    Search search = {.steps = steps, .step_count = step_count, .scratch = scratch};
    if (!scan_value(&scanner, &search))
        return false;
    skip_blanks(&scanner);
    *ret_part = step_count ? search.found : text;
    return scanner.at == scanner.end;
}

bool json_is_valid(StringView text)
{
    StringView part;
    return json_find(text, NULL, 0, NULL, &part);
}

/* ---- members ---- */

JsonKind json_kind(StringView value)
{
    value = view_trim(value);
    switch (value.size ? value.data[0] : '\0') {
    case '\0':
        return JSON_INVALID;
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NUMBER;
    }
}

bool json_next(StringView value, JsonIterator *iterator)
{
    Scanner scanner = {0};
    Search nothing = {.step_count = 0};
    if (iterator->rest.data) {
        scanner = (Scanner){.at = iterator->rest.data, .end = iterator->rest.data + iterator->rest.size};
    } else {
        JsonKind kind = json_kind(value);
        if (kind != JSON_ARRAY && kind != JSON_OBJECT)
            return false;
        iterator->is_object = kind == JSON_OBJECT;
        value = view_trim(value);
        scanner = (Scanner){.at = value.data + 1, .end = value.data + value.size};
    }
    skip_blanks(&scanner);
    if (scanner.at == scanner.end || *scanner.at == ']' || *scanner.at == '}')
        return false;
    if (iterator->is_object) {
        scan_key(&scanner);
        iterator->key = scanner.key;
        skip_blanks(&scanner);
    }
    const char *start = scanner.at;
    scan_value(&scanner, &nothing);
    iterator->value = (StringView){start, (size_t)(scanner.at - start)};
    skip_blanks(&scanner);
    accept(&scanner, ',');
    iterator->rest = (StringView){scanner.at, (size_t)(scanner.end - scanner.at)};
    return true;
}

size_t json_count(StringView value)
{
    size_t count = 0;
    for (JsonIterator iterator = {0}; json_next(value, &iterator);)
        count++;
    return count;
}

StringView json_element(StringView value, int64_t index)
{
    if (json_kind(value) != JSON_ARRAY)
        return (StringView){NULL, 0};
    if (index < 0)
        index += (int64_t)json_count(value);
    for (JsonIterator iterator = {0}; index >= 0 && json_next(value, &iterator); index--)
        if (index == 0)
            return iterator.value;
    return (StringView){NULL, 0};
}

StringView json_member(StringView value, StringView name, Text *scratch)
{
    StringView found = {NULL, 0};
    if (json_kind(value) != JSON_OBJECT)
        return found;
    for (JsonIterator iterator = {0}; json_next(value, &iterator);)
        if (key_is(iterator.key, name, scratch))
            found = iterator.value;
    return found;
}

/* ---- strings ---- */

static uint32_t hex_value(const char *digits)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = ascii_lower(digits[i]);
        value = value << 4 | (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
}

/* \uXXXX at `at`, two of them when they are a surrogate pair. Returns its bytes. */
static size_t add_unicode_escape(Text *text, StringView string, size_t at)
{
    uint32_t character = hex_value(string.data + at + 2);
    size_t size = 6;
    bool has_second = at + 12 < string.size && string.data[at + 6] == '\\' && string.data[at + 7] == 'u';
    uint32_t second = has_second && character >= 0xD800 && character < 0xDC00 ? hex_value(string.data + at + 8) : 0;
    if (second >= 0xDC00 && second < 0xE000) {
        character = 0x10000 + ((character - 0xD800) << 10) + (second - 0xDC00);
        size = 12;
    }
    char bytes[4];
    size_t written = utf8_encode(character, bytes);
    text_add_view(text, written ? (StringView){bytes, written} : view_of("\xEF\xBF\xBD"));
    return size;
}

void json_add_unquoted(Text *text, StringView string)
{
    size_t plain = 1;
    for (size_t at = 1; at + 1 < string.size;) {
        context_pace(at);
        if (string.data[at] != '\\') {
            at++;
            continue;
        }
        text_add_view(text, (StringView){string.data + plain, at - plain});
        static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
        const char *letter = memchr(letters, string.data[at + 1], sizeof letters - 1);
        if (letter)
            text_add_char(text, meanings[letter - letters]);
        at += letter ? 2 : add_unicode_escape(text, string, at);
        plain = at;
    }
    if (string.size > plain)
        text_add_view(text, (StringView){string.data + plain, string.size - 1 - plain});
}

void json_add_quoted(Text *text, StringView view)
{
    static const char letters[] = "btnvfr"; /* of the bytes 8 to 13 */
    text_add_char(text, '"');
    for (size_t i = 0; i < view.size; i++) {
        context_pace(i);
        unsigned char c = (unsigned char)view.data[i];
        if (c == '"' || c == '\\')
            text_add_view(text, (StringView){(char[]){'\\', (char)c}, 2});
        else if (c >= 8 && c <= 13 && c != 11)
            text_add_format(text, "\\%c", letters[c - 8]);
        else if (c < ' ')
            text_add_format(text, "\\u%04x", c);
        else
            text_add_char(text, (char)c);
    }
    text_add_char(text, '"');
}
