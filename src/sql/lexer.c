/* sql/lexer.c: bytes to tokens. The functions that find where a token ends are shared with lexer_statement_size. */
#include "sql/lexer.h"

#include "base/context.h"
#include "base/text.h"
#include "base/utf8.h"

#define UNCLOSED SIZE_MAX

/* ---- where things end ---- */

static bool is_word_start(char c)
{
    return ascii_is_alpha(c) || c == '_' || (c & 0x80);
}

static bool is_word_part(char c)
{
    return is_word_start(c) || ascii_is_digit(c) || c == '$';
}

static char text_at(StringView text, size_t offset)
{
    return offset < text.size ? text.data[offset] : '\0';
}

static inline bool text_has(StringView text, size_t offset, const char *spelling)
{
    size_t size = strlen(spelling);
    return size <= text.size - offset && memcmp(text.data + offset, spelling, size) == 0;
}

static size_t word_end(StringView text, size_t offset)
{
    while (offset < text.size && is_word_part(text.data[offset]))
        context_pace(offset++);
    return offset;
}

static size_t line_end(StringView text, size_t offset)
{
    const char *found = memchr(text.data + offset, '\n', text.size - offset);
    return found ? (size_t)(found - text.data) : text.size;
}

/* `offset` is at slash-star; comments nest. */
static size_t comment_end(StringView text, size_t offset)
{
    size_t depth = 0;
    while (offset < text.size) {
        context_pace(offset);
        if (text_has(text, offset, "/*")) {
            depth++;
            offset += 2;
        } else if (text_has(text, offset, "*/")) {
            offset += 2;
            if (--depth == 0)
                return offset;
        } else {
            offset++;
        }
    }
    return UNCLOSED;
}

/* Whether a blank or a comment may begin so. */
static inline bool is_blank_start(char c)
{
    return ascii_is_space(c) || c == '-' || c == '/' || c == '\xEF';
}

/* Behind blanks and comments. On UNCLOSED, *ret_open is where the comment starts. */
static size_t blank_end(StringView text, size_t offset, size_t *ret_open)
{
    while (offset < text.size && is_blank_start(text.data[offset])) {
        context_pace(offset);
        if (ascii_is_space(text.data[offset])) {
            offset++;
        } else if (text_has(text, offset, "--")) {
            offset = line_end(text, offset);
        } else if (text_has(text, offset, "/*")) {
            *ret_open = offset;
            offset = comment_end(text, offset);
            if (offset == UNCLOSED)
                return UNCLOSED;
        } else if (text_has(text, offset, "\xEF\xBB\xBF")) { /* a byte order mark */
            offset += 3;
        } else {
            break;
        }
    }
    return offset;
}

/* `offset` is at the opening quote; a doubled quote stands for itself. */
static size_t quoted_end(StringView text, size_t offset, bool has_backslashes)
{
    char quote = text.data[offset++];
    while (offset < text.size) {
        context_pace(offset);
        char c = text.data[offset];
        if (c == '\\' && has_backslashes) {
            offset += 2;
        } else if (c != quote) {
            offset++;
        } else if (text_at(text, offset + 1) == quote) {
            offset += 2;
        } else {
            return offset + 1;
        }
    }
    return UNCLOSED;
}

/* Behind a string's closing quote: the opening quote that continues it on a later line, or UNCLOSED. */
static size_t string_continuation(StringView text, size_t offset)
{
    bool has_line_end = false;
    for (; offset < text.size && ascii_is_space(text.data[offset]); offset++) {
        context_pace(offset);
        has_line_end |= text.data[offset] == '\n';
    }
    return has_line_end && text_at(text, offset) == '\'' ? offset : UNCLOSED;
}

static size_t string_end(StringView text, size_t offset, bool has_backslashes)
{
    for (;;) {
        size_t end = quoted_end(text, offset, has_backslashes);
        if (end == UNCLOSED)
            return UNCLOSED;
        offset = string_continuation(text, end);
        if (offset == UNCLOSED)
            return end;
    }
}

/* At $: the size of an opening $$ or $tag$; 0 when it is none. */
static size_t dollar_tag_size(StringView text, size_t offset)
{
    size_t end = offset + 1;
    if (end < text.size && is_word_start(text.data[end]))
        for (; end < text.size && is_word_part(text.data[end]) && text.data[end] != '$'; end++)
            context_pace(end);
    return text_at(text, end) == '$' ? end + 1 - offset : 0;
}

/* Behind the closing tag. */
static size_t dollar_end(StringView text, size_t offset, size_t tag_size)
{
    const char *tag = text.data + offset;
    size_t start = offset + tag_size;
    const char *found = memmem(text.data + start, text.size - start, tag, tag_size);
    return found ? (size_t)(found - text.data) + tag_size : UNCLOSED;
}

/* What stands before the quote of E'…', U&'…', U&"…", X'…', N'…': 0 when no string begins at this letter. */
static size_t string_prefix_size(StringView text, size_t offset)
{
    char letter = ascii_lower(text.data[offset]), next = text_at(text, offset + 1);
    if (next == '\'')
        return strchr("exnb", letter) ? 1 : 0;
    char third = text_at(text, offset + 2);
    return next == '&' && letter == 'u' && (third == '\'' || third == '"') ? 2 : 0;
}

/* Behind the token at `offset`, which is no blank; UNCLOSED when its end is missing. Symbols are taken byte by byte. */
static size_t token_end_roughly(StringView text, size_t offset)
{
    char c = text.data[offset];
    if (is_word_start(c)) {
        size_t prefix_size = string_prefix_size(text, offset);
        if (prefix_size == 0)
            return word_end(text, offset);
        if (text.data[offset + prefix_size] == '"')
            return quoted_end(text, offset + prefix_size, false);
        return string_end(text, offset + prefix_size, ascii_lower(c) == 'e');
    }
    if (c == '\'')
        return string_end(text, offset, false);
    if (c == '"' || c == '`')
        return quoted_end(text, offset, false);
    if (ascii_is_digit(c))
        return word_end(text, offset);
    if (c == '$') {
        size_t tag_size = dollar_tag_size(text, offset);
        return tag_size ? dollar_end(text, offset, tag_size) : word_end(text, offset + 1);
    }
    return offset + 1;
}

size_t lexer_statement_size(StringView text)
{
    size_t offset = 0, open;
    for (;;) {
        offset = blank_end(text, offset, &open);
        if (offset == UNCLOSED || offset >= text.size)
            return 0;
        if (text.data[offset] == ';')
            return offset + 1;
        offset = token_end_roughly(text, offset);
        if (offset == UNCLOSED)
            return 0;
    }
}

bool lexer_is_copy_from_stdin(StringView text)
{
    size_t offset = lexer_empty_size(text), depth = 0, open;
    bool is_copy = false, is_behind_from = false;
    for (;;) {
        offset = blank_end(text, offset, &open);
        size_t end = offset < text.size ? token_end_roughly(text, offset) : UNCLOSED;
        if (end == UNCLOSED || text.data[offset] == ';')
            return false;
        StringView token = {text.data + offset, end - offset};
        if (!is_copy && !view_equal_ignoring_case(token, view_of("copy")))
            return false;
        is_copy = true;
        if (is_behind_from && view_equal_ignoring_case(token, view_of("stdin")))
            return true;
        depth += token.data[0] == '(';
        depth -= token.data[0] == ')' && depth > 0;
        is_behind_from = depth == 0 && view_equal_ignoring_case(token, view_of("from"));
        offset = end;
    }
}

size_t lexer_empty_size(StringView text)
{
    size_t offset = 0, open;
    for (;;) {
        size_t end = blank_end(text, offset, &open);
        if (end == UNCLOSED)
            return offset;
        if (end >= text.size || text.data[end] != ';')
            return end;
        offset = end + 1;
    }
}

/* ---- numbers ---- */

/* The character that ends a number must not look as if it belonged to it. */
static void number_check_end(StringView text, size_t start, size_t end)
{
    if (end < text.size && is_word_part(text.data[end]))
        error_raise(ERROR_SYNTAX, (Position)start, "trailing junk after number \"%.*s\"",
                    VIEW_ARGUMENTS(((StringView){text.data + start, word_end(text, end) - start})));
}

/* Digits, single underscores between them. */
static size_t digits_end(StringView text, size_t offset)
{
    while (offset < text.size && (ascii_is_digit(text.data[offset]) ||
                                  (text.data[offset] == '_' && offset > 0 && ascii_is_digit(text.data[offset - 1]) &&
                                   ascii_is_digit(text_at(text, offset + 1)))))
        context_pace(offset++);
    return offset;
}

static StringView without_underscores(Arena *arena, StringView text)
{
    if (!memchr(text.data, '_', text.size))
        return text;
    char *copy = arena_allocate(arena, text.size);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        context_pace(i);
        if (text.data[i] != '_')
            copy[size++] = text.data[i];
    }
    return (StringView){copy, size};
}

static int digit_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

/* 0x1F, 0o17, 0b101: `offset` is at the 0; up to 128 bits, given as decimal digits. */
static Token lexer_based_number(Lexer *lexer, size_t offset, unsigned base)
{
    StringView text = lexer->text;
    unsigned __int128 value = 0;
    size_t end = offset + 2;
    bool has_digit = false;
    for (; end < text.size; end++) {
        context_pace(end);
        unsigned digit = (unsigned)digit_value(text.data[end]);
        if (text.data[end] == '_' && (unsigned)digit_value(text_at(text, end + 1)) < base)
            continue;
        if (digit >= base)
            break;
        if (value > (~(unsigned __int128)0 - digit) / base)
            error_raise(ERROR_OUT_OF_RANGE, (Position)offset, "number takes more than 128 bits");
        value = value * base + digit;
        has_digit = true;
    }
    number_check_end(text, offset, end);
    if (!has_digit)
        error_raise(ERROR_SYNTAX, (Position)offset, "number without digits after \"%.2s\"", text.data + offset);
    char digits[40], *start = digits + sizeof digits;
    do {
        *--start = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value);
    size_t size = (size_t)(digits + sizeof digits - start);
    return (Token){.kind = TOKEN_INTEGER,
                   .size = (uint32_t)(end - offset),
                   .text = arena_view(lexer->arena, (StringView){start, size})};
}

static Token lexer_number(Lexer *lexer, size_t offset)
{
    StringView text = lexer->text;
    if (text.data[offset] == '0') {
        char letter = ascii_lower(text_at(text, offset + 1));
        unsigned base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
        if (base)
            return lexer_based_number(lexer, offset, base);
    }
    TokenKind kind = TOKEN_INTEGER;
    size_t end = digits_end(text, offset);
    if (text_at(text, end) == '.' && text_at(text, end + 1) != '.') {
        kind = TOKEN_DECIMAL;
        end++;
        if (ascii_is_digit(text_at(text, end)))
            end = digits_end(text, end);
    }
    if (ascii_lower(text_at(text, end)) == 'e') {
        char sign = text_at(text, end + 1);
        size_t digits = end + 1 + (sign == '+' || sign == '-');
        if (ascii_is_digit(text_at(text, digits))) {
            kind = TOKEN_FLOAT;
            end = digits_end(text, digits);
        }
    }
    number_check_end(text, offset, end);
    return (Token){.kind = kind,
                   .size = (uint32_t)(end - offset),
                   .text = without_underscores(lexer->arena, (StringView){text.data + offset, end - offset})};
}

/* ---- strings ---- */

/* Exactly `count` digits of the base at `offset`, or -1. */
static int64_t digits_value(StringView text, size_t offset, size_t count, unsigned base)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)digit_value(text_at(text, offset + i));
        if (digit >= base)
            return -1;
        value = value * base + digit;
    }
    return value;
}

/* Appends a code point, which may be the first or second half of a surrogate pair. *pair holds a first half, or 0. */
static void character_add(Text *out, int64_t character, uint32_t *pair, Position position)
{
    char bytes[4];
    if (*pair) {
        if (character < 0xDC00 || character > 0xDFFF)
            error_raise(ERROR_SYNTAX, position, "invalid surrogate pair");
        character = 0x10000 + ((*pair - 0xD800) << 10) + (character - 0xDC00);
        *pair = 0;
    } else if (character >= 0xD800 && character <= 0xDBFF) {
        *pair = (uint32_t)character;
        return;
    }
    size_t size = character > 0 && character <= 0x10FFFF ? utf8_encode((uint32_t)character, bytes) : 0;
    if (size == 0)
        error_raise(ERROR_SYNTAX, position, "invalid character in an escape");
    text_add_view(out, (StringView){bytes, size});
}

static void pair_check(uint32_t pair, Position position)
{
    if (pair)
        error_raise(ERROR_SYNTAX, position, "invalid surrogate pair");
}

/* A backslash escape of E'…' at `offset`; returns what is behind it. */
static size_t escape_add(Text *out, StringView text, size_t offset, uint32_t *pair)
{
    static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
    Position position = (Position)offset;
    char c = text.data[offset + 1];
    if (c == 'u' || c == 'U') {
        size_t count = c == 'u' ? 4 : 8;
        int64_t value = digits_value(text, offset + 2, count, 16);
        if (value < 0)
            error_raise_hint(ERROR_SYNTAX, position, "escapes are \\uXXXX and \\UXXXXXXXX", "invalid Unicode escape");
        character_add(out, value, pair, position);
        return offset + 2 + count;
    }
    pair_check(*pair, position);
    const char *letter = memchr(from, c, sizeof from - 1);
    if (letter) {
        text_add_char(out, to[letter - from]);
        return offset + 2;
    }
    unsigned base = c == 'x' ? 16 : c >= '0' && c <= '7' ? 8 : 0;
    size_t digits = offset + (base == 16 ? 2 : 1), count = 0, count_limit = base == 16 ? 2 : 3;
    while (base && count < count_limit && (unsigned)digit_value(text_at(text, digits + count)) < base)
        count++;
    if (count == 0) {
        text_add_char(out, c);
        return offset + 2;
    }
    int64_t value = digits_value(text, digits, count, base);
    if (value == 0 || value > 0xFF)
        error_raise(ERROR_SYNTAX, position, "invalid byte in an escape");
    text_add_char(out, (char)value);
    return digits + count;
}

/* What stands between the quotes of one segment, added to `out`. `end` is behind the closing quote. */
static void segment_add(Text *out, StringView text, size_t offset, size_t end, bool has_backslashes)
{
    char quote = text.data[offset++];
    uint32_t pair = 0;
    end--;
    while (offset < end) {
        const char *start = text.data + offset;
        size_t size = 0;
        context_pace(offset);
        for (; offset + size < end && start[size] != quote && !(has_backslashes && start[size] == '\\'); size++)
            context_pace(offset + size);
        if (size) {
            pair_check(pair, (Position)offset);
            text_add_view(out, (StringView){start, size});
            offset += size;
        } else if (text.data[offset] == quote) {
            pair_check(pair, (Position)offset);
            text_add_char(out, quote);
            offset += 2;
        } else {
            offset = escape_add(out, text, offset, &pair);
        }
    }
    pair_check(pair, (Position)offset);
}

static const char WRITTEN_TWICE[] = "a quote within the quotes is written twice";

static _Noreturn void unclosed_raise(size_t offset, const char *what, const char *hint)
{
    error_raise_hint(ERROR_SYNTAX, (Position)offset, hint, "unterminated %s", what);
}

/* The content of a quoted token whose first quote is at `offset`; *ret_end is behind the last one. */
static StringView lexer_quoted(Lexer *lexer, size_t offset, bool has_backslashes, const char *what, size_t *ret_end)
{
    StringView text = lexer->text;
    bool is_string = text.data[offset] == '\'';
    size_t end = quoted_end(text, offset, has_backslashes);
    if (end == UNCLOSED)
        unclosed_raise(offset, what, WRITTEN_TWICE);
    size_t next = is_string ? string_continuation(text, end) : UNCLOSED;
    StringView inner = {text.data + offset + 1, end - offset - 2};
    *ret_end = end;
    if (next == UNCLOSED && !memchr(inner.data, text.data[offset], inner.size) &&
        !(has_backslashes && memchr(inner.data, '\\', inner.size)))
        return inner;
    Text out = text_in(lexer->arena);
    text_add(&out, "");
    segment_add(&out, text, offset, end, has_backslashes);
    while (next != UNCLOSED) {
        end = quoted_end(text, next, has_backslashes);
        if (end == UNCLOSED)
            unclosed_raise(next, what, WRITTEN_TWICE);
        segment_add(&out, text, next, end, has_backslashes);
        *ret_end = end;
        next = string_continuation(text, end);
    }
    return text_view(&out);
}

/* The escape character of U&'…' UESCAPE '!', and *end moved behind the clause; a backslash when there is none. */
static char lexer_uescape(Lexer *lexer, size_t *end)
{
    StringView text = lexer->text;
    size_t open, offset = blank_end(text, *end, &open);
    if (offset == UNCLOSED || offset >= text.size)
        return '\\';
    size_t word = word_end(text, offset);
    if (!view_equal_ignoring_case((StringView){text.data + offset, word - offset}, view_of("uescape")))
        return '\\';
    offset = blank_end(text, word, &open);
    char escape = offset == UNCLOSED ? '\0' : text_at(text, offset + 1);
    if (escape == '\0' || text.data[offset] != '\'' || text_at(text, offset + 2) != '\'' || (escape & 0x80) ||
        digit_value(escape) < 16 || strchr("+'\" \t\r\n\v\f", escape))
        error_raise(ERROR_SYNTAX, (Position)word, "UESCAPE wants one character, such as '!'");
    *end = offset + 3;
    return escape;
}

/* U&'d\0061t\+000061' */
static StringView lexer_unicode(Lexer *lexer, size_t offset, StringView raw, char escape)
{
    Text out = text_in(lexer->arena);
    Position position = (Position)offset;
    uint32_t pair = 0;
    text_add(&out, "");
    for (size_t i = 0; i < raw.size;) {
        context_pace(i);
        if (raw.data[i] != escape || text_at(raw, i + 1) == escape) {
            pair_check(pair, position);
            i += raw.data[i] == escape;
            text_add_char(&out, raw.data[i++]);
            continue;
        }
        bool is_long = text_at(raw, i + 1) == '+';
        size_t digits = i + 1 + is_long, count = is_long ? 6 : 4;
        int64_t value = digits_value(raw, digits, count, 16);
        if (value < 0)
            error_raise_hint(ERROR_SYNTAX, position, "escapes are \\XXXX and \\+XXXXXX", "invalid Unicode escape");
        character_add(&out, value, &pair, position);
        i = digits + count;
    }
    pair_check(pair, position);
    return text_view(&out);
}

static StringView lexer_hex_bytes(Lexer *lexer, size_t offset, StringView digits)
{
    char *bytes = arena_allocate(lexer->arena, digits.size / 2 + 1);
    for (size_t i = 0; i < digits.size; i++) {
        context_pace(i);
        if (digit_value(digits.data[i]) > 15)
            error_raise(ERROR_SYNTAX, (Position)offset, "a blob is written in hexadecimal digits");
    }
    if (digits.size % 2)
        error_raise(ERROR_SYNTAX, (Position)offset, "a blob takes two hexadecimal digits for each byte");
    for (size_t i = 0; i < digits.size / 2; i++) {
        context_pace(i);
        bytes[i] = (char)(digit_value(digits.data[2 * i]) << 4 | digit_value(digits.data[2 * i + 1]));
    }
    return (StringView){bytes, digits.size / 2};
}

/* E'…', U&'…', U&"…", X'…', N'…' */
static Token lexer_prefixed_string(Lexer *lexer, size_t offset, size_t prefix_size)
{
    char letter = ascii_lower(lexer->text.data[offset]);
    size_t end;
    Token token = {.kind = TOKEN_STRING};
    if (letter == 'b')
        error_raise(ERROR_NOT_SUPPORTED, (Position)offset, "bit strings are not supported");
    token.text = lexer_quoted(lexer, offset + prefix_size, letter == 'e', "quoted string", &end);
    if (letter == 'e' && utf8_valid_size(token.text) != token.text.size)
        error_raise(ERROR_INVALID_ENCODING, (Position)offset, "escapes of the string do not make valid UTF-8");
    if (letter == 'x') {
        token.kind = TOKEN_BLOB;
        token.text = lexer_hex_bytes(lexer, offset, token.text);
    } else if (letter == 'u') {
        if (lexer->text.data[offset + prefix_size] == '"')
            token.kind = TOKEN_QUOTED;
        char escape = lexer_uescape(lexer, &end);
        token.text = lexer_unicode(lexer, offset, token.text, escape);
    }
    token.size = (uint32_t)(end - offset);
    return token;
}

static StringView lexer_fold(Lexer *lexer, StringView word)
{
    size_t i = 0;
    while (i < word.size && word.data[i] == ascii_lower(word.data[i]))
        context_pace(i++);
    if (i == word.size)
        return word;
    char *folded = arena_allocate(lexer->arena, word.size);
    for (i = 0; i < word.size; i++) {
        context_pace(i);
        folded[i] = ascii_lower(word.data[i]);
    }
    return (StringView){folded, word.size};
}

static Token lexer_dollar(Lexer *lexer, size_t offset)
{
    StringView text = lexer->text;
    size_t tag_size = dollar_tag_size(text, offset);
    if (tag_size) {
        size_t end = dollar_end(text, offset, tag_size);
        if (end == UNCLOSED)
            unclosed_raise(offset, "dollar-quoted string", NULL);
        return (Token){.kind = TOKEN_STRING,
                       .size = (uint32_t)(end - offset),
                       .text = {text.data + offset + tag_size, end - offset - 2 * tag_size}};
    }
    size_t end = word_end(text, offset + 1);
    if (end == offset + 1)
        error_raise_hint(ERROR_SYNTAX, (Position)offset, "parameters are $1, $name, :name and ?",
                         "syntax error at or near \"$\"");
    return (Token){.kind = TOKEN_PARAMETER,
                   .size = (uint32_t)(end - offset),
                   .text = lexer_fold(lexer, (StringView){text.data + offset + 1, end - offset - 1})};
}

/* ---- tokens ---- */

static Token lexer_word(Lexer *lexer, size_t offset)
{
    size_t end = word_end(lexer->text, offset);
    StringView word = {lexer->text.data + offset, end - offset};
    return (Token){.kind = TOKEN_WORD,
                   .keyword = keyword_find(word),
                   .size = (uint32_t)word.size,
                   .text = lexer_fold(lexer, word)};
}

static Token lexer_symbol(Lexer *lexer, size_t offset)
{
    static const struct {
        const char *spelling;
        TokenKind kind;
    } symbols[] = {
#define SYMBOL_ENTRY(name, spelling) {spelling, TOKEN_##name},
        SYMBOLS(SYMBOL_ENTRY)
#undef SYMBOL_ENTRY
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (symbols[i].spelling[0] == lexer->text.data[offset] && text_has(lexer->text, offset, symbols[i].spelling))
            return (Token){.kind = symbols[i].kind, .size = (uint32_t)strlen(symbols[i].spelling)};
    unsigned char c = (unsigned char)lexer->text.data[offset];
    if (c < ' ' || c == 0x7F)
        error_raise(ERROR_SYNTAX, (Position)offset, "unexpected control character 0x%02X", c);
    error_raise(ERROR_SYNTAX, (Position)offset, "unexpected character \"%c\"", c);
}

static Token lexer_quoted_name(Lexer *lexer, size_t offset)
{
    size_t end;
    Token token = {.kind = TOKEN_QUOTED};
    token.text = lexer_quoted(lexer, offset, false, "quoted name", &end);
    token.size = (uint32_t)(end - offset);
    return token;
}

static Token lexer_plain_string(Lexer *lexer, size_t offset)
{
    size_t end;
    Token token = {.kind = TOKEN_STRING};
    token.text = lexer_quoted(lexer, offset, false, "quoted string", &end);
    token.size = (uint32_t)(end - offset);
    return token;
}

/* ?, ?5 */
static Token lexer_question_mark(Lexer *lexer, size_t offset)
{
    size_t end = offset + 1;
    while (ascii_is_digit(text_at(lexer->text, end)))
        end++;
    return (Token){.kind = TOKEN_PARAMETER,
                   .size = (uint32_t)(end - offset),
                   .text = {lexer->text.data + offset + 1, end - offset - 1}};
}

static Token lexer_token_at(Lexer *lexer, size_t offset)
{
    StringView text = lexer->text;
    char c = text.data[offset];
    if (is_word_start(c)) {
        size_t prefix_size = string_prefix_size(text, offset);
        return prefix_size ? lexer_prefixed_string(lexer, offset, prefix_size) : lexer_word(lexer, offset);
    }
    if (ascii_is_digit(c) || (c == '.' && ascii_is_digit(text_at(text, offset + 1))))
        return lexer_number(lexer, offset);
    switch (c) {
    case '\'':
        return lexer_plain_string(lexer, offset);
    case '"':
    case '`':
        return lexer_quoted_name(lexer, offset);
    case '$':
        return lexer_dollar(lexer, offset);
    case '?':
        return lexer_question_mark(lexer, offset);
    default:
        return lexer_symbol(lexer, offset);
    }
}

Token lexer_next(Lexer *lexer)
{
    size_t open = 0, offset = blank_end(lexer->text, lexer->offset, &open);
    if (offset == UNCLOSED)
        unclosed_raise(open, "comment", NULL);
    Token token = {.kind = TOKEN_END};
    if (offset < lexer->text.size)
        token = lexer_token_at(lexer, offset);
    if (token.kind == TOKEN_QUOTED && token.text.size == 0)
        error_raise(ERROR_SYNTAX, (Position)offset, "zero-length quoted name");
    token.position = (Position)offset;
    lexer->offset = offset + token.size;
    return token;
}

const char *token_kind_name(TokenKind kind)
{
    static const char *const names[TOKEN_KIND_COUNT] = {
        [TOKEN_END] = "end of text", [TOKEN_WORD] = "word",    [TOKEN_QUOTED] = "quoted name",
        [TOKEN_STRING] = "string",   [TOKEN_BLOB] = "blob",    [TOKEN_INTEGER] = "number",
        [TOKEN_DECIMAL] = "number",  [TOKEN_FLOAT] = "number", [TOKEN_PARAMETER] = "parameter",
#define SYMBOL_NAME(name, spelling) [TOKEN_##name] = spelling,
        SYMBOLS(SYMBOL_NAME)
#undef SYMBOL_NAME
    };
    return names[kind];
}
