/* expr/function/text_build.c: functions that make new text: case, concat, padding, replacing. */
#include <utf8proc.h>

#include "expr/function/family.h"

#include <string.h>

#include "base/find.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "expr/function/text_result.h"

/* ---- case ---- */

typedef enum LetterCase { CASE_LOWER, CASE_UPPER, CASE_INITIAL } LetterCase;

static bool is_word_character(uint32_t character)
{
    switch (utf8proc_category((utf8proc_int32_t)character)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
        return true;
    default:
        return false;
    }
}

static size_t write_case(StringView text, LetterCase letter_case, char *memory)
{
    size_t written = 0;
    bool in_word = false;
    for (size_t at = 0; at < text.size;) {
        context_pace(at);
        size_t size;
        uint32_t character = utf8_decode(text.data + at, text.size - at, &size);
        bool is_upper = letter_case == CASE_UPPER || (letter_case == CASE_INITIAL && !in_word);
        utf8proc_int32_t changed =
            is_upper ? utf8proc_toupper((utf8proc_int32_t)character) : utf8proc_tolower((utf8proc_int32_t)character);
        in_word = is_word_character(character);
        written += utf8_encode((uint32_t)changed, memory + written);
        at += size;
    }
    return written;
}

static void change_case(KernelCall *call, LetterCase letter_case)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        bool is_ascii = letter_case != CASE_INITIAL && view_is_ascii(x);
        char *memory =
            result_memory(call, i, is_ascii ? x.size : x.size * 3); /* a character grows to 3 bytes at most */
        if (memory == NULL)
            continue;
        size_t size = x.size;
        if (is_ascii)
            ascii_change_case(x, letter_case == CASE_UPPER, memory);
        else
            size = write_case(x, letter_case, memory);
        result_set(call, i, memory, size);
    }
}

static void lower_text(KernelCall *call)
{
    change_case(call, CASE_LOWER);
}

static void upper_text(KernelCall *call)
{
    change_case(call, CASE_UPPER);
}

static void initcap_text(KernelCall *call)
{
    change_case(call, CASE_INITIAL);
}

/* ---- concat ---- */

static size_t size_add(size_t a, size_t b)
{
    size_t sum;
    return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

/* Arguments from `first` on that are not NULL, with `separator` between them. */
static void concat_row(KernelCall *call, size_t row, size_t first, StringView separator)
{
    size_t size = 0, used = 0, parts = 0;
    for (size_t a = first; a < call->argument_count; a++)
        if (!argument_is_null(call, a, row))
            size = size_add(size, argument_text(call, a, row).size + (parts++ ? separator.size : 0));
    char *memory = result_memory(call, row, size);
    if (memory == NULL)
        return;
    parts = 0;
    for (size_t a = first; a < call->argument_count; a++) {
        if (argument_is_null(call, a, row))
            continue;
        StringView part = argument_text(call, a, row);
        if (parts++) {
            memory_copy(memory + used, separator.data, separator.size);
            used += separator.size;
        }
        memory_copy(memory + used, part.data, part.size);
        used += part.size;
    }
    result_set(call, row, memory, used);
}

static void concat_texts(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        concat_row(call, i, 0, (StringView){"", 0});
}

static void concat_ws_texts(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        if (argument_is_null(call, 0, i))
            vector_set_null(call->result, i);
        else
            concat_row(call, i, 1, argument_text(call, 0, i));
    }
}

static bool resolve_texts(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)ret_result;
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = type_of(TYPE_VARCHAR);
    return true;
}

/* ---- repeat, lpad, rpad ---- */

/* The part over and over, the last time as far as there is room; what is there doubles until it fills all. */
static void fill_repeated(char *memory, size_t size, StringView part)
{
    size_t used = part.size < size ? part.size : size;
    memory_copy(memory, part.data, used);
    for (size_t step; used > 0 && used < size; used += step) {
        step = used < size - used ? used : size - used;
        memory_copy(memory + used, memory, step);
    }
}

static void repeat_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        int64_t times = ARGUMENT(call, 1, int64_t, i);
        size_t size = 0;
        if (times > 0 && __builtin_mul_overflow(x.size, (size_t)times, &size))
            size = SIZE_MAX;
        char *memory = result_memory(call, i, size);
        if (memory == NULL)
            continue;
        fill_repeated(memory, size, x);
        result_set(call, i, memory, size);
    }
}

/* Bytes that the fill takes, over and over, for `count` characters. */
static size_t fill_size(StringView fill, size_t fill_length, size_t count)
{
    size_t size;
    if (__builtin_mul_overflow(count / fill_length, fill.size, &size))
        return SIZE_MAX;
    return size_add(size, utf8_offset(fill, count % fill_length));
}

static void pad_row(KernelCall *call, size_t row, bool at_start)
{
    StringView x = argument_text(call, 0, row);
    StringView fill = call->argument_count > 2 ? argument_text(call, 2, row) : (StringView){" ", 1};
    int64_t wanted = ARGUMENT(call, 1, int64_t, row);
    size_t length = utf8_length(x), fill_length = utf8_length(fill);
    size_t target = wanted > 0 ? (size_t)wanted : 0;
    if (target <= length)
        x.size = utf8_offset(x, target);
    size_t missing = target > length && fill_length ? target - length : 0;
    size_t added = missing ? fill_size(fill, fill_length, missing) : 0;
    char *memory = result_memory(call, row, size_add(x.size, added));
    if (memory == NULL)
        return;
    memory_copy(memory + (at_start ? added : 0), x.data, x.size);
    fill_repeated(memory + (at_start ? 0 : x.size), added, fill);
    result_set(call, row, memory, x.size + added);
}

static void lpad_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        pad_row(call, i, true);
}

static void rpad_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        pad_row(call, i, false);
}

/* ---- replace, translate, reverse, chr ---- */

static void replace_row(KernelCall *call, size_t row)
{
    StringView x = argument_text(call, 0, row), from = argument_text(call, 1, row), to = argument_text(call, 2, row);
    size_t count = 0, used = 0;
    const char *found;
    if (from.size)
        for (StringView rest = x; (found = view_find(rest, from)) != NULL; count++) {
            context_check(call->context);
            rest = (StringView){found + from.size, rest.size - (size_t)(found - rest.data) - from.size};
        }
    size_t added = 0;
    bool too_long = __builtin_mul_overflow(count, to.size, &added);
    char *memory = result_memory(call, row, too_long ? SIZE_MAX : size_add(x.size - count * from.size, added));
    if (memory == NULL)
        return;
    for (; count > 0; count--) {
        context_check(call->context);
        found = view_find(x, from);
        size_t before = (size_t)(found - x.data);
        memory_copy(memory + used, x.data, before);
        memory_copy(memory + used + before, to.data, to.size);
        used += before + to.size;
        x = (StringView){found + from.size, x.size - before - from.size};
    }
    memory_copy(memory + used, x.data, x.size);
    result_set(call, row, memory, used + x.size);
}

static void replace_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        replace_row(call, i);
}

/* Each character that is the n-th of `from` becomes the n-th of `to`, or goes when there is none. */
static void translate_row(KernelCall *call, size_t row)
{
    StringView x = argument_text(call, 0, row), from = argument_text(call, 1, row), to = argument_text(call, 2, row);
    char *memory = result_memory(call, row, x.size > STRING_MAX_SIZE / 4 ? SIZE_MAX : x.size * 4);
    size_t used = 0, size, done = 0;
    if (memory == NULL)
        return;
    for (size_t at = 0; at < x.size; at += size) {
        context_pace_by(&done, from.size + 1);
        utf8_decode(x.data + at, x.size - at, &size);
        StringView character = {x.data + at, size};
        const char *found = view_find(from, character);
        if (found) {
            size_t index = utf8_length((StringView){from.data, (size_t)(found - from.data)});
            size_t offset = utf8_offset(to, index), replaced = 0;
            if (offset < to.size)
                utf8_decode(to.data + offset, to.size - offset, &replaced);
            character = (StringView){to.data + offset, replaced};
        }
        memcpy(memory + used, character.data, character.size);
        used += character.size;
    }
    result_set(call, row, memory, used);
}

static void translate_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        translate_row(call, i);
}

static void reverse_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        char *memory = result_memory(call, i, x.size);
        size_t size;
        if (memory == NULL)
            continue;
        for (size_t at = 0; at < x.size; at += size) {
            context_pace(at);
            size = 1;
            if (x.data[at] & 0x80)
                utf8_decode(x.data + at, x.size - at, &size);
            if (size == 1)
                memory[x.size - at - 1] = x.data[at];
            else
                memcpy(memory + x.size - at - size, x.data + at, size);
        }
        result_set(call, i, memory, x.size);
    }
}

static void chr_integer(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        int32_t character = ARGUMENT(call, 0, int32_t, i);
        char text[4];
        size_t size = character > 0 ? utf8_encode((uint32_t)character, text) : 0;
        if (size == 0)
            kernel_fail(call, i, ERROR_LIMIT_EXCEEDED, "%d is no character", character);
        result_set(call, i, text, size);
    }
}

/* ---- hexadecimal ---- */

static void hex_bigint(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        uint64_t value = (uint64_t)ARGUMENT(call, 0, int64_t, i);
        char text[16];
        size_t start = sizeof text;
        do
            text[--start] = "0123456789abcdef"[value & 15];
        while (value >>= 4);
        char *memory = vector_string_memory(call->result, sizeof text - start);
        memcpy(memory, text + start, sizeof text - start);
        result_set(call, i, memory, sizeof text - start);
    }
}

/* ---- the table ---- */

#define TEXT(title, k, text)                                                                                           \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR) VARCHAR", .description = text, .argument_count = 1,                     \
        .arguments = {T(VARCHAR)}, .result = T(VARCHAR), .kernel = k                                                   \
    }
#define PAD(title, k, text)                                                                                            \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR, length BIGINT [, fill VARCHAR]) VARCHAR", .description = text,          \
        .flags = FAIL, .argument_count = 3, .optional_count = 1, .arguments = {T(VARCHAR), T(BIGINT), T(VARCHAR)},     \
        .result = T(VARCHAR), .kernel = k                                                                              \
    }
#define THREE(title, sign, k, text)                                                                                    \
    {                                                                                                                  \
        .name = title, .signature = sign " VARCHAR", .description = text, .argument_count = 3,                         \
        .arguments = {T(VARCHAR), T(VARCHAR), T(VARCHAR)}, .result = T(VARCHAR), .kernel = k                           \
    }

/* clang-format off */
FunctionFamily function_family_text_build = {
    TEXT("lower", lower_text, "In lower case, character by character."),
    TEXT("lcase", lower_text, "In lower case, character by character."),
    TEXT("upper", upper_text, "In upper case, character by character."),
    TEXT("ucase", upper_text, "In upper case, character by character."),
    TEXT("initcap", initcap_text, "Each word with an upper case letter first and lower case behind it."),
    TEXT("reverse", reverse_text, "The characters from last to first."),
    {.name = "concat", .signature = "(any, ...) VARCHAR", .description = "All that is not NULL, as one text.",
     .flags = FUNCTION_NOT_STRICT | FUNCTION_VARIADIC, .argument_count = 1, .arguments = {ANY}, .result = T(VARCHAR),
     .kernel = concat_texts, .resolve = resolve_texts},
    {.name = "concat_ws", .signature = "(separator VARCHAR, any, ...) VARCHAR",
     .description = "All that is not NULL, with the separator between.",
     .flags = FUNCTION_NOT_STRICT | FUNCTION_VARIADIC, .argument_count = 2, .arguments = {ANY, ANY},
     .result = T(VARCHAR), .kernel = concat_ws_texts, .resolve = resolve_texts},
    {.name = "repeat", .signature = "(VARCHAR, times BIGINT) VARCHAR", .description = "The text so many times.",
     .flags = FAIL, .argument_count = 2, .arguments = {T(VARCHAR), T(BIGINT)}, .result = T(VARCHAR),
     .kernel = repeat_text},
    PAD("lpad", lpad_text, "Filled up at the start, or cut, to that length."),
    PAD("rpad", rpad_text, "Filled up at the end, or cut, to that length."),
    THREE("replace", "(VARCHAR, from VARCHAR, to VARCHAR)", replace_text, "Every `from` replaced by `to`."),
    THREE("translate", "(VARCHAR, from VARCHAR, to VARCHAR)", translate_text,
          "Each character of `from` replaced by the one of `to` in its place."),
    {.name = "chr", .signature = "(INTEGER) VARCHAR", .description = "The character with this code point.",
     .flags = FAIL, .argument_count = 1, .arguments = {T(INTEGER)}, .result = T(VARCHAR), .kernel = chr_integer},
    {.name = "to_hex", .signature = "(BIGINT) VARCHAR", .description = "Hexadecimal digits.", .argument_count = 1,
     .arguments = {T(BIGINT)}, .result = T(VARCHAR), .kernel = hex_bigint},
    {0},
};
/* clang-format on */
