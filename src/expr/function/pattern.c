/* expr/function/pattern.c: || and the pattern operators: LIKE, ILIKE and regular expressions. */
#include "expr/function/operator.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "expr/function/regex.h"
#include "expr/function/text_result.h"
#include "expr/like.h"

/* ---- || ---- */

void kernel_text_concat(KernelCall *call)
{
    String *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView a = argument_text(call, 0, i), b = argument_text(call, 1, i);
        size_t size = a.size + b.size;
        char short_text[STRING_INLINE_SIZE];
        char *text = size <= STRING_INLINE_SIZE ? short_text : result_memory(call, i, size);
        if (text == NULL)
            continue;
        memory_copy(text, a.data, a.size);
        memory_copy(text + a.size, b.data, b.size);
        results[i] = string_make(text, size);
    }
}

/* ---- LIKE ---- */

/* A pattern and what it was made from: made at once when it is constant, else again where it differs from the row
 * before. */
typedef struct LikeState {
    bool ignores_case;
    Arena *arena; /* of the pattern now */
    bool is_constant;
    StringView source, escape; /* what `pattern` was made from; data NULL: none yet */
    LikePattern *pattern;
    Text folded; /* the row's text in lower case */
    Text folded_pattern;
} LikeState;

static const StringView backslash = {"\\", 1};

static StringView text_fold(Text *folded, StringView text)
{
    text_clear(folded);
    folded->size = like_fold(text, text_reserve(folded, like_folded_size(text.size)));
    return text_view(folded);
}

static size_t first_character_size(StringView text)
{
    size_t size = 0;
    if (text.size)
        utf8_decode(text.data, text.size, &size);
    return size;
}

/* Compiles; false fills *ret_error. */
static bool like_state_set(LikeState *state, StringView source, StringView escape, Error *ret_error)
{
    if (state->source.data && view_equal(state->source, source) && view_equal(state->escape, escape))
        return true;
    state->source.data = NULL;
    if (first_character_size(escape) != escape.size) {
        error_set(ret_error, ERROR_INVALID_ESCAPE, NO_POSITION, "escape text must be empty or one character");
        return false;
    }
    if (!state->is_constant)
        arena_reset(state->arena);
    StringView folded_escape = escape;
    char folded_bytes[16];
    if (state->ignores_case) {
        folded_escape = (StringView){folded_bytes, like_fold(escape, folded_bytes)};
        state->pattern = like_compile(state->arena, text_fold(&state->folded_pattern, source), folded_escape);
    } else {
        state->pattern = like_compile(state->arena, source, escape);
    }
    if (state->pattern == NULL) {
        error_set(ret_error, ERROR_INVALID_ESCAPE, NO_POSITION, "LIKE pattern must not end with its escape character");
        return false;
    }
    state->source = arena_view(state->arena, source);
    state->escape = arena_view(state->arena, escape);
    return true;
}

/* An argument's text when it is a constant that is not NULL. */
static bool constant_text(const Expr *call, size_t index, StringView *ret_text)
{
    const Expr *argument = call->arguments[index];
    if (argument->kind != EXPR_CONSTANT || argument->constant.is_null)
        return false;
    *ret_text = argument->constant.text;
    return true;
}

static LikeState *like_state_new(Arena *arena, const Expr *call, bool ignores_case)
{
    LikeState *state = arena_new(arena, LikeState);
    state->ignores_case = ignores_case;
    state->folded = text_in(arena);
    state->folded_pattern = text_in(arena);
    StringView pattern, escape = backslash;
    state->is_constant =
        constant_text(call, 1, &pattern) && (call->argument_count < 3 || constant_text(call, 2, &escape));
    state->arena = state->is_constant ? arena : arena_new_child(arena);
    Error error;
    if (state->is_constant && !like_state_set(state, pattern, escape, &error)) {
        error.position = call->position;
        error_raise_again(&error);
    }
    return state;
}

void *like_prepare(Arena *arena, const Expr *call)
{
    return like_state_new(arena, call, false);
}

void *ilike_prepare(Arena *arena, const Expr *call)
{
    return like_state_new(arena, call, true);
}

static void like_run(KernelCall *call, bool is_negated)
{
    LikeState *state = call->state;
    bool *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView text = argument_text(call, 0, i);
        Error error;
        if (!state->is_constant &&
            !like_state_set(state, argument_text(call, 1, i),
                            call->argument_count > 2 ? argument_text(call, 2, i) : backslash, &error)) {
            kernel_fail(call, i, error.code, "%s", error.message);
            results[i] = false;
            continue;
        }
        if (state->ignores_case)
            text = text_fold(&state->folded, text);
        results[i] = like_matches(state->pattern, text) != is_negated;
    }
}

void kernel_text_like(KernelCall *call)
{
    like_run(call, false);
}

void kernel_text_not_like(KernelCall *call)
{
    like_run(call, true);
}

void kernel_text_ilike(KernelCall *call)
{
    like_run(call, false);
}

void kernel_text_not_ilike(KernelCall *call)
{
    like_run(call, true);
}

/* ---- regular expressions ---- */

/* Writes what another pattern language means as a regular expression. */
typedef void RegexTranslate(Text *regex, StringView pattern, StringView escape);

typedef struct RegexState {
    bool ignores_case;
    RegexTranslate *translate; /* NULL: the pattern is one */
    Arena *arena;              /* of the pattern now */
    bool is_constant;
    StringView source, escape; /* what `regex` was made from; data NULL: none yet */
    Text translated;
    Regex *regex;
} RegexState;

static bool regex_state_set(RegexState *state, StringView source, StringView escape, Error *ret_error)
{
    if (state->source.data && view_equal(state->source, source) && view_equal(state->escape, escape))
        return true;
    state->source.data = NULL;
    if (!state->is_constant)
        arena_reset(state->arena);
    StringView regex = source;
    if (state->translate) {
        text_clear(&state->translated);
        state->translate(&state->translated, source, escape);
        regex = text_view(&state->translated);
    }
    state->regex = regex_compile(state->arena, regex, state->ignores_case ? PCRE2_CASELESS : 0, ret_error);
    if (state->regex == NULL)
        return false;
    state->source = arena_view(state->arena, source);
    state->escape = arena_view(state->arena, escape);
    return true;
}

static RegexState *regex_state_new(Arena *arena, const Expr *call, bool ignores_case, RegexTranslate *translate)
{
    RegexState *state = arena_new(arena, RegexState);
    state->ignores_case = ignores_case;
    state->translate = translate;
    state->translated = text_in(arena);
    StringView pattern, escape = backslash;
    state->is_constant =
        constant_text(call, 1, &pattern) && (call->argument_count < 3 || constant_text(call, 2, &escape));
    state->arena = state->is_constant ? arena : arena_new_child(arena);
    Error error;
    if (state->is_constant && !regex_state_set(state, pattern, escape, &error)) {
        error.position = call->position;
        error_raise_again(&error);
    }
    return state;
}

void *regex_prepare(Arena *arena, const Expr *call)
{
    return regex_state_new(arena, call, false, NULL);
}

void *regex_prepare_no_case(Arena *arena, const Expr *call)
{
    return regex_state_new(arena, call, true, NULL);
}

static void regex_add_literal(Text *regex, StringView character)
{
    if (character.size == 1 && strchr("\\^$.[]|()?*+{}", character.data[0]))
        text_add_char(regex, '\\');
    text_add_view(regex, character);
}

/* The bytes of what stands at the start of `text`, within a class: [:alpha:] and the like, or one byte. */
static size_t class_item_size(StringView text)
{
    size_t end = 2;
    if (text.size < 2 || memcmp(text.data, "[:", 2) != 0)
        return 1;
    while (end < text.size && ascii_is_alpha(text.data[end]))
        end++;
    return end + 1 < text.size && memcmp(text.data + end, ":]", 2) == 0 ? end + 2 : 1;
}

/* [...] at the pattern's start, as it is but for the sign of negation. Returns its bytes; 0 when it has no end. */
static size_t regex_add_class(Text *regex, StringView pattern, char negation)
{
    bool is_negated = pattern.size > 1 && (pattern.data[1] == '^' || pattern.data[1] == negation);
    size_t start = is_negated ? 2 : 1, end = start;
    while (end < pattern.size && (pattern.data[end] != ']' || end == start))
        end += class_item_size((StringView){pattern.data + end, pattern.size - end});
    if (end >= pattern.size)
        return 0;
    text_add(regex, is_negated ? "[^" : "[");
    for (size_t i = start, size; i < end; i += size) {
        StringView item = {pattern.data + i, end - i};
        item.size = size = class_item_size(item);
        if (item.data[0] == '\\' || item.data[0] == ']')
            text_add_char(regex, '\\');
        text_add_view(regex, item);
    }
    text_add_char(regex, ']');
    return end + 1;
}

/* SQL's SIMILAR TO: % _ as in LIKE, | * + ? {} () [] as in regular expressions. `any` is what % means. */
void similar_add(Text *regex, StringView pattern, StringView escape, const char *any)
{
    for (size_t at = 0, size; at < pattern.size; at += size) {
        StringView rest = {pattern.data + at, pattern.size - at}, character = rest;
        utf8_decode(rest.data, rest.size, &size);
        character.size = size;
        if (escape.size && view_equal(character, escape) && size < rest.size) {
            size_t escaped;
            utf8_decode(rest.data + size, rest.size - size, &escaped);
            regex_add_literal(regex, (StringView){rest.data + size, escaped});
            size += escaped;
        } else if (rest.data[0] == '[') {
            size_t taken = regex_add_class(regex, rest, '^');
            if (taken == 0)
                text_add_char(regex, '['); /* which the compiler then complains of */
            size = taken ? taken : 1;
        } else if (rest.data[0] == '%') {
            text_add(regex, any);
        } else if (rest.data[0] == '_') {
            text_add_char(regex, '.');
        } else if (memchr("|*+?{}()", rest.data[0], 8)) {
            text_add_char(regex, rest.data[0]);
        } else {
            regex_add_literal(regex, character);
        }
    }
}

/* For the whole text. */
static void similar_translate(Text *regex, StringView pattern, StringView escape)
{
    text_add(regex, "\\A(?:");
    similar_add(regex, pattern, escape, ".*");
    text_add(regex, ")\\z");
}

/* The shell's patterns: * ? [a-z] [!a-z], for the whole text. */
static void glob_translate(Text *regex, StringView pattern, StringView escape)
{
    (void)escape;
    text_add(regex, "\\A(?:");
    for (size_t at = 0, size; at < pattern.size; at += size) {
        StringView rest = {pattern.data + at, pattern.size - at};
        size_t taken = rest.data[0] == '[' ? regex_add_class(regex, rest, '!') : 0;
        utf8_decode(rest.data, rest.size, &size);
        if (taken)
            size = taken;
        else if (rest.data[0] == '*')
            text_add(regex, ".*");
        else if (rest.data[0] == '?')
            text_add_char(regex, '.');
        else
            regex_add_literal(regex, (StringView){rest.data, size});
    }
    text_add(regex, ")\\z");
}

void *similar_prepare(Arena *arena, const Expr *call)
{
    return regex_state_new(arena, call, false, similar_translate);
}

void *glob_prepare(Arena *arena, const Expr *call)
{
    return regex_state_new(arena, call, false, glob_translate);
}

static void regex_run(KernelCall *call, bool is_negated)
{
    RegexState *state = call->state;
    bool *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView text = argument_text(call, 0, i);
        Error error;
        results[i] = false;
        StringView escape = call->argument_count > 2 ? argument_text(call, 2, i) : backslash;
        if (!state->is_constant && !regex_state_set(state, argument_text(call, 1, i), escape, &error)) {
            kernel_fail(call, i, error.code, "%s", error.message);
            continue;
        }
        regex_begin(state->regex, text);
        results[i] = (regex_search(state->regex, text, 0, call, i) > 0) != is_negated;
    }
}

void kernel_text_regex(KernelCall *call)
{
    regex_run(call, false);
}

void kernel_text_not_regex(KernelCall *call)
{
    regex_run(call, true);
}
