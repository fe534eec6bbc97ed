/* exec/sorter.h: rows in, the same rows in the order of their keys out; equal keys keep the order in which they came.
 *
 *   rows --> run: entries (16 bytes of the key, row), sorted when it is full --+
 *            run --------------------------------------------------------------+--> merge --> rows in order
 *            stored run: rows in order on disk, when the share of memory is full
 *
 * Rows in memory stay where they were written; what is sorted are entries. */
#ifndef QUERN_EXEC_SORTER_H
#define QUERN_EXEC_SORTER_H

#include "column/row.h"
#include "exec/sort_keys.h"

typedef struct Sorter Sorter;

/* Rows of these columns, with keys as `keys` makes them. It spills when `share` is full. */
Sorter *sorter_new(Arena *arena, const Context *context, MemoryShare share, const SortKeys *keys, const Type *types,
                   size_t column_count);
/* Another of the same kind, for the same thread: they share what each works with while it is filled or gives rows, and
 * a file. Once it is settled it may give its rows to any thread. */
Sorter *sorter_new_beside(Sorter *other);
/* Its rows will be given together with those of other sorters, equal ones in the order of this column: UBIGINTs that do
 * not fall from a row to the next that is added. */
void sorter_heed_position(Sorter *sorter, size_t column);
/* Where a row's columns stand. */
const RowLayout *sorter_layout(const Sorter *sorter);
uint64_t sorter_count(const Sorter *sorter);
/* Bytes that it holds in memory. */
size_t sorter_size(const Sorter *sorter);
/* Adds rows: row selection[i] (NULL: i) of `columns` has the key keys[i]. Raises MEMORY_LIMIT. */
void sorter_add(Sorter *sorter, Vector *const *columns, const uint16_t *selection, size_t count, uint8_t *const *keys,
                const size_t *sizes);
/* How many of these rows should be added at once: fewer than all where their strings are much beside the share. */
size_t sorter_rows_at_once(const Sorter *sorter, Vector *const *columns, const uint16_t *selection, size_t count);
/* For sorters that have one share together, each having been given the whole: while it is full the largest spills. */
void sorters_keep_share(Sorter *const *sorters, size_t count);
/* All rows are there: what follows are sorter_next and sorter_move. */
void sorter_finish(Sorter *sorter);
/* For sorters of the same kind whose rows are given together: settle each, on any thread, then finish them all at once;
 * the first then gives the rows of all, equal ones in the order of their positions, or those of the first before those
 * of the second. The others stay as they are until it has. */
void sorter_settle(Sorter *sorter);
void sorter_finish_all(Sorter *const *sorters, size_t count);
/* Or make parts of them all, which follow each other in that order: each of the sorters can give parts, side by side
 * with the others. None may be cleared until all are given. */
typedef struct SortParts SortParts;
SortParts *sort_parts_new(Arena *arena, Sorter *const *sorters, size_t count);
/* sorter_next goes on with the rows of a part, of which there are *ret_before in those before it. False: there are not
 * so many parts. */
bool sorter_begin_part(Sorter *sorter, const SortParts *parts, size_t part, uint64_t *ret_before);
/* Of the rows that it gives: at least the largest that there is (row_store_largest_string). */
size_t sorter_gives_largest_string(const Sorter *sorter);
/* The next rows in order, up to `count` (at most BATCH_SIZE; fewer where some have large strings); 0 at the end. They
 * stay until the next call, or, where all are in memory, until sorter_clear. */
size_t sorter_next(Sorter *sorter, size_t count, uint8_t **ret_rows);
/* Whether all of a finished sorter's rows are in memory. */
bool sorter_is_in_memory(const Sorter *sorter);
/* Puts the first `count` rows of `source` into `target`, which is of the same kind; then `source` is empty again.
 * Returns the size of the last row's key, which is written to *ret_key. */
size_t sorter_move(Sorter *target, Sorter *source, size_t count, Block *ret_key);
/* Empty, for more rows; memory and place on disk are given back, but for a file that is shared with others. */
void sorter_clear(Sorter *sorter);
/* When those others are empty, too. */
void sorter_close_file(Sorter *sorter);

#endif
