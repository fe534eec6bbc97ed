/* expr/function/distance.c: how far two texts are apart, and how they sound. */
#include "expr/function/family.h"

#include <string.h>

#include "base/utf8.h"
#include "expr/function/text_result.h"

/* The characters of two texts and rows of numbers to compute in; kept from row to row. */
typedef struct DistanceState {
    Text left, right, rows;
} DistanceState;

static void *distance_prepare(Arena *arena, const Expr *call)
{
    (void)call;
    DistanceState *state = arena_new(arena, DistanceState);
    state->left = state->right = state->rows = text_in(arena);
    return state;
}

typedef struct Characters {
    const uint32_t *items;
    size_t count;
} Characters;

static Characters characters_of(Text *memory, StringView text)
{
    text_clear(memory);
    uint32_t *items = (uint32_t *)(void *)text_reserve(memory, text.size * sizeof(uint32_t));
    size_t count = 0, size;
    for (size_t at = 0; at < text.size; at += size) {
        context_pace(at);
        items[count++] = utf8_decode(text.data + at, text.size - at, &size);
    }
    return (Characters){items, count};
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Insert, delete, change; with `swaps` also exchange two neighbours (optimal string alignment). Three rows of Wagner
 * and Fischer's table (1974). */
static uint32_t edit_distance(KernelCall *call, Characters a, Characters b, bool swaps)
{
    DistanceState *state = call->state;
    size_t width = b.count + 1;
    text_clear(&state->rows);
    uint32_t *rows = (uint32_t *)(void *)text_reserve(&state->rows, 3 * width * sizeof *rows);
    uint32_t *before = rows, *last = rows + width, *now = rows + 2 * width;
    for (size_t j = 0; j < width; j++) {
        context_pace(j);
        last[j] = before[j] = (uint32_t)j;
    }
    for (size_t i = 1; i <= a.count; i++) {
        context_check(call->context);
        now[0] = (uint32_t)i;
        for (size_t j = 1; j < width; j++) {
            context_pace(j);
            uint32_t change = last[j - 1] + (a.items[i - 1] != b.items[j - 1]);
            now[j] = least(change, least(last[j], now[j - 1]) + 1);
            if (swaps && i > 1 && j > 1 && a.items[i - 1] == b.items[j - 2] && a.items[i - 2] == b.items[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        uint32_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.count];
}

static void edit_run(KernelCall *call, bool swaps)
{
    DistanceState *state = call->state;
    for (size_t i = 0; i < call->count; i++) {
        Characters a = characters_of(&state->left, argument_text(call, 0, i));
        Characters b = characters_of(&state->right, argument_text(call, 1, i));
        VECTOR_DATA(call->result, int64_t)[i] = edit_distance(call, a, b, swaps);
    }
}

static void levenshtein(KernelCall *call)
{
    edit_run(call, false);
}

static void damerau_levenshtein(KernelCall *call)
{
    edit_run(call, true);
}

static void hamming(KernelCall *call)
{
    DistanceState *state = call->state;
    for (size_t i = 0; i < call->count; i++) {
        Characters a = characters_of(&state->left, argument_text(call, 0, i));
        Characters b = characters_of(&state->right, argument_text(call, 1, i));
        int64_t count = 0;
        if (a.count != b.count)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "texts for %s must be equally long",
                        call->expr->function->name);
        for (size_t c = 0; c < a.count && a.count == b.count; c++) {
            context_pace(c);
            count += a.items[c] != b.items[c];
        }
        VECTOR_DATA(call->result, int64_t)[i] = count;
    }
}

/* Jaro's likeness (1989): characters that both have near the same place, and how many of those are out of order. */
static double jaro_of(KernelCall *call, Characters a, Characters b)
{
    DistanceState *state = call->state;
    if (a.count == 0 || b.count == 0)
        return a.count == b.count;
    size_t longer = a.count > b.count ? a.count : b.count, window = longer / 2 > 0 ? longer / 2 - 1 : 0;
    text_clear(&state->rows);
    char *a_used = text_reserve(&state->rows, a.count + b.count), *b_used = a_used + a.count;
    memset(a_used, 0, a.count + b.count);
    size_t common = 0, out_of_order = 0;
    for (size_t i = 0; i < a.count; i++) {
        context_check(call->context);
        size_t j = i > window ? i - window : 0, end = i + window + 1 < b.count ? i + window + 1 : b.count;
        while (j < end && (b_used[j] || a.items[i] != b.items[j]))
            j++;
        if (j < end) {
            a_used[i] = b_used[j] = 1;
            common++;
        }
    }
    for (size_t i = 0, j = 0; i < a.count; i++) {
        if (!a_used[i])
            continue;
        while (!b_used[j])
            j++;
        out_of_order += a.items[i] != b.items[j++];
    }
    double m = (double)common;
    size_t transposed = out_of_order / 2; /* two characters that changed places are out of order both */
    return common == 0 ? 0 : (m / (double)a.count + m / (double)b.count + (m - (double)transposed) / m) / 3;
}

/* Winkler's addition (1990): up to four equal characters in front count more. */
static void jaro_run(KernelCall *call, bool has_prefix)
{
    DistanceState *state = call->state;
    for (size_t i = 0; i < call->count; i++) {
        Characters a = characters_of(&state->left, argument_text(call, 0, i));
        Characters b = characters_of(&state->right, argument_text(call, 1, i));
        double likeness = jaro_of(call, a, b);
        size_t prefix = 0;
        while (has_prefix && prefix < 4 && prefix < a.count && prefix < b.count && a.items[prefix] == b.items[prefix])
            prefix++;
        VECTOR_DATA(call->result, double)
        [i] = likeness > 0.7 ? likeness + (double)prefix * 0.1 * (1 - likeness) : likeness;
    }
}

static void jaro_similarity(KernelCall *call)
{
    jaro_run(call, false);
}

static void jaro_winkler(KernelCall *call)
{
    jaro_run(call, true);
}

/* The characters that both have, of all that either has; each counted once. Bytes, as DuckDB counts. */
static void jaccard(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView texts[2] = {argument_text(call, 0, i), argument_text(call, 1, i)};
        bool has[2][256] = {{false}};
        int both = 0, either = 0;
        for (int t = 0; t < 2; t++)
            for (size_t at = 0; at < texts[t].size; at++) {
                context_pace(at);
                has[t][(unsigned char)texts[t].data[at]] = true;
            }
        for (int c = 0; c < 256; c++) {
            both += has[0][c] && has[1][c];
            either += has[0][c] || has[1][c];
        }
        if (texts[0].size == 0 || texts[1].size == 0)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "jaccard takes texts that are not empty");
        VECTOR_DATA(call->result, double)[i] = either ? (double)both / either : 0;
    }
}

/* The American Soundex code: a letter and three digits. */
static void soundex(KernelCall *call)
{
    static const char codes[] = "01230120022455012623010202"; /* of A to Z */
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        char code[4] = "", last = '\0';
        size_t count = 0;
        for (size_t at = 0; at < x.size && count < 4; at++) {
            context_pace(at);
            if (!ascii_is_alpha(x.data[at]))
                continue;
            int letter = ascii_lower(x.data[at]) - 'a';
            if (count == 0)
                code[count++] = (char)('A' + letter);
            else if (codes[letter] != '0' && codes[letter] != last)
                code[count++] = codes[letter];
            last = codes[letter];
        }
        while (count > 0 && count < 4)
            code[count++] = '0';
        result_set(call, i, code, count);
    }
}

#define DISTANCE(title, r, flag, k, text)                                                                              \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR, VARCHAR) " #r, .description = text, .flags = flag,                      \
        ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(r), .kernel = k, .prepare = distance_prepare                    \
    }

/* clang-format off */
FunctionFamily function_family_distance = {
    DISTANCE("levenshtein", BIGINT, 0, levenshtein, "Characters to insert, delete or change to make one the other."),
    DISTANCE("editdist3", BIGINT, 0, levenshtein, "Characters to insert, delete or change to make one the other."),
    DISTANCE("damerau_levenshtein", BIGINT, 0, damerau_levenshtein, "The same, where neighbours may also change places."),
    DISTANCE("hamming", BIGINT, FUNCTION_CAN_FAIL, hamming, "In how many places two equally long texts differ."),
    DISTANCE("mismatches", BIGINT, FUNCTION_CAN_FAIL, hamming, "In how many places two equally long texts differ."),
    DISTANCE("jaro_similarity", DOUBLE, 0, jaro_similarity, "Jaro's likeness, 0 to 1."),
    DISTANCE("jaro_winkler_similarity", DOUBLE, 0, jaro_winkler, "Jaro's and Winkler's likeness, 0 to 1."),
    DISTANCE("jaccard", DOUBLE, FUNCTION_CAN_FAIL, jaccard, "The part of all bytes that both have."),
    {.name = "soundex", .signature = "(VARCHAR) VARCHAR", .description = "A letter and three digits for how it sounds.",
     ARGUMENTS(T(VARCHAR)), .result = T(VARCHAR), .kernel = soundex},
    {0},
};
/* clang-format on */
