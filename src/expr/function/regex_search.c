/* expr/function/regex_search.c: one regular expression, and looking for it in a text.
 *
 * A search cannot be interrupted but by a callback, and code that calls back is slow. So a search has few steps at
 * first, some milliseconds, of which each may go over the whole text; it is done again with twice as many while that
 * took little time. One that needs more is done by code that calls back at each, up to PCRE2's limit.
 *
 * PCRE2 counts these steps anew from each place where a match may begin, and may go over the whole text from each. So
 * in texts of some length it is told up to where one may begin (its offset limit), and the next places' turn has come
 * when there is none. Very long texts are searched in pieces, too: where no match begins in a piece, whatever were to
 * follow it (PCRE2 calls that partial matching), the next one's turn has come. */
#include "expr/function/regex.h"

#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

enum { STEPS_UNWATCHED = 500000, LEAST_STEPS = 2 };
enum { FIRST_WORK = 8 << 20 };      /* bytes that all steps from all places together go over, some milliseconds */
enum { PIECE = 256 << 10 };         /* bytes */
enum { LONGEST_PATTERN = 1 << 20 }; /* bytes, far more than PCRE2 compiles, which nothing interrupts */
enum { SHORT = 11 << 10 };          /* bytes: a tenth of a second where from each all are gone over twice */
enum { FIRST_STACK = 1 << 20, MOST_STACK = 64 << 20 }; /* bytes: of what is nested or repeated in brackets */

/* What the machine code works in, where the thread's own 32 KB are too few. */
struct RegexStack {
    pcre2_jit_stack *stack;
    size_t size;
    MemoryBudget *budget;
};

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

static void stack_release(void *object)
{
    struct RegexStack *stack = object;
    if (stack->stack)
        pcre2_jit_stack_free(stack->stack);
    memory_budget_give(stack->budget, stack->size);
    *stack = (struct RegexStack){.budget = stack->budget};
}

/* ---- making it ---- */

static pcre2_code *code_new(const Regex *regex, const RegexForm *form, uint32_t more_options, Error *ret_error)
{
    int failure;
    PCRE2_SIZE offset;
    StringView pattern = form->pattern;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.data, pattern.size, form->options | more_options, &failure, &offset, NULL);
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

static pcre2_jit_stack *regex_stack(void *regex)
{
    const struct RegexStack *stack = ((Regex *)regex)->stack;
    return stack ? stack->stack : NULL; /* NULL: the thread's own */
}

static pcre2_match_context *match_context_new(Regex *regex)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (context == NULL)
        regex_refuse_memory();
    arena_own(regex->arena, context, match_context_release);
    pcre2_jit_stack_assign(context, regex_stack, regex);
    return context;
}

static RegexVariant *regex_variant_new(Regex *regex, uint32_t more_options)
{
    Error error;
    RegexVariant *variant = arena_new(regex->arena, RegexVariant);
    variant->code = code_new(regex, regex->form, more_options, &error);
    if (variant->code == NULL)
        error_raise(error.code, NO_POSITION, "%s", error.message);
    variant->context = match_context_new(regex);
    return variant;
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

/* Whether it asks what kind of character stands somewhere; where it may do so, that is. */
static bool pattern_has_kinds(StringView pattern)
{
    for (size_t i = 0; i + 1 < pattern.size; i++)
        if ((pattern.data[i] == '\\' && memchr("wWsSdDbBmMyY", pattern.data[i + 1], 12)) ||
            (pattern.data[i] == '[' && pattern.data[i + 1] == ':'))
            return true;
    return false;
}

/* False fills *ret_error. */
static bool form_init(Regex *regex, RegexForm *form, uint32_t options, Error *ret_error)
{
    Text translated = text_in(regex->arena);
    form->pattern = regex->pattern;
    form->options = options;
    if (regex->has_kinds) {
        regex_translate(&translated, regex->pattern, options);
        form->pattern = text_view(&translated);
    }
    form->plain.code = code_new(regex, form, 0, ret_error);
    if (form->plain.code == NULL)
        return false;
    form->plain.context = match_context_new(regex);
    return true;
}

void regex_begin(Regex *regex, StringView text)
{
    regex->form = &regex->ascii;
    if (!regex->has_kinds || view_is_ascii(text))
        return;
    if (regex->unicode == NULL) {
        Error error;
        RegexForm *form = arena_new(regex->arena, RegexForm);
        if (!form_init(regex, form, regex->ascii.options | PCRE2_UCP, &error))
            error_raise(error.code, NO_POSITION, "%s", error.message);
        regex->unicode = form;
    }
    regex->form = regex->unicode;
}

Regex *regex_compile(Arena *arena, StringView pattern, uint32_t options, Error *ret_error)
{
    if (pattern.size > LONGEST_PATTERN) {
        error_set(ret_error, ERROR_INVALID_REGULAR_EXPRESSION, NO_POSITION,
                  "invalid regular expression: it has %zu bytes, more than a megabyte", pattern.size);
        return NULL;
    }
    Regex *regex = arena_new(arena, Regex);
    regex->arena = arena;
    regex->pattern = (StringView){arena_string_n(arena, pattern.data, pattern.size), pattern.size};
    regex->has_kinds = !(options & PCRE2_LITERAL) && pattern_has_kinds(pattern);
    regex->form = &regex->ascii;
    if (!form_init(regex, &regex->ascii, regex_options(options), ret_error))
        return NULL;
    uint32_t group_count = 0;
    pcre2_pattern_info(regex->ascii.plain.code, PCRE2_INFO_CAPTURECOUNT, &group_count);
    regex->group_count = group_count;
    /* What matches where a search starts (as \G does) or the text ends alone is not searched for in pieces. */
    uint32_t all_options = 0;
    pcre2_pattern_info(regex->ascii.plain.code, PCRE2_INFO_ALLOPTIONS, &all_options);
    regex->can_split =
        !(all_options & (PCRE2_ANCHORED | PCRE2_ENDANCHORED)) && memmem(pattern.data, pattern.size, "\\G", 2) == NULL;
    regex->match = pcre2_match_data_create_from_pattern(regex->ascii.plain.code, NULL);
    if (regex->match == NULL)
        regex_refuse_memory();
    arena_own(arena, regex->match, match_release);
    return regex;
}

/* ---- searching ---- */

static int regex_watch(pcre2_callout_block *block, void *user)
{
    (void)block;
    return context_is_over(user) ? PCRE2_ERROR_CALLOUT : 0;
}

/* A larger one than before. False: it has its full size, or there is no memory for more. */
static bool regex_stack_grow(Regex *regex, MemoryBudget *budget)
{
    if (regex->stack == NULL) {
        regex->stack = arena_new(regex->arena, struct RegexStack);
        regex->stack->budget = budget;
        arena_own(regex->arena, regex->stack, stack_release);
    }
    size_t size = regex->stack->size ? 4 * regex->stack->size : FIRST_STACK;
    if (size > MOST_STACK || !memory_budget_take(budget, size))
        return false;
    stack_release(regex->stack);
    regex->stack->size = size;
    regex->stack->stack = pcre2_jit_stack_create(FIRST_STACK, size, NULL);
    return regex->stack->stack != NULL;
}

static int regex_match(Regex *regex, const RegexVariant *variant, StringView text, size_t start, uint32_t options,
                       const Context *context)
{
    int found;
    do
        found = pcre2_match(variant->code, (PCRE2_SPTR)text.data, text.size, start, options, regex->match,
                            variant->context);
    while (found == PCRE2_ERROR_JIT_STACKLIMIT && regex_stack_grow(regex, context->memory));
    return found;
}

/* Where a match may begin at so many places. */
static int regex_match_unwatched(Regex *regex, RegexVariant *variant, StringView text, size_t start, size_t places,
                                 uint32_t options, const Context *context)
{
    enum { SLOW_NS = 15 * 1000 * 1000 };
    size_t size = text.size - start;
    uint64_t steps = FIRST_WORK / (size * places + 1) + LEAST_STEPS;
    uint64_t clock = 0; /* most searches end without a look at it */
    if (size <= SHORT && variant->steps > steps)
        steps = variant->steps; /* beginning again goes over the text, too */
    for (;; steps *= 2) {
        pcre2_set_match_limit(variant->context, steps < STEPS_UNWATCHED ? (uint32_t)steps : STEPS_UNWATCHED);
        int found = regex_match(regex, variant, text, start, options, context);
        if (found != PCRE2_ERROR_MATCHLIMIT || steps >= STEPS_UNWATCHED) {
            variant->steps = clock && size <= SHORT ? steps : variant->steps;
            return found;
        }
        context_check(context);
        uint64_t now = clock_ns();
        if (clock && now - clock > SLOW_NS) {
            variant->steps = 0;
            return found;
        }
        clock = now;
    }
}

static int regex_search_watched(Regex *regex, StringView text, size_t start, const Context *context)
{
    RegexForm *form = regex->form;
    if (form->watched == NULL)
        form->watched = regex_variant_new(regex, PCRE2_AUTO_CALLOUT);
    pcre2_set_callout(form->watched->context, regex_watch, (void *)context);
    int found = regex_match(regex, form->watched, text, start, 0, context);
    if (found == PCRE2_ERROR_CALLOUT)
        context_check(context);
    return found;
}

static size_t next_character(StringView text, size_t offset)
{
    while (offset < text.size && ((unsigned char)text.data[offset] & 0xC0) == 0x80)
        offset++;
    return offset;
}

static RegexVariant *regex_limited(Regex *regex, uint32_t options)
{
    RegexForm *form = regex->form;
    if (form->limited == NULL)
        form->limited = regex_variant_new(regex, PCRE2_USE_OFFSET_LIMIT);
    if (options & PCRE2_PARTIAL_HARD)
        pcre2_jit_compile(form->limited->code, PCRE2_JIT_PARTIAL_HARD); /* once */
    return form->limited;
}

/* Looks for a match that begins at *start or behind, at some places at a time; *start becomes the first of the last
 * ones. What takes too many steps becomes a single place, what takes little time more. So does what takes the same time
 * for twice as many: PCRE2 has gone over the text once, and knows for all of them where no match can end. */
static int regex_search_places(Regex *regex, StringView text, size_t *start, uint32_t options, const Context *context)
{
    enum { GROWTH = 4, QUICK_NS = 5 * 1000 * 1000, SLOW_NS = 10 * QUICK_NS };
    size_t size = text.size - *start;
    if (size <= SHORT || !regex->can_split) {
        size_t places = regex->can_split ? size : 1;
        int found = regex_match_unwatched(regex, &regex->form->plain, text, *start, places, options, context);
        if (found != PCRE2_ERROR_MATCHLIMIT || !regex->can_split)
            return found;
    }
    RegexVariant *limited = regex_limited(regex, options);
    size_t count = size > SHORT ? SHORT * SHORT / GROWTH / size + 1 : 1;
    uint64_t clock = 0, elapsed_before = 0; /* the first of many matches is found without a look at the clock */
    for (bool is_twice = false;; is_twice = !is_twice) {
        size_t places = count << is_twice;
        bool is_last = text.size - *start <= places;
        size_t next = is_last ? text.size : next_character(text, *start + places);
        pcre2_set_offset_limit(limited->context, is_last ? PCRE2_UNSET : next - 1);
        int found = regex_match_unwatched(regex, limited, text, *start, places, options, context);
        if (found == PCRE2_ERROR_MATCHLIMIT && places > 1) {
            count = 1;
            is_twice = true; /* one place is next */
            clock = 0;
            continue;
        }
        if (is_last || found != PCRE2_ERROR_NOMATCH)
            return found;
        context_check(context);
        uint64_t now = clock_ns(), elapsed = clock ? now - clock : 0;
        if (elapsed < QUICK_NS || (is_twice && elapsed < elapsed_before + elapsed_before / 2))
            count *= GROWTH;
        else if (is_twice && elapsed > SLOW_NS)
            count = (count + 1) / 2;
        elapsed_before = elapsed;
        clock = now;
        *start = next;
    }
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
    for (size_t size = PIECE; text.size - *start > 2 * size;) {
        context_check(context);
        StringView piece = view_cut(text, *start + size);
        size_t place_start = *start;
        int found = regex_search_places(regex, piece, &place_start, PCRE2_PARTIAL_HARD, context);
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
        found = regex_search_places(regex, text, &start, 0, call->context);
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
