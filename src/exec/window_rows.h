/* exec/window_rows.h: the rows of a Window: sorted, in memory, cut into partitions, and these into groups of rows that
 * are equal in order (peers).
 *
 *     copy 0   sorters --.                                .--> part 0: whole partitions, one copy's from here on
 *     copy 1   sorters --+-- one for each part, by hash --+--> part 1
 *                        '-- of a row's partition         '--> ...
 *
 * Many rows have many parts, so that each is sorted within the cache. Few rows of one copy, or those without PARTITION
 * BY, are one part.
 *
 *     rows        0   1   2   3   4   5   6 | 7   8
 *     partitions  0-------------------------| 1------
 *     groups      0-- 1---------- 2-- 3---- | 4-- 5--
 *
 * A row's columns are the partition's expressions, then the keys, then whatever else calls and the output need: each is
 * known by its index, its slot. */
#ifndef QUERN_EXEC_WINDOW_ROWS_H
#define QUERN_EXEC_WINDOW_ROWS_H

#include "base/array.h"
#include "base/hash_index.h"
#include "exec/operator.h"
#include "exec/sorter.h"
#include "exec/window_first.h"
#include "expr/evaluator.h"

/* What copies share: the sorters that each has filled from its part of the input. */
typedef struct WindowShared {
    size_t copy_count, part_count;
    Sorter **sorters; /* those of a part side by side, one a copy */
    Meeting sorted;
    _Atomic size_t next_part, closed_count;
} WindowShared;

/* No column, no row. */
#define WINDOW_NO_SLOT SIZE_MAX
#define WINDOW_NO_ROW  SIZE_MAX

typedef struct WindowRows {
    Arena *arena;
    const Context *context;
    const PlanWindow *plan;
    MemoryShare share;
    TempFile *file; /* where what is more than the share allows stands */
    /* while slots are being added */
    ARRAY(Expr *) exprs; /* of each slot, in ColumnIds */
    HashIndex index;     /* of them */
    size_t partition_slots,
        key_slots;      /* the first so many slots hold the partition; the first so many, that and keys */
    size_t *sort_slots; /* of each sort key */
    /* while rows are being added */
    Evaluator *evaluator;
    SortKeys *keys;
    Worker *worker;
    WindowShared *shared;
    Vector *position; /* copies: of a batch in the source, whose order equal rows keep */
    Vector **columns; /* of the batch at work: a vector for each slot; copies: the position */
    Vector **key_vectors;
    Vector **own;               /* where rows are read back; NULL: no need yet, but for keys */
    struct PartRows *part_rows; /* of the batch; NULL: there is but one part */
    WindowFirst *first;         /* NULL: all rows are wanted */
    /* once they are all there: */
    const RowLayout *layout;
    Sorter **sorters; /* the part's, of all copies; the first gives the rows of all */
    uint64_t phase, part;
    size_t count;
    RowStore *store;   /* of the rows, when the sorters do not have them all in memory */
    uint8_t **rows;    /* in order */
    uint8_t *far_rows; /* copies of some that stand far from each other; NULL: none yet */
    size_t partition_count, group_count;
    size_t *partition_starts; /* first row of each, and then `count` */
    size_t *partition_groups; /* first group of each, and then `group_count` */
    size_t *group_starts;     /* first row of each, and then `count` */
    Block *row_block, *partition_block, *partition_group_block, *group_block;
    struct WindowSpace *space; /* of aggregates: window_aggregate.c */
} WindowRows;

/* Some consecutive rows, of any partitions. */
typedef struct WindowBatch {
    size_t first, count;
    size_t partitions[BATCH_SIZE]; /* of each row */
    size_t groups[BATCH_SIZE];
} WindowBatch;

WindowRows *window_rows_new(const Build *build, const PlanWindow *plan);
/* The slot of an expression's value; equal ones share it. NULL: WINDOW_NO_SLOT. */
size_t window_rows_add_slot(WindowRows *rows, Expr *expr);
/* All slots are known: rows may be added. */
void window_rows_begin(WindowRows *rows, const Build *build);
void window_rows_add(WindowRows *rows, const Batch *batch);
/* All rows are there: those of copies meet. */
void window_rows_settle(WindowRows *rows);
/* Takes the next part that is not empty, in place of the one before: sorts it and finds partitions and groups. False:
 * there is none. */
bool window_rows_next_part(WindowRows *rows);
/* Gives the memory of the part back; what was made of its rows has gone. */
void window_rows_leave_part(WindowRows *rows);
/* Memory that grows with the rows: where it is much it stands in the file. */
Block *window_block_new(const WindowRows *rows, const char *what);
/* The same for what states point to. */
Arena *window_arena_new(const WindowRows *rows, const char *what);
/* Bytes that it holds. */
size_t window_rows_size(const WindowRows *rows);
/* Of the part (row_store_largest_string). */
size_t window_rows_largest_string(const WindowRows *rows);
/* Gives all memory back but for the sorters. */
void window_rows_clear(WindowRows *rows);
/* A copy is done, or was never begun: when all are, nobody reads the sorters any more, and their memory is given back.
 */
void window_shared_leave(WindowShared *shared);

/* temp_file_look for what is kept for rows; those below do it for the rows that they read. */
void window_rows_look(const WindowRows *rows);

/* The next rows, up to `count` (at most BATCH_SIZE), behind those of `batch`, which starts zeroed. False at the end. */
bool window_rows_next(const WindowRows *rows, size_t count, WindowBatch *batch);
/* A column of the rows first .. first+count-1 (at most BATCH_SIZE); long strings stay where they are. */
void window_rows_read(const WindowRows *rows, size_t slot, size_t first, size_t count, Vector *target);
/* A column of rows that stand anywhere; NULL for WINDOW_NO_ROW. Long strings are copied. */
void window_rows_fetch(WindowRows *rows, size_t slot, const size_t *numbers, size_t count, Vector *target);
/* A vector for values of a slot. */
Vector *window_rows_vector(const WindowRows *rows, size_t slot);

#endif
