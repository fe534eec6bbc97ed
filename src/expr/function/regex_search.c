/* expr/function/regex_search.c: one regular expression, and looking for it in a text.
 *
 * A search cannot be interrupted but by a callback, and code that calls back is slow. So a search has few steps at
 * first, some milliseconds; one that needs more is done again by code that calls back at each, up to PCRE2's limit. A
 * long text is searched in pieces: where no match begins in a piece, whatever were to follow it (PCRE2 calls that
 * partial matching), the next one's turn has come. */
#include "expr/function/regex.h"

enum { STEPS_UNWATCHED = 500000 };
enum { PIECE = 256 << 10 };         /* bytes */
enum { LONGEST_PATTERN = 1 << 20 }; /* bytes, far more than PCRE2 compiles, which nothing interrupts */

typedef struct RegexWatched {
    pcre2_code *code;
    pcre2_match_context *context;
} RegexWatched;

static void code_release(void *code)
{
    pcre2_code_free(code);
}

static void match_release(void *match)
{
    pcre2_match_data_free(match);
}

static void match_context_release(void *context)
{
    pcre2_match_context_free(context);
}

/* ---- making it ---- */

static pcre2_code *code_new(const Regex *regex, uint32_t more_options, Error *ret_error)
{
    int failure;
    PCRE2_SIZE offset;
    StringView pattern = regex->pattern;
    if (pattern.size > LONGEST_PATTERN) {
        error_set(ret_error, ERROR_INVALID_REGULAR_EXPRESSION, NO_POSITION,
                  "invalid regular expression: it has %zu bytes, more than a megabyte", pattern.size);
        return NULL;
    }
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.data, pattern.size, regex->options | more_options, &failure, &offset, NULL);
    if (code == NULL) {
        char reason[120];
        pcre2_get_error_message(failure, (PCRE2_UCHAR *)reason, sizeof reason);
        error_set(ret_error, ERROR_INVALID_REGULAR_EXPRESSION, NO_POSITION,
                  "invalid regular expression '%.*s': %s at offset %zu", VIEW_ARGUMENTS(pattern), reason,
                  (size_t)offset);
        return NULL;
    }
    arena_own(regex->arena, code, code_release);
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where there is no JIT, the interpreter serves */
    return code;
}

static _Noreturn void regex_refuse_memory(void)
{
    error_raise(ERROR_OUT_OF_MEMORY, NO_POSITION, "out of memory for a regular expression");
}

static pcre2_match_context *match_context_new(Arena *arena)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (context == NULL)
        regex_refuse_memory();
    arena_own(arena, context, match_context_release);
    return context;
}

static uint32_t regex_options(uint32_t options)
{
    options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    if (options & PCRE2_MULTILINE)
        options &= ~(uint32_t)(PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY);
    if (options & PCRE2_LITERAL)
        options &= PCRE2_LITERAL | PCRE2_CASELESS | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    return options;
}

Regex *regex_compile(Arena *arena, StringView pattern, uint32_t options, Error *ret_error)
{
    Regex *regex = arena_new(arena, Regex);
    regex->arena = arena;
    regex->pattern = (StringView){arena_string_n(arena, pattern.data, pattern.size), pattern.size};
    regex->options = regex_options(options);
    /* What matches where a search starts (as \G does) or the text ends alone is not searched for in pieces. */
    regex->can_split =
        !(options & (PCRE2_ANCHORED | PCRE2_ENDANCHORED)) && memmem(pattern.data, pattern.size, "\\G", 2) == NULL;
    regex->code = code_new(regex, 0, ret_error);
    if (regex->code == NULL)
        return NULL;
    uint32_t group_count = 0;
    pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &group_count);
    regex->group_count = group_count;
    regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
    if (regex->match == NULL)
        regex_refuse_memory();
    arena_own(arena, regex->match, match_release);
    regex->steps = match_context_new(arena);
    pcre2_set_match_limit(regex->steps, STEPS_UNWATCHED);
    return regex;
}

/* ---- searching ---- */

static int regex_watch(pcre2_callout_block *block, void *user)
{
    (void)block;
    return context_is_over(user) ? PCRE2_ERROR_CALLOUT : 0;
}

static RegexWatched *regex_watched(Regex *regex)
{
    if (regex->watched)
        return regex->watched;
    Error error;
    RegexWatched *watched = arena_new(regex->arena, RegexWatched);
    watched->code = code_new(regex, PCRE2_AUTO_CALLOUT, &error);
    if (watched->code == NULL)
        error_raise(error.code, NO_POSITION, "%s", error.message);
    watched->context = match_context_new(regex->arena);
    return regex->watched = watched;
}

static int regex_search_watched(Regex *regex, StringView text, size_t start, const Context *context)
{
    RegexWatched *watched = regex_watched(regex);
    pcre2_set_callout(watched->context, regex_watch, (void *)context);
    int found = pcre2_match(watched->code, (PCRE2_SPTR)text.data, text.size, start, 0, regex->match, watched->context);
    if (found == PCRE2_ERROR_CALLOUT)
        context_check(context);
    return found;
}

static int regex_match(Regex *regex, StringView text, size_t start, uint32_t options)
{
    return pcre2_match(regex->code, (PCRE2_SPTR)text.data, text.size, start, options, regex->match, regex->steps);
}

static StringView view_cut(StringView text, size_t size)
{
    while (((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return (StringView){text.data, size};
}

/* As far as pieces decide: what PCRE2 says of a match that they hold, else PCRE2_ERROR_PARTIAL and *start, before which
 * none begins. Where much may belong to a match, pieces become longer. */
static int regex_search_pieces(Regex *regex, StringView text, size_t *start, const Context *context)
{
    if (!regex->is_split)
        pcre2_jit_compile(regex->code, PCRE2_JIT_PARTIAL_HARD);
    regex->is_split = true;
    for (size_t size = PIECE; text.size - *start > 2 * size;) {
        context_check(context);
        StringView piece = view_cut(text, *start + size);
        int found = regex_match(regex, piece, *start, PCRE2_PARTIAL_HARD);
        if (found != PCRE2_ERROR_NOMATCH && found != PCRE2_ERROR_PARTIAL)
            return found;
        size_t next = found == PCRE2_ERROR_NOMATCH ? piece.size : pcre2_get_ovector_pointer(regex->match)[0];
        if (next < *start) /* \K in a lookbehind */
            return PCRE2_ERROR_PARTIAL;
        size = next - *start < size / 2 ? size * 2 : PIECE;
        *start = next;
    }
    return PCRE2_ERROR_PARTIAL;
}

int regex_search(Regex *regex, StringView text, size_t start, KernelCall *call, size_t row)
{
    context_check(call->context);
    int found = PCRE2_ERROR_PARTIAL;
    if (text.size - start > 2 * PIECE && regex->can_split)
        found = regex_search_pieces(regex, text, &start, call->context);
    if (found == PCRE2_ERROR_PARTIAL)
        found = regex_match(regex, text, start, 0);
    if (found == PCRE2_ERROR_MATCHLIMIT)
        found = regex_search_watched(regex, text, start, call->context);
    if (found >= 0)
        return 1;
    if (found != PCRE2_ERROR_NOMATCH)
        kernel_fail(call, row, ERROR_TOO_COMPLEX, "regular expression took too many steps or too much memory");
    return 0;
}

StringView regex_group(const Regex *regex, StringView text, size_t group)
{
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(regex->match);
    if (group >= pcre2_get_ovector_count(regex->match) || offsets[2 * group] == PCRE2_UNSET ||
        offsets[2 * group] > offsets[2 * group + 1])
        return (StringView){NULL, 0};
    return (StringView){text.data + offsets[2 * group], offsets[2 * group + 1] - offsets[2 * group]};
}
