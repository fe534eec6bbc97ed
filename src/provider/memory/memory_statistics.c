/* provider/memory/memory_statistics.c: what row groups know of their columns, added up. */
#include <math.h>

#include "provider/memory/memory_order.h"
#include "provider/memory/memory_sketch.h"

enum { LONGEST_BOUND = 1024 }; /* bytes */

/* Of a slice that rows are gone from, or whose group has more, the group's bounds and counts are only near. */
static bool slice_is_whole(const MemorySlice *slice)
{
    return slice->gone_count == 0 && slice->row_count == slice->group->row_count;
}

static void bound_take(StatisticsBound *bound, const Value *value, int sign)
{
    if (bound->value.is_null || value_compare(value, &bound->value) * sign < 0)
        bound->value = *value;
}

/* A long text is dear to keep, and tells a plan no more than none. */
static void bound_settle(StatisticsBound *bound, Arena *arena)
{
    bool is_text = type_physical(bound->value.type) == PHYSICAL_STRING && !bound->value.is_null;
    if (is_text && bound->value.text.size > LONGEST_BOUND)
        *bound = (StatisticsBound){.value = value_null(bound->value.type)};
    else
        bound->value = value_copy(arena, &bound->value);
}

static bool column_is_key(const MemoryTable *table, size_t column)
{
    for (size_t k = 0; k < table->key_count; k++)
        if (table->keys[k]->column_count == 1 && table->keys[k]->columns[0] == column && !table->keys[k]->predicate)
            return true;
    return false;
}

/* Sketches know of rows that are gone, too; there are no more values than rows, nor than the bounds have room for. */
static StatisticsCount distinct_guess(const MemoryTable *table, const MemoryVersion *version, size_t column,
                                      const ColumnStatistics *statistics, uint64_t row_count)
{
    Type type = table->schema->columns[column].type;
    StatisticsCount count = {PRECISION_ESTIMATE, row_count - statistics->null_count.count};
    if (column_is_key(table, column)) {
        if (statistics->null_count.precision == PRECISION_EXACT)
            count.precision = PRECISION_EXACT;
        return count;
    }
    if (statistics->minimum.value.is_null)
        return (StatisticsCount){PRECISION_ABSENT, 0};
    Physical physical = type_physical(type);
    double room = INFINITY, guess = memory_version_distinct(version, column);
    if (physical == PHYSICAL_BOOL)
        room = guess = 2;
    else if ((physical == PHYSICAL_I32 || physical == PHYSICAL_I64) && type.id != TYPE_DECIMAL)
        room = (double)statistics->maximum.value.i64 - (double)statistics->minimum.value.i64 + 1;
    guess = fmin(round(guess), fmin(room, (double)count.count));
    count.count = guess < 1 ? 1 : (uint64_t)guess;
    return count;
}

static void column_statistics(const MemoryTable *table, const MemoryVersion *version, size_t column, uint64_t row_count,
                              Arena *arena, ColumnStatistics *statistics)
{
    Value none = value_null(table->schema->columns[column].type);
    Precision precision = PRECISION_EXACT;
    statistics->minimum.value = statistics->maximum.value = none;
    for (size_t s = 0; s < version->slice_count; s++) {
        const MemorySlice *slice = &version->slices[s];
        const MemoryColumn *values = &slice->group->columns[column];
        if (slice->gone_count == slice->row_count)
            continue;
        if (!slice_is_whole(slice))
            precision = PRECISION_ESTIMATE;
        statistics->null_count.count += values->null_count;
        if (!values->has_bounds)
            continue;
        Value minimum = vector_value(values->values, values->minimum_row);
        Value maximum = vector_value(values->values, values->maximum_row);
        bound_take(&statistics->minimum, &minimum, 1);
        bound_take(&statistics->maximum, &maximum, -1);
    }
    if (statistics->null_count.count > row_count)
        statistics->null_count.count = row_count;
    statistics->null_count.precision = statistics->null_count.count == 0 ? PRECISION_EXACT : precision;
    statistics->minimum.precision = statistics->maximum.precision = precision;
    if (precision == PRECISION_ESTIMATE && statistics->null_count.count == 0 &&
        memory_version_end(table, version, column, /* is_last= */ false, &statistics->minimum.value) &&
        memory_version_end(table, version, column, /* is_last= */ true, &statistics->maximum.value))
        statistics->minimum.precision = statistics->maximum.precision = PRECISION_EXACT;
    statistics->distinct_count = distinct_guess(table, version, column, statistics, row_count);
    bound_settle(&statistics->minimum, arena);
    bound_settle(&statistics->maximum, arena);
}

static Statistics *statistics_gather(const MemoryTable *table, const MemoryVersion *version, Arena *arena)
{
    Statistics *statistics = arena_new(arena, Statistics);
    size_t column_count = table->schema->column_count;
    statistics->row_count = (StatisticsCount){PRECISION_EXACT, memory_version_row_count(version)};
    statistics->byte_size = (StatisticsCount){PRECISION_ESTIMATE, memory_version_byte_size(version)};
    statistics->column_count = column_count;
    statistics->columns = arena_array(arena, ColumnStatistics, column_count);
    for (size_t c = 0; c < column_count; c++)
        column_statistics(table, version, c, statistics->row_count.count, arena, &statistics->columns[c]);
    return statistics;
}

/* It may outlive the table's version. */
static Statistics *statistics_copy(const Statistics *statistics, Arena *arena)
{
    Statistics *copy = arena_new(arena, Statistics);
    *copy = *statistics;
    copy->columns = arena_array(arena, ColumnStatistics, copy->column_count);
    for (size_t c = 0; c < copy->column_count; c++) {
        copy->columns[c] = statistics->columns[c];
        copy->columns[c].minimum.value = value_copy(arena, &statistics->columns[c].minimum.value);
        copy->columns[c].maximum.value = value_copy(arena, &statistics->columns[c].maximum.value);
    }
    return copy;
}

/* Nothing more can become known of it: not by an order that is wanted later. */
static bool version_is_whole(const MemoryVersion *version)
{
    for (size_t s = 0; s < version->slice_count; s++)
        if (!slice_is_whole(&version->slices[s]))
            return false;
    return true;
}

Statistics *memory_version_statistics(const MemoryTable *table, MemoryVersion *version, Arena *arena)
{
    if (version->statistics == NULL) {
        Arena *own = arena_new_child(arena);
        Statistics *statistics = statistics_gather(table, version, own);
        if (!version_is_whole(version))
            return statistics;
        arena_set_parent(own, NULL);
        version->statistics_arena = own;
        version->statistics = statistics;
    }
    return statistics_copy(version->statistics, arena);
}
