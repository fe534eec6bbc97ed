/* expr/function/regex.c: functions that search with regular expressions, take parts and replace. */
#include "expr/function/regex.h"

#include <string.h>

#include "base/utf8.h"
#include "expr/function/text_result.h"

/* ---- the pattern of a call: compiled again only where it differs from the row before ---- */

typedef struct RegexCall {
    Arena *arena; /* of the pattern now */
    Text pattern; /* what `regex` was made from */
    uint32_t options;
    Regex *regex;    /* NULL: none yet */
    Text translated; /* a pattern of SIMILAR TO */
    Text built;      /* a result */
} RegexCall;

void *regex_call_prepare(Arena *arena, const Expr *call)
{
    RegexCall *state = arena_new(arena, RegexCall);
    (void)call;
    state->arena = arena_new_child(arena);
    state->pattern = text_in(arena);
    state->translated = text_in(arena);
    state->built = text_in(arena);
    return state;
}

/* The regular expression of a row, to search its text, argument 0, or NULL: then the row has failed. */
static Regex *call_regex(KernelCall *call, size_t row, StringView pattern, uint32_t options)
{
    RegexCall *state = call->state;
    if (state->regex == NULL || state->options != options || !view_equal(text_view(&state->pattern), pattern)) {
        Error error;
        state->regex = NULL;
        arena_reset(state->arena);
        Regex *regex = regex_compile(state->arena, pattern, options, &error);
        if (regex == NULL) {
            kernel_fail(call, row, error.code, "%s", error.message);
            return NULL;
        }
        text_clear(&state->pattern);
        text_add_view(&state->pattern, pattern);
        state->options = options;
        state->regex = regex;
    }
    regex_begin(state->regex, argument_text(call, 0, row));
    return state->regex;
}

bool regex_flags_parse(KernelCall *call, size_t row, StringView flags, uint32_t *ret_options, bool *ret_global)
{
    for (size_t i = 0; i < flags.size; i++) {
        char flag = flags.data[i];
        if (flag == 'i')
            *ret_options |= PCRE2_CASELESS;
        else if (flag == 'c')
            *ret_options &= ~(uint32_t)PCRE2_CASELESS;
        else if (flag == 'n' || flag == 'm')
            *ret_options |= PCRE2_MULTILINE;
        else if (flag == 's')
            *ret_options &= ~(uint32_t)PCRE2_MULTILINE;
        else if (flag == 'x')
            *ret_options |= PCRE2_EXTENDED;
        else if (flag == 'q' || flag == 'l')
            *ret_options |= PCRE2_LITERAL;
        else if (flag == 'g' && ret_global)
            *ret_global = true;
        else {
            kernel_fail(call, row, ERROR_INVALID_PARAMETER, "invalid regular expression option: '%c'", flag);
            return false;
        }
    }
    return true;
}

/* The pattern in argument 1 with the flags in argument `flags_index`, if that is given. */
static Regex *row_regex(KernelCall *call, size_t row, size_t flags_index, bool *ret_global)
{
    uint32_t options = 0;
    if (flags_index < call->argument_count &&
        !regex_flags_parse(call, row, argument_text(call, flags_index, row), &options, ret_global))
        return NULL;
    return call_regex(call, row, argument_text(call, 1, row), options);
}

/* ---- walking from match to match ---- */

typedef struct Matches {
    KernelCall *call;
    size_t row;
    Regex *regex;
    StringView text;
    size_t next; /* byte where the search goes on; beyond the text: nowhere */
} Matches;

/* The next match; an empty one is passed by one character. */
static bool matches_next(Matches *matches, StringView *ret_match)
{
    if (matches->next > matches->text.size)
        return false;
    if (regex_search(matches->regex, matches->text, matches->next, matches->call, matches->row) <= 0)
        return false;
    *ret_match = regex_group(matches->regex, matches->text, 0);
    if (ret_match->data == NULL)
        return false;
    size_t end = (size_t)(ret_match->data - matches->text.data) + ret_match->size;
    matches->next = end;
    if (ret_match->size == 0) {
        size_t size = 1;
        if (end < matches->text.size)
            utf8_decode(matches->text.data + end, matches->text.size - end, &size);
        matches->next = end + size;
    }
    return true;
}

/* A count or index in argument `index`, `least` or more; `otherwise` when it is not given. -1: the row has failed. */
static int64_t row_number(KernelCall *call, size_t row, size_t index, const char *what, int64_t least,
                          int64_t otherwise)
{
    if (index >= call->argument_count)
        return otherwise;
    int64_t value = ARGUMENT(call, index, int64_t, row);
    if (value >= least)
        return value;
    kernel_fail(call, row, ERROR_INVALID_PARAMETER, "invalid value for parameter \"%s\": %lld", what, (long long)value);
    return -1;
}

static size_t start_offset(StringView text, int64_t start)
{
    return (uint64_t)start - 1 > utf8_length(text) ? text.size + 1 : utf8_offset(text, (size_t)start - 1);
}

/* Walks to the n-th match from the character `start` on. */
static bool matches_find(Matches *matches, int64_t start, int64_t n, StringView *ret_match)
{
    matches->next = start_offset(matches->text, start);
    while (n-- > 0)
        if (!matches_next(matches, ret_match))
            return false;
    return true;
}

/* ---- tests and counts ---- */

static void like_run(KernelCall *call, uint32_t more_options)
{
    bool *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        uint32_t options = more_options;
        results[i] = false;
        if (call->argument_count > 2 && !regex_flags_parse(call, i, argument_text(call, 2, i), &options, NULL))
            continue;
        Regex *regex = call_regex(call, i, argument_text(call, 1, i), options);
        results[i] = regex && regex_search(regex, argument_text(call, 0, i), 0, call, i) > 0;
    }
}

static void regexp_like(KernelCall *call)
{
    like_run(call, 0);
}

static void regexp_full_match(KernelCall *call)
{
    like_run(call, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
}

static void regexp_count(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i), match;
        Regex *regex = row_regex(call, i, 3, NULL);
        int64_t start = row_number(call, i, 2, "start", 1, 1);
        results[i] = 0;
        if (regex == NULL || start < 0)
            continue;
        Matches matches = {call, i, regex, x, start_offset(x, start)};
        while (matches_next(&matches, &match))
            results[i]++;
    }
}

/* (x, pattern [, start [, n [, behind [, flags [, group]]]]]): where the n-th match begins, or the character behind it.
 */
static void regexp_instr(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i), match;
        Regex *regex = row_regex(call, i, 5, NULL);
        int64_t start = row_number(call, i, 2, "start", 1, 1), n = row_number(call, i, 3, "n", 1, 1);
        int64_t behind = row_number(call, i, 4, "endoption", 0, 0), group = row_number(call, i, 6, "subexpr", 0, 0);
        results[i] = 0;
        if (regex == NULL || start < 0 || n < 0 || behind < 0 || group < 0)
            continue;
        Matches matches = {call, i, regex, x, 0};
        if (!matches_find(&matches, start, n, &match))
            continue;
        match = regex_group(regex, x, (size_t)group);
        if (match.data == NULL)
            continue;
        size_t offset = (size_t)(match.data - x.data) + (behind ? match.size : 0);
        results[i] = (int64_t)utf8_length((StringView){x.data, offset}) + 1;
    }
}

/* ---- parts ---- */

static void result_match(KernelCall *call, size_t row, StringView match)
{
    if (match.data)
        result_set(call, row, match.data, match.size);
    else
        vector_set_null(call->result, row);
}

/* (x, pattern [, start [, n [, flags [, group]]]]) */
static void regexp_substr(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i), match;
        Regex *regex = row_regex(call, i, 4, NULL);
        int64_t start = row_number(call, i, 2, "start", 1, 1), n = row_number(call, i, 3, "n", 1, 1);
        int64_t group = row_number(call, i, 5, "subexpr", 0, 0);
        Matches matches = {call, i, regex, x, 0};
        bool is_found = regex && start >= 0 && n >= 0 && group >= 0 && matches_find(&matches, start, n, &match);
        result_match(call, i, is_found ? regex_group(regex, x, (size_t)group) : (StringView){NULL, 0});
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* substring(x, pattern), regexp_match(x, pattern): the first parenthesized part, or the whole match without such. */
static void first_part_run(KernelCall *call, size_t flags_index)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i), match = {NULL, 0};
        Regex *regex = row_regex(call, i, flags_index, NULL);
        if (regex && regex_search(regex, x, 0, call, i) > 0)
            match = regex_group(regex, x, regex->group_count > 0);
        result_match(call, i, match);
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

void kernel_substring_regex(KernelCall *call)
{
    first_part_run(call, SIZE_MAX);
}

static void regexp_match(KernelCall *call)
{
    first_part_run(call, 2);
}

/* The empty text where nothing matches, or that group took no part. */
static void regexp_extract(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i), match = {NULL, 0};
        Regex *regex = row_regex(call, i, 3, NULL);
        int64_t group = row_number(call, i, 2, "group", 0, 0);
        if (regex && group >= 0 && regex_search(regex, x, 0, call, i) > 0)
            match = regex_group(regex, x, (size_t)group);
        result_match(call, i, match.data ? match : (StringView){"", 0});
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* SUBSTRING(x SIMILAR pattern ESCAPE e): what stands between the two e" of the pattern. */
static bool similar_parts(StringView pattern, StringView escape, StringView parts[3])
{
    size_t count = 0;
    parts[0] = (StringView){pattern.data, 0};
    for (size_t at = 0; at < pattern.size;) {
        bool is_escape =
            escape.size && pattern.size - at > escape.size && memcmp(pattern.data + at, escape.data, escape.size) == 0;
        if (is_escape && pattern.data[at + escape.size] == '"') {
            if (++count > 2)
                return false;
            at += escape.size + 1;
            parts[count] = (StringView){pattern.data + at, 0};
            continue;
        }
        size_t size = is_escape ? escape.size + 1 : 1;
        parts[count].size += size;
        at += size;
    }
    if (count == 0) {
        parts[1] = parts[0];
        parts[0].size = 0;
        parts[2] = (StringView){pattern.data, 0};
    }
    return count != 1;
}

void kernel_substring_similar(KernelCall *call)
{
    RegexCall *state = call->state;
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i), escape = argument_text(call, 2, i), parts[3], match = {NULL, 0};
        if (!similar_parts(argument_text(call, 1, i), escape, parts)) {
            kernel_fail(call, i, ERROR_INVALID_REGULAR_EXPRESSION,
                        "SQL regular expression must have two escape-double-quote separators, or none");
            result_match(call, i, match);
            continue;
        }
        static const char *const opens[3] = {"\\A(?:", ")(?<taken>", ")(?:"};
        text_clear(&state->translated);
        for (int p = 0; p < 3; p++) {
            text_add(&state->translated, opens[p]);
            similar_add(&state->translated, parts[p], escape, p == 1 ? ".*" : ".*?");
        }
        text_add(&state->translated, ")\\z");
        Regex *regex = call_regex(call, i, text_view(&state->translated), 0);
        if (regex && regex_search(regex, x, 0, call, i) > 0) {
            int group = pcre2_substring_number_from_name(regex->form->plain.code, (PCRE2_SPTR) "taken");
            match = regex_group(regex, x, group > 0 ? (size_t)group : 0);
        }
        result_match(call, i, match);
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* ---- replacing ---- */

/* The replacement for the last match: \1 to \9 are its parts, \& the whole, \\ a backslash. */
static void add_replacement(Text *built, const Regex *regex, StringView text, StringView replacement)
{
    while (replacement.size) {
        const char *backslash = memchr(replacement.data, '\\', replacement.size);
        size_t plain = backslash ? (size_t)(backslash - replacement.data) : replacement.size;
        text_add_view(built, (StringView){replacement.data, plain});
        replacement = (StringView){replacement.data + plain, replacement.size - plain};
        if (replacement.size == 0)
            return;
        char next = replacement.size > 1 ? replacement.data[1] : '\0';
        bool is_group = next == '&' || ascii_is_digit(next);
        StringView group = regex_group(regex, text, ascii_is_digit(next) ? (size_t)(next - '0') : 0);
        if (is_group && group.data)
            text_add_view(built, group);
        else if (!is_group)
            text_add_char(built, '\\');
        size_t taken = is_group || next == '\\' ? 2 : 1;
        replacement = (StringView){replacement.data + taken, replacement.size - taken};
    }
}

/* Matches `first` (from 1), or all from there on when `is_global`. False when it became too long. */
static bool replace_matches(Matches *matches, StringView replacement, int64_t first, bool is_global, Text *built)
{
    StringView match, text = matches->text;
    size_t copied = 0;
    for (int64_t n = 1; (is_global || n <= first) && matches_next(matches, &match); n++) {
        if (n < first)
            continue;
        size_t offset = (size_t)(match.data - text.data);
        text_add_view(built, (StringView){text.data + copied, offset - copied});
        add_replacement(built, matches->regex, text, replacement);
        copied = offset + match.size;
        if (built->size > STRING_MAX_SIZE)
            return false;
    }
    text_add_view(built, (StringView){text.data + copied, text.size - copied});
    return true;
}

static void replace_row(KernelCall *call, size_t row, Regex *regex, int64_t start, int64_t n, bool is_global)
{
    Text *built = &((RegexCall *)call->state)->built;
    StringView x = argument_text(call, 0, row);
    text_clear(built);
    Matches matches = {call, row, regex, x, start_offset(x, start)};
    if (replace_matches(&matches, argument_text(call, 2, row), n, is_global, built))
        result_copy(call, row, text_view(built));
    else
        result_memory(call, row, SIZE_MAX);
}

/* (x, pattern, replacement [, flags]) */
static void regexp_replace(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        bool is_global = false;
        Regex *regex = row_regex(call, i, 3, &is_global);
        if (regex)
            replace_row(call, i, regex, 1, 1, is_global);
        else
            result_empty(call, i);
    }
}

/* (x, pattern, replacement, start [, n [, flags]]): n 0 is all. */
static void regexp_replace_from(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        bool is_global = false;
        Regex *regex = row_regex(call, i, 5, &is_global);
        int64_t start = row_number(call, i, 3, "start", 1, 1), n = row_number(call, i, 4, "n", 0, is_global ? 0 : 1);
        if (regex && start >= 0 && n >= 0)
            replace_row(call, i, regex, start, n ? n : 1, n == 0);
        else
            result_empty(call, i);
    }
}

/* ---- the table ---- */

#define REGEX(title, sign, r, k, optional, text, ...)                                                                  \
    {                                                                                                                  \
        .name = title, .signature = sign " " #r, .description = text, .flags = FUNCTION_CAN_FAIL,                      \
        .optional_count = optional, ARGUMENTS(T(VARCHAR), T(VARCHAR), __VA_ARGS__), .result = T(r), .kernel = k,       \
        .prepare = regex_call_prepare                                                                                  \
    }
#define LIKE(title, k, text)                                                                                           \
    REGEX(title, "(VARCHAR, pattern VARCHAR [, flags VARCHAR])", BOOLEAN, k, 1, text, T(VARCHAR))

/* clang-format off */
FunctionFamily function_family_regex = {
    LIKE("regexp_like", regexp_like, "Whether a regular expression matches somewhere."),
    LIKE("regexp_matches", regexp_like, "Whether a regular expression matches somewhere."),
    LIKE("regexp_full_match", regexp_full_match, "Whether a regular expression matches the whole."),
    REGEX("regexp_count", "(VARCHAR, pattern VARCHAR [, start BIGINT [, flags VARCHAR]])", BIGINT, regexp_count, 2,
          "How often a regular expression matches.", T(BIGINT), T(VARCHAR)),
    REGEX("regexp_instr", "(VARCHAR, pattern VARCHAR [, start BIGINT [, n BIGINT [, behind BIGINT [, flags VARCHAR "
          "[, group BIGINT]]]]])", BIGINT, regexp_instr, 5,
          "Where the n-th match begins, from 1, or the place behind it; 0: nowhere.", T(BIGINT), T(BIGINT), T(BIGINT),
          T(VARCHAR), T(BIGINT)),
    REGEX("regexp_substr", "(VARCHAR, pattern VARCHAR [, start BIGINT [, n BIGINT [, flags VARCHAR [, group BIGINT]]]])",
          VARCHAR, regexp_substr, 4, "The n-th match, or a parenthesized part of it; NULL without such.", T(BIGINT),
          T(BIGINT), T(VARCHAR), T(BIGINT)),
    REGEX("regexp_match", "(VARCHAR, pattern VARCHAR [, flags VARCHAR])", VARCHAR, regexp_match, 1,
          "The first parenthesized part of the first match, or the match; NULL without one.", T(VARCHAR)),
    REGEX("regexp_extract", "(VARCHAR, pattern VARCHAR [, group BIGINT [, flags VARCHAR]])", VARCHAR, regexp_extract,
          2, "The first match, or a parenthesized part of it; the empty text without one.", T(BIGINT), T(VARCHAR)),
    REGEX("regexp_replace", "(VARCHAR, pattern VARCHAR, replacement VARCHAR [, flags VARCHAR])", VARCHAR,
          regexp_replace, 1, "The first match, with flag g each, replaced; \\1 to \\9 are its parts, \\& the whole.",
          T(VARCHAR), T(VARCHAR)),
    REGEX("regexp_replace", "(VARCHAR, pattern VARCHAR, replacement VARCHAR, start BIGINT [, n BIGINT "
          "[, flags VARCHAR]])", VARCHAR, regexp_replace_from, 2, "The n-th match from start on replaced; n 0: each.",
          T(VARCHAR), T(BIGINT), T(BIGINT), T(VARCHAR)),
    {0},
};
/* clang-format on */
