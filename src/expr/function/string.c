/* expr/function/string.c: functions that measure text, search it and take parts of it. Characters are code points;
 * parts share the bytes of the text they are taken from. */
#include "expr/function/family.h"

#include <limits.h>
#include <string.h>

#include "base/find.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "expr/function/regex.h"

/* ---- measuring ---- */

#define KERNEL_TEXT(name, rtype, expression)                                                                           \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        rtype *results = call->result->data;                                                                           \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            StringView x = argument_text(call, 0, i);                                                                  \
            results[i] = (rtype)(expression);                                                                          \
        }                                                                                                              \
    }

static int32_t first_character(StringView text)
{
    size_t size;
    return text.size ? (int32_t)utf8_decode(text.data, text.size, &size) : 0;
}

KERNEL_TEXT(length_text, int64_t, view_is_ascii(x) ? x.size : utf8_length(x))
KERNEL_TEXT(size_text, int64_t, x.size)
KERNEL_TEXT(bits_text, int64_t, x.size * 8)
KERNEL_TEXT(ascii_text, int32_t, first_character(x))

/* ---- searching ---- */

#define KERNEL_TEXTS(name, rtype, expression)                                                                          \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        rtype *results = call->result->data;                                                                           \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            StringView x = argument_text(call, 0, i), y = argument_text(call, 1, i);                                   \
            results[i] = (rtype)(expression);                                                                          \
        }                                                                                                              \
    }

/* The 1-based character where the part begins; 0: nowhere. */
static int64_t character_position(StringView text, StringView part)
{
    const char *found = view_find(text, part);
    if (part.size && found == NULL)
        return 0;
    return (int64_t)utf8_length((StringView){text.data, (size_t)(found - text.data)}) + 1;
}

static bool view_starts(StringView text, StringView part)
{
    return text.size >= part.size && (part.size == 0 || memory_compare(text.data, part.data, part.size) == 0);
}

static bool view_ends(StringView text, StringView part)
{
    return text.size >= part.size &&
           (part.size == 0 || memory_compare(text.data + text.size - part.size, part.data, part.size) == 0);
}

KERNEL_TEXTS(position_texts, int64_t, character_position(y, x))
KERNEL_TEXTS(strpos_texts, int64_t, character_position(x, y))
KERNEL_TEXTS(starts_texts, bool, view_starts(x, y))
KERNEL_TEXTS(ends_texts, bool, view_ends(x, y))
KERNEL_TEXTS(contains_texts, bool, y.size == 0 || view_find(x, y) != NULL)

/* Which of the parts between commas it is, from 1; 0: none. */
static int64_t list_position(StringView part, StringView list)
{
    int64_t number = 0;
    for (size_t start = 0; start <= list.size && list.size > 0;) {
        const char *comma = memchr(list.data + start, ',', list.size - start);
        size_t end = comma ? (size_t)(comma - list.data) : list.size;
        context_pace((size_t)++number);
        if (view_equal((StringView){list.data + start, end - start}, part))
            return number;
        start = end + 1;
    }
    return 0;
}

KERNEL_TEXTS(list_texts, int64_t, list_position(x, y))

/* ---- parts ---- */

static void result_set(KernelCall *call, size_t row, StringView part)
{
    VECTOR_DATA(call->result, String)[row] = string_make(part.data, part.size);
}

/* `part` computes a part of x, the first argument's text; the result's strings point into it. */
#define KERNEL_PART(name, part)                                                                                        \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            StringView x = argument_text(call, 0, i);                                                                  \
            result_set(call, i, part);                                                                                 \
        }                                                                                                              \
        vector_keep_strings_of(call->result, call->arguments[0]);                                                      \
    }

/* Characters first .. end-1, 0-based and within limits. */
static StringView view_characters(StringView text, size_t first, size_t end)
{
    size_t start_offset = first < text.size ? first : text.size, end_offset = end < text.size ? end : text.size;
    if (!view_is_ascii((StringView){text.data, end_offset})) { /* what is behind the end does not matter */
        start_offset = utf8_offset(text, first);
        StringView rest = {text.data + start_offset, text.size - start_offset};
        end_offset = start_offset + utf8_offset(rest, end - first);
    }
    return (StringView){text.data + start_offset, end_offset - start_offset};
}

/* substring(x, start [, length]): character 1 is the first; what lies before it is taken from the length. */
static bool substring_is_safe(const Expr *call)
{
    if (call->argument_count < 3)
        return true;
    const Expr *length = call->arguments[2];
    return length->kind == EXPR_CONSTANT && (length->constant.is_null || length->constant.i64 >= 0);
}

static void substring_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        int64_t start = ARGUMENT(call, 1, int64_t, i), end = INT64_MAX;
        if (call->argument_count > 2) {
            int64_t length = ARGUMENT(call, 2, int64_t, i);
            if (length < 0)
                kernel_fail(call, i, ERROR_INVALID_SUBSTRING, "negative substring length not allowed");
            if (length < 0 || __builtin_add_overflow(start, length, &end))
                end = length < 0 ? start : INT64_MAX;
        }
        size_t first = start < 1 ? 0 : (size_t)start - 1;
        size_t behind = end <= 1 ? 0 : (size_t)end - 1;
        result_set(call, i, behind > first ? view_characters(x, first, behind) : (StringView){"", 0});
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* The place behind the character of that number, counted from 1, or from the end with -1; what lies outside is cut. */
static size_t place_behind(StringView text, int64_t number)
{
    if (number >= 0)
        return (size_t)number;
    int64_t place = (int64_t)utf8_length(text) + 1 + number;
    return place > 0 ? (size_t)place : 0;
}

/* x[low:high], both ends with it. */
static void slice_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        size_t low = place_behind(x, ARGUMENT(call, 1, int64_t, i)),
               end = place_behind(x, ARGUMENT(call, 2, int64_t, i));
        size_t first = low > 0 ? low - 1 : 0;
        result_set(call, i, end > first ? view_characters(x, first, end) : (StringView){"", 0});
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* x[index] */
static void extract_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        size_t end = place_behind(x, ARGUMENT(call, 1, int64_t, i));
        result_set(call, i, end > 0 ? view_characters(x, end - 1, end) : (StringView){"", 0});
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* substring of bytes. */
static void substring_blob(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        int64_t start = ARGUMENT(call, 1, int64_t, i), end = INT64_MAX;
        int64_t length = call->argument_count > 2 ? ARGUMENT(call, 2, int64_t, i) : INT64_MAX;
        if (length < 0)
            kernel_fail(call, i, ERROR_INVALID_SUBSTRING, "negative substring length not allowed");
        if (__builtin_add_overflow(start, length < 0 ? 0 : length, &end))
            end = INT64_MAX;
        size_t first = start < 1 ? 0 : (size_t)start - 1, behind = end <= 1 ? 0 : (size_t)end - 1;
        behind = behind < x.size ? behind : x.size;
        result_set(call, i, behind > first ? (StringView){x.data + first, behind - first} : (StringView){"", 0});
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* How many characters are left of x when so many are wanted, or (negative) all but so many. */
static size_t wanted_count(StringView text, int64_t count)
{
    if (count >= 0)
        return (size_t)count;
    size_t length = utf8_length(text), without = 0 - (size_t)count;
    return without < length ? length - without : 0;
}

static StringView view_right(StringView text, int64_t count)
{
    size_t length = utf8_length(text), wanted = wanted_count(text, count);
    return view_characters(text, wanted < length ? length - wanted : 0, length);
}

KERNEL_PART(left_text, view_characters(x, 0, wanted_count(x, ARGUMENT(call, 1, int64_t, i))))
KERNEL_PART(right_text, view_right(x, ARGUMENT(call, 1, int64_t, i)))

/* ---- trimming ---- */

static const StringView blank = {" ", 1};

static bool set_has(StringView set, StringView character)
{
    return view_find(set, character) != NULL;
}

static size_t last_character_size(StringView text)
{
    size_t size = 1;
    while (size < text.size && ((unsigned char)text.data[text.size - size] & 0xC0) == 0x80)
        size++;
    return size;
}

static StringView view_trim_set(StringView text, StringView set, bool at_start, bool at_end)
{
    size_t size, done = 0;
    while (at_start && text.size > 0) {
        context_pace_by(&done, set.size + 1);
        utf8_decode(text.data, text.size, &size);
        if (!set_has(set, (StringView){text.data, size}))
            break;
        text.data += size;
        text.size -= size;
    }
    while (at_end && text.size > 0) {
        context_pace_by(&done, set.size + 1);
        size = last_character_size(text);
        if (!set_has(set, (StringView){text.data + text.size - size, size}))
            break;
        text.size -= size;
    }
    return text;
}

static StringView trim_set(const KernelCall *call, size_t row)
{
    return call->argument_count > 1 ? argument_text(call, 1, row) : blank;
}

KERNEL_PART(trim_text, view_trim_set(x, trim_set(call, i), true, true))
KERNEL_PART(ltrim_text, view_trim_set(x, trim_set(call, i), true, false))
KERNEL_PART(rtrim_text, view_trim_set(x, trim_set(call, i), false, true))

/* ---- split_part(text, delimiter, n): the n-th part; from the end when n is negative ---- */

static size_t view_count(StringView text, StringView part)
{
    size_t count = 0;
    const char *found;
    while ((found = view_find(text, part)) != NULL) {
        size_t taken = (size_t)(found - text.data) + part.size;
        text.data += taken;
        text.size -= taken;
        context_pace(++count);
    }
    return count;
}

static StringView view_split(StringView text, StringView delimiter, int64_t index)
{
    static const StringView nothing = {"", 0};
    if (delimiter.size == 0)
        return index == 1 || index == -1 ? text : nothing;
    if (index < 0) {
        int64_t parts = (int64_t)view_count(text, delimiter) + 1;
        index = index < -parts ? 0 : parts + index + 1;
    }
    for (; index > 0; index--) {
        context_pace((size_t)index);
        const char *found = view_find(text, delimiter);
        if (index == 1)
            return found ? (StringView){text.data, (size_t)(found - text.data)} : text;
        if (found == NULL)
            return nothing;
        size_t taken = (size_t)(found - text.data) + delimiter.size;
        text.data += taken;
        text.size -= taken;
    }
    return nothing;
}

static bool split_part_is_safe(const Expr *call)
{
    const Expr *index = call->arguments[2];
    return index->kind == EXPR_CONSTANT && (index->constant.is_null || index->constant.i64 != 0);
}

static void split_part(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t index = ARGUMENT(call, 2, int64_t, i);
        if (index == 0)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "field position must not be zero");
        result_set(call, i, view_split(argument_text(call, 0, i), argument_text(call, 1, i), index));
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* The text before the delimiter's count-th place, or behind it, counted from the end; all of it where there are fewer.
 */
static StringView view_before(StringView text, StringView delimiter, int64_t count)
{
    if (text.size == 0 || delimiter.size == 0 || count == 0)
        return (StringView){"", 0};
    if (count > 0) {
        StringView rest = text;
        for (const char *found; (found = view_find(rest, delimiter)) != NULL;) {
            context_pace((size_t)count);
            if (--count == 0)
                return (StringView){text.data, (size_t)(found - text.data)};
            rest.size -= (size_t)(found - rest.data) + delimiter.size;
            rest.data = found + delimiter.size;
        }
        return text;
    }
    size_t done = 0;
    for (size_t at = text.size; at >= delimiter.size && at > 0; at--) {
        context_pace_by(&done, delimiter.size);
        if (memory_compare(text.data + at - delimiter.size, delimiter.data, delimiter.size) == 0 && ++count == 0)
            return (StringView){text.data + at, text.size - at};
    }
    return text;
}

KERNEL_PART(substring_index, view_before(x, argument_text(call, 1, i), ARGUMENT(call, 2, int64_t, i)))

/* ---- the table ---- */

#define TEXT(title, r, k, text)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR) " #r, .description = text, .argument_count = 1,                         \
        .arguments = {T(VARCHAR)}, .result = T(r), .kernel = k                                                         \
    }
#define BYTES(title, k, text)                                                                                          \
    {                                                                                                                  \
        .name = title, .signature = "(BLOB) BIGINT", .description = text, .argument_count = 1, .arguments = {T(BLOB)}, \
        .result = T(BIGINT), .kernel = k                                                                               \
    }
#define TEXTS(title, sign, r, k, text)                                                                                 \
    {                                                                                                                  \
        .name = title, .signature = sign " " #r, .description = text, .argument_count = 2,                             \
        .arguments = {T(VARCHAR), T(VARCHAR)}, .result = T(r), .kernel = k                                             \
    }
#define COUNTED(title, k, text)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR, count BIGINT) VARCHAR", .description = text, .argument_count = 2,       \
        .arguments = {T(VARCHAR), T(BIGINT)}, .result = T(VARCHAR), .kernel = k                                        \
    }
#define SUBSTRING(title)                                                                                               \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR, start BIGINT [, length BIGINT]) VARCHAR",                               \
        .description = "Characters from start (the first is 1), so many or all.", .flags = FUNCTION_CAN_FAIL,          \
        .is_safe = substring_is_safe, .argument_count = 3, .optional_count = 1,                                        \
        .arguments = {T(VARCHAR), T(BIGINT), T(BIGINT)}, .result = T(VARCHAR), .kernel = substring_text                \
    }
#define TRIM(title, k, text)                                                                                           \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR [, characters VARCHAR]) VARCHAR", .description = text,                   \
        .argument_count = 2, .optional_count = 1, .arguments = {T(VARCHAR), T(VARCHAR)}, .result = T(VARCHAR),         \
        .kernel = k                                                                                                    \
    }

/* clang-format off */
FunctionFamily function_family_string = {
    TEXT("length", BIGINT, length_text, "Characters."),
    BYTES("length", size_text, "Bytes."),
    TEXT("char_length", BIGINT, length_text, "Characters."),
    TEXT("character_length", BIGINT, length_text, "Characters."),
    TEXT("len", BIGINT, length_text, "Characters."),
    TEXT("strlen", BIGINT, size_text, "Bytes of UTF-8."),
    TEXT("octet_length", BIGINT, size_text, "Bytes of UTF-8."),
    BYTES("octet_length", size_text, "Bytes."),
    TEXT("bit_length", BIGINT, bits_text, "Bits of UTF-8."),
    BYTES("bit_length", bits_text, "Bits."),
    TEXT("ascii", INTEGER, ascii_text, "The first character's code point; 0 of the empty text."),
    TEXT("ord", INTEGER, ascii_text, "The first character's code point; 0 of the empty text."),
    TEXT("unicode", INTEGER, ascii_text, "The first character's code point; 0 of the empty text."),
    TEXTS("position", "(part VARCHAR, VARCHAR)", BIGINT, position_texts, "Where the part begins, from 1; 0: nowhere."),
    TEXTS("strpos", "(VARCHAR, part VARCHAR)", BIGINT, strpos_texts, "Where the part begins, from 1; 0: nowhere."),
    TEXTS("instr", "(VARCHAR, part VARCHAR)", BIGINT, strpos_texts, "Where the part begins, from 1; 0: nowhere."),
    TEXTS("find_in_set", "(part VARCHAR, list VARCHAR)", BIGINT, list_texts,
          "Which of the parts between commas it is, from 1; 0: none."),
    TEXTS("starts_with", "(VARCHAR, part VARCHAR)", BOOLEAN, starts_texts, "Whether it starts so."),
    TEXTS("ends_with", "(VARCHAR, part VARCHAR)", BOOLEAN, ends_texts, "Whether it ends so."),
    TEXTS("prefix", "(VARCHAR, part VARCHAR)", BOOLEAN, starts_texts, "Whether it starts so."),
    TEXTS("suffix", "(VARCHAR, part VARCHAR)", BOOLEAN, ends_texts, "Whether it ends so."),
    TEXTS("contains", "(VARCHAR, part VARCHAR)", BOOLEAN, contains_texts, "Whether the part is in it."),
    SUBSTRING("substring"),
    {.name = "substring", .signature = "(BLOB, start BIGINT [, length BIGINT]) BLOB",
     .description = "Bytes from start (the first is 1), so many or all.", .flags = FUNCTION_CAN_FAIL,
     .optional_count = 1, ARGUMENTS(T(BLOB), T(BIGINT), T(BIGINT)), .result = T(BLOB), .kernel = substring_blob,
     .is_safe = substring_is_safe},
    {.name = "substring", .signature = "(VARCHAR, pattern VARCHAR) VARCHAR",
     .description = "What a regular expression matches, or its first parenthesized part.", .flags = FUNCTION_CAN_FAIL,
     ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(VARCHAR), .kernel = kernel_substring_regex,
     .prepare = regex_call_prepare},
    {.name = "substring", .signature = "(VARCHAR, pattern VARCHAR, escape VARCHAR) VARCHAR",
     .description = "What stands between two escape-quotes of a pattern as SIMILAR TO has it.",
     .flags = FUNCTION_CAN_FAIL, ARGUMENTS(T(VARCHAR), T(VARCHAR), T(VARCHAR)), .result = T(VARCHAR),
     .kernel = kernel_substring_similar, .prepare = regex_call_prepare},
    SUBSTRING("substr"),
    {.name = "array_extract", .signature = "(VARCHAR, index BIGINT) VARCHAR",
     .description = "One character: x[index]; the first is 1, the last -1.", ARGUMENTS(T(VARCHAR), T(BIGINT)),
     .result = T(VARCHAR), .kernel = extract_text},
    {.name = "array_slice", .signature = "(VARCHAR, low BIGINT, high BIGINT) VARCHAR",
     .description = "Characters from low to high: x[low:high]; the first is 1, the last -1.",
     ARGUMENTS(T(VARCHAR), T(BIGINT), T(BIGINT)), .result = T(VARCHAR), .kernel = slice_text},
    COUNTED("left", left_text, "The first characters; all but the last -count when count is negative."),
    COUNTED("right", right_text, "The last characters; all but the first -count when count is negative."),
    TRIM("trim", trim_text, "Without the blanks, or those characters, at both ends."),
    TRIM("btrim", trim_text, "Without the blanks, or those characters, at both ends."),
    TRIM("ltrim", ltrim_text, "Without the blanks, or those characters, at the start."),
    TRIM("rtrim", rtrim_text, "Without the blanks, or those characters, at the end."),
    {.name = "substring_index", .signature = "(VARCHAR, delimiter VARCHAR, count BIGINT) VARCHAR",
     .description = "What stands before that many delimiters, or behind them, from the end, with -count.",
     ARGUMENTS(T(VARCHAR), T(VARCHAR), T(BIGINT)), .result = T(VARCHAR), .kernel = substring_index},
    {.name = "substr_index", .signature = "(VARCHAR, delimiter VARCHAR, count BIGINT) VARCHAR",
     .description = "What stands before that many delimiters, or behind them, from the end, with -count.",
     ARGUMENTS(T(VARCHAR), T(VARCHAR), T(BIGINT)), .result = T(VARCHAR), .kernel = substring_index},
    {.name = "split_part", .signature = "(VARCHAR, delimiter VARCHAR, index BIGINT) VARCHAR",
     .description = "The part with that index, from 1, or from the end with -1.", .flags = FUNCTION_CAN_FAIL,
     .argument_count = 3, .arguments = {T(VARCHAR), T(VARCHAR), T(BIGINT)}, .result = T(VARCHAR), .kernel = split_part,
     .is_safe = split_part_is_safe},
    {0},
};
/* clang-format on */
