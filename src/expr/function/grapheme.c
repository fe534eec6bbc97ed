/* expr/function/grapheme.c: functions that count what a reader takes for one character: extended grapheme clusters
 * (Unicode's annex 29). */
#include <utf8proc.h>

#include "base/utf8.h"
#include "expr/function/family.h"

/* Where the cluster at `offset` ends. */
static size_t cluster_end(StringView text, size_t offset)
{
    utf8proc_int32_t state = 0;
    size_t size;
    uint32_t character = utf8_decode(text.data + offset, text.size - offset, &size);
    for (offset += size; offset < text.size; offset += size) {
        context_pace(offset);
        uint32_t next = utf8_decode(text.data + offset, text.size - offset, &size);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)character, (utf8proc_int32_t)next, &state))
            break;
        character = next;
    }
    return offset;
}

static int64_t cluster_count(StringView text)
{
    int64_t count = 0;
    for (size_t offset = 0; offset < text.size; offset = cluster_end(text, offset))
        count++;
    return count;
}

/* Clusters first .. end-1, 0-based; of what lies outside, none. */
static StringView clusters(StringView text, int64_t first, int64_t end)
{
    size_t offset = 0, start;
    int64_t index = 0;
    for (; index < first && offset < text.size; index++)
        offset = cluster_end(text, offset);
    start = offset;
    for (; index < end && offset < text.size; index++)
        offset = cluster_end(text, offset);
    return (StringView){text.data + start, offset - start};
}

static int64_t bounded(int64_t value, int64_t limit)
{
    return value < 0 ? 0 : value > limit ? limit : value;
}

/* The first n, or all but the last -n. */
static StringView left_clusters(StringView text, int64_t n)
{
    return clusters(text, 0, n >= 0 ? n : bounded(cluster_count(text) + n, INT64_MAX));
}

/* The last n, or all but the first -n. */
static StringView right_clusters(StringView text, int64_t n)
{
    int64_t count = cluster_count(text);
    return clusters(text, n >= 0 ? bounded(count - n, count) : (n < -count ? count : -n), count);
}

/* DuckDB's: a negative start counts from the end, a negative length goes to the left. */
static StringView middle_clusters(StringView text, int64_t start, int64_t length)
{
    int64_t count = cluster_count(text);
    int64_t first = start > 0   ? bounded(start - 1, count)
                    : start < 0 ? start + count
                                : -1; /* there is no character 0 */
    if (length < 0) {
        first = bounded(first, count);
        return clusters(text, length < -first ? 0 : first + length, first);
    }
    int64_t end = length > count - first ? count : first + length;
    return clusters(text, bounded(first, count), bounded(end, count));
}

static void set_part(KernelCall *call, size_t row, StringView part)
{
    VECTOR_DATA(call->result, String)[row] = string_make(part.data, part.size);
}

static void left_grapheme(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        set_part(call, i, left_clusters(argument_text(call, 0, i), ARGUMENT(call, 1, int64_t, i)));
    vector_keep_strings_of(call->result, call->arguments[0]);
}

static void right_grapheme(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        set_part(call, i, right_clusters(argument_text(call, 0, i), ARGUMENT(call, 1, int64_t, i)));
    vector_keep_strings_of(call->result, call->arguments[0]);
}

static void substring_grapheme(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t length = call->argument_count > 2 ? ARGUMENT(call, 2, int64_t, i) : INT64_MAX;
        set_part(call, i, middle_clusters(argument_text(call, 0, i), ARGUMENT(call, 1, int64_t, i), length));
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

static void length_grapheme(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, int64_t)[i] = cluster_count(argument_text(call, 0, i));
}

/* clang-format off */
FunctionFamily function_family_grapheme = {
    {.name = "left_grapheme", .signature = "(VARCHAR, count BIGINT) VARCHAR",
     .description = "The first grapheme clusters; all but the last ones for a negative count.",
     ARGUMENTS(TYPE_VARCHAR, TYPE_BIGINT), .result = TYPE_VARCHAR, .kernel = left_grapheme},
    {.name = "right_grapheme", .signature = "(VARCHAR, count BIGINT) VARCHAR",
     .description = "The last grapheme clusters; all but the first ones for a negative count.",
     ARGUMENTS(TYPE_VARCHAR, TYPE_BIGINT), .result = TYPE_VARCHAR, .kernel = right_grapheme},
    {.name = "substring_grapheme", .signature = "(VARCHAR, start BIGINT [, count BIGINT]) VARCHAR",
     .description = "Grapheme clusters from the start on; a negative start counts from the end.", .optional_count = 1,
     ARGUMENTS(TYPE_VARCHAR, TYPE_BIGINT, TYPE_BIGINT), .result = TYPE_VARCHAR, .kernel = substring_grapheme},
    {.name = "length_grapheme", .signature = "(VARCHAR) BIGINT",
     .description = "How many grapheme clusters a text has.",
     ARGUMENTS(TYPE_VARCHAR), .result = TYPE_BIGINT, .kernel = length_grapheme},
    {0},
};
/* clang-format on */
