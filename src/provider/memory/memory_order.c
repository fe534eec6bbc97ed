/* provider/memory/memory_order.c: row groups that follow each other; the first row that is not gone. */
#include "provider/memory/memory_order.h"

#include "provider/memory/memory_index.h"

static Value row_value(const MemoryVersion *version, MemoryRow row, size_t column)
{
    const MemoryGroup *group = version->slices[row / MEMORY_GROUP_ROWS].group;
    return vector_value(group->columns[column].values, row % MEMORY_GROUP_ROWS);
}

bool memory_version_is_ascending(const MemoryVersion *version, size_t column)
{
    for (size_t s = 0; s < version->slice_count; s++) {
        const MemoryColumn *values = &version->slices[s].group->columns[column];
        if (values->is_unordered || values->null_count > 0)
            return false;
        if (s == 0)
            continue;
        MemoryRow first = s * (MemoryRow)MEMORY_GROUP_ROWS;
        Value value = row_value(version, first, column);
        Value before = row_value(version, first - MEMORY_GROUP_ROWS + version->slices[s - 1].row_count - 1, column);
        if (value_compare(&value, &before) < 0)
            return false;
    }
    return true;
}

/* ---- ends ---- */

enum { MOST_GONE = 256 }; /* looked at: statistics are asked for often */

static bool rows_end(const MemoryVersion *version, bool is_last, MemoryRow *ret_row)
{
    size_t looked_at = 0;
    for (size_t i = 0; i < version->slice_count; i++) {
        size_t s = is_last ? version->slice_count - 1 - i : i, row_count = version->slices[s].row_count;
        for (size_t r = 0; r < row_count && looked_at < MOST_GONE; r++, looked_at++) {
            *ret_row = s * (MemoryRow)MEMORY_GROUP_ROWS + (is_last ? row_count - 1 - r : r);
            if (memory_version_has(version, *ret_row))
                return true;
        }
    }
    return false;
}

/* How many entries from one end of the run stand for rows that are gone; up to MOST_GONE. */
static size_t run_gone(const MemoryVersion *version, const MemoryRun *run, bool is_last)
{
    size_t count = memory_run_count(run), gone = 0;
    while (gone < count && gone < MOST_GONE &&
           !memory_version_has(version, memory_run_row(run, is_last ? count - 1 - gone : gone)))
        gone++;
    return gone;
}

/* Of each run the first row that is there; of those the first. */
static bool index_end(const MemoryVersion *version, const MemoryIndex *index, bool is_last, MemoryRow *ret_row)
{
    const MemoryRun *best = NULL;
    size_t best_entry = 0;
    for (size_t i = 0; i < index->run_count; i++) {
        const MemoryRun *run = index->runs[i];
        size_t count = memory_run_count(run), gone = run_gone(version, run, is_last);
        if (gone == count)
            continue;
        if (gone == MOST_GONE)
            return false;
        size_t entry = is_last ? count - 1 - gone : gone;
        if (best && (memory_run_compare(run, entry, best, best_entry) < 0) == is_last)
            continue;
        best = run;
        best_entry = entry;
    }
    if (best)
        *ret_row = memory_run_row(best, best_entry);
    return best != NULL;
}

/* The first index of all rows whose first key is the column. */
static const MemoryIndex *column_index(const MemoryTable *table, const MemoryVersion *version, size_t column,
                                       bool *ret_descending)
{
    for (size_t i = 0; i < version->index_count; i++) {
        const Index *definition = memory_table_index(table, i);
        const IndexKey *key = &definition->keys[0];
        *ret_descending = key->order.is_descending;
        if (version->indexes[i] && definition->predicate == NULL && key->expr->kind == EXPR_COLUMN &&
            key->expr->column == column)
            return version->indexes[i];
    }
    return NULL;
}

bool memory_version_end(const MemoryTable *table, const MemoryVersion *version, size_t column, bool is_last,
                        Value *ret_value)
{
    MemoryRow row;
    bool is_descending;
    const MemoryIndex *index = column_index(table, version, column, &is_descending);
    if (index ? !index_end(version, index, is_last != is_descending, &row)
              : !memory_version_is_ascending(version, column) || !rows_end(version, is_last, &row))
        return false;
    *ret_value = row_value(version, row, column);
    return true;
}
