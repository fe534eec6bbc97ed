/* column/row_match.c: which rows of a batch equal which rows in memory: what hash tables ask of their candidates.
 *
 * Column by column the list of candidates gets shorter. The lists are written without branches: an index is always
 * written, and its list grows only when it belongs there. */
#include <string.h>

#include "column/row.h"
#include "column/vector_rows.h"

typedef struct MatchColumn {
    VectorRows source; /* its k-th row belongs to the k-th candidate */
    uint8_t *const *rows;
    size_t offset;
    size_t null_byte;
    unsigned null_bit;
    bool nulls_equal;
} MatchColumn;

typedef struct MatchLists {
    uint16_t *matches;
    uint16_t *others;
    size_t other_count;
} MatchLists;

typedef size_t (*MatchKernel)(const MatchColumn *column, const uint16_t *candidates, size_t count, MatchLists *lists);

static inline bool f64_equal(double value, double slot)
{
    return value == slot || (value != value && slot != slot);
}

static inline bool interval_equal(Interval value, Interval slot)
{
    return interval_order(value) == interval_order(slot);
}

/* The loop of every kernel, made for one way of storing a value by constant arguments. `candidates` may be where
 * matches go: those are never ahead. */
static inline __attribute__((always_inline)) size_t match_rows(const MatchColumn *column, const uint16_t *candidates,
                                                               size_t count, MatchLists *lists, size_t value_size,
                                                               bool (*is_equal)(const char *value, const uint8_t *slot),
                                                               bool has_nulls)
{
    const char *values = column->source.values;
    const uint32_t *index = column->source.index;
    uint16_t *matches = lists->matches, *others = lists->others;
    size_t match_count = 0, other_count = lists->other_count;
    for (size_t k = 0; k < count; k++) {
        uint16_t i = candidates[k];
        const uint8_t *row = column->rows[i];
        bool value_is_null = has_nulls && !validity_get(column->source.validity, index[k]);
        bool slot_is_null = row[column->null_byte] >> column->null_bit & 1;
        bool is_match;
        if (value_is_null | slot_is_null)
            is_match = value_is_null & slot_is_null & column->nulls_equal;
        else
            is_match = is_equal(values + (size_t)index[k] * value_size, row + column->offset);
        matches[match_count] = i;
        match_count += is_match;
        others[other_count] = i;
        other_count += !is_match;
    }
    lists->other_count = other_count;
    return match_count;
}

#define MATCH(name, source_type, stored_type, equality)                                                                \
    static inline bool equal_##name(const char *value_place, const uint8_t *slot_place)                                \
    {                                                                                                                  \
        source_type value;                                                                                             \
        stored_type slot;                                                                                              \
        memcpy(&value, value_place, sizeof value);                                                                     \
        memcpy(&slot, slot_place, sizeof slot);                                                                        \
        return equality;                                                                                               \
    }                                                                                                                  \
    static size_t match_##name(const MatchColumn *column, const uint16_t *candidates, size_t count, MatchLists *lists) \
    {                                                                                                                  \
        return match_rows(column, candidates, count, lists, sizeof(source_type), equal_##name, false);                 \
    }                                                                                                                  \
    static size_t match_nullable_##name(const MatchColumn *column, const uint16_t *candidates, size_t count,           \
                                        MatchLists *lists)                                                             \
    {                                                                                                                  \
        return match_rows(column, candidates, count, lists, sizeof(source_type), equal_##name, true);                  \
    }

MATCH(bool, uint8_t, uint8_t, value == slot)
MATCH(i32, int32_t, int32_t, value == slot)
MATCH(i64, int64_t, int64_t, value == slot)
MATCH(i128, Int128, Int128, value == slot)
MATCH(i64_to_i128, int64_t, Int128, value == slot)
MATCH(i128_to_i64, Int128, int64_t, value == slot)
MATCH(f64, double, double, f64_equal(value, slot))
MATCH(string, String, String, string_equal(&value, &slot))
MATCH(interval, Interval, Interval, interval_equal(value, slot))

static MatchKernel match_kernel(Physical value, Physical slot, bool is_nullable)
{
    switch (value) {
    case PHYSICAL_BOOL:
        return is_nullable ? match_nullable_bool : match_bool;
    case PHYSICAL_I32:
        return is_nullable ? match_nullable_i32 : match_i32;
    case PHYSICAL_U64:
        return is_nullable ? match_nullable_i64 : match_i64;
    case PHYSICAL_I64:
        if (slot == PHYSICAL_I128)
            return is_nullable ? match_nullable_i64_to_i128 : match_i64_to_i128;
        return is_nullable ? match_nullable_i64 : match_i64;
    case PHYSICAL_I128:
        if (slot == PHYSICAL_I64)
            return is_nullable ? match_nullable_i128_to_i64 : match_i128_to_i64;
        return is_nullable ? match_nullable_i128 : match_i128;
    case PHYSICAL_F64:
        return is_nullable ? match_nullable_f64 : match_f64;
    case PHYSICAL_STRING:
        return is_nullable ? match_nullable_string : match_string;
    case PHYSICAL_INTERVAL:
        return is_nullable ? match_nullable_interval : match_interval;
    case PHYSICAL_COUNT:
        break;
    }
    return NULL;
}

size_t rows_match(const RowLayout *layout, Vector *const *vectors, size_t column_count, const uint16_t *selection,
                  uint8_t *const *rows, bool nulls_equal, const uint16_t *candidates, size_t count,
                  uint16_t *ret_matches, uint16_t *ret_others, size_t *ret_other_count)
{
    uint16_t dropped[BATCH_SIZE]; /* where the others go when nobody asks for them */
    MatchLists lists = {.matches = ret_matches, .others = ret_others ? ret_others : dropped};
    if (column_count == 0 && count && candidates != ret_matches)
        memmove(ret_matches, candidates, count * sizeof *candidates);
    for (size_t c = 0; c < column_count && count > 0; c++) {
        MatchColumn column = {
            .rows = rows,
            .offset = layout->offsets[c],
            .null_byte = c / 8,
            .null_bit = (unsigned)(c % 8),
            .nulls_equal = nulls_equal,
        };
        vector_rows_init_at(&column.source, vectors[c], selection, candidates, count);
        Physical stored = type_physical(layout->types[c]);
        bool is_nullable = column.source.validity != NULL;
        count = match_kernel((Physical)vectors[c]->physical, stored, is_nullable)(&column, candidates, count, &lists);
        candidates = ret_matches;
        if (ret_others == NULL)
            lists.other_count = 0;
    }
    if (ret_other_count)
        *ret_other_count = lists.other_count;
    return count;
}

bool row_equals(const RowLayout *layout, size_t column_count, const uint8_t *a, const uint8_t *b)
{
    for (size_t c = 0; c < column_count; c++) {
        const uint8_t *x = a + layout->offsets[c], *y = b + layout->offsets[c];
        Physical physical = type_physical(layout->types[c]);
        String first, second;
        Interval one, other;
        double value, slot;
        if ((a[c / 8] ^ b[c / 8]) >> (c % 8) & 1)
            return false;
        switch (physical) { /* the slot of a NULL is zero, in both */
        case PHYSICAL_STRING:
            memcpy(&first, x, sizeof first);
            memcpy(&second, y, sizeof second);
            if (!string_equal(&first, &second))
                return false;
            break;
        case PHYSICAL_INTERVAL:
            memcpy(&one, x, sizeof one);
            memcpy(&other, y, sizeof other);
            if (!interval_equal(one, other))
                return false;
            break;
        case PHYSICAL_F64:
            memcpy(&value, x, sizeof value);
            memcpy(&slot, y, sizeof slot);
            if (!f64_equal(value, slot))
                return false;
            break;
        default:
            if (memcmp(x, y, physical_size(physical)) != 0)
                return false;
        }
    }
    return true;
}
